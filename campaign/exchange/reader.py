"""What events mean, as plain values. A program of its own: `reading.py` gives it a stranger's lines on its standard
input, with little time and memory, and takes what they mean from its standard output, both as JSON. So it imports
nothing of ours and starts in a quarter of a second.

What repeats comes as single dates.
"""

import json
import resource
import signal
import sys
import warnings
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import recurring_ical_events
from icalendar import Calendar, Event, Timezone
from icalendar.timezone import tzp
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

MOST_DATES = 500
MOST_TEXT = 2 * 1024 * 1024  # characters of all dates together: one file's, but for what repeats a long text
AHEAD = timedelta(days=366)  # how far what repeats is followed
SECONDS = 1.0  # of processor time for one event and all its dates
MOST_SECONDS = 8  # of processor time for the whole file
MOST_MEMORY = 512 * 1024 * 1024  # octets
LONGEST = timedelta(days=3660)  # that a DURATION is believed

REPEATING = frozenset({"RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"})
TOO_OFTEN = ("HOURLY", "MINUTELY", "SECONDLY", "BYHOUR", "BYMINUTE", "BYSECOND")

Block = list[str]


class TooLong(BaseException):
    """An event keeps the processor busy for longer than it is worth. No library is to catch it on its way."""


@dataclass(frozen=True)
class Moment:
    """form: "day"; "wall", which is the clock's of `zone`, or of wherever one is if that is empty; "at", in UTC.

    unknown: the name of a zone that nobody knows, whose clock's it was to be.
    """

    form: str
    value: str
    zone: str = ""
    unknown: str = ""


@dataclass(frozen=True)
class Found:
    """An event, or one date of what repeats. Texts are as they stand there.

    date:  of what repeats, which one: its first time, in UTC if it has a zone; else empty.
    fault: why it can't be taken, the name of a `troubles.Fault`. Then only title and UID count.
    """

    uid: str
    title: str = ""
    start: Moment | None = None
    end: Moment | None = None
    date: str = ""
    description: str = ""
    place: str = ""
    position: Sequence[float] | None = None  # latitude, longitude: degrees, WGS 84
    url: str = ""
    categories: list[str] = field(default_factory=list)
    status: str = ""
    privacy: str = ""
    fault: str = ""


class Parsed(NamedTuple):
    """plain: what can be said of it without looking closer. repeats: perhaps only now and then another way."""

    event: Event | None
    plain: Found
    repeats: bool = False


def read(zones: list[Block], events: list[Block], now: datetime) -> tuple[list[Found], int]:
    """Everything that might be taken; and how many dates there would have been besides.

    Of what repeats, the dates that aren't over `now`, for a year.
    """
    tzp.use_default()  # forgets the zones of other files
    places: dict[str, str] = {}
    found: list[Found] = []
    more, room = 0, MOST_TEXT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in zones:
            with suppress(Exception, TooLong), _hurried():  # one that can't be read is one that nobody knows
                _note_zone(block, places)
        groups: dict[str, list[Parsed]] = {}
        for number, block in enumerate(events):
            parsed = _parsed(block)
            groups.setdefault(parsed.plain.uid or f"\0{number}", []).append(parsed)
        for group in groups.values():
            for one in _dates_of(group, places, now):
                room -= _length(one)
                if len(found) < MOST_DATES and room >= 0:
                    found.append(one)
                else:
                    more += 1
    return found, more


def _parsed(block: Block) -> Parsed:
    raw: dict[str, str] = {}
    for line in block:
        name, _, value = line.partition(":")
        raw.setdefault(name.partition(";")[0].upper(), value)
    plain = Found(uid=raw.get("UID", "").strip(), title=raw.get("SUMMARY", ""))
    if any(word in raw.get("RRULE", "").upper() for word in TOO_OFTEN):
        return Parsed(None, replace(plain, fault="too_often"))
    try:
        with _hurried():
            event = Event.from_ical("\r\n".join(["BEGIN:VEVENT", *block, "END:VEVENT", ""]))
    except TooLong:
        return Parsed(None, replace(plain, fault="too_slow"))
    except Exception:  # noqa: BLE001 -- a stranger's: whatever is wrong with it is wrong with this event alone
        event = None
    if not isinstance(event, Event):
        return Parsed(None, replace(plain, fault="unreadable"))
    return Parsed(event, plain, bool(REPEATING & raw.keys()))


def _dates_of(group: list[Parsed], places: dict[str, str], now: datetime) -> list[Found]:
    """Of all that has one UID."""
    broken = [parsed.plain for parsed in group if parsed.event is None][:1]
    events = [parsed.event for parsed in group if parsed.event is not None]
    if not events:
        return broken
    plain = next(parsed.plain for parsed in group if parsed.event is not None)
    try:
        with _hurried():
            if any(parsed.repeats for parsed in group):
                shifts = _shifts(events)
                dates = [_found(event, places, _which(event, shifts)) for event in _expanded(events, now)]
                return broken + (dates or [replace(plain, fault="no_dates")])
            return [_found(max(events, key=_sequence), places)]
    except TooLong:
        return [replace(plain, fault="too_slow")]
    except Exception:  # noqa: BLE001 -- as above: dates out of reach, rules against the rules
        return [replace(plain, fault="unreadable")]


def _expanded(events: list[Event], now: datetime) -> list[Event]:
    calendar = Calendar()
    calendar.subcomponents.extend(events)
    dates = recurring_ical_events.of(calendar).between(now, now + AHEAD)
    return [event for event in dates if isinstance(event, Event)]


def _length(found: Found) -> int:
    return sum(map(len, (found.uid, found.title, found.description, found.place, found.url, *found.categories)))


def _shifts(events: list[Event]) -> dict[date, timedelta]:
    """Where a date and all that follow were changed together: how much later than before they begin, by that date."""
    changed = [(at, event) for event in events if (at := _one(event, "RECURRENCE-ID")) and "RANGE" in at.params]
    return {at.dt: _one(event, "DTSTART").dt - at.dt for at, event in changed}


def _which(event: Event, shifts: Mapping[date, timedelta]) -> str:
    """Of dates that were changed together each carries the first one's RECURRENCE-ID."""
    own, changed = _one(event, "DTSTART").dt, _one(event, "RECURRENCE-ID")
    at = own if changed is None else own - shifts[changed.dt] if "RANGE" in changed.params else changed.dt
    if not isinstance(at, datetime):
        return f"{at:%Y%m%d}"
    return f"{at:%Y%m%dT%H%M%S}" if at.tzinfo is None else f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _sequence(event: Event) -> int:
    with suppress(TypeError, ValueError):
        return int(_one(event, "SEQUENCE") or 0)
    return 0


def _found(event: Event, places: dict[str, str], which: str = "") -> Found:
    said = Found(uid=_said(event, "UID").strip(), title=_said(event, "SUMMARY"), date=which)
    start = _one(event, "DTSTART")
    if not isinstance(getattr(start, "dt", None), date):
        return replace(said, fault="no_start")
    zone = str(start.params.get("TZID", ""))
    end, its_zone = _end(event, start.dt, zone)
    return replace(
        said,
        start=_moment(start.dt, zone, places),
        end=None if end is None else _moment(end, its_zone, places),
        description=_said(event, "DESCRIPTION"),
        place=_said(event, "LOCATION"),
        position=_position(event),
        url=_said(event, "URL"),
        categories=[str(one) for one in getattr(_one(event, "CATEGORIES"), "cats", [])][:20],
        status=_said(event, "STATUS").strip().upper(),
        privacy=_said(event, "CLASS").strip().upper(),
    )


def _end(event: Event, start: date, zone: str) -> tuple[date | None, str]:
    """DTEND, or what a DURATION makes of the start, and its zone; none if neither can be read."""
    end = _one(event, "DTEND")
    if isinstance(getattr(end, "dt", None), date):
        return end.dt, str(end.params.get("TZID", ""))
    duration = getattr(_one(event, "DURATION"), "dt", None)
    if isinstance(duration, timedelta) and abs(duration) < LONGEST:
        return start + duration, zone
    return None, ""


def _position(event: Event) -> tuple[float, float] | None:
    geo = _one(event, "GEO")
    latitude, longitude = getattr(geo, "latitude", 91), getattr(geo, "longitude", 181)
    return (float(latitude), float(longitude)) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _one(event: Event, name: str) -> Any:
    """The first, where a property stands there more often than it may."""
    value = event.get(name)
    return value[0] if isinstance(value, list) and value else value


def _said(event: Event, name: str) -> str:
    return str(value) if isinstance(value := _one(event, name), str) else ""  # what says that it is no text is none


def _moment(at: date, tzid: str, places: dict[str, str]) -> Moment:
    """A time of a zone that only the file knows is an instant; of one that nobody knows, some wall's."""
    if not isinstance(at, datetime):
        return Moment("day", at.isoformat())
    wall = at.replace(tzinfo=None).isoformat()
    own = str(getattr(at.tzinfo, "key", "") or getattr(at.tzinfo, "_tzid", "")) or tzid
    if own in ("UTC", "Etc/UTC") and at.tzinfo is not None:
        return Moment("at", wall)
    if name := _known(own) or _known(places.get(own, "")):
        return Moment("wall", wall, name)
    if at.tzinfo is not None:
        return Moment("at", at.astimezone(UTC).replace(tzinfo=None).isoformat())
    return Moment("wall", wall, "", own)


def _known(name: str) -> str:
    """The IANA name of a zone called so by Windows, behind a prefix of Mozilla or Evolution, or by that name."""
    parts = name.strip("/").split("/")[:8]
    endings = ["/".join(parts[start:]) for start in range(len(parts))]
    for candidate in (WINDOWS_TO_OLSON.get(endings[0], ""), *endings):
        if candidate in _zones() and candidate != "Factory":
            return candidate
    return ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _note_zone(block: Block, places: dict[str, str]) -> None:
    """Makes the parser know a zone by what the file says of it. places: by its name there, a name that all know."""
    zone = Timezone.from_ical("\r\n".join(["BEGIN:VTIMEZONE", *block, "END:VTIMEZONE", ""]))
    if isinstance(zone, Timezone):
        places[str(zone["TZID"])] = str(zone.get("X-LIC-LOCATION", ""))
        tzp.cache_timezone_component(zone)


@contextmanager
def _hurried() -> Iterator[None]:
    """Raises TooLong after SECONDS of processor time. In a main thread only, as a program's is."""

    def stop(_number: int, _frame: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, SECONDS / 10)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    zoneinfo.reset_tzpath(())  # the zones of the `tzdata` package, as the site itself
    given = json.load(sys.stdin)
    found, more = read(given["zones"], given["events"], datetime.fromisoformat(given["now"]))
    json.dump({"found": [asdict(one) for one in found], "more": more}, sys.stdout)


if __name__ == "__main__":
    main()
