"""Who comes, for organizers: numbers, never names."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.rsvps.models import Answer
from campaign.statistics import answers, mailings
from campaign.web import guard

bp = Blueprint("rsvps", __name__)


@bp.get("/actions/<int:id>/rsvps")
def index(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    return render_template(
        "manage/rsvps/index.html",
        action=action,
        may=guard.permissions(action.campaign.team_id),
        counts=answers.of(action),
        days=answers.by_day(action, timezones.wall(clock.now(), action.zone).date(), mailings.days(action)),
        languages=answers.by_language(action),
        every_answer=list(Answer),
        in_total=request.args.get("chart") == "total",
    )
