"""A month as a grid of days, with what is on."""

import re
from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from campaign import days
from campaign.actions import listing
from campaign.actions.models import Action
from campaign.errors import Missing
from campaign.extensions import _l

WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    day: date
    inside: bool  # of the month whose grid it stands in
    actions: list[Action]


@dataclass(frozen=True)
class Month:
    """first: its first day. actions: what is on in it, in the order of time. weeks: begin on Monday."""

    first: date
    actions: list[Action]
    weeks: list[list[Day]]

    @property
    def before(self) -> date | None:
        return _in_reach(self.first - DAY)

    @property
    def after(self) -> date | None:
        return _in_reach(self.first + 31 * DAY)

    def is_over(self, today: date) -> bool:
        return self.first < today.replace(day=1)


def read(text: str) -> date:
    """The first day of a month written as "2023-05", of this century. Raises Missing."""
    found = WRITTEN.fullmatch(text)
    if found is None:
        raise Missing(_l("There is no such month here. A month is written with its year first, like 2023-05."))
    return date(int(found[1]), int(found[2]), 1)


def show(first: date) -> Month:
    """The month that begins with `first`. An action is on the days that it touches on its own wall clock."""
    shown = [list(week) for week in Calendar().monthdatescalendar(first.year, first.month)]
    near = listing.listed(
        after=datetime.combine(shown[0][0] - DAY, time.min, UTC),
        before=datetime.combine(shown[-1][-1] + 2 * DAY, time.min, UTC),
        whole=True,
    )
    on: dict[date, list[Action]] = {}
    for action in near:
        for day in _days_of(action, shown[0][0], shown[-1][-1]):
            on.setdefault(day, []).append(action)
    weeks = [
        [Day(day, day.month == first.month, on.get(day, []) if day.month == first.month else []) for day in week]
        for week in shown
    ]
    inside = {id(action) for week in weeks for day in week for action in day.actions}
    return Month(first, [action for action in near if id(action) in inside], weeks)


def next_with_actions(after: date) -> date | None:
    """The first day of the next month, after the one of `after`, in which something begins."""
    for action in listing.listed(after=datetime.combine(after, time.min, UTC)):
        month = action.starts_local.date().replace(day=1)
        if month > after.replace(day=1):
            return month
    return None


def _days_of(action: Action, first: date, last: date) -> Iterator[date]:
    """The days from `first` to `last` on which it is on."""
    day = max(first, action.starts_local.date())
    end = min(last, days.last_day(action))
    while day <= end:
        yield day
        day += DAY


def _in_reach(day: date) -> date | None:
    return day.replace(day=1) if WRITTEN.fullmatch(f"{day:%Y-%m}") else None
