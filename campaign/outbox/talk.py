"""An SMTP dialogue on one socket: smtplib's words, with a deadline for each answer and a bound on its length.

smtplib limits the wait for each packet, so that a server which drips one octet a minute holds it for ever, and it
reads "250-" lines without end. Here an answer is whole in time or it is none.

What is said goes in steps: whoever runs them is told what a conversation waits for and may go on with another
meanwhile. So one thread carries all of a worker's; threads that each wait for one server and all of them for the
interpreter took as long to take turns as to talk.
"""

import re
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Generator
from contextlib import suppress
from typing import NamedTuple, TypeVar

_LONGEST_REPLY = 64 * 1024  # octets
_ONE_LINE = re.compile(rb"([0-9]{3}) ([ -~]*)\r?\n")
_CHUNK = 16 * 1024  # octets; a whole record of TLS, so that none of it stays behind where `poll` doesn't see it

T = TypeVar("T")


class Wait(NamedTuple):
    """What a conversation waits for. It may be asked to go on at any time, and has to be after `until`."""

    file: int
    to_write: bool
    until: float  # time.monotonic()


Steps = Generator[Wait, None, T]


def run(steps: Steps[T]) -> T:
    """To the end, waiting as they say."""
    try:
        while True:
            wait = next(steps)
            poll = select.poll()
            poll.register(wait.file, select.POLLOUT if wait.to_write else select.POLLIN)
            poll.poll(max(wait.until - time.monotonic(), 0) * 1000 + 1)
    except StopIteration as end:
        done: T = end.value
        return done


class Talk(smtplib.SMTP):
    """One connection. Raises OSError or smtplib.SMTPException when the other side falls silent."""

    def __init__(self, own_name: str, limit: float) -> None:
        """own_name: what we call ourselves. limit: seconds for an answer where nothing else is said."""
        super().__init__(local_hostname=own_name)
        self.is_clear = True  # no message half given over
        self._limit = limit
        self._heard = b""
        self._glance = select.poll()

    def dial(self, host: str, port: int, limit: float, context: ssl.SSLContext | None) -> tuple[int, str]:
        """Connect; the server's greeting. Waits for it. context: to speak TLS from the start."""
        self._host = host  # what smtplib compares a certificate with
        sock = socket.create_connection((host, port), limit)
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.sock = context.wrap_socket(sock, server_hostname=host)
        self.sock.setblocking(False)
        self._glance.register(self.sock, select.POLLIN)
        return run(self.reply(limit))

    def ask(self, command: str, limit: float) -> Steps[tuple[int, str]]:
        yield from self.put(f"{command}\r\n".encode(), limit)
        return (yield from self.reply(limit))

    def put(self, octets: bytes, limit: float) -> Steps[None]:
        """Returns once the system has taken all of it; until then the last octet isn't on its way."""
        sock, until, left = self._open_socket(), time.monotonic() + limit, memoryview(octets)
        while left:
            try:
                left = left[sock.send(left) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                yield Wait(sock.fileno(), True, _still(until))
            except ssl.SSLWantReadError:
                yield Wait(sock.fileno(), False, _still(until))

    def reply(self, limit: float) -> Steps[tuple[int, str]]:
        """The next answer: code and text, lines joined. Code 0: it isn't SMTP."""
        until, said, length = time.monotonic() + limit, "", 0
        if not self._heard:
            yield from self._hear(until)
        if whole := _ONE_LINE.fullmatch(self._heard):  # as most are
            self._heard = b""
            return int(whole[1]), whole[2].decode()
        while True:
            octets, end, rest = self._heard.partition(b"\n")
            if not end:
                if len(octets) > _LONGEST_REPLY:
                    raise smtplib.SMTPServerDisconnected("endless answer")
                yield from self._hear(until)
                continue
            self._heard = rest
            line = octets.decode("utf-8", "replace").rstrip("\r")
            said += line[4:]
            if line[3:4] != "-":
                code = line[:3]
                return (int(code) if len(code) == 3 and code.isascii() and code.isdecimal() else 0), said
            said += "\n"
            length += len(line)
            if length > _LONGEST_REPLY:
                raise smtplib.SMTPServerDisconnected("endless answer")

    def replies(self, hoped: re.Pattern[bytes], limit: float) -> Steps[bool]:
        """Whether what comes next are the answers that were hoped for, all of them and nothing else.

        If not, or not all at once, they are still there for `reply`.
        """
        if not self._heard:
            yield from self._hear(time.monotonic() + limit)
        if hoped.fullmatch(self._heard) is None:
            return False
        self._heard = b""
        return True

    @property
    def is_plain(self) -> bool:
        """Whether what is written to its file is what is said: there is no TLS between."""
        return self.sock is not None and not isinstance(self.sock, ssl.SSLSocket)

    @property
    def number(self) -> int:
        """The system's number for the connection."""
        return self._open_socket().fileno()

    def has_spoken(self) -> bool:
        """Whether it says something unasked, or has hung up."""
        if self.is_plain and not self._glance.poll(0):
            return bool(self._heard)
        try:
            self._heard += self._open_socket().recv(_CHUNK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return bool(self._heard)
        except OSError:
            return True
        return True

    def getreply(self) -> tuple[int, bytes]:
        """For smtplib's own verbs, which wait."""
        code, text = run(self.reply(self._limit))
        return code, text.encode()

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        """For smtplib's own verbs, which wait."""
        run(self.put(s.encode() if isinstance(s, str) else s, self._limit))

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        self._open_socket().settimeout(self._limit)
        code, text = super().starttls(context=context)
        self._open_socket().setblocking(False)
        if self._heard:  # said in the clear, to be taken as said under TLS
            raise smtplib.SMTPServerDisconnected("more than one answer to STARTTLS")
        return code, text

    def close(self) -> None:
        with suppress(OSError):
            super().close()

    def _hear(self, until: float) -> Steps[None]:
        sock = self._open_socket()
        is_to_write = False
        while True:
            yield Wait(sock.fileno(), is_to_write, _still(until))
            try:
                octets = sock.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                is_to_write = False
            except ssl.SSLWantWriteError:
                is_to_write = True
            else:
                if not octets:
                    raise smtplib.SMTPServerDisconnected("hung up")
                self._heard += octets
                return

    def _open_socket(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock


def _still(until: float) -> float:
    """The same, if there is time left. What has come by now is looked at even when it is too late."""
    if time.monotonic() >= until:
        raise smtplib.SMTPServerDisconnected("no answer in time")
    return until
