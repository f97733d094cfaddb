"""Letters as mail: made once for many people, then filled in for each.

Flask-Mail builds the fixed head and the attachments, at a millisecond of CPU; what is one person's own is put in after
that for microseconds. It stands in the body and in header lines of its own, never in a folded one. Text is 7-bit
where it can be; elsewhere it is there twice, as UTF-8 in eight bits and quoted-printable, as the server can take it.
"""

import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import Message as Parsed
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from flask_mail import Attachment, Message

from campaign import tokens
from campaign.outbox import headers
from campaign.outbox.letters import Letter
from campaign.outbox.wrapping import is_harmless, is_one_line, on_one_line, wrap

OWN = ("to", "name", "manage", "unsubscribe", "link")  # what of a person is put in afterwards
FIXED = ("subject", "from", "reply-to", "auto-submitted", "list-id")
_CRLF = policy.compat32.clone(linesep="\r\n")
_LONGEST_LINE = 998  # octets, RFC 5322 2.1.1
_LONGEST_HEADER = 900  # octets of one that isn't folded
_OUTSIDE_QUOTES = frozenset(' \u00a0<>,;:"()[]\\')  # where they have no place in an address
_USUAL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")  # what most are, seen at once
_QUOTED_LOCAL = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])+"')  # RFC 5321 4.1.2


class Unsendable(ValueError):
    """This person can't be written to: there is a line end in the address, for example. Final."""


@dataclass(frozen=True)
class Part:
    """An attachment."""

    filename: str
    content_type: str  # with its parameters
    content: bytes


@dataclass(frozen=True)
class From:
    """Who writes. The address is the installation's; what is answered goes to the team."""

    sender: str  # "Organizers <mail@example.org>"
    reply_to: str = ""
    list_id: str = ""  # "action-7.example.org"
    shown: str = ""  # the team's name for itself, in place of the sender's

    @property
    def name(self) -> str:
        return self.shown or parseaddr(self.sender)[0]

    @property
    def address(self) -> str:
        return parseaddr(self.sender)[1]


@dataclass(frozen=True)
class Mail:
    """What is handed to a server."""

    to: str  # as it is said in RCPT
    content: bytes  # seven bits, but for an address that can't be said in them
    eight_bit: bytes | None = None  # the same for a server that offers 8BITMIME, where that makes a difference


class Marks:
    """Stand-ins for a person's own values while a letter is made. Nobody can guess one, so no text can forge it."""

    def __init__(self) -> None:
        self._secret = tokens.new()
        self._mark = re.compile(rf"\[{re.escape(self._secret)}:([a-z]+)\]")

    def of(self, person: Mapping[str, str]) -> dict[str, str]:
        """The same keys: a mark for what is this person's own, "" for what they don't have, and other values as is."""
        return {key: f"[{self._secret}:{key}]" if key in OWN and value else value for key, value in person.items()}

    def stand_in(self, text: str) -> bool:
        return self._secret in text

    def parted(self, text: str) -> list[str]:
        """By turns what is said to all, and the key of what is one person's own."""
        return self._mark.split(text)


@dataclass(frozen=True)
class Skeleton:
    """A mail but for what is one person's own."""

    domain: str  # of Message-IDs
    head: bytes
    pieces: tuple[str | list[str], ...]  # whole lines for all; and single ones, not wrapped, as `Marks.parted` has them
    is_short: bool  # no line for all is too long for mail that isn't quoted-printable
    parts: tuple[bytes, ...]

    def fill_in(self, person: Mapping[str, str], message_id: str, now: datetime) -> Mail:
        """The whole mail for one person. Raises Unsendable."""
        own = _cleaned(person)
        to = on_the_wire(person["to"])
        head = self.head + _own_head(to, own.get("unsubscribe", ""), f"<{message_id}@{self.domain}>", now)
        lines, is_short = list[str](), self.is_short
        for piece in self.pieces:
            if isinstance(piece, str):
                lines.append(piece)
                continue
            for line in wrap("".join([own.get(part, "") if at % 2 else part for at, part in enumerate(piece)])):
                is_short = is_short and _is_short(line)
                lines += (line, "\r\n")
        text = "".join(lines)
        octets = text.encode()
        if is_short and text.isascii():
            return Mail(to, head + self._body(_SEVEN_BIT, octets, message_id))
        quoted = head + self._body(_QUOTED, binascii.b2a_qp(octets, istext=True), message_id)
        return Mail(to, quoted, head + self._body(_EIGHT_BIT, octets, message_id) if is_short else None)

    def _body(self, how: bytes, text: bytes, message_id: str) -> bytes:
        """From the headers that tell what it is."""
        kind = b"Content-Type: text/plain; charset=utf-8\r\n" + how
        if not self.parts:
            return kind + b"\r\n" + text
        boundary = b"=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32].encode()
        mixed = b'Content-Type: multipart/mixed; boundary="%b"\r\n' % boundary
        if how is _EIGHT_BIT:
            mixed += _EIGHT_BIT  # RFC 2045 6.4
        sections = (kind + b"\r\n" + text, *self.parts)
        body = b"".join(b"--%b\r\n%b\r\n" % (boundary, section) for section in sections)
        return mixed + b"\r\n" + body + b"--%b--\r\n" % boundary


_SEVEN_BIT, _EIGHT_BIT, _QUOTED = (
    b"Content-Transfer-Encoding: %b\r\n" % how for how in (b"7bit", b"8bit", b"quoted-printable")
)


def _cleaned(person: Mapping[str, str]) -> Mapping[str, str]:
    """What is put in, each on one line."""
    together = "|".join(["", *[person.get(key, "") for key in OWN], ""])
    if is_harmless(together) and "  " not in together and "| " not in together and " |" not in together:
        return person  # as most are
    return {key: on_one_line(person[key]) for key in OWN if key in person}


def _is_short(line: str) -> bool:
    return len(line) * 4 <= _LONGEST_LINE or len(line.encode()) <= _LONGEST_LINE


class _Composed(Message):
    """Flask-Mail's own way to bytes folds subjects anew, and garbles many of those in mixed scripts."""

    def read_back(self) -> Parsed:
        return BytesParser(policy=policy.compat32).parsebytes(self._message().as_bytes(policy=_CRLF))


def compose(letter: Letter, marks: Marks, who: From, parts: Sequence[Part] = ()) -> Skeleton:
    """Once for each letter, language and state of the facts. Needs an application context. Raises BadHeader."""
    reply_to = _plain_address(who.reply_to)
    meant = {
        "subject": letter.subject,
        "from": f"{who.name} <{who.address}>" if who.name else who.address,
        "auto-submitted": "auto-generated",
        **({"reply-to": reply_to} if reply_to else {}),
        **({"list-id": f"<{who.list_id}>"} if who.list_id else {}),
    }
    for name, text in meant.items():
        if not is_one_line(text) or marks.stand_in(text):
            raise headers.BadHeader(name)
    message = _Composed(
        subject=headers.encoded(letter.subject),
        sender=f'"{_quoted(who.name)}" <{who.address}>' if who.name else who.address,
        recipients=[who.address],  # taken out again
        reply_to=reply_to or None,
        extra_headers={name: meant[key] for key, name in _EXTRA.items() if key in meant},
        attachments=[Attachment(part.filename, part.content_type, part.content) for part in parts],
    ).read_back()
    head = b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in message.items() if name.lower() in FIXED)
    headers.check(head, meant)
    pieces, is_short = _pieces(letter.body, marks)
    return Skeleton(
        domain=who.address.rpartition("@")[2] or "localhost",
        head=head,
        pieces=pieces,
        is_short=is_short,
        parts=tuple(part.as_bytes(policy=_CRLF) for part in list(message.walk())[2:]) if parts else (),
    )


_EXTRA = {"auto-submitted": "Auto-Submitted", "list-id": "List-Id"}


def _own_head(to: str, unsubscribe: str, message_id: str, now: datetime) -> bytes:
    if not (is_harmless(to + unsubscribe + message_id) and max(len(to), len(unsubscribe)) < _LONGEST_HEADER):
        for name, value in (("To", to), ("List-Unsubscribe", unsubscribe), ("Message-ID", message_id)):
            if not is_one_line(value) or len(value.encode()) >= _LONGEST_HEADER:
                raise Unsendable(name)
    to_a_list = f"List-Unsubscribe: <{unsubscribe}>\r\n{_TO_A_LIST}" if unsubscribe else ""
    own = f"To: {to}\r\nDate: {_date(now)}\r\nMessage-ID: {message_id}\r\n{to_a_list}MIME-Version: 1.0\r\n"
    return own.encode()


_TO_A_LIST = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"  # RFC 8058
_date = lru_cache(maxsize=4)(format_datetime)  # many go out in one moment


def _pieces(body: str, marks: Marks) -> tuple[tuple[str | list[str], ...], bool]:
    """And whether all lines for all are short."""
    pieces: list[str | list[str]] = []
    is_short = True
    for line in body.split("\n"):
        if marks.stand_in(line):
            pieces.append(marks.parted(line))
            continue
        wrapped = wrap(line)
        is_short = is_short and all(map(_is_short, wrapped))
        whole = "".join(f"{each}\r\n" for each in wrapped)
        if pieces and isinstance(pieces[-1], str):
            pieces[-1] += whole
        else:
            pieces.append(whole)
    return tuple(pieces), is_short


def on_the_wire(address: str) -> str:
    """With the domain in ASCII; the part before the @ as it was typed. Raises Unsendable."""
    if _USUAL.fullmatch(address):
        return address
    local, _, domain = address.rpartition("@")
    bare = domain if _QUOTED_LOCAL.fullmatch(local) else address
    if not (local and domain and is_one_line(address)) or bare.count("@") > 1 or set(bare) & _OUTSIDE_QUOTES:
        raise Unsendable("the address")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise Unsendable("the domain") from None


def _plain_address(address: str) -> str:
    """For a header: an address in ASCII; "" for one that can't be so, since a mail without it is better than none."""
    try:
        wire = on_the_wire(address)
    except Unsendable:
        return ""
    return wire if wire.isascii() else ""


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
