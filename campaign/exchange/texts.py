"""Texts of strangers, made plain: no control characters, no HTML, nothing that Markdown takes for more than words."""

import re
import unicodedata
from hashlib import sha256
from html import unescape
from urllib.parse import quote, urlsplit

import idna
import nh3

from campaign.calendars.ical import LINE_ENDS, UNFIT

LONGEST_UID = 255  # characters
LONGEST_LINK = 500

_TAGS = re.compile(
    r"</?(?:a|b|i|u|p|br|div|em|strong|span|font|html|body|ul|ol|li|table|tr|td|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE
)
MOST_TAGS = 500  # that a parser may nest: what it takes grows with the square of them
_BREAKS = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
_ISOLATES = re.compile("[\u2066-\u2069]")  # left open, they turn what follows: forms leave them out, too
_BLANK_LINES = re.compile(r"\n{3,}")
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&!])")
_AT_START = re.compile(r"^(\d{1,9}(?=[.)])|(?=[#+=:-]))(.)", re.MULTILINE)


def line(text: str) -> str:
    """On one line, without what nobody can see."""
    return " ".join(prose(text).split())


def prose(text: str) -> str:
    """Several lines, ended by a newline alone; at most one empty line between two paragraphs."""
    plain = _fit(text)
    if _TAGS.search(plain):
        plain = _BREAKS.sub("\n", plain)
        plain = _TAGS.sub("", plain) if plain.count("<") > MOST_TAGS else nh3.clean(plain, tags=set())
        plain = _fit(unescape(plain))
    stripped = "\n".join(" ".join(one.split()) for one in plain.split("\n"))
    return _BLANK_LINES.sub("\n\n", stripped).strip()


def _fit(text: str) -> str:
    return _ISOLATES.sub("", UNFIT.sub("", LINE_ENDS.sub("\n", text)))


def is_visible(text: str) -> bool:
    """Whether there is anything to see in it: a letter, a number, a sign."""
    return any(unicodedata.category(character)[0] in "LNPS" for character in text)


def cut(text: str, most: int) -> tuple[str, bool]:
    """At most so many characters, if possible whole words; and whether something was cut off."""
    if len(text) <= most:
        return text, False
    head = text[: most - 1]
    words = head.rsplit(None, 1)[0] if head.strip() else ""
    return (words if len(words) > most // 2 else head).rstrip() + "…", True


def markdown(text: str) -> str:
    """`prose` that shows as it is: no headings, links or emphasis; what was a line stays one."""
    plain = _AT_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
    return "\n\n".join(paragraph.replace("\n", "\\\n") for paragraph in plain.split("\n\n"))


def link(url: str) -> str:
    """An https address that a Markdown text may name as <…>; empty for any other."""
    cleaned = UNFIT.sub("", url).strip()
    if not cleaned.lower().startswith("https://") or len(cleaned) > LONGEST_LINK:
        return ""
    try:
        parts = urlsplit(cleaned)
        host = idna.encode(parts.hostname or "", uts46=True).decode()
        port = f":{parts.port}" if parts.port else ""
    except (ValueError, UnicodeError):
        return ""
    if parts.username is not None or not host:
        return ""
    rest = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"https://{host}{port}{rest}{query}"


def uid(said: str, date: str, otherwise: str) -> str:
    """By which calendars know an event for ever.

    date:      of what repeats, which one: each date becomes an action of its own.
    otherwise: what tells it from others, if it has none.
    """
    known = line(said) or f"{sha256(otherwise.encode('utf-8', 'replace')).hexdigest()[:40]}@without-uid"
    whole = f"{date}-{known}" if date else known
    return whole if len(whole) <= LONGEST_UID else f"{sha256(whole.encode()).hexdigest()[:40]}@long-uid"


def uid_of_team(uid: str, team_id: int) -> str:
    """Where a UID is somebody else's, what a team has in its place: the same each time."""
    return f"{sha256(f'{team_id} {uid}'.encode()).hexdigest()[:40]}@team"
