"""What a feed says of a time zone: VTIMEZONE (RFC 5545 3.6.5).

Where the clocks change by two yearly rules, it is one DAYLIGHT and one STANDARD part with a rule since 1970: what all
calendar programs read. The rules aren't copied from the zone's file but found in what the zone does, so they hold for
every year that is written of. Those that no RRULE can say (Jerusalem's "26 hours into the fourth Thursday", Cairo's
24:00, Nuuk's "an hour before the last Sunday") or that begin or end within those years aren't found; then there is one
part for each change.

A VTIMEZONE is right from the year that its feed begins in to the end of YEARS. A time outside YEARS is to be written
in UTC.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from campaign import timezones

YEARS = range(2007, 2038)  # since Canada and the USA have their rule, until zone files stop listing single changes
LATEST_START = 2025  # thirteen years: in as many every date has been every day of the week, so a rule shows itself
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class State(NamedTuple):
    """What the clocks of a zone do for a while."""

    offset: timedelta
    letters: str
    saving: timedelta


class Change(NamedTuple):
    wall: datetime  # what the clocks still show when they are changed
    before: State
    after: State


@lru_cache(maxsize=1024)
def vtimezone(zone: str, since: int) -> bytes:
    """The VTIMEZONE of an IANA zone for times from the year `since` on, its lines ended by CRLF.

    Raises timezones.UnknownZone.
    """
    if not timezones.known(zone):
        raise timezones.UnknownZone(zone)
    years = range(max(YEARS.start, min(since, LATEST_START)), YEARS.stop)
    states = _states(zone, years)
    changes = [
        Change((at + before.offset).replace(tzinfo=None), before, after)
        for (_, before), (at, after) in pairwise(states)
    ]
    parts = _by_rule(changes, years) or _one_by_one(states[0][1], changes)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *parts, "END:VTIMEZONE"]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _states(zone: str, years: range) -> list[tuple[datetime, State]]:
    """The states that the clocks go through in these years, each with the instant at which it begins."""
    info = ZoneInfo(zone)

    def state(at: datetime) -> State:
        local = at.astimezone(info)
        return State(local.utcoffset() or timedelta(), local.tzname() or zone, local.dst() or timedelta())

    at, end = datetime(years.start, 1, 1, tzinfo=UTC), datetime(years.stop, 1, 1, tzinfo=UTC)
    states = [(at, state(at))]
    while at < end:
        next_week = at + timedelta(weeks=1)  # no clocks have gone back to what they did within a week
        if (after := state(next_week)) != states[-1][1]:
            old, new = at, next_week
            while new - old > timedelta(minutes=1):
                middle = old + (new - old) // timedelta(minutes=2) * timedelta(minutes=1)
                old, new = (middle, new) if state(middle) == states[-1][1] else (old, middle)
            states.append((new, after))
        at = next_week
    return states


def _by_rule(changes: list[Change], years: range) -> list[str]:
    """Two parts with a yearly rule each; nothing if the clocks don't go by two rules in all these years."""
    kinds = sorted({(change.before, change.after) for change in changes}, key=lambda kind: kind[1].offset, reverse=True)
    if len(kinds) != 2 or kinds[0] != kinds[1][::-1]:
        return []
    parts: list[str] = []
    for name, (before, after) in zip(("DAYLIGHT", "STANDARD"), kinds, strict=True):
        walls = [change.wall for change in changes if change.after == after]
        found = _rule(walls, years)
        if found is None:
            return []
        rule, first = found
        parts += _part(name, Change(first, before, after), rule)
    return parts


def _rule(walls: list[datetime], years: range) -> tuple[str, datetime] | None:
    """The RRULE that gives exactly these times in these years, and its first time since 1970."""
    one = walls[0]
    for week in ((one.day - 1) // 7 + 1, -1):
        rule = f"FREQ=YEARLY;BYMONTH={one.month};BYDAY={week}{DAY_CODES[one.weekday()]}"
        times = rrulestr(rule, dtstart=EPOCH.replace(hour=one.hour, minute=one.minute))
        first = times.after(EPOCH, inc=True)
        if first and times.between(EPOCH.replace(year=years.start), EPOCH.replace(year=years.stop), inc=True) == walls:
            return rule, first
    return None


def _one_by_one(first: State, changes: list[Change]) -> list[str]:
    """A part for what the clocks do at first, as if they always had, and one for each change."""
    parts: list[str] = []
    for change in (Change(EPOCH, first, first), *changes):
        parts += _part("DAYLIGHT" if change.after.saving > timedelta() else "STANDARD", change)
    return parts


def _part(name: str, change: Change, rule: str = "") -> list[str]:
    return [
        f"BEGIN:{name}",
        f"TZOFFSETFROM:{_offset(change.before)}",
        f"TZOFFSETTO:{_offset(change.after)}",
        f"TZNAME:{change.after.letters}",
        f"DTSTART:{change.wall:%Y%m%dT%H%M%S}",
        *([f"RRULE:{rule}"] if rule else []),
        f"END:{name}",
    ]


def _offset(state: State) -> str:
    """As in TZOFFSETTO: hours and minutes. No zone has had seconds since 1972."""
    hours, minutes = divmod(abs(state.offset) // timedelta(minutes=1), 60)
    return f"{'-' if state.offset < timedelta() else '+'}{hours:02}{minutes:02}"
