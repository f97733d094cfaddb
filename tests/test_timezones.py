"""Wall time <-> instant, and times as people say them."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from campaign import timezones

OTTAWA = "America/Toronto"
MORNING = datetime(2023, 5, 31, 7, 0)

zones = st.sampled_from(sorted(timezones.KNOWN))
walls = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(lambda wall: wall.replace(second=0, microsecond=0))
instants = walls.map(lambda wall: wall.replace(tzinfo=UTC))
languages = st.sampled_from(["en", "fr", "es"])


# ------------------------------------------------------------------ wall time <-> instant


@pytest.mark.parametrize(
    ("wall", "zone", "hours_utc"),
    [
        (MORNING, OTTAWA, 11),
        (datetime(2023, 1, 31, 7, 0), OTTAWA, 12),
        (datetime(2023, 5, 31, 7, 0), "UTC", 7),
        (datetime(2023, 5, 31, 7, 0), "Asia/Kolkata", 1.5),
    ],
)
def test_a_wall_time_is_the_hour_that_its_zone_says_it_is(wall, zone, hours_utc):
    midnight = wall.replace(hour=0, tzinfo=UTC)

    assert timezones.instant(wall, zone) == midnight + timedelta(hours=hours_utc)


@given(instants, zones)
def test_an_instant_comes_back_from_the_wall(instant, zone):
    wall = timezones.wall(instant, zone)

    assert timezones.instant(wall, zone) == instant
    assert wall.tzinfo is None


@given(walls, zones)
def test_a_wall_time_comes_back_or_is_missing(wall, zone):
    if timezones.is_missing(wall, zone):
        with pytest.raises(timezones.MissingHour):
            timezones.instant(wall, zone)
    else:
        assert timezones.wall(timezones.instant(wall, zone), zone) == wall


@given(walls, zones)
def test_a_doubled_wall_time_is_the_first_unless_told(wall, zone):
    assume(not timezones.is_missing(wall, zone))

    first = timezones.instant(wall, zone)
    second = timezones.instant(wall.replace(fold=1), zone)

    assert timezones.is_doubled(wall, zone) == (first < second)
    assert first <= second


def test_the_hour_that_the_clocks_jump_over_is_refused_in_words():
    with pytest.raises(timezones.MissingHour) as refused:
        timezones.instant(datetime(2023, 3, 12, 2, 30), OTTAWA)

    assert refused.value.later == datetime(2023, 3, 12, 3, 30)
    assert str(refused.value) == (
        "there is no 2:30 am on Sunday 12 March 2023 in America/Toronto: the clocks go forward over it, to what would "
        "be Sunday 12 March 2023, 3:30 am"
    )


@pytest.mark.parametrize(
    ("wall", "zone", "missing"),
    [
        (datetime(2023, 3, 12, 1, 59), OTTAWA, False),
        (datetime(2023, 3, 12, 2, 0), OTTAWA, True),
        (datetime(2023, 3, 12, 2, 59), OTTAWA, True),
        (datetime(2023, 3, 12, 3, 0), OTTAWA, False),
        (datetime(2023, 10, 1, 2, 15), "Australia/Lord_Howe", True),  # half an hour only
        (datetime(2023, 10, 1, 2, 30), "Australia/Lord_Howe", False),
        (datetime(2011, 12, 30, 12, 0), "Pacific/Apia", True),  # a whole day
        (datetime(2023, 3, 12, 2, 30), "UTC", False),
    ],
)
def test_only_what_the_clocks_jump_over_is_missing(wall, zone, missing):
    assert timezones.is_missing(wall, zone) is missing


@pytest.mark.parametrize(
    ("wall", "doubled"),
    [
        (datetime(2023, 11, 5, 0, 59), False),
        (datetime(2023, 11, 5, 1, 0), True),
        (datetime(2023, 11, 5, 1, 59), True),
        (datetime(2023, 11, 5, 2, 0), False),
    ],
)
def test_only_what_the_clocks_show_twice_is_doubled(wall, doubled):
    assert timezones.is_doubled(wall, OTTAWA) is doubled


@pytest.mark.parametrize(
    "zone",
    [
        *("", "Ottawa", "america/toronto", "America", "America/Toronto ", "Factory", "posixrules", "zone.tab"),
        *("../UTC", "/etc/localtime", "UTC\0", "\udc80", "x" * 9999),
    ],
)
def test_what_is_no_zone_is_refused_in_words(zone):
    assert not timezones.known(zone)
    with pytest.raises(timezones.UnknownZone, match="not a time zone") as refused:
        timezones.instant(MORNING, zone)
    with pytest.raises(timezones.UnknownZone):
        timezones.wall(MORNING.replace(tzinfo=UTC), zone)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(("wall", "zone"), [(datetime(1, 1, 1), "Asia/Tokyo"), (datetime(9999, 12, 31, 23), OTTAWA)])
def test_the_edge_of_the_calendar_is_refused(wall, zone):
    with pytest.raises(timezones.OutOfReach):
        timezones.instant(wall, zone)


def test_wall_times_and_instants_are_not_mixed_up():
    with pytest.raises(ValueError, match="no zone of its own"):
        timezones.instant(MORNING.replace(tzinfo=UTC), OTTAWA)
    with pytest.raises(ValueError, match="needs a zone"):
        timezones.wall(MORNING, OTTAWA)


def test_every_refusal_is_a_value_error():
    assert issubclass(timezones.UnknownZone, ValueError)
    assert issubclass(timezones.MissingHour, ValueError)
    assert issubclass(timezones.OutOfReach, ValueError)


def test_the_machine_has_no_say_in_what_the_zones_do(tmp_path):
    """A machine whose own America/Toronto is really Tokyo's."""
    toronto = tmp_path / "America" / "Toronto"
    toronto.parent.mkdir()
    with zoneinfo._common.load_tzdata("Asia/Tokyo") as tokyo:
        toronto.write_bytes(tokyo.read())
    program = (
        "from zoneinfo import ZoneInfo; from datetime import datetime; ZoneInfo('America/Toronto')\n"
        "from campaign import timezones; print(timezones.instant(datetime(2023, 5, 31, 7), 'America/Toronto').hour,"
        " datetime(2023, 5, 31, 7, tzinfo=ZoneInfo('America/Toronto')).tzname())"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert answer.stdout.split() == ["11", "EDT"]


# ------------------------------------------------------------------ zones to choose from


@pytest.mark.parametrize(("lang", "country", "city"), [("en", "Mexico", "Mexico City"), ("fr", "Mexique", "Mexico")])
def test_zones_are_offered_by_country_in_the_readers_language(lang, country, city):
    offered = timezones.choices(lang)

    assert (OTTAWA, "Toronto") in offered["Canada"]
    assert ("America/Mexico_City", city) in offered[country]
    assert ("UTC", "UTC") in offered["UTC"]


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_every_offered_zone_is_known_and_offered_once(lang):
    offered = [zone for zones in timezones.choices(lang).values() for zone, _ in zones]

    assert len(offered) == len(set(offered)) > 400
    assert all(map(timezones.known, offered))


def test_accents_do_not_upset_the_order():
    countries = list(timezones.choices("fr"))

    assert countries.index("Équateur") < countries.index("Espagne") < countries.index("Zambie")


def test_an_older_name_that_is_chosen_already_stays_on_offer():
    def offers(keep):
        return [zone for zones in timezones.choices("en", keep=keep).values() for zone, _ in zones]

    assert "US/Eastern" in offers("US/Eastern")
    assert offers(OTTAWA) == offers("UTC") == offers("no zone") == offers("")


# ------------------------------------------------------------------ as people say them


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Wednesday 31 May 2023, 7:00 am"),
        ("fr", "mercredi 31 mai 2023, 7 h"),
        ("es", "miércoles 31 de mayo de 2023, 7:00"),
    ],
)
def test_a_time_is_said_by_the_products_patterns(lang, words):
    assert timezones.in_words(MORNING, lang) == words


@pytest.mark.parametrize(
    ("hour", "en", "fr", "es"),
    [
        (time(0, 0), "12:00 am", "0 h", "0:00"),
        (time(0, 5), "12:05 am", "0 h 05", "0:05"),
        (time(7, 0), "7:00 am", "7 h", "7:00"),
        (time(9, 30), "9:30 am", "9 h 30", "9:30"),
        (time(12, 0), "12:00 pm", "12 h", "12:00"),
        (time(12, 59), "12:59 pm", "12 h 59", "12:59"),
        (time(18, 0, 59), "6:00 pm", "18 h", "18:00"),
        (time(23, 59), "11:59 pm", "23 h 59", "23:59"),
    ],
)
def test_hours_are_said_to_the_minute(hour, en, fr, es):
    assert [timezones.hour_in_words(hour, lang) for lang in ("en", "fr", "es")] == [en, fr, es]


@pytest.mark.parametrize(
    ("lang", "full", "short", "month"),
    [
        ("en", "Thursday 1 June 2023", "Thu 1 Jun", "June 2023"),
        ("fr", "jeudi 1er juin 2023", "jeu. 1er juin", "juin 2023"),
        ("es", "jueves 1 de junio de 2023", "jue 1 jun", "junio de 2023"),
    ],
)
def test_the_first_of_a_month_is_said_as_its_language_does(lang, full, short, month):
    day = date(2023, 6, 1)

    assert timezones.day_in_words(day, lang) == full
    assert timezones.short_day(day, lang) == short
    assert timezones.month_in_words(day, lang) == month


@pytest.mark.parametrize(
    ("lang", "dated", "coming"),
    [
        ("en", "1 June 2023", "1 June"),
        ("fr", "1er juin 2023", "1er juin"),
        ("es", "1 de junio de 2023", "1 de junio"),
    ],
)
def test_a_date_may_be_said_without_its_weekday_or_year(lang, dated, coming):
    day = date(2023, 6, 1)

    assert timezones.date_in_words(day, lang) == dated
    assert timezones.day_and_month(day, lang) == coming


@given(st.dates(date(1000, 1, 1)), languages)
def test_a_day_is_said_with_its_weekday_number_month_and_year(day, lang):
    words = timezones.day_in_words(day, lang)

    assert words.startswith(timezones.weekday_name(day, lang))
    assert timezones.month_name(day, lang) in words
    assert words.endswith(str(day.year))
    assert timezones.day_number(day, lang) in words.split()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Wednesday 31 May 2023, 7:00 am to 9:30 am"),
        ("fr", "mercredi 31 mai 2023, 7 h à 9 h 30"),
        ("es", "miércoles 31 de mayo de 2023, 7:00 a 9:30"),
    ],
)
def test_a_span_within_a_day_names_the_day_once(lang, words):
    assert timezones.span_in_words(MORNING, datetime(2023, 5, 31, 9, 30), lang) == words


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Wednesday 31 May 2023, 10:00 pm to Thursday 1 June 2023, 2:00 am"),
        ("fr", "mercredi 31 mai 2023, 22 h au jeudi 1er juin 2023, 2 h"),
        ("es", "miércoles 31 de mayo de 2023, 22:00 al jueves 1 de junio de 2023, 2:00"),
    ],
)
def test_a_span_over_midnight_names_both_days(lang, words):
    assert timezones.span_in_words(datetime(2023, 5, 31, 22, 0), datetime(2023, 6, 1, 2, 0), lang) == words


@given(walls, st.timedeltas(timedelta(minutes=1), timedelta(days=9)), languages)
def test_a_span_begins_with_its_start_as_said_alone(start, length, lang):
    assert timezones.span_in_words(start, start + length, lang).startswith(timezones.in_words(start, lang))


@pytest.mark.parametrize(
    ("zone", "city", "en", "fr", "es"),
    [
        (OTTAWA, "Ottawa", "Ottawa time (EDT)", "heure d’Ottawa (HAE)", "hora de Ottawa (EDT)"),
        (OTTAWA, "", "Toronto time (EDT)", "heure de Toronto (HAE)", "hora de Toronto (EDT)"),
        ("America/St_Johns", "", "St. John’s time (NDT)", "heure de Saint-Jean de Terre-Neuve (HAT)", None),
        ("Africa/Cairo", "", "Cairo time (EEST)", "heure du Caire (EEST)", "hora de El Cairo (EEST)"),
        ("America/Havana", "", "Havana time (CDT)", "heure de La Havane (CDT)", "hora de La Habana (CDT)"),
        ("Asia/Manila", "", "Manila time (PST)", "heure de Manille (PST)", "hora de Manila (PST)"),
        ("Europe/Athens", "Égine", "Égine time (EEST)", "heure d’Égine (EEST)", "hora de Égine (EEST)"),
        ("America/Lima", "", "Lima time (UTC−5)", "heure de Lima (UTC−5)", "hora de Lima (UTC−5)"),
        ("Asia/Kathmandu", "", "Kathmandu time (UTC+5:45)", None, None),
        ("America/Argentina/Buenos_Aires", "", "Buenos Aires time (UTC−3)", None, None),
        ("UTC", "", "UTC", "UTC", "UTC"),
        ("Etc/GMT+5", "", "UTC−5", "UTC−5", "UTC−5"),
    ],
)  # fmt: skip
def test_the_zone_is_said_by_its_city_and_its_letters(zone, city, en, fr, es):
    start = datetime(2023, 5, 31, 11, 0, tzinfo=UTC)

    for lang, words in (("en", en), ("fr", fr), ("es", es)):
        assert words is None or timezones.zone_in_words(start, zone, lang, city) == words


def test_winter_has_letters_of_its_own():
    winter = datetime(2023, 1, 31, 12, 0, tzinfo=UTC)

    assert timezones.zone_in_words(winter, OTTAWA, "en", "Ottawa") == "Ottawa time (EST)"
    assert timezones.zone_in_words(winter, OTTAWA, "fr", "Ottawa") == "heure d’Ottawa (HNE)"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Sunday 5 November 2023, 1:30 am to 1:15 am, Ottawa time (EDT, then EST)"),
        ("fr", "dimanche 5 novembre 2023, 1 h 30 à 1 h 15, heure d’Ottawa (HAE, puis HNE)"),
        ("es", "domingo 5 de noviembre de 2023, 1:30 a 1:15, hora de Ottawa (EDT, después EST)"),
    ],
)
def test_when_the_clocks_change_in_between_the_letters_of_both_are_said(lang, words):
    start = datetime(2023, 11, 5, 5, 30, tzinfo=UTC)

    assert timezones.fully_in_words(start, OTTAWA, lang, "Ottawa", start + timedelta(minutes=45)) == words


def test_without_an_end_the_start_is_said_with_its_zone():
    start = timezones.instant(MORNING, OTTAWA)

    assert (
        timezones.fully_in_words(start, OTTAWA, "en", "Ottawa") == "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)"
    )


@given(instants, zones, languages)
def test_every_zone_can_be_said_at_any_time(instant, zone, lang):
    assert timezones.zone_in_words(instant, zone, lang).strip(" ()")


def test_machines_are_told_the_offset():
    assert timezones.for_machines(timezones.instant(MORNING, OTTAWA), OTTAWA) == "2023-05-31T07:00-04:00"


def test_there_are_no_patterns_for_another_language():
    with pytest.raises(KeyError):
        timezones.day_in_words(MORNING, "de")
