"""Opening a connection to a mail server: name, TCP, greeting, verified TLS, signing in. In a thread: names wait."""

import logging
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread

from campaign.outbox.faults import Fault, Outcome, Phase, of_reply, of_silence
from campaign.outbox.mishaps import place_of
from campaign.outbox.talk import Steps, Talk, Wait

log = logging.getLogger(__name__)

TLS_FROM_THE_START = 465  # RFC 8314


@dataclass(frozen=True)
class Limits:
    """Seconds that each phase may take (RFC 5321 4.5.3.2). The last is long on purpose: giving up there is a doubt."""

    connect: float = 30
    command: float = 60
    body: float = 120
    answer: float = 600

    @property
    def opening(self) -> float:
        """All of it together: several addresses, several commands, and a name that nobody answers for."""
        return 4 * self.connect + 4 * self.command


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

    @property
    def context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


def dial(server: Server) -> Steps[Talk]:
    """An open connection. Raises Fault."""
    opening = _Opening(server)
    try:
        until = time.monotonic() + server.limits.opening
        while opening.is_alive() and time.monotonic() < until:
            yield Wait(opening.bell.fileno(), False, until)
            if opening.has_rung():
                break
        return opening.taken()
    finally:
        opening.leave()


class _Opening(Thread):
    """A daemon: a resolver that never answers doesn't keep us from ending."""

    def __init__(self, server: Server) -> None:
        super().__init__(name="dial", daemon=True)
        self._server = server
        self.bell, self._rope = socket.socketpair()
        self.bell.setblocking(False)
        self._turn = Lock()
        self._is_left = False
        self._made: Talk | None = None
        self._fault: Fault | None = None
        self.start()

    def run(self) -> None:
        made: Talk | None = None
        fault: Fault | None = None
        try:
            made = _open(self._server)
        except Fault as raised:
            fault = raised
        except Exception as error:  # noqa: BLE001 -- whoever waits for it is told, whatever it is
            log.error("Dialing broke off: %s", place_of(error))  # noqa: TRY400 -- no values
        with self._turn:
            if self._is_left and made is not None:
                made.close()
                made = None
            self._made, self._fault = made, fault
        self._rope.close()

    def has_rung(self) -> bool:
        try:
            return not self.bell.recv(1)
        except BlockingIOError:
            return False

    def taken(self) -> Talk:
        """What it has opened, for the one who asked. Raises Fault."""
        with self._turn:
            made, self._made = self._made, None
        if made is None:
            raise self._fault or of_silence(Phase.CONNECT)
        return made

    def leave(self) -> None:
        """Nobody wants what it opens any more."""
        with self._turn:
            self._is_left = True
            made, self._made = self._made, None
        if made is not None:
            made.close()
        self.bell.close()


def _open(server: Server) -> Talk:
    limits = server.limits
    talk = Talk(server.sender.rpartition("@")[2] or "localhost", limits.command)
    at_once = server.use_tls and server.port == TLS_FROM_THE_START
    try:
        with _during(Phase.CONNECT):
            context = server.context if at_once else None
            expect(Phase.CONNECT, 220, *talk.dial(server.host, server.port, limits.connect, context))
            _greet(talk)
        if server.use_tls and not at_once:
            _encrypt(talk, server.context)
        if server.username is not None:
            _sign_in(talk, server.username, server.password or "")
    except BaseException:
        talk.close()
        raise
    return talk


def _encrypt(talk: Talk, context: ssl.SSLContext) -> None:
    if not talk.has_extn("starttls"):
        raise Fault(Outcome.CONFIGURATION, Phase.TLS)
    with _during(Phase.TLS):
        code, text = talk.starttls(context=context)
        expect(Phase.TLS, 220, code, text.decode("utf-8", "replace"))
        _greet(talk)


def _sign_in(talk: Talk, username: str, password: str) -> None:
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
    expect(Phase.CONNECT, 250, code, "")


def expect(phase: Phase, hoped: int, code: int, text: str) -> int:
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
