"""What can go wrong between us and a mail server, sorted by what is to be done about it.

The phase decides as much as the code: a 550 after RCPT is about a person, a 550 after MAIL is about us.
"""

import re
from enum import IntEnum, StrEnum


class Phase(IntEnum):
    """How far a message had come."""

    CONNECT = 0  # DNS, TCP, banner, EHLO
    TLS = 1
    AUTH = 2
    MAIL = 3
    RCPT = 4
    DATA = 5
    BODY = 6
    ANSWER = 7  # the final dot is out


class Outcome(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    RELAY = "relay"  # the server can't be reached or won't talk: nobody's fault, pause
    CONFIGURATION = "configuration"  # wrong password, wrong certificate, refused sender: stop, tell the organizers
    CONNECTION = "connection"  # it hung up or wants to (421): not taken, connect again
    TRANSIENT = "transient"  # not now: the ladder
    PERMANENT = "permanent"  # this address: never again
    POLICY = "policy"  # this mail or this sender, not the person
    UNKNOWN = "unknown"  # no answer after the final dot
    SUPPRESSED = "suppressed"  # not tried: the address isn't written to any more


class Fault(Exception):
    """An attempt that didn't end in "taken". Holds no address and no text of the server's, which may quote one.

    code:    the server's; none when there was no answer.
    is_gone: it said that there is no such mailbox. A refusal without a reason isn't taken for that: a server that is
             set up wrong refuses everybody.
    """

    def __init__(self, outcome: Outcome, phase: Phase, code: int | None = None, *, is_gone: bool = False) -> None:
        super().__init__(f"{outcome} at {phase.name}" + (f", {code}" if code else ""))
        self.outcome = outcome
        self.phase = phase
        self.code = code
        self.is_gone = is_gone


_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463
_MAILBOX_FULL = {(2, 2), (3, 1)}  # subject, detail: full, or the system behind it is

_NO_SUCH_MAILBOX = {(1, detail) for detail in (0, 1, 2, 3, 6, 10)} | {(2, 1)}  # RFC 3463, RFC 7505; or it is disabled


def of_silence(phase: Phase) -> Fault:
    """No answer: reset, closed, or too late."""
    if phase is Phase.ANSWER:
        return Fault(Outcome.UNKNOWN, phase)
    return Fault(Outcome.CONNECTION if phase >= Phase.MAIL else Outcome.RELAY, phase)


def of_reply(phase: Phase, code: int, text: str) -> Fault:
    """An answer other than the one that was hoped for.

    code: 0 for something that is no SMTP at all.
    text: what the server said with it; looked at for an enhanced status code only.
    """
    detail = _detail(code, text)
    outcome = _outcome(phase, code, detail)
    return Fault(outcome, phase, code or None, is_gone=outcome is Outcome.PERMANENT and detail in _NO_SUCH_MAILBOX)


def _outcome(phase: Phase, code: int, detail: tuple[int, int]) -> Outcome:
    if not 400 <= code <= 599:  # nonsense: who talks so may do anything with a mail
        return of_silence(phase).outcome
    if phase <= Phase.AUTH:
        return _before_mail(phase, code)
    if code == 421:
        return Outcome.CONNECTION
    if code in (530, 534, 535, 538):
        return Outcome.CONFIGURATION
    if phase is Phase.MAIL:
        return Outcome.RELAY if code < 500 else Outcome.CONFIGURATION
    if code < 500 or detail in _MAILBOX_FULL or (code == 552 and detail == (0, 0) and phase is Phase.RCPT):
        return Outcome.TRANSIENT
    if detail[0] == 7 or (code == 554 and detail[0] != 1):
        return Outcome.POLICY
    return Outcome.PERMANENT


def _before_mail(phase: Phase, code: int) -> Outcome:
    if phase is Phase.AUTH and code >= 500:
        return Outcome.CONFIGURATION
    if phase is Phase.CONNECT and code == 530:
        return Outcome.CONFIGURATION
    return Outcome.RELAY


def _detail(code: int, text: str) -> tuple[int, int]:
    """Subject and detail of an enhanced status code that goes with the code; (0, 0) if there is none."""
    found = _ENHANCED.match(text.strip())
    if found is None or found[1] != str(code)[0]:
        return 0, 0
    return int(found[2]), int(found[3])
