"""One connection to the mail server: verified TLS, a time limit for each phase, faults that know theirs."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from campaign.outbox.faults import Fault, Outcome, Phase, of_reply, of_silence
from campaign.outbox.journal import Mark
from campaign.outbox.talk import Talk

MESSAGES = 100  # over one connection, then a new one
TLS_FROM_THE_START = 465  # RFC 8314

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_OF_THE_MESSAGE = frozenset({Outcome.TRANSIENT, Outcome.PERMANENT, Outcome.POLICY})  # the talk goes on after it
_PATIENCE = 2  # seconds for a goodbye


@dataclass(frozen=True)
class Limits:
    """Seconds that each phase may take (RFC 5321 4.5.3.2). The last is long on purpose: giving up there is a doubt."""

    connect: float = 30
    command: float = 60
    body: float = 120
    answer: float = 600


@dataclass(frozen=True)
class Server:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    sender: str  # the envelope's; its domain is also what we call ourselves
    use_tls: bool = False  # certificate verified; never sent in the clear when TLS can't be had
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    limits: Limits = Limits()
    tls: ssl.SSLContext | None = field(default=None, repr=False)  # none: the authorities that the system trusts


class Connection:
    """Hands over one message at a time, each to one recipient. Opens itself, and anew when that is needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._talk: Talk | None = None
        self._carried = 0

    def send(self, to: str, message: bytes, note: Callable[[Mark], None] = lambda _mark: None) -> int:
        """The server's code, once it has taken the message. Raises Fault.

        message: whole, with CRLF throughout.
        note:    called before and after the final dot.
        """
        if _BARE_LINE_END.search(message):  # would let some servers read it as two
            raise Fault(Outcome.PERMANENT, Phase.MAIL)
        try:
            return self._hand_over(self._ready(), to, message, note)
        except Fault as fault:
            if fault.outcome in _OF_THE_MESSAGE and fault.phase is not Phase.BODY and self._talk is not None:
                self._talk.is_clear = fault.phase is Phase.ANSWER
            elif fault.code is not None and fault.phase is Phase.MAIL:
                self.close()
            else:
                self._drop()
            raise

    def open(self) -> None:
        """Connect, encrypt and sign in, and hand over nothing. Raises Fault."""
        self._ready()

    def close(self) -> None:
        """Say goodbye if that is possible. Never raises: what the server has taken, it has taken."""
        if self._talk is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._talk.ask("QUIT", _PATIENCE)
            self._drop()

    def _drop(self) -> None:
        """Without a word: it has hung up, or isn't listening."""
        talk, self._talk = self._talk, None
        if talk is not None:
            talk.close()

    def _hand_over(self, talk: Talk, to: str, message: bytes, note: Callable[[Mark], None]) -> int:
        limits = self._server.limits
        local, _, domain = to.rpartition("@")
        options = "" if local.isascii() else " SMTPUTF8"
        if options and not talk.has_extn("smtputf8"):
            raise Fault(Outcome.PERMANENT, Phase.RCPT)
        self._say(talk, Phase.MAIL, f"MAIL FROM:<{self._server.sender}>{options}")
        self._say(talk, Phase.RCPT, f"RCPT TO:<{local}@{domain if options else _ascii(domain)}>")
        self._say(talk, Phase.DATA, "DATA", hoped=354)
        with _during(Phase.BODY):
            talk.put(_dotted(message), limits.body)
            if talk.has_spoken():  # before the final dot: whatever it says, it hasn't taken the message
                raise of_reply(Phase.BODY, *talk.reply(limits.command))
            note(Mark.DOT)
            talk.put(b".\r\n", limits.body)
        with _during(Phase.ANSWER):
            note(Mark.HANDED_OVER)
            return _hoped(Phase.ANSWER, 250, *talk.reply(limits.answer))

    def _say(self, talk: Talk, phase: Phase, command: str, hoped: int = 250) -> None:
        with _during(phase):
            _hoped(phase, hoped, *talk.ask(command, self._server.limits.command))

    def _ready(self) -> Talk:
        """A connection that was alive a moment ago. That an idle one was closed is nobody's fault."""
        talk = self._talk
        if talk is not None and (self._carried >= MESSAGES or talk.has_spoken() or not self._cleared(talk)):
            self.close()
        if self._talk is None:
            self._talk, self._carried = self._open(), 0
        self._carried += 1
        return self._talk

    def _cleared(self, talk: Talk) -> bool:
        """Whether it has forgotten a message that it refused half-way."""
        if not talk.is_clear:
            with suppress(OSError, smtplib.SMTPException):
                talk.is_clear = talk.ask("RSET", self._server.limits.command)[0] == 250
        return talk.is_clear

    def _open(self) -> Talk:
        server, limits = self._server, self._server.limits
        talk = Talk(server.sender.rpartition("@")[2] or "localhost", limits.command)
        at_once = server.use_tls and server.port == TLS_FROM_THE_START
        try:
            with _during(Phase.CONNECT):
                _hoped(
                    Phase.CONNECT,
                    220,
                    *talk.dial(server.host, server.port, limits.connect, self._context() if at_once else None),
                )
                _greet(talk)
            if server.use_tls and not at_once:
                self._encrypt(talk)
            if server.username is not None:
                self._sign_in(talk, server.username, server.password or "")
        except BaseException:
            talk.close()
            raise
        return talk

    def _context(self) -> ssl.SSLContext:
        return self._server.tls or ssl.create_default_context()

    def _encrypt(self, talk: Talk) -> None:
        if not talk.has_extn("starttls"):
            raise Fault(Outcome.CONFIGURATION, Phase.TLS)
        with _during(Phase.TLS):
            code, text = talk.starttls(context=self._context())
            _hoped(Phase.TLS, 220, code, text.decode("utf-8", "replace"))
            _greet(talk)

    def _sign_in(self, talk: Talk, username: str, password: str) -> None:
        if not talk.has_extn("auth"):
            raise Fault(Outcome.CONFIGURATION, Phase.AUTH)
        with _during(Phase.AUTH):
            try:
                talk.login(username, password)
            except smtplib.SMTPAuthenticationError as error:
                raise of_reply(Phase.AUTH, error.smtp_code, "") from None
            except (smtplib.SMTPNotSupportedError, UnicodeError):
                raise Fault(Outcome.CONFIGURATION, Phase.AUTH) from None


def _greet(talk: Talk) -> None:
    code, _ = talk.ehlo()
    if 500 <= code <= 599:
        code, _ = talk.helo()
    _hoped(Phase.CONNECT, 250, code, "")


def _hoped(phase: Phase, hoped: int, code: int, text: str) -> int:
    """The code, if it is of the kind that was hoped for. Raises Fault."""
    if code // 100 != hoped // 100:
        raise of_reply(phase, code, text)
    return code


@contextmanager
def _during(phase: Phase) -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Fault(Outcome.CONFIGURATION, Phase.TLS) from None
    except (OSError, smtplib.SMTPException, ValueError):
        raise of_silence(phase) from None


def _ascii(domain: str) -> str:
    return domain if domain.isascii() else domain.encode("idna").decode()


def _dotted(message: bytes) -> bytes:
    """With the dots of RFC 5321 4.5.2, up to where the final one comes."""
    return re.sub(rb"(?m)^\.", b"..", message) + (b"" if message.endswith(b"\r\n") else b"\r\n")
