"""Whole days, and times that run into another day, as people say them. Hours and zones: `timezones`."""

from datetime import date, datetime, timedelta
from typing import Protocol

from campaign import timezones

MINUTE = timedelta(minutes=1)
ACROSS = "{first} – {last}"
WEEKDAY_AND_NUMBER = {"en": "{weekday} {day}", "fr": "{weekday} {day}", "es": "{weekday} {day}"}
WITHOUT_YEAR = {"en": "{weekday} {day} {month}", "fr": "{weekday} {day} {month}", "es": "{weekday} {day} de {month}"}
ALL_DAY = {"en": "{day}, all day", "fr": "{day}, toute la journée", "es": "{day}, todo el día"}


class When(Protocol):
    """An action, or a date that it was announced with. All day: from midnight to midnight, and no hour is said."""

    starts_local: datetime
    ends_local: datetime
    zone: str
    city: str
    all_day: bool

    @property
    def starts_at(self) -> datetime: ...


def last_day(when: When) -> date:
    """On its own wall clock. What ends at midnight isn't on the day that begins then."""
    return (when.ends_local - MINUTE).date()


def runs_into_another_day(when: When) -> bool:
    return last_day(when) > when.starts_local.date()


def days_in_words(first: date, last: date, lang: str) -> str:
    """ "Friday 2 – Sunday 4 June 2023", "vendredi 30 juin – dimanche 2 juillet 2023"; of one day that day alone."""
    end = timezones.day_in_words(last, lang)
    if first == last:
        return end
    if first.year != last.year:
        return ACROSS.format(first=timezones.day_in_words(first, lang), last=end)
    pattern = (WEEKDAY_AND_NUMBER if first.month == last.month else WITHOUT_YEAR)[lang]
    start = pattern.format(
        weekday=timezones.weekday_name(first, lang),
        day=timezones.day_number(first, lang),
        month=timezones.month_name(first, lang),
    )
    return ACROSS.format(first=start, last=end)


def start_in_words(when: When, lang: str) -> str:
    """ "Wednesday 31 May 2023, 7:00 am"; of whole days all of them: "Friday 2 – Sunday 4 June 2023"."""
    if when.all_day:
        return days_in_words(when.starts_local.date(), last_day(when), lang)
    return timezones.in_words(when.starts_local, lang)


def span_in_words(when: When, lang: str) -> str:
    """The same; of what runs into another day, its end too: "Friday 2 June 2023, 6:00 pm to Sunday 4 June 2023, …"."""
    if when.all_day or not runs_into_another_day(when):
        return start_in_words(when, lang)
    return timezones.span_in_words(when.starts_local, when.ends_local, lang)


def announced_in_words(when: When, lang: str) -> str:
    """The start, nothing left open: "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)", "Friday 2 June 2023, all day".

    A day is a day wherever one is, so whole days are said without the zone.
    """
    return _fully(when, lang, None)


def fully_in_words(when: When, lang: str) -> str:
    """The same with its end: "Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)"."""
    return _fully(when, lang, when.ends_local)


def _fully(when: When, lang: str, end: datetime | None) -> str:
    if when.all_day:
        days = start_in_words(when, lang)
        return days if runs_into_another_day(when) else ALL_DAY[lang].format(day=days)
    until = end and timezones.instant_or_later(end, when.zone)
    return timezones.fully_in_words(when.starts_at, when.zone, lang, when.city, until)


def for_machines(when: When) -> str:
    """For <time datetime>: "2023-05-31T07:00-04:00", of whole days "2023-06-02"."""
    if when.all_day:
        return when.starts_local.date().isoformat()
    return timezones.for_machines(when.starts_at, when.zone)
