"""Carrying over what one date says to those that follow it: "this and following"."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from campaign.actions import copying, repeating
from campaign.actions.drafting import Time
from campaign.actions.models import Action, Status
from campaign.extensions import _l, db
from campaign.messages import notices


class What(StrEnum):
    """What may be carried over. What is asked of people, places and messages stay each date's own."""

    TEXTS = "texts"
    PARTS = "parts"
    PLACE = "place"
    HOURS = "hours"


WORDS = {
    What.TEXTS: _l("Texts, in all languages"),
    What.PARTS: _l("Plan, meeting points, key figures and “good to know”"),
    What.PLACE: _l("Place"),
    What.HOURS: _l("Hours"),
}
SAID = ("kind", "title", "summary", "why", "who")
PLACE_TOLD = ("venue", "address", "city")
PLACE_UNTOLD = ("directions", "latitude", "longitude")
PLACE = PLACE_TOLD + PLACE_UNTOLD


def differing(action: Action, date: Action) -> set[What]:
    """In what a later date isn't like this one, and could be. One that is postponed gets place and hours with its new
    date."""
    found: set[What] = set()
    if any(getattr(action, name) != getattr(date, name) for name in SAID):
        found.add(What.TEXTS)
    if any(_rows(action, name) != _rows(date, name) for name in copying.PARTS):
        found.add(What.PARTS)
    if date.status is Status.POSTPONED:
        return found
    if any(getattr(action, name) != getattr(date, name) for name in PLACE):
        found.add(What.PLACE)
    if time_like(action, date) != Time.of(date):
        found.add(What.HOURS)
    return found


def time_like(action: Action, date: Action) -> Time:
    """The hours of one on the day of the other."""
    [found] = repeating.at([date.starts_local.date()], Time.of(action))
    return found.time


def tells(action: Action, date: Action, what: Collection[What]) -> bool:
    """Whether those who answered for the later date are written to: its place or hours are public, and change."""
    will_change = differing(action, date) & set(what)
    relocated = any(getattr(action, name) != getattr(date, name) for name in PLACE_TOLD)
    return date.is_public() and (What.HOURS in will_change or (What.PLACE in will_change and relocated))


def carry_over(action: Action, date: Action, what: Collection[What], reason: str, now: datetime) -> None:
    """Makes a later date say what this one says. Raises Conflict as `notices.move`."""
    will_change, will_tell = differing(action, date) & set(what), tells(action, date, what)
    time = time_like(action, date) if What.HOURS in will_change else Time.of(date)
    where = action if What.PLACE in will_change else date
    if What.TEXTS in will_change:
        _take(action, date, SAID)
    if What.PARTS in will_change:
        _take_parts(action, date)
    _take(where, date, PLACE_UNTOLD)
    if will_tell:
        notices.move(
            date, time.starts_local, time.ends_local, time.zone, where.venue, where.address, where.city, reason, now,
            all_day=time.all_day,
        )  # fmt: skip
    elif not date.is_public():
        time.put_on(date)
        _take(where, date, PLACE_TOLD)
    if date.is_public() and will_change:
        date.touch(now)
    db.session.flush()


def _take_parts(action: Action, date: Action) -> None:
    for name in copying.PARTS:
        if _rows(action, name) != _rows(date, name):
            setattr(date, name, [])
            db.session.flush()  # a section is known by its kind: the old one goes first
            setattr(date, name, [copying.copy_of_row(row, action_id=None) for row in getattr(action, name)])


def _take(action: Action, date: Action, names: Collection[str]) -> None:
    for name in names:
        setattr(date, name, getattr(action, name))


def _rows(action: Action, name: str) -> list[dict[str, object]]:
    """What they say, without whose they are."""
    return [{**copying.said(row), "action_id": None} for row in getattr(action, name)]
