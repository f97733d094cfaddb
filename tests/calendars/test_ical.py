"""The bytes of a calendar."""

import os
import re
import subprocess
import sys
import time as stopwatch
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from campaign import timezones
from campaign.calendars import ical
from campaign.calendars.entries import Entry
from campaign.calendars.ical import Head, Sender

OTTAWA = "America/Toronto"
STAMP = datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
HEAD = Head(
    name="Ottawa Against the Arms Fair",
    about="What we ask.",
    page="https://example.org/en/calendar",
    source="https://example.org/calendar.ics",
    zone=OTTAWA,
)


def entry(starts=datetime(2023, 5, 31, 7, 0), hours=2.5, zone=OTTAWA, **more):
    """An action. starts: wall clock of the zone."""
    starts_at = timezones.instant_or_later(starts, zone)
    ends_at = starts_at + timedelta(hours=hours)
    given = {
        "uid": "protest@example.org",
        "created_at": STAMP,
        "changed_at": STAMP,
        "sequence": 0,
        "all_day": False,
        "title": "Protest CANSEC",
        "place": "EY Centre, 4899 Uplands Drive, Ottawa",
        "position": None,
        "description": "Meet at the gates.\n\nhttps://example.org/en/actions/protest-cansec",
        "page": "https://example.org/en/actions/protest-cansec",
        "category": "Protest",
        "status": "CONFIRMED",
        "busy": True,
        **more,
    }
    times = {"starts_local": starts, "ends_local": timezones.wall(ends_at, zone).replace(fold=0)}
    return Entry(zone=zone, starts_at=starts_at, ends_at=ends_at, **times, **given)


def lines(text):
    """The unfolded lines."""
    return text.decode().replace("\r\n ", "").split("\r\n")


def event(text):
    [found] = Calendar.from_ical(text).walk("VEVENT")
    return found


def test_a_feed_is_these_bytes():
    text = ical.calendar([entry(position=(45.3226, -75.6692))], HEAD)

    assert lines(text) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Campaign Organizer//Campaign Organizer//EN",
        "CALSCALE:GREGORIAN",
        "NAME:Ottawa Against the Arms Fair",
        "X-WR-CALNAME:Ottawa Against the Arms Fair",
        "DESCRIPTION:What we ask.",
        "X-WR-CALDESC:What we ask.",
        "URL:https://example.org/en/calendar",
        "SOURCE;VALUE=URI:https://example.org/calendar.ics",
        "COLOR:teal",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:America/Toronto",
        "BEGIN:VTIMEZONE",
        "TZID:America/Toronto",
        "BEGIN:DAYLIGHT",
        "TZOFFSETFROM:-0500",
        "TZOFFSETTO:-0400",
        "TZNAME:EDT",
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "TZOFFSETFROM:-0400",
        "TZOFFSETTO:-0500",
        "TZNAME:EST",
        "DTSTART:19701101T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:protest@example.org",
        "DTSTAMP:20230510T140000Z",
        "LAST-MODIFIED:20230510T140000Z",
        "CREATED:20230510T140000Z",
        "SEQUENCE:0",
        "DTSTART;TZID=America/Toronto:20230531T070000",
        "DTEND;TZID=America/Toronto:20230531T093000",
        "SUMMARY:Protest CANSEC",
        "LOCATION:EY Centre\\, 4899 Uplands Drive\\, Ottawa",
        "GEO:45.322600;-75.669200",
        "DESCRIPTION:Meet at the gates.\\n\\nhttps://example.org/en/actions/protest-cansec",
        "URL:https://example.org/en/actions/protest-cansec",
        "CATEGORIES:Protest",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_a_single_action_opens_no_calendar_of_its_own():
    text = ical.calendar([entry()])

    names = {line.partition(":")[0].partition(";")[0] for line in lines(text)[: lines(text).index("BEGIN:VTIMEZONE")]}
    assert names == {"BEGIN", "VERSION", "PRODID", "CALSCALE"}


def test_an_empty_feed_is_a_calendar_still():
    calendar = Calendar.from_ical(ical.calendar([], HEAD))

    assert calendar["X-WR-CALNAME"] == "Ottawa Against the Arms Fair"
    assert calendar.subcomponents == []


# ------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("starts", "line"),
    [
        (datetime(2023, 5, 31, 7, 0), "DTSTART;TZID=America/Toronto:20230531T070000"),
        (datetime(2023, 1, 31, 7, 0), "DTSTART;TZID=America/Toronto:20230131T070000"),
        (datetime(2023, 11, 5, 0, 30), "DTSTART:20231105T043000Z"),  # ends in the doubled hour
        (datetime(2023, 11, 5, 1, 30), "DTSTART:20231105T053000Z"),  # the first 1:30
        (datetime(2023, 11, 5, 1, 30, fold=1), "DTSTART:20231105T063000Z"),  # the second
        (datetime(2023, 11, 5, 2, 0), "DTSTART;TZID=America/Toronto:20231105T020000"),
        (datetime(2006, 12, 31, 12, 0), "DTSTART:20061231T170000Z"),
        (datetime(2007, 1, 1, 12, 0), "DTSTART;TZID=America/Toronto:20070101T120000"),
        (datetime(2038, 7, 1, 12, 0), "DTSTART:20380701T160000Z"),
    ],
)
def test_a_time_is_a_wall_time_with_its_zone_or_utc_where_that_would_be_misread(starts, line):
    text = ical.calendar([entry(starts, hours=1)])

    assert line in lines(text)
    assert (b"VTIMEZONE" in text) is ("TZID" in line)


def test_a_wall_time_that_new_rules_have_taken_away_is_written_in_utc():
    """It was announced and stored before they came."""
    stored = entry(datetime(2023, 3, 12, 3, 30))
    odd = Entry(**{**stored.__dict__, "starts_local": datetime(2023, 3, 12, 2, 30)})

    assert event(ical.calendar([odd])).start == datetime(2023, 3, 12, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "Zulu"])
def test_utc_needs_no_zone(zone):
    text = ical.calendar([entry(zone=zone)])

    assert "DTSTART:20230531T070000Z" in lines(text)
    assert b"VTIMEZONE" not in text


def test_whole_days_are_dates_with_an_exclusive_end():
    text = ical.calendar([entry(datetime(2023, 5, 31), hours=48, all_day=True)])

    assert "DTSTART;VALUE=DATE:20230531" in lines(text)
    assert "DTEND;VALUE=DATE:20230602" in lines(text)
    assert event(text).end == date(2023, 6, 2)


def test_days_are_days_when_the_clocks_change_within_them():
    text = ical.calendar([entry(datetime(2023, 11, 5), hours=25, all_day=True)])

    assert "DTEND;VALUE=DATE:20231106" in lines(text)


def test_from_midnight_to_midnight_are_hours_unless_whole_days_were_announced():
    text = ical.calendar([entry(datetime(2023, 5, 31), hours=24)])

    assert "DTSTART;TZID=America/Toronto:20230531T000000" in lines(text)
    assert "DTEND;TZID=America/Toronto:20230601T000000" in lines(text)


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)),
    st.sampled_from(sorted(timezones.KNOWN)),
    st.integers(1, 60 * 24 * 9),
)
def test_every_time_in_every_zone_is_read_back_as_its_instant(starts, zone, minutes):
    starts = starts.replace(second=0, microsecond=0)
    if timezones.is_missing(starts, zone):
        return
    told = entry(starts, minutes / 60, zone)

    read = event(ical.calendar([told]))

    assert (read.start, read.end) == (told.starts_at, told.ends_at)


def test_each_zone_in_use_stands_there_once_in_order():
    zones = ["Europe/Paris", "America/Lima", "America/Lima", "UTC", OTTAWA]

    text = ical.calendar([entry(zone=zone) for zone in zones], HEAD)

    assert re.findall(rb"\r\nTZID:(.*?)\r\n", text) == [b"America/Lima", b"America/Toronto", b"Europe/Paris"]
    assert text.index(b"END:VTIMEZONE") < text.index(b"BEGIN:VEVENT")


def test_a_zone_is_described_from_the_year_of_its_first_action():
    late, early = entry(datetime(2026, 5, 31, 7)), entry(datetime(2019, 5, 31, 7), zone="America/Mexico_City")
    mexico = entry(datetime(2026, 5, 31, 7), zone="America/Mexico_City")

    assert ical.calendar([late, mexico]).count(b"BEGIN:STANDARD") == 2
    assert ical.calendar([late, mexico, early]).count(b"BEGIN:STANDARD") > 4


# ------------------------------------------------------------------ texts

HOSTILE = "Vigil\r\nATTENDEE:mailto:spy@example.org\r\nEND:VEVENT\nBEGIN:VEVENT\rX:1\u2028Y:2\x85Z:3\0\x07\x1b\x9c"


@pytest.mark.parametrize("where", ["title", "place", "description", "category", "uid", "page"])
def test_no_text_can_leave_its_property(where):
    text = ical.calendar([entry(**{where: HOSTILE})], HEAD)

    calendar = Calendar.from_ical(text)
    assert len(calendar.walk("VEVENT")) == 1
    assert set(event(text)) == {
        *("UID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "LOCATION"),
        *("DESCRIPTION", "URL", "CATEGORIES", "STATUS", "TRANSP"),
    }
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", text)


@pytest.mark.parametrize("where", ["name", "about", "page", "source"])
def test_no_name_of_a_feed_can_leave_its_property(where):
    text = ical.calendar([entry()], Head(**{**HEAD.__dict__, where: HOSTILE}))

    assert len(Calendar.from_ical(text).walk("VEVENT")) == 1
    assert not any(line.startswith(("ATTENDEE", "X:1", "Y:2", "Z:3")) for line in lines(text))


def test_no_name_of_a_team_can_leave_its_property():
    text = ical.calendar([entry()], sender=Sender(name=f'"{HOSTILE}";X=1:', address=f"team@example.org{HOSTILE}"))

    assert len(Calendar.from_ical(text).walk("VEVENT")) == 1
    assert not any(line.startswith(("ATTENDEE", "X:1")) for line in lines(text))


texts = st.text(st.characters(codec=None, exclude_categories=())) | st.text(
    "\r\n\t ,;:\\\"n^'\0\x85\u2028\u202e\ud800é👩‍👧"
)


@given(texts)
def test_any_text_is_read_back_without_what_a_calendar_can_not_hold(typed):
    text = ical.calendar([entry(title=typed, description=typed)])

    read = event(text)
    kept = ical.UNFIT.sub("", ical.LINE_ENDS.sub("\n", typed)).strip()
    assert str(read["DESCRIPTION"]) == kept
    assert str(read["SUMMARY"]) == " ".join(kept.split())


@given(texts)
def test_lines_end_in_crlf_and_are_short_and_no_character_is_cut(typed):
    text = ical.calendar([entry(title=typed * 9, description=typed * 9)], HEAD)

    assert text.endswith(b"END:VCALENDAR\r\n")
    for line in text.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        line.decode()  # would raise if a fold stood inside a character


def test_writing_from_right_to_left_is_kept_and_turning_what_follows_is_not():
    arabic = "وقفة سلمية\u200f أمام المعرض \u2067CANSEC\u2069"

    read = event(ical.calendar([entry(title=f"\u202e{arabic}\u202c")]))

    assert str(read["SUMMARY"]) == arabic


def test_a_very_long_text_is_whole_and_quick():
    long = "Gegen Waffenhändler, für Frieden; 👩‍👩‍👧‍👦\n" * 1500
    began = stopwatch.process_time()

    read = event(ical.calendar([entry(description=long)]))

    assert str(read["DESCRIPTION"]) == long.strip()
    assert stopwatch.process_time() - began < 2


# ------------------------------------------------------------------ what stands there and what doesn't


@pytest.mark.parametrize(
    ("status", "busy", "transp"), [("CANCELLED", False, "TRANSPARENT"), ("TENTATIVE", True, "OPAQUE")]
)
def test_the_state_stands_there(status, busy, transp):
    read = event(ical.calendar([entry(status=status, busy=busy, sequence=3)]))

    assert (read["STATUS"], read["TRANSP"], read["SEQUENCE"]) == (status, transp, 3)


def test_a_feed_names_nobody_and_rings_no_bell():
    text = ical.calendar([entry()], HEAD)

    for word in (b"ATTENDEE", b"ORGANIZER", b"VALARM", b"METHOD", b"mailto:"):
        assert word not in text
    assert b"UID" not in text.partition(b"BEGIN:VTIMEZONE")[0]


def test_by_mail_it_is_published_by_the_team():
    text = ical.calendar([entry()], sender=Sender(name="Heron collective, Ottawa", address="team@example.org"))

    calendar = Calendar.from_ical(text)
    assert calendar["METHOD"] == "PUBLISH"
    assert 'ORGANIZER;CN="Heron collective, Ottawa":mailto:team@example.org' in lines(text)
    assert event(text)["UID"] == "protest@example.org"
    assert b"ATTENDEE" not in text


@pytest.mark.parametrize(
    ("position", "geo"), [((45.3226, -75.6692), "45.322600;-75.669200"), ((0.00001, -1e-7), "0.000010;-0.000000")]
)
def test_a_position_is_plain_decimals(position, geo):
    assert f"GEO:{geo}" in lines(ical.calendar([entry(position=position)]))


ELSEWHERE = ["Europe/Paris", "America/Lima", "UTC", "America/Toronto", "Asia/Jerusalem", "Africa/Cairo"]


def test_another_process_writes_the_same_bytes():
    program = (
        "import sys; from tests.calendars.test_ical import ELSEWHERE, HEAD, entry, ical\n"
        "sys.stdout.buffer.write(ical.calendar([entry(zone=zone) for zone in ELSEWHERE], HEAD))"
    )

    written = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        capture_output=True,
        check=True,
    ).stdout

    assert written.endswith(b"END:VCALENDAR\r\n")
    assert written == ical.calendar([entry(zone=zone) for zone in ELSEWHERE], HEAD)
