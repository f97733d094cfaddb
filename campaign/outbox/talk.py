"""An SMTP dialogue on one socket: smtplib's words, with a deadline for each answer and a bound on its length.

smtplib limits the wait for each packet, so that a server which drips one octet a minute holds it for ever, and it
reads "250-" lines without end. Here an answer is whole in time or it is none.
"""

import smtplib
import socket
import ssl
import time
from contextlib import suppress

_LONGEST_REPLY = 64 * 1024  # octets


class Talk(smtplib.SMTP):
    """One connection. Raises OSError or smtplib.SMTPException when the other side falls silent."""

    def __init__(self, own_name: str, limit: float) -> None:
        """own_name: what we call ourselves. limit: seconds for an answer where nothing else is said."""
        super().__init__(local_hostname=own_name)
        self.is_clear = True  # no message half given over
        self._limit = limit
        self._heard = b""

    def dial(self, host: str, port: int, limit: float, context: ssl.SSLContext | None) -> tuple[int, str]:
        """Connect; the server's greeting. context: to speak TLS from the start."""
        self._host = host  # what smtplib compares a certificate with
        sock = socket.create_connection((host, port), limit)
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            self.sock = context.wrap_socket(sock, server_hostname=host)
        return self.reply(limit)

    def ask(self, command: str, limit: float) -> tuple[int, str]:
        self.put(f"{command}\r\n".encode(), limit)
        return self.reply(limit)

    def put(self, octets: bytes, limit: float) -> None:
        sock = self._open_socket()
        sock.settimeout(limit)
        sock.sendall(octets)

    def reply(self, limit: float) -> tuple[int, str]:
        """The next answer: code and text, lines joined. Code 0: it isn't SMTP."""
        deadline, lines = time.monotonic() + limit, list[str]()
        while True:
            line = self._line(deadline)
            lines.append(line[4:])
            if len(line) < 4 or line[3] != "-":
                code = line[:3]
                return (int(code) if code.isascii() and code.isdecimal() and len(code) == 3 else 0), "\n".join(lines)
            if sum(map(len, lines)) > _LONGEST_REPLY:
                raise smtplib.SMTPServerDisconnected("endless answer")

    def has_spoken(self) -> bool:
        """Whether it says something unasked, or has hung up."""
        sock = self._open_socket()
        try:
            sock.settimeout(0)
            self._heard += sock.recv(4096)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return bool(self._heard)
        except OSError:
            return True
        return True

    def getreply(self) -> tuple[int, bytes]:
        """For smtplib's own verbs."""
        code, text = self.reply(self._limit)
        return code, text.encode()

    def starttls(self, *, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:  # type: ignore[override]
        self._open_socket().settimeout(self._limit)
        code, text = super().starttls(context=context)
        if self._heard:  # said in the clear, to be taken as said under TLS
            raise smtplib.SMTPServerDisconnected("more than one answer to STARTTLS")
        return code, text

    def close(self) -> None:
        with suppress(OSError):
            super().close()

    def _line(self, deadline: float) -> str:
        while b"\n" not in self._heard:
            left = deadline - time.monotonic()
            if left <= 0 or len(self._heard) > _LONGEST_REPLY:
                raise smtplib.SMTPServerDisconnected("no answer in time")
            sock = self._open_socket()
            sock.settimeout(left)
            octets = sock.recv(4096)
            if not octets:
                raise smtplib.SMTPServerDisconnected("hung up")
            self._heard += octets
        line, self._heard = self._heard.split(b"\n", 1)
        return line.rstrip(b"\r").decode("utf-8", "replace")

    def _open_socket(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self.sock
