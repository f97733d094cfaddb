"""On which dates something repeats: each Friday, every other Monday and Thursday, the first Saturday of a month."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.rrule import rrulestr

from campaign import timezones
from campaign.actions.drafting import Time
from campaign.errors import Conflict
from campaign.extensions import _l

MOST = 104  # dates at a time: two years of a weekly one
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEK = 7


class Pattern(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"  # by its weekday: the first Friday of a month, if it begins on one
    MONTHLY_LAST = "monthly-last"  # the last Friday


@dataclass(frozen=True)
class Date:
    """One that is to be made.

    missing: the start that was meant, where the clocks jump over it that day; `time` then is as far on as they jump.
    """

    time: Time
    missing: datetime | None = None


def patterns(first: date) -> list[Pattern]:
    """Those that fit a first date: a fifth Friday is only the last one, since few months have it."""
    nth = [Pattern.MONTHLY] if _week_of_month(first) <= 4 else []
    last = [Pattern.MONTHLY_LAST] if (first + timedelta(days=WEEK)).month != first.month else []
    return [Pattern.WEEKLY, *nth, *last]


def rule(pattern: Pattern, every: int, weekdays: Collection[int], first: date) -> str:
    """An RRULE value without its name and its end (RFC 5545 3.3.10).

    every:    so many weeks or months.
    weekdays: of a weekly one, from 0 for Monday; none: that of the first date.
    """
    if pattern is Pattern.WEEKLY:
        days = ",".join(CODES[day] for day in sorted(weekdays or {first.weekday()}))
        return f"FREQ=WEEKLY;INTERVAL={every};WKST=MO;BYDAY={days}"
    week = -1 if pattern is Pattern.MONTHLY_LAST else _week_of_month(first)
    return f"FREQ=MONTHLY;INTERVAL={every};BYDAY={week}{CODES[first.weekday()]}"


def days(rule: str, first: date, *, count: int | None = None, until: date | None = None) -> list[date]:
    """The dates in order. `first` is always among them, though the rule need not match it (3.8.5.3).

    count: so many altogether. until: none after that day. Whichever ends it sooner.

    Raises Conflict when they are more than MOST, or no end is given.
    """
    more = None if count is None else count - 1
    return [first, *days_after(rule, first, first, count=more, until=until, most=MOST - 1)]


def days_after(
    rule: str, first: date, last: date, *, count: int | None = None, until: date | None = None, most: int = MOST
) -> list[date]:
    """Further dates of a rule that began on `first`: those after `last`. Ends, and raises Conflict, as `days`."""
    if count is None and until is None:
        raise Conflict(_l("Say when it ends: a number of dates, or a last day."))
    begin, limit = datetime.combine(first, time.min), most + 1 if count is None else min(count, most + 1)
    later = rrulestr(rule, dtstart=begin).xafter(datetime.combine(last, time.min), count=limit)
    found = [at.date() for at in later if until is None or at.date() <= until]
    if len(found) > most:
        raise Conflict(_l("That would be more than %(most)s dates. Choose an earlier end."), most=MOST)
    return found


def at(days: Sequence[date], time: Time) -> list[Date]:
    """The same hours, on each of these days: wall clock, so that a change of the clocks doesn't shift them.

    Where the clocks jump over the start, the whole is as far on as they jump, and over the end only the end.
    """
    lasts = time.ends_local - time.starts_local
    return [_date(datetime.combine(day, time.starts_local.time()), lasts, time) for day in days]


def _date(starts: datetime, lasts: timedelta, like: Time) -> Date:
    if like.all_day:
        return Date(Time(starts, starts + lasts, like.zone, all_day=True))
    real = _later(starts, like.zone)
    ends = _later(real + lasts, like.zone)
    return Date(Time(real, ends, like.zone), missing=starts if real != starts else None)


def _later(wall: datetime, zone: str) -> datetime:
    return timezones.wall(timezones.instant_or_later(wall, zone), zone).replace(fold=0)


def _week_of_month(day: date) -> int:
    return (day.day - 1) // WEEK + 1
