"""One mail, taken apart for showing. Mail can be malformed in any way; reading it never fails."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from typing import cast

# Shown as their pictures (U+2400 …), so that a stray one is seen and does nothing.
CONTROLS = {code: 0x2400 + code for code in range(32) if code not in b"\t\n"} | {0x7F: 0x2421}


@dataclass(frozen=True)
class Part:
    """An attachment."""

    name: str
    type: str
    content: bytes


class Letter:
    """A mail as it was stored, envelope first."""

    def __init__(self, name: str, source: bytes) -> None:
        self.name = name
        self.source = source
        self._mail = email.message_from_bytes(source, policy=email.policy.default)

    def header(self, name: str) -> str:
        """A header as people read it; one that breaks the rules, as it stands; "" without one."""
        try:
            return shown(str(self._mail.get(name, "")))
        except (ValueError, LookupError, AttributeError, TypeError, IndexError):
            raw = next((value for key, value in self._mail.raw_items() if key.lower() == name.lower()), "")
            return shown(str(raw))

    @property
    def subject(self) -> str:
        return self.header("Subject") or "(no subject)"

    @cached_property
    def recipients(self) -> list[str]:
        """Addresses of the envelope, as given at RCPT TO."""
        head = re.split(rb"\n(?!Return-Path: |Delivered-To: )", self.source, maxsplit=1)[0]
        lines = head.decode("utf-8", "replace").splitlines()
        return [line.partition(": ")[2] for line in lines if line.startswith("Delivered-To: ")]

    @cached_property
    def text(self) -> str:
        """The body: the plain text; without one, the source of the first text part."""
        body = self._body
        return shown(decoded(body)) if body else ""

    @cached_property
    def parts(self) -> list[Part]:
        """All leaves but the body."""
        found: list[Part] = []
        for part in leaves(self._mail):
            if part is not self._body:
                kind = part.get_content_type()
                name = part.get_filename() or f"part-{len(found) + 1}.{kind.rpartition('/')[2]}"
                found.append(Part(shown(re.sub(r"[/\\\s]+", " ", name)), kind, payload(part)))
        return found

    @cached_property
    def _body(self) -> Message | None:
        texts = [part for part in leaves(self._mail) if part.get_content_maintype() == "text"]
        inline = [part for part in texts if part.get_content_disposition() != "attachment"]
        plain = [part for part in inline if part.get_content_subtype() == "plain"]
        return next(iter(plain + inline), None)


def leaves(part: Message) -> list[Message]:
    """The parts that hold something themselves. A mail inside a mail counts as one."""
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return [leaf for inner in cast(list[Message], part.get_payload()) for leaf in leaves(inner)]
    return [part]


def payload(part: Message) -> bytes:
    """What a part holds, transfer encoding undone."""
    if part.is_multipart():
        return b"\n".join(inner.as_bytes() for inner in cast(list[Message], part.get_payload()))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def decoded(part: Message) -> str:
    """A text part in its own character set, or in the nearest thing to it."""
    content = payload(part)
    try:
        return content.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return content.decode("utf-8", "replace")


def shown(text: str) -> str:
    """Text fit for a page: line ends as LF, other control characters and lone surrogates as something visible."""
    plain = text.replace("\r\n", "\n").translate(CONTROLS)
    return plain.encode("utf-8", "replace").decode()
