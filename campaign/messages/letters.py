"""Letters about an action, framed: each opens with when and where and ends with who writes and the way out.

Besides what `outbox/letters.py` names, such a letter gets:

    action, campaign, team   the rows
    when                     a `Moment`: when the action is now
    dates                    the `Moment`s that the occasion's facts name: a notice of change tells all of them
    pages                    links: `pages.action`, `pages.feed`
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from campaign import days
from campaign.actions.models import Action, Status
from campaign.actions.parts import AnnouncedDate
from campaign.outbox import letters
from campaign.outbox.letters import Letter

FRAME = "layout"


@dataclass(frozen=True)
class Moment:
    """A time and a place in words."""

    full: str  # "Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)"
    start: str  # "Wednesday 31 May 2023, 7:00 am": for subjects; with the action's title if its campaign wants that
    place: str  # "EY Centre, 4899 Uplands Drive, Ottawa"


def about(
    action: Action, letter: str, language: str, *, facts: Mapping[str, Any], person: Mapping[str, str], base_url: str
) -> Letter:
    """The letter as it stands today: an action that has moved since it was owed is told with its new date."""
    when = _moment(action, language)
    if action.campaign.subject_names_action:
        when = replace(when, start=f"{action.title.best(language, action.language)[0]}, {when.start}")
    values = {
        "facts": facts,
        "person": person,
        "base_url": base_url,
        "action": action,
        "campaign": action.campaign,
        "team": action.campaign.team,
        "when": when,
        "dates": [_announced(date, language) for date in facts.get("dates", ())],
        "pages": {
            "action": f"{base_url}/{language}/actions/{action.slug}",
            "feed": f"{base_url}/{language}/actions/{action.slug}.ics",
        },
        "Status": Status,
    }
    inner = letters.render(letter, language, **values)
    return letters.render(FRAME, language, subject=inner.subject, body=inner.body, **values)


def _announced(date: Mapping[str, Any], language: str) -> Moment:
    starts, ends = datetime.fromisoformat(date["starts_local"]), datetime.fromisoformat(date["ends_local"])
    return _moment(AnnouncedDate(**{**date, "starts_local": starts, "ends_local": ends}), language)


def _moment(when: Action | AnnouncedDate, language: str) -> Moment:
    return Moment(full=days.fully_in_words(when, language), start=days.start_in_words(when, language), place=when.place)
