"""One connection to the mail server: a time limit for each phase, faults that know theirs."""

import re
import smtplib
from collections.abc import Callable
from contextlib import suppress

from campaign.outbox.composing import Mail
from campaign.outbox.dialing import Limits, Server, dial, expect
from campaign.outbox.faults import Fault, Outcome, Phase, of_reply, of_silence
from campaign.outbox.journal import Mark
from campaign.outbox.talk import Steps, Talk, run

__all__ = ["MESSAGES", "Connection", "Limits", "Server"]

MESSAGES = 100  # over one connection, then a new one

HandOver = Callable[[int, bytes], tuple[int, bool]]  # see `Journal.hand_over`

_OF_THE_MESSAGE = frozenset({Outcome.TRANSIENT, Outcome.PERMANENT, Outcome.POLICY})  # the talk goes on after it
_SILENCE = (OSError, smtplib.SMTPException, ValueError)
_AT_ONCE = 32 * 1024  # octets; a longer message goes ahead of its final dot, and the server may interrupt it
_PATIENCE = 2  # seconds for a goodbye
_AGREED = re.compile(rb"(?:2\d\d [^\n]*\n){2}3\d\d [^\n]*\n")  # to MAIL, RCPT and DATA


class Connection:
    """Hands over one message at a time, each to one recipient. Opens itself, and anew when that is needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._talk: Talk | None = None
        self._carried = 0
        self._phase = Phase.CONNECT

    def send(self, to: str, message: bytes, note: Callable[[Mark], None] = lambda _mark: None) -> int:
        """`conversation`, waiting for its end."""
        return run(self.conversation(Mail(to, message), note))

    def open(self) -> None:
        """Connect, encrypt and sign in, and hand over nothing. Raises Fault."""
        run(self._ready())

    def close(self) -> None:
        """`farewell`, waiting for its end."""
        run(self.farewell())

    def conversation(
        self, mail: Mail, note: Callable[[Mark], None], sender: str = "", hand_over: HandOver | None = None
    ) -> Steps[int]:
        """Hand over a message. The server's code, once it has taken it. Raises Fault.

        note:      called before and after the final dot, unless that is noted as it is handed over.
        sender:    of the envelope; the server's usual one if none is given.
        hand_over: `Journal.hand_over`, for this letter.
        """
        if not _has_whole_line_ends(mail.content):  # would let some servers read it as two
            raise Fault(Outcome.PERMANENT, Phase.MAIL)
        try:
            talk = yield from self._ready()
            return (yield from self._hand_over(talk, mail, note, sender or self._server.sender, hand_over))
        except Fault as fault:
            if fault.outcome in _OF_THE_MESSAGE and fault.phase is not Phase.BODY and self._talk is not None:
                self._talk.is_clear = fault.phase is Phase.ANSWER
            elif fault.code is not None and fault.phase is Phase.MAIL:
                yield from self.farewell()
            else:
                self.drop()
            raise

    def farewell(self) -> Steps[None]:
        """Say goodbye if that is possible. Never raises: what the server has taken, it has taken."""
        talk, self._talk = self._talk, None
        if talk is not None:
            try:
                with suppress(*_SILENCE):
                    yield from talk.ask("QUIT", _PATIENCE)
            finally:
                talk.close()

    def drop(self) -> None:
        """Without a word: it has hung up, or isn't listening."""
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close()

    def _hand_over(
        self, talk: Talk, mail: Mail, note: Callable[[Mark], None], sender: str, hand_over: HandOver | None
    ) -> Steps[int]:
        local, _, domain = mail.to.rpartition("@")
        options = ""
        content = mail.content
        if mail.eight_bit is not None and talk.has_extn("8bitmime"):  # RFC 6152
            options, content = " BODY=8BITMIME", mail.eight_bit
        if not local.isascii():
            if not talk.has_extn("smtputf8"):
                raise Fault(Outcome.PERMANENT, Phase.RCPT)
            options += " SMTPUTF8"  # RFC 6531
        envelope = (
            (Phase.MAIL, f"MAIL FROM:<{sender}>{options}", 250),
            (Phase.RCPT, f"RCPT TO:<{local}@{_ascii(domain)}>", 250),
            (Phase.DATA, "DATA", 354),
        )
        self._phase = Phase.MAIL
        try:
            if talk.has_extn("pipelining"):
                yield from self._say_at_once(talk, envelope)
            else:
                for phase, command, hoped in envelope:
                    self._phase = phase
                    expect(phase, hoped, *(yield from talk.ask(command, self._server.limits.command)))
            yield from self._give(talk, _dotted(content), note, hand_over)
            return expect(Phase.ANSWER, 250, *(yield from talk.reply(self._server.limits.answer)))
        except _SILENCE:
            raise of_silence(self._phase) from None

    def _say_at_once(self, talk: Talk, envelope: tuple[tuple[Phase, str, int], ...]) -> Steps[None]:
        """Three commands in one packet, three answers (RFC 2920): the first that is a refusal counts.

        Some servers wait for a message that has no recipient; they get none, and refuse that.
        """
        limit, refusal = self._server.limits.command, None
        yield from talk.put("".join(f"{command}\r\n" for _, command, _ in envelope).encode(), limit)
        try:
            if (yield from talk.replies(_AGREED, limit)):
                return
            code = 0
            for phase, _, hoped in envelope:
                self._phase = phase if refusal is None else self._phase
                code, text = yield from talk.reply(limit)
                try:
                    expect(phase, hoped, code, text)
                except Fault as fault:
                    refusal = refusal or fault
            if refusal is not None and code // 100 == 3:
                if refusal.phase is not Phase.RCPT or refusal.outcome not in _OF_THE_MESSAGE:
                    raise smtplib.SMTPServerDisconnected("not to be trusted with a dot")
                yield from talk.ask(".", limit)
        except _SILENCE:
            if refusal is None:
                raise
            self.drop()
        if refusal is not None:
            raise refusal

    def _give(self, talk: Talk, octets: bytes, note: Callable[[Mark], None], hand_over: HandOver | None) -> Steps[None]:
        """The message and the dot that ends it."""
        limits = self._server.limits
        self._phase = Phase.BODY
        if len(octets) > _AT_ONCE:
            yield from talk.put(octets, limits.body)
            octets = b""
        # Before the final dot: whatever it says, it hasn't taken the message. Some hang up right behind their 354.
        if talk.has_spoken():
            raise of_reply(Phase.BODY, *(yield from talk.reply(limits.command)))
        left, is_noted = octets + b".\r\n", False
        if hand_over is not None and talk.is_plain:
            taken, is_noted = hand_over(talk.number, left)
            left = left[taken:]
        if left:
            note(Mark.DOT)
            yield from talk.put(left, limits.body)
            is_noted = False
        self._phase = Phase.ANSWER
        if not is_noted:
            note(Mark.HANDED_OVER)

    def _ready(self) -> Steps[Talk]:
        """A connection that was alive a moment ago. That an idle one was closed is nobody's fault."""
        talk = self._talk
        if talk is not None:
            is_good = self._carried < MESSAGES and not talk.has_spoken()
            is_good = is_good and (talk.is_clear or (yield from self._cleared(talk)))
            if not is_good:
                yield from self.farewell()
        if self._talk is None:
            self._talk = yield from dial(self._server)
            self._carried = 0
        self._carried += 1
        return self._talk

    def _cleared(self, talk: Talk) -> Steps[bool]:
        """Whether it has forgotten a message that it refused half-way."""
        with suppress(*_SILENCE):
            talk.is_clear = (yield from talk.ask("RSET", self._server.limits.command))[0] == 250
        return talk.is_clear


def _has_whole_line_ends(message: bytes) -> bool:
    """CRLF throughout, nowhere half of it."""
    return message.count(b"\r\n") == message.count(b"\n") == message.count(b"\r")


def _ascii(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode()


_LEADING_DOT = re.compile(rb"(?m)^\.")


def _dotted(message: bytes) -> bytes:
    """With the dots of RFC 5321 4.5.2, up to where the final one comes."""
    if b"\n." in message or message.startswith(b"."):
        message = _LEADING_DOT.sub(b"..", message)
    return message if message.endswith(b"\r\n") else message + b"\r\n"
