"""When the demo's coming actions are: always ahead, counted from the present."""

from calendar import monthcalendar
from collections.abc import Callable
from datetime import datetime, timedelta

from campaign import timezones

Times = tuple[datetime, datetime]  # start and end, wall clock

MAY, WEDNESDAY = 5, 2
AHEAD = timedelta(hours=26)
VIGIL = timedelta(minutes=90)
BEFORE_THE_PROTEST = timedelta(days=10)  # a Sunday, then


def tomorrow(now: datetime, zone: str) -> Times:
    """About 26 hours ahead, at a full or half hour."""
    past_the_half_hour = timedelta(minutes=now.minute % 30, seconds=now.second, microseconds=now.microsecond)
    start = now + AHEAD - past_the_half_hour
    return timezones.wall(start, zone), timezones.wall(start + VIGIL, zone)


def next_protest(now: datetime, zone: str) -> Times:
    """The last Wednesday of the coming May, 7:00 to 9:30 am; once that is over, the next year's."""
    return _coming(_protest, now, zone)


def next_training(now: datetime, zone: str) -> Times:
    """The Sunday ten days before such a Wednesday, 2 to 5 pm."""
    return _coming(_training, now, zone)


RENEWED: dict[str, Callable[[datetime, str], Times]] = {
    "tomorrow": tomorrow,
    "next_protest": next_protest,
    "next_training": next_training,
}


def _coming(of_year: Callable[[int], Times], now: datetime, zone: str) -> Times:
    this_year = of_year(timezones.wall(now, zone).year)
    return this_year if timezones.instant(this_year[1], zone) > now else of_year(this_year[0].year + 1)


def _protest(year: int) -> Times:
    last = max(week[WEDNESDAY] for week in monthcalendar(year, MAY))
    start = datetime(year, MAY, last, 7)  # noqa: DTZ001 -- a wall clock has no zone
    return start, start.replace(hour=9, minute=30)


def _training(year: int) -> Times:
    day = _protest(year)[0] - BEFORE_THE_PROTEST
    return day.replace(hour=14), day.replace(hour=17)
