"""Where organizers arrive: what is next, and what needs doing."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.accounts.models import Team
from campaign.actions.models import Action
from campaign.articles.models import Article
from campaign.campaigns.models import Campaign
from campaign.outbox import health
from campaign.replies.models import Reply
from campaign.statistics import answers, undelivered
from campaign.web import guard

SHOWN = 5  # actions
WORKER_ASLEEP = 120  # seconds
MAIL_LATE = 600  # seconds

bp = Blueprint("site", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    now = clock.now()
    open_ones = guard.every(Action, may=Permission.VIEW, where=[Action.ends_at > now], order=[Action.starts_at])
    coming = [action for action in open_ones if action.is_public()]
    seen = health.worker_seen_seconds(now)
    return render_template(
        "manage/site/index.html",
        now=now,
        coming=coming[:SHOWN],
        more=len(coming) > SHOWN,
        counts=answers.counts(coming[:SHOWN]),
        drafts=guard.every(Action, may=Permission.EDIT, where=[Action.status == "draft"], order=[Action.starts_at]),
        written=guard.every(Article, may=Permission.EDIT, where=[Article.status == "draft"], order=[Article.id]),
        unread=guard.count(Reply, may=Permission.MODERATE, where=[Reply.verdict == "waiting"]),
        failed=[(action, count) for action in coming if (count := undelivered.failed(coming).get(action.id))],
        poor_teams=[team for team in guard.every(Team, may=Permission.MANAGE_TEAM) if not team.can_publish],
        may_begin=bool(guard.every(Campaign, may=Permission.EDIT)),
        has_teams=bool(guard.every(Team, may=Permission.EDIT)),
        asleep=seen is None or seen > WORKER_ASLEEP,
        late=health.oldest_overdue_seconds(now) > MAIL_LATE,
        trouble=health.TROUBLE_WORDS.get(health.mail_trouble()),
    )
