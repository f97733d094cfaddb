"""VTIMEZONE says of every IANA zone what zoneinfo does.

What we write is read back by the letter of RFC 5545 3.6.5, without anything of ours, and compared over all of YEARS: a
minute before and after every change of the clocks, and once a week in between. (Others read it in interop/.)
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from icalendar import Component

from campaign import timezones
from campaign.calendars.vtimezone import YEARS, vtimezone

ALL = sorted(timezones.KNOWN)
CHUNKS = 16
MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)  # nobody changed the clocks and back in less


def _rules(name: str) -> bytes:
    """What the zone's file says. Many zones are other names of one."""
    package, _, last = f"tzdata.zoneinfo.{name.replace('/', '.')}".rpartition(".")
    return files(package).joinpath(last).read_bytes()


DISTINCT = list({_rules(name): name for name in reversed(ALL)}.values())


class Reading:
    """A VTIMEZONE as RFC 5545 tells to read it: what began last holds."""

    def __init__(self, text: bytes) -> None:
        zone = Component.from_ical(text)
        assert zone.name == "VTIMEZONE"
        self.name = str(zone["TZID"])
        self.onsets = sorted(onset for part in zone.subcomponents for onset in self._onsets(part))

    def _onsets(self, part: Component) -> Iterator[tuple[datetime, timedelta, timedelta, str]]:
        assert part.name in {"STANDARD", "DAYLIGHT"}
        assert set(part) <= {"TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "DTSTART", "RRULE"}
        start = part["DTSTART"].dt
        assert start.tzinfo is None, "the onset is a wall time"
        rule = rrulestr(part["RRULE"].to_ical().decode(), dtstart=start) if "RRULE" in part else [start]
        for wall in rule:
            if wall.year > YEARS.stop:
                break
            before = part["TZOFFSETFROM"].td
            yield (wall - before).replace(tzinfo=UTC), part["TZOFFSETTO"].td, before, str(part["TZNAME"])

    def at(self, instant: datetime) -> tuple[timedelta, str]:
        _, offset, _, letters = self.onsets[bisect_right(self.onsets, instant, key=lambda onset: onset[0]) - 1]
        return offset, letters


@cache
def _read(name: str, since: int) -> Reading:
    return Reading(vtimezone(name, since))


def _offset(zone: ZoneInfo, instant: datetime) -> tuple[timedelta | None, str | None]:
    local = instant.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _times_to_look_at(zone: ZoneInfo, since: int) -> Iterator[datetime]:
    noon = datetime(since, 1, 1, 12, tzinfo=UTC)
    now = _offset(zone, noon)
    while noon.year < YEARS.stop:
        later = _offset(zone, noon + WEEK)
        if later != now:
            before, after = noon, noon + WEEK
            while after - before > MINUTE:
                middle = before + (after - before) // (2 * MINUTE) * MINUTE
                before, after = (middle, after) if _offset(zone, middle) == now else (before, middle)
            yield from (before, after, before - MINUTE, after + MINUTE)
        yield noon
        noon, now = noon + WEEK, later


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_zone_does_what_it_says(chunk):
    for name in DISTINCT[chunk::CHUNKS]:
        zone = ZoneInfo(name)
        readings = {since: _read(name, since) for since in (YEARS.start, 2023)}
        for instant in _times_to_look_at(zone, YEARS.start):
            for since, reading in readings.items():
                if instant.year >= since:
                    assert reading.at(instant) == _offset(zone, instant), f"{name} since {since} at {instant}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_zone_with_several_names_says_the_same_under_each(chunk):
    first = {_rules(name): name for name in DISTINCT}

    for name in ALL[chunk::CHUNKS]:
        other = first[_rules(name)]
        assert vtimezone(name, 2023).split(b"\r\n")[2:] == vtimezone(other, 2023).split(b"\r\n")[2:]


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_change_starts_from_where_the_clocks_are(chunk):
    """Programs find the wall time of a change by its TZOFFSETFROM, so it has to be what held before."""
    for name in DISTINCT[chunk::CHUNKS]:
        for since in (YEARS.start, 2023):
            told = [onset for onset in _read(name, since).onsets if onset[0].year > 1970]
            for (_, holds, _, _), (at, _, before, _) in pairwise(told):
                assert before == holds, f"{name} at {at}"


@pytest.mark.parametrize("name", ["America/Toronto", "Europe/Paris", "Australia/Sydney", "Europe/Dublin"])
def test_two_yearly_rules_since_1970_say_it_all(name):
    zone = Component.from_ical(vtimezone(name, 2023))

    assert [part.name for part in zone.subcomponents] == ["DAYLIGHT", "STANDARD"]
    assert all(part["DTSTART"].dt.year == 1970 and "RRULE" in part for part in zone.subcomponents)
    summer, winter = zone.subcomponents
    assert summer["TZOFFSETTO"].td > winter["TZOFFSETTO"].td


def test_the_bytes_are_these():
    assert vtimezone("America/Toronto", 2023).decode().split("\r\n") == [
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
        "",
    ]


def test_a_zone_that_never_changes_is_one_part():
    zone = Component.from_ical(vtimezone("America/Lima", 2023))

    assert [part.name for part in zone.subcomponents] == ["STANDARD"]
    assert "RRULE" not in zone.subcomponents[0]


@pytest.mark.parametrize("name", ["Asia/Jerusalem", "Asia/Gaza", "Africa/Cairo", "America/Nuuk", "America/Santiago"])
def test_what_no_yearly_rule_can_say_is_one_part_for_each_change(name):
    zone = Component.from_ical(vtimezone(name, 2023))

    assert len(zone.subcomponents) > 20
    assert not any("RRULE" in part for part in zone.subcomponents)


def test_a_later_feed_is_spared_earlier_changes():
    assert len(vtimezone("America/Mexico_City", 2007)) > 2000
    assert len(vtimezone("America/Mexico_City", 2023)) < 200


@pytest.mark.parametrize("since", [1, 1969, 2006])
def test_years_before_its_first_are_read_as_its_first(since):
    assert vtimezone("Europe/Moscow", since) == vtimezone("Europe/Moscow", YEARS.start)


@pytest.mark.parametrize("since", [2026, 2037, 9999])
def test_a_rule_is_still_found_when_little_is_left_of_its_years(since):
    assert vtimezone("America/Toronto", since) == vtimezone("America/Toronto", 2023)


@pytest.mark.parametrize("name", ["Ottawa", "", "UTC\r\nX-EVIL:1", "../Toronto"])
def test_an_unknown_zone_is_refused(name):
    with pytest.raises(timezones.UnknownZone):
        vtimezone(name, 2023)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_line_is_short_plain_and_ended_by_crlf(chunk):
    for name in ALL[chunk::CHUNKS]:
        text = vtimezone(name, 2023)

        assert text.endswith(b"END:VTIMEZONE\r\n")
        assert text.count(b"\n") == text.count(b"\r") == text.count(b"\r\n")
        assert all(0 < len(line) <= 75 for line in text.split(b"\r\n")[:-1])
