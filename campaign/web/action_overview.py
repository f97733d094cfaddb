"""What the overview of an action shows its organizers."""

from datetime import datetime, timedelta
from typing import Any

from campaign import timezones
from campaign.actions import wording
from campaign.actions.models import Action
from campaign.rsvps.models import Answer
from campaign.statistics import answers, mailings

WEEK = timedelta(days=7)


def facts_of(action: Action, now: datetime) -> dict[str, Any]:
    """For `manage/actions/show.html`. Days are the action's own."""
    today = timezones.wall(now, action.zone).date()
    counts = answers.of(action)
    coming = mailings.planned([action], most=1)
    return {
        "counts": counts,
        "days": answers.by_day(action, today, mailings.days(action)),
        "new_this_week": answers.new_since(action, today - WEEK + timedelta(days=1)),
        "languages": answers.by_language(action),
        "next_message": coming[0] if coming else None,
        "reached": counts.of(Answer.YES).people,
        "missing": {
            lang: wording.missing(action, lang) for lang in action.campaign.languages if lang != action.language
        },
    }
