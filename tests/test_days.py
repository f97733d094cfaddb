"""Whole days, and times that run into another day, in words."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign import days, timezones
from campaign.actions.parts import AnnouncedDate


def whole(first, last, city="Ottawa", zone="America/Toronto"):
    """Whole days, from the first to the last."""
    starts, ends = (datetime.combine(day, datetime.min.time()) for day in (first, last + timedelta(days=1)))
    return AnnouncedDate(starts_local=starts, ends_local=ends, zone=zone, city=city, all_day=True)


def timed(starts, ends):
    return AnnouncedDate(starts_local=starts, ends_local=ends, zone="America/Toronto", city="Ottawa", all_day=False)


@pytest.mark.parametrize(
    ("last", "en", "fr", "es"),
    [
        (date(2023, 6, 2), "Friday 2 June 2023", "vendredi 2 juin 2023", "viernes 2 de junio de 2023"),
        (
            date(2023, 6, 4),
            "Friday 2 – Sunday 4 June 2023",
            "vendredi 2 – dimanche 4 juin 2023",
            "viernes 2 – domingo 4 de junio de 2023",
        ),
        (
            date(2023, 7, 1),
            "Friday 2 June – Saturday 1 July 2023",
            "vendredi 2 juin – samedi 1er juillet 2023",
            "viernes 2 de junio – sábado 1 de julio de 2023",
        ),
        (
            date(2024, 1, 1),
            "Friday 2 June 2023 – Monday 1 January 2024",
            "vendredi 2 juin 2023 – lundi 1er janvier 2024",
            "viernes 2 de junio de 2023 – lunes 1 de enero de 2024",
        ),
    ],
)
def test_days_are_said_from_the_first_to_the_last_without_saying_anything_twice(last, en, fr, es):
    said = {lang: days.start_in_words(whole(date(2023, 6, 2), last), lang) for lang in ("en", "fr", "es")}

    assert said == {"en": en, "fr": fr, "es": es}


def test_one_whole_day_says_that_it_is_one():
    day = whole(date(2023, 6, 2), date(2023, 6, 2))

    assert days.fully_in_words(day, "en") == "Friday 2 June 2023, all day"
    assert days.fully_in_words(day, "fr") == "vendredi 2 juin 2023, toute la journée"
    assert days.announced_in_words(day, "es") == "viernes 2 de junio de 2023, todo el día"


def test_a_time_within_a_day_is_said_with_its_zone():
    evening = timed(datetime(2023, 6, 2, 18), datetime(2023, 6, 2, 20))

    assert days.start_in_words(evening, "en") == days.span_in_words(evening, "en") == "Friday 2 June 2023, 6:00 pm"
    assert days.announced_in_words(evening, "en") == "Friday 2 June 2023, 6:00 pm, Ottawa time (EDT)"
    assert days.fully_in_words(evening, "en") == "Friday 2 June 2023, 6:00 pm to 8:00 pm, Ottawa time (EDT)"


def test_what_runs_into_another_day_says_when_it_ends():
    camp = timed(datetime(2023, 6, 2, 18), datetime(2023, 6, 4, 12))

    assert days.span_in_words(camp, "en") == "Friday 2 June 2023, 6:00 pm to Sunday 4 June 2023, 12:00 pm"


def test_what_ends_at_midnight_is_not_on_the_day_that_begins_then():
    evening = timed(datetime(2023, 6, 2, 18), datetime(2023, 6, 3))

    assert days.last_day(evening) == date(2023, 6, 2)
    assert days.span_in_words(evening, "en") == "Friday 2 June 2023, 6:00 pm"


def test_a_day_whose_midnight_the_clocks_jump_over_is_a_day_too():
    day = whole(date(2023, 4, 28), date(2023, 4, 28), zone="Africa/Cairo")

    assert days.fully_in_words(day, "en") == "Friday 28 April 2023, all day"
    assert days.for_machines(day) == "2023-04-28"
    assert day.starts_at == timezones.instant(datetime(2023, 4, 28, 1), "Africa/Cairo")


@given(st.dates(date(1970, 1, 2), date(2199, 1, 1)), st.integers(0, 500), st.sampled_from(["en", "fr", "es"]))
def test_days_begin_with_the_first_weekday_and_end_with_the_last_day(first, length, lang):
    last = first + timedelta(days=length)

    words = days.days_in_words(first, last, lang)

    assert words.endswith(timezones.day_in_words(last, lang))
    assert words.startswith(f"{timezones.weekday_name(first, lang)} {timezones.day_number(first, lang)}")
