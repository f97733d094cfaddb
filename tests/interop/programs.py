"""Other people's programs that read calendars, each behind the same function: bytes -> what it understood."""

import ctypes
import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Understood:
    """One event. start and end: an instant in UTC, or a day."""

    uid: str
    start: datetime | date
    end: datetime | date
    title: str
    place: str
    description: str
    status: str
    sequence: int


def icalendar_reads(text: bytes) -> list[Understood]:
    """icalendar (Plone's; Nextcloud's and many sites' imports in Python)."""
    return [
        Understood(
            uid=str(event["UID"]),
            start=_utc(event.start),
            end=_utc(event.end),
            title=str(event["SUMMARY"]),
            place=str(event.get("LOCATION", "")),
            description=str(event["DESCRIPTION"]),
            status=str(event["STATUS"]),
            sequence=int(event["SEQUENCE"]),
        )
        for event in icalendar.Calendar.from_ical(text).walk("VEVENT")
    ]


def vobject_reads(text: bytes) -> list[Understood]:
    """vobject (Radicale). It keeps the first description of a zone that it meets, so it has to forget them first."""
    known = vars(vobject.icalendar)["__tzidMap"]
    for zone in known.keys() - {"UTC"}:
        del known[zone]
    calendar = vobject.readOne(text.decode())
    return [
        Understood(
            uid=event.uid.value,
            start=_utc(event.dtstart.value),
            end=_utc(event.dtend.value),
            title=event.summary.value,
            place=event.location.value if hasattr(event, "location") else "",
            description=event.description.value,
            status=event.status.value,
            sequence=int(event.sequence.value),
        )
        for event in calendar.contents.get("vevent", [])
    ]


def ical_reads(text: bytes) -> list[Understood]:
    """ical (Home Assistant)."""
    return [
        Understood(
            uid=str(event.uid),
            start=_utc(event.dtstart),
            end=_utc(event.dtend),
            title=str(event.summary),
            place=event.location or "",
            description=str(event.description),
            status=str(event.status.value if event.status else ""),
            sequence=int(event.sequence or 0),
        )
        for event in IcsCalendarStream.calendar_from_ics(text.decode()).events
    ]


class Running:
    """A program of another language around one of its libraries, started once for many calendars."""

    def __init__(self, *command: str | Path) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, text: bytes) -> list[Understood]:
        self._process.stdin.write(f"{json.dumps(text.decode())}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "it broke off"
        return _from_json(answer)

    def close(self) -> None:
        with self._process:
            self._process.stdin.close()


def icaljs() -> Running:
    """ical.js (Thunderbird, Nextcloud)."""
    return Running("node", HERE / "read_icaljs.mjs")


def nodeical() -> Running:
    """node-ical (MagicMirror, Homey, Node-RED)."""
    return Running("node", HERE / "read_node_ical.mjs")


def sabre() -> Running:
    """sabre/vobject (Nextcloud's server, Baïkal, many sites in PHP)."""
    return Running("php", HERE / "read.php")


def _from_json(answer: str) -> list[Understood]:
    return [
        Understood(
            **{**event, "place": event["place"] or "", "start": _time(event["start"]), "end": _time(event["end"])}
        )
        for event in json.loads(answer)
    ]


class _Time(ctypes.Structure):
    """libical's icaltimetype."""

    _fields_ = [
        *(
            (name, ctypes.c_int)
            for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")
        ),
        ("zone", ctypes.c_void_p),
    ]


def libical_reads(text: bytes) -> list[Understood]:
    """libical (GNOME, KDE, Evolution, Cyrus)."""
    lib = _libical()
    calendar = lib.icalparser_parse_string(text)
    assert calendar, "libical could not parse it"
    try:
        assert lib.icalcomponent_count_errors(calendar) == 0
        assert lib.icalrestriction_check(calendar), "libical finds it against the rules"
        kind = lib.icalcomponent_string_to_kind(b"VEVENT")
        events = []
        event = lib.icalcomponent_get_first_component(calendar, kind)
        while event:
            events.append(
                Understood(
                    uid=lib.icalcomponent_get_uid(event).decode(),
                    start=_libical_time(lib, lib.icalcomponent_get_dtstart(event)),
                    end=_libical_time(lib, lib.icalcomponent_get_dtend(event)),
                    title=lib.icalcomponent_get_summary(event).decode(),
                    place=(lib.icalcomponent_get_location(event) or b"").decode(),
                    description=lib.icalcomponent_get_description(event).decode(),
                    status=lib.icalproperty_status_to_string(lib.icalcomponent_get_status(event)).decode(),
                    sequence=lib.icalcomponent_get_sequence(event),
                )
            )
            event = lib.icalcomponent_get_next_component(calendar, kind)
        return events
    finally:
        lib.icalcomponent_free(calendar)


def _libical() -> ctypes.CDLL:
    lib = ctypes.CDLL("libical.so.3")
    pointers = ("icalparser_parse_string", "icalcomponent_get_first_component", "icalcomponent_get_next_component")
    for name in (*pointers, "icaltimezone_get_utc_timezone"):
        getattr(lib, name).restype = ctypes.c_void_p
    for name in ("uid", "summary", "location", "description"):
        getattr(lib, f"icalcomponent_get_{name}").restype = ctypes.c_char_p
        getattr(lib, f"icalcomponent_get_{name}").argtypes = [ctypes.c_void_p]
    for name in ("dtstart", "dtend"):
        getattr(lib, f"icalcomponent_get_{name}").restype = _Time
        getattr(lib, f"icalcomponent_get_{name}").argtypes = [ctypes.c_void_p]
    for name in ("icalcomponent_count_errors", "icalrestriction_check", "icalcomponent_free"):
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    for name in ("icalcomponent_get_status", "icalcomponent_get_sequence"):
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    for name in pointers[1:]:
        getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_int]
    lib.icalproperty_status_to_string.restype = ctypes.c_char_p
    lib.icaltime_as_timet_with_zone.argtypes = [_Time, ctypes.c_void_p]
    lib.icaltime_as_timet_with_zone.restype = ctypes.c_long
    return lib


def _libical_time(lib: ctypes.CDLL, at: _Time) -> datetime | date:
    if at.is_date:
        return date(at.year, at.month, at.day)
    assert at.zone, "libical took it for a floating time"
    return _time(lib.icaltime_as_timet_with_zone(at, at.zone))


def _utc(at: datetime | date) -> datetime | date:
    if not isinstance(at, datetime):
        return at
    assert at.tzinfo is not None, "a floating time"
    return at.astimezone(UTC)


def _time(at: int | str) -> datetime | date:
    return date.fromisoformat(at) if isinstance(at, str) else datetime.fromtimestamp(at, UTC)
