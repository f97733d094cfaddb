"""Letters as mail: made once for many people, then filled in for each.

Flask-Mail builds the fixed head and the attachments, at a millisecond of CPU; what is one person's own is put in after
that for microseconds. It stands in the body and in header lines of its own, never in a folded one. Text is 7-bit
where it can be and quoted-printable elsewhere, so that no server on the way has to convert it and signatures hold.
"""

import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import Message as Parsed
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr

from flask_mail import Attachment, Message

from campaign import tokens
from campaign.outbox import headers
from campaign.outbox.letters import Letter
from campaign.outbox.wrapping import is_one_line, on_one_line, wrap

OWN = ("to", "name", "manage", "unsubscribe", "link")  # what of a person is put in afterwards
FIXED = ("subject", "from", "reply-to", "auto-submitted", "list-id")
_CRLF = policy.compat32.clone(linesep="\r\n")
_LONGEST_LINE = 998  # octets, RFC 5322 2.1.1
# Where they may stand, in quoted local parts, no form of ours takes them.
_NOT_IN_ADDRESSES = frozenset(' \u00a0<>,;:"()[]\\')


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
    content: bytes


class Marks:
    """Stand-ins for a person's own values while a letter is made. Nobody can guess one, so no text can forge it."""

    def __init__(self) -> None:
        self._secret = tokens.new()

    def of(self, person: Mapping[str, str]) -> dict[str, str]:
        """The same keys: a mark for what is this person's own, "" for what they don't have, and other values as is."""
        return {key: self._mark(key) if key in OWN and value else value for key, value in person.items()}

    def stand_in(self, text: str) -> bool:
        return self._secret in text

    def put_in(self, text: str, person: Mapping[str, str]) -> str:
        for key in OWN:
            text = text.replace(self._mark(key), person.get(key, ""))
        return text

    def _mark(self, key: str) -> str:
        return f"[{self._secret}:{key}]"


@dataclass(frozen=True)
class Skeleton:
    """A mail but for what is one person's own."""

    marks: Marks
    domain: str  # of Message-IDs
    head: bytes
    lines: tuple[str, ...]  # wrapped; one with a mark in it isn't yet
    parts: tuple[bytes, ...]

    def fill_in(self, person: Mapping[str, str], message_id: str, now: datetime) -> Mail:
        """The whole mail for one person. Raises Unsendable."""
        own = {key: on_one_line(value) for key, value in person.items()}
        to = _on_the_wire(person["to"])
        kind, text = _encoded(self._text(own))
        head = self.head + _own_head(to, own.get("unsubscribe", ""), f"<{message_id}@{self.domain}>", now)
        if not self.parts:
            return Mail(to, head + kind + b"\r\n" + text)
        boundary = b"=_" + hashlib.sha256(message_id.encode()).hexdigest()[:32].encode()
        mixed = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n' % boundary
        sections = (kind + b"\r\n" + text, *self.parts)
        body = b"".join(b"--%b\r\n%b\r\n" % (boundary, section) for section in sections)
        return Mail(to, head + mixed + body + b"--%b--\r\n" % boundary)

    def _text(self, own: Mapping[str, str]) -> str:
        lines: list[str] = []
        for line in self.lines:
            marked = self.marks.stand_in(line)
            lines += wrap(self.marks.put_in(line, own)) if marked else [line]
        return "\r\n".join([*lines, ""])


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
    return Skeleton(
        marks=marks,
        domain=who.address.rpartition("@")[2] or "localhost",
        head=head,
        lines=tuple(_lines(letter.body, marks)),
        parts=tuple(part.as_bytes(policy=_CRLF) for part in list(message.walk())[2:]) if parts else (),
    )


_EXTRA = {"auto-submitted": "Auto-Submitted", "list-id": "List-Id"}


def _own_head(to: str, unsubscribe: str, message_id: str, now: datetime) -> bytes:
    lines = {"To": to, "Date": format_datetime(now), "Message-ID": message_id, "MIME-Version": "1.0"}
    if unsubscribe:
        lines["List-Unsubscribe"] = f"<{unsubscribe}>"
        lines["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    try:
        return b"".join(headers.one_line(name, value) for name, value in lines.items())
    except headers.BadHeader as error:
        raise Unsendable(str(error)) from None


def _lines(body: str, marks: Marks) -> list[str]:
    lines: list[str] = []
    for line in body.split("\n"):
        lines += [line] if marks.stand_in(line) else wrap(line)
    return lines


def _encoded(text: str) -> tuple[bytes, bytes]:
    """Headers of a text part, and the text as it travels."""
    octets = text.encode()
    is_plain = text.isascii() and max(map(len, text.split("\r\n"))) <= _LONGEST_LINE
    how = b"7bit" if is_plain else b"quoted-printable"
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n" % how
    return head, octets if is_plain else binascii.b2a_qp(octets, istext=True)


def _on_the_wire(address: str) -> str:
    """With the domain in ASCII; the part before the @ as it was typed. Raises Unsendable."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain and is_one_line(address)) or "@" in local or set(address) & _NOT_IN_ADDRESSES:
        raise Unsendable("the address")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        raise Unsendable("the domain") from None


def _plain_address(address: str) -> str:
    """For a header: an address in ASCII; "" for one that can't be so, since a mail without it is better than none."""
    try:
        wire = _on_the_wire(address)
    except Unsendable:
        return ""
    return wire if wire.isascii() else ""


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"')
