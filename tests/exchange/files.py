"""Calendar files as other programs write them, and as nobody should."""

import io

TORONTO = """BEGIN:VTIMEZONE
TZID:Eastern Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE"""

OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Our office
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:-0330
TZOFFSETTO:-0330
END:STANDARD
END:VTIMEZONE"""


def event(*lines, uid="vigil@elsewhere.example", title="Vigil", start="20230603T180000Z", end="20230603T200000Z"):
    """start, end: values, or whole lines where they hold a colon; none: the line is missing."""
    given = {"UID": uid, "SUMMARY": title, "DTSTART": start, "DTEND": end}
    own = [value if value.startswith(name) else f"{name}:{value}" for name, value in given.items() if value is not None]
    return "\n".join(["BEGIN:VEVENT", *own, *lines, "END:VEVENT"])


def calendar(*parts, head=()):
    """With lines ended as they should be."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Elsewhere//EN", *head, *parts, "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def upload(client, cause, content, *, name="events.ics"):
    """The page that follows: the preview, or the form again."""
    data = {"campaign": cause.id, "file": (io.BytesIO(content), name)}
    page = client.post("/manage/exchange/imports/new", data=data)
    return client.get(page.location) if page.status_code == 303 else page


# What nothing can be taken from, each with a part of the words that say so.
BROKEN = {
    "empty lines": (b"\r\n\r\n", "no calendar"),
    "a picture": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)), "no calendar"),
    "a page": (b"<!doctype html><title>BEGIN:VCALENDAR</title>", "no calendar"),
    "an event alone": (event().encode(), "no calendar"),
    "a card": (b"BEGIN:VCARD\nEND:VCARD\n", "no calendar"),
    "cut off": (calendar(event())[:-40], "breaks off"),
    "ends without a begin": (b"BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n", "never began"),
    "ends crosswise": (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n", "never began"),
    "words after the end": (calendar(event()) + b"SUMMARY:x\n", "never began"),
    "too deep": (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 50, "never began"),
    "too many": (calendar(*(event(uid=str(number)) for number in range(501))), "more than 500 events"),
    "too many lines": (calendar(*["X-A:1"] * 50_001), "more than 50,000 lines"),
    "zeros": (bytes(5000), "no calendar"),
}

# Events that can't be taken, each with a part of the words that say so. Beside each stands one that can.
BAD_EVENTS = {
    "no start": (event(start=None), "when it begins"),
    "a start of letters": (event(start="tomorrow"), "when it begins"),
    "no such day": (event(start="20230231T180000Z"), "when it begins"),
    "ends before": (event(end="20230603T170000Z"), "ends before"),
    "lasts a year": (event(end="20240603T170000Z"), "longer than 60 days"),
    "long ago": (event(start="00010101T000000Z", end="00010101T010000Z"), "out of reach"),
    "far away": (event(start="99991231T230000Z", end="99991231T235900Z"), "out of reach"),
    "no title": (event(title=" \t"), "no title"),
    "a title that can't be seen": (event(title="\u202e\u200b\x07"), "no title"),
    "private": (event("CLASS:PRIVATE"), "private"),
    "confidential": (event("CLASS:CONFIDENTIAL"), "private"),
    "cancelled": (event("STATUS:CANCELLED"), "cancelled there"),
    "every second": (event("RRULE:FREQ=SECONDLY"), "several times a day"),
    "every hour": (event("RRULE:FREQ=DAILY;BYHOUR=1,2,3"), "several times a day"),
    "a rule against the rules": (event("RRULE:FREQ=SOMETIMES"), "can’t be read"),
    "a day and an hour": (event(start="DTSTART;VALUE=DATE:20230603"), "can’t be read"),
    "never at all": (event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "takes too long"),
}
