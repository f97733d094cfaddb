"""What of a calendar file is read at all. Lines are sorted here before any parser sees them: of each VEVENT only what
is wanted goes on, nothing of its alarms. Who is invited, who invites and what is attached comes no further than this.
"""

import re
from dataclasses import dataclass, field

LARGEST_FILE = 1024 * 1024  # octets
MOST_EVENTS = 500
MOST_LINES = 50_000  # unfolded
LONGEST_LINE = 64 * 1024  # characters, unfolded; what is longer is cut
DEEPEST = 8  # components within components

HEAD = "X-WR-TIMEZONE"
WANTED = frozenset(
    {
        *("UID", "DTSTART", "DTEND", "DURATION", "SUMMARY", "DESCRIPTION", "LOCATION", "GEO", "URL", "CATEGORIES"),
        *("STATUS", "CLASS", "SEQUENCE", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
    }
)
_FOLD = re.compile(rb"(?<![\r\n])(?:\r\n|\r|\n)++[ \t]")  # from where a run of line ends begins: or it takes a square
NAME = re.compile(r"[A-Za-z0-9-]+")

_CANCELLED = "STATUS:CANCELLED"

Block = list[str]


class Unreadable(ValueError):
    """Nothing can be taken from the file. Its argument is the name of a `troubles.Trouble`."""


@dataclass
class Sorted:
    """zone: which the calendar says is its own, known or not. zones, events: the lines of each, without its own BEGIN
    and END."""

    zone: str = ""
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)


def sort(content: bytes) -> Sorted:
    """Raises Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("too_large")
    found = Sorted()
    within: list[str] = []  # the components that a line stands in
    calendars, is_cancelled = 0, False
    for line in _unfolded(_text(content)):
        name = _name(line)
        if name == "BEGIN":
            within.append(value(line).strip().upper())
            calendars += within == ["VCALENDAR"]
            _begin(within, found)
        elif not within:
            raise Unreadable("broken" if calendars else "no_calendar")
        elif name == "END":
            if value(line).strip().upper() != within.pop():
                raise Unreadable("broken")
            if within[1:2] == ["VTIMEZONE"]:
                found.zones[-1].append(line)
        else:
            is_cancelled |= len(within) == 1 and name == "METHOD" and value(line).strip().upper() == "CANCEL"
            _keep(line, name, within, found)
    if is_cancelled:  # RFC 5546 3.2.5: its events needn't say so themselves
        found.events = [[*(line for line in block if _name(line) != "STATUS"), _CANCELLED] for block in found.events]
    if within or not calendars:
        raise Unreadable("cut_short" if within else "no_calendar")
    return found


def value(line: str) -> str:
    return line.partition(":")[2]


def named(block: Block, name: str) -> str:
    """The value of the first property of this name; empty if there is none."""
    return next((value(line) for line in block if _name(line) == name), "")


def _begin(within: list[str], found: Sorted) -> None:
    if within[0] != "VCALENDAR":
        raise Unreadable("no_calendar")
    if len(within) > DEEPEST:
        raise Unreadable("broken")
    if within[1:] == ["VTIMEZONE"]:
        found.zones.append([])
    elif within[1:2] == ["VTIMEZONE"]:
        found.zones[-1].append(f"BEGIN:{within[-1]}")
    elif within[1:] == ["VEVENT"]:
        found.events.append([])
        if len(found.events) > MOST_EVENTS:
            raise Unreadable("too_many")


def _keep(line: str, name: str, within: list[str], found: Sorted) -> None:
    if len(within) == 1 and name == HEAD:
        found.zone = found.zone or value(line).strip()
    elif within[1:2] == ["VTIMEZONE"]:
        found.zones[-1].append(line)
    elif within[1:] == ["VEVENT"] and name in WANTED:
        found.events[-1].append(line)


def _text(content: bytes) -> str:
    """Unfolded, if its characters are octets: a fold may cut through one (RFC 5545 3.1)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    content = _FOLD.sub(b"", content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")  # old Outlooks


def _unfolded(text: str) -> list[str]:
    lines: list[list[str]] = []  # each in its pieces: joining them one by one would take a square of the time
    room = 0  # characters that the line at hand may still have
    for line in re.split("\r\n|\r|\n", text):
        if line[:1] in (" ", "\t") and lines:
            piece = line[1 : room + 1]
            lines[-1].append(piece)
            room -= len(piece)
        elif line.strip():
            lines.append([line[:LONGEST_LINE]])
            room = max(LONGEST_LINE - len(line), 0)
        if len(lines) > MOST_LINES:
            raise Unreadable("too_long")
    return ["".join(pieces) for pieces in lines]


def _name(line: str) -> str:
    match = NAME.match(line)
    return match[0].upper() if match else ""
