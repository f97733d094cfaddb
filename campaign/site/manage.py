"""Where organizers arrive: what is next, and what needs doing."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.accounts.models import Team
from campaign.actions.models import Action
from campaign.articles.models import Article
from campaign.campaigns.models import Campaign
from campaign.credentials import factors
from campaign.messages import timeline
from campaign.outbox import health
from campaign.replies.models import Reply
from campaign.statistics import answers, mailings, translations, undelivered
from campaign.web import guard

SHOWN = 5  # actions, messages
LOOKED_AT = 20  # for languages they lack: the next actions, the newest articles
WORKER_ASLEEP = 120  # seconds
MAIL_LATE = 600  # seconds

bp = Blueprint("site", __name__)


@bp.get("/")
def index() -> ResponseReturnValue:
    now = clock.now()
    open_ones = guard.every(Action, may=Permission.VIEW, where=[Action.ends_at > now], order=[Action.starts_at])
    coming = [action for action in open_ones if action.is_public()]
    return render_template(
        "manage/site/index.html",
        now=now,
        coming=coming[:SHOWN],
        more=len(coming) > SHOWN,
        counts=answers.counts(coming[:SHOWN]),
        planned=mailings.planned(coming, SHOWN),
        titles=timeline.TITLES,
        drafts=guard.every(Action, may=Permission.EDIT, where=[Action.status == "draft"], order=[Action.starts_at]),
        written=guard.every(Article, may=Permission.EDIT, where=[Article.status == "draft"], order=[Article.id]),
        unread=guard.count(Reply, may=Permission.MODERATE, where=[Reply.verdict == "waiting"]),
        mail=_mail(coming),
        untranslated=_untranslated(coming),
        poor_teams=[team for team in guard.every(Team, may=Permission.MANAGE_TEAM) if not team.can_publish],
        steps=_steps(),
        factors=factors.of(guard.me()),
        may_begin=bool(guard.every(Campaign, may=Permission.EDIT)),
        has_teams=bool(guard.every(Team, may=Permission.EDIT)),
        **_machine(),
    )


def _machine() -> dict[str, Any]:
    """Whether mail goes out at all."""
    now = clock.now()
    seen = health.worker_seen_seconds(now)
    return {
        "asleep": seen is None or seen > WORKER_ASLEEP,
        "late": health.oldest_overdue_seconds(now) > MAIL_LATE,
        "trouble": health.TROUBLE_WORDS.get(health.mail_trouble()),
    }


def _mail(coming: list[Action]) -> list[tuple[Action, dict[str, int]]]:
    """Actions to come of which some mail failed, came too late, or may not have arrived; with how much."""
    kinds = {
        "failed": undelivered.failed(coming),
        "late": undelivered.late(coming),
        "doubtful": undelivered.doubtful(coming),
    }
    found = [(action, {kind: counts.get(action.id, 0) for kind, counts in kinds.items()}) for action in coming]
    return [(action, counts) for action, counts in found if any(counts.values())]


def _untranslated(coming: list[Action]) -> list[translations.Gap]:
    """Of what is public, for who may write it."""
    mine = {campaign.id for campaign in guard.every(Campaign, may=Permission.EDIT)}
    public, newest = [Article.status == "published"], [Article.published_on.desc()]
    articles = guard.every(Article, may=Permission.EDIT, where=public, order=newest, most=LOOKED_AT)
    return translations.gaps([action for action in coming if action.campaign_id in mine][:LOOKED_AT], articles)


def _steps() -> list[tuple[str, bool]]:
    """What a newcomer does to publish a first action, and whether it is done; empty once one has been published."""
    teams = guard.every(Team, may=Permission.EDIT)
    if not teams or guard.count(Action, may=Permission.VIEW, where=[Action.status != "draft"]):
        return []
    return [
        ("addresses", any(team.can_publish for team in teams)),
        ("campaign", guard.count(Campaign, may=Permission.EDIT) > 0),
        ("action", guard.count(Action, may=Permission.EDIT) > 0),
        ("publish", False),
    ]
