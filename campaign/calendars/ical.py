"""iCalendar, written so that every calendar program reads it right: RFC 5545, RFC 7986, and what they really do.

The same entries give the same bytes, whenever and in whichever process: nothing here asks the clock.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDDDTypes, vDuration, vText, vUri
from icalendar.prop import vInline

from campaign import timezones
from campaign.calendars.entries import Entry
from campaign.calendars.pieces import Need
from campaign.calendars.vtimezone import YEARS, vtimezone

PRODID = "-//Campaign Organizer//Campaign Organizer//EN"
COLOR = "teal"  # a name of CSS, RFC 7986 5.9
POLL_EVERY = timedelta(hours=1)
UTC_NAMES = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"})

LINE_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, halves of characters, and marks that turn the reading order of all that follows.
UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a feed says of itself. A single action has none: Outlook would open a new calendar for it."""

    name: str
    about: str
    page: str
    source: str  # the feed's own address
    zone: str  # only a hint: every time carries its own


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The team that a calendar sent by mail comes from."""

    name: str
    address: str


def calendar(entries: Iterable[Entry], head: Head | None = None, sender: Sender | None = None) -> bytes:
    """A VCALENDAR, in UTF-8, its lines ended by CRLF.

    head:   for a feed.
    sender: for mail: METHOD:PUBLISH, which needs an organizer (RFC 5546 3.2.1). A feed has no method.
    """
    events = [written([entry], sender) for entry in entries]
    front, back = around({event.need for event in events}, head, sender)
    return b"".join([front, *(event.text for event in events), back])


class Written(NamedTuple):
    """The VEVENTs of one action, and the VTIMEZONE that they need."""

    need: Need
    text: bytes


def written(entries: Sequence[Entry], sender: Sender | None = None) -> Written:
    """entries: an action, and perhaps its agenda: all in its zone."""
    zoned = [entry for entry in entries if _has_zone(entry)]
    text = b"".join(_event(entry, sender).to_ical(sorted=False) for entry in entries)
    year = min((entry.starts_local.year for entry in zoned), default=0)
    return Written((zoned[0].zone if zoned else "", year), text)


def around(needs: Set[Need], head: Head | None = None, sender: Sender | None = None) -> tuple[bytes, bytes]:
    """What stands before and after the VEVENTs of a calendar."""
    years: dict[str, int] = {}
    for zone, year in needs:
        if zone:
            years[zone] = min(year, years.get(zone, year))
    zones = [vtimezone(zone, years[zone]) for zone in sorted(years)]
    start, end, rest = _frame(head, sender).to_ical(sorted=False).partition(b"END:VCALENDAR")
    return b"".join([start, *zones]), end + rest


def _frame(head: Head | None, sender: Sender | None) -> Calendar:
    frame = Calendar()
    frame.add("VERSION", "2.0")
    frame.add("PRODID", PRODID)
    frame.add("CALSCALE", "GREGORIAN")
    if sender:
        frame.add("METHOD", "PUBLISH")
    if head:
        frame.add("NAME", vText(_line(head.name)))
        frame.add("X-WR-CALNAME", vText(_line(head.name)))
        if head.about:
            frame.add("DESCRIPTION", vText(_text(head.about)))
            frame.add("X-WR-CALDESC", vText(_text(head.about)))
        frame.add("URL", vUri(_line(head.page)))
        frame.add("SOURCE", vUri(_line(head.source)), parameters={"VALUE": "URI"})
        frame.add("COLOR", vText(COLOR))
        frame.add("REFRESH-INTERVAL", vDuration(POLL_EVERY), parameters={"VALUE": "DURATION"})
        frame.add("X-PUBLISHED-TTL", vDuration(POLL_EVERY))
        if head.zone:
            frame.add("X-WR-TIMEZONE", vText(head.zone))
    return frame


def _event(entry: Entry, sender: Sender | None) -> Event:
    start, end = _times(entry)
    event = Event()
    event.add("UID", vText(_line(entry.uid)))
    event.add("DTSTAMP", entry.changed_at)
    event.add("LAST-MODIFIED", entry.changed_at)
    event.add("CREATED", entry.created_at)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", vText(_line(entry.title)))
    if entry.place:
        event.add("LOCATION", vText(_line(entry.place)))
    if entry.position:
        event.add("GEO", vInline("{:.6f};{:.6f}".format(*entry.position)))
    event.add("DESCRIPTION", vText(_text(entry.description)))
    event.add("URL", vUri(_line(entry.page)))
    event.add("CATEGORIES", vText(_line(entry.category)))
    event.add("STATUS", entry.status)
    event.add("TRANSP", "OPAQUE" if entry.busy else "TRANSPARENT")
    if sender:
        organizer = vCalAddress(f"mailto:{_line(sender.address)}")
        organizer.params["CN"] = _line(sender.name).replace('"', "'")
        event.add("ORGANIZER", organizer)
    return event


def _times(entry: Entry) -> tuple[vDDDTypes, vDDDTypes]:
    """Start and end, in the form that is read right.

    Whole days are dates, the end the day after the last (RFC 5545 3.6.1). Else it is the wall time with its zone, so
    that it stays right when the zone's rules change; or UTC, where a wall time would be taken for another: most
    programs take the second of a doubled hour.
    """
    if entry.all_day:
        return vDDDTypes(entry.starts_local.date()), vDDDTypes(entry.ends_local.date())
    if _has_zone(entry):
        zone = ZoneInfo(entry.zone)
        return (
            vDDDTypes(entry.starts_local.replace(tzinfo=zone)),
            vDDDTypes(entry.ends_local.replace(tzinfo=zone)),
        )
    return vDDDTypes(entry.starts_at.astimezone(UTC)), vDDDTypes(entry.ends_at.astimezone(UTC))


def _has_zone(entry: Entry) -> bool:
    """Whether its times are written with a TZID."""
    if entry.all_day or entry.zone in UTC_NAMES:
        return False
    return all(_is_plain(wall, entry.zone) for wall in (entry.starts_local, entry.ends_local))


def _is_plain(wall: datetime, zone: str) -> bool:
    """Whether a wall time is told right by the zone's VTIMEZONE, and means one instant."""
    return wall.year in YEARS and not timezones.is_doubled(wall, zone) and not timezones.is_missing(wall, zone)


def _text(text: str) -> str:
    """Without what a calendar can't hold; its lines ended by a newline."""
    return UNFIT.sub("", LINE_ENDS.sub("\n", text)).strip()


def _line(text: str) -> str:
    """The same on one line."""
    return " ".join(_text(text).split())
