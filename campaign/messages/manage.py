"""What is said to those who come, for organizers."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.columns import LANGUAGES
from campaign.messages import timeline
from campaign.web import guard, language

bp = Blueprint("messages", __name__)


@bp.get("/actions/<int:id>/messages")
def index(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    now = clock.now()
    messages = timeline.messages(action, language.current(), now)
    return render_template(
        "manage/messages/index.html",
        action=action,
        may=guard.permissions(action.campaign.team_id),
        on_demand=[_shown(message, action) for message in messages if message.due_at is None],
        timed=_in_order(messages, action, now),
        words=timeline.PROGRESS_WORDS,
    )


def _in_order(messages: list[timeline.Message], action: Action, now: datetime) -> list[dict[str, Any]]:
    """The messages with a time, today and the action itself, as they come."""
    entries = [_shown(message, action) for message in messages if message.due_at is not None]
    entries.append({"is": "now", "at": now, "local": timezones.wall(now, action.zone)})
    entries.append({"is": "day", "at": action.starts_at, "local": action.starts_local})
    return sorted(entries, key=lambda entry: entry["at"])


def _shown(message: timeline.Message, action: Action) -> dict[str, Any]:
    base_url = current_app.config["BASE_URL"]
    return {
        "is": "message",
        "at": message.due_at,
        "local": timezones.wall(message.due_at, action.zone) if message.due_at else None,
        "message": message,
        "previews": [message.preview(lang, base_url) for lang in LANGUAGES],
    }
