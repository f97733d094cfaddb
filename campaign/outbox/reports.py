"""What mail servers send back: that a letter couldn't be delivered (RFC 3464), that its reader complains (RFC 5965).

Nothing in such a mail is believed but which letter it is about, and that only if it says a secret of that letter: our
signed envelope sender or its Message-ID. Addresses in it are never read: anyone could put anyone's there.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from campaign.outbox.faults import Outcome, Phase, of_reply

LARGEST = 256 * 1024  # octets that are looked at: the notice, and the head of a letter of ours
MOST = 20  # addresses, and numbers of letters, that one mail may name: a true one has one of each

_TO_US = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_STATUS = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
_REPLY = re.compile(r"\s*smtp\s*;\s*([245]\d\d)[ -]?\s*(.*)", re.IGNORECASE | re.DOTALL)
_MESSAGE_ID = re.compile(r"<\s*([A-Za-z0-9_.-]{1,255})@")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
_STATUSES = ("message/delivery-status", "message/global-delivery-status")


class Kind(StrEnum):
    GONE = "gone"  # there is no such mailbox
    FULL = "full"  # not now: a full mailbox, a server that couldn't be reached for days
    REFUSED = "refused"  # this mail or this sender, not the person
    COMPLAINT = "complaint"


@dataclass(frozen=True)
class Report:
    """kind: none if it tells of nothing that is to be done: a delay, a receipt, a note from a holiday."""

    kind: Kind | None
    code: int | None = None  # as the server would have said it in SMTP
    addresses: tuple[str, ...] = ()  # where our envelope sender may stand
    message_ids: tuple[str, ...] = ()  # their left parts


def read(octets: bytes, recipient: str | None = None) -> Report:
    """Never raises: what can't be understood tells nothing.

    recipient: whom it was sent to, if the mail server says so.
    """
    try:
        message = email.message_from_bytes(octets[:LARGEST])
        parts = list(message.walk())
        kind, code = _tells(message, parts)
        if kind is None:
            return Report(None)
        returned = list(_returned(parts))
        addresses = [recipient or "", *_said(message, _TO_US)]
        for part in parts:
            if part.get_content_type() == "message/feedback-report":
                addresses += _said(_fields(part), ("Original-Mail-From",))
        for original in returned:
            addresses += _said(original, ("Return-Path",))
        ids = [found[1] for original in returned for said in _said(original, ("Message-ID",)) if (found := _id(said))]
    except Exception:  # noqa: BLE001 -- strangers write these, and the parser has its limits
        return Report(None)
    return Report(kind, code, tuple(filter(None, addresses))[:MOST], tuple(ids[:MOST]))


def _tells(message: Message, parts: list[Message]) -> tuple[Kind | None, int | None]:
    if message.get_content_type() != "multipart/report":
        return None, None
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            # Other types than abuse tell of viruses, or that mail is wanted after all ("not-spam").
            kind = _first(_fields(part), "Feedback-Type").strip().lower()
            return (Kind.COMPLAINT if kind in ("abuse", "fraud", "opt-out") else None), None
        if part.get_content_type() in _STATUSES:
            return _of_delivery(part)
    return None, None


def _of_delivery(part: Message) -> tuple[Kind | None, int | None]:
    """Our letters have one recipient each, so the first that failed is the one."""
    for block in part.get_payload() if part.is_multipart() else ():
        if isinstance(block, Message) and _first(block, "Action").strip().lower() == "failed":
            return _sorted(_first(block, "Status"), _first(block, "Diagnostic-Code"))
    return None, None


def _sorted(status: str, diagnostic: str) -> tuple[Kind, int]:
    """By what the last server said, and if it didn't, by the status. Sorted as if it had been said to us."""
    code, text = 550, status
    if (enhanced := _STATUS.match(status)) and enhanced[1] == "4":
        code = 450
    if reply := _REPLY.match(diagnostic):
        code = int(reply[1])
        text = reply[2] if _STATUS.match(reply[2]) else status
    match of_reply(Phase.RCPT, code, text).outcome:
        case Outcome.PERMANENT:
            return Kind.GONE, code
        case Outcome.POLICY | Outcome.CONFIGURATION:
            return Kind.REFUSED, code
        case _:
            return Kind.FULL, code


def _returned(parts: list[Message]) -> Iterator[Message]:
    """Our own letters or their heads, as they are sent back."""
    for part in parts:
        if part.get_content_type() in _RETURNED:
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (original for original in payload if isinstance(original, Message))
            else:
                octets = part.get_payload(decode=True)
                yield email.message_from_bytes(octets if isinstance(octets, bytes) else b"")


def _fields(part: Message) -> Message:
    """Header-like lines in a part of their own. The parser takes such a part for a message in a message."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    return email.message_from_string(str(payload))


def _said(message: Message, names: tuple[str, ...]) -> list[str]:
    return [str(value) for name in names for value in message.get_all(name, ())]


def _first(message: Message, name: str) -> str:
    return str(message.get(name, ""))


def _id(said: str) -> re.Match[str] | None:
    return _MESSAGE_ID.search(said)
