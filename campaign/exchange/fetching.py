"""Fetching a calendar from an address that an organizer typed, without being led anywhere else.

https at port 443 only; every address that the name has is looked at before any of them is connected to, and the
connection goes to one of those, not to what the name says by then; the certificate is of the name; redirects are few
and each begins anew; so many octets, so many seconds, all in all. Who connects how is ours; h11 reads the answer.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from queue import Empty, SimpleQueue
from urllib.parse import urljoin, urlsplit

import h11
import idna

from campaign.exchange import addresses
from campaign.exchange.lines import LARGEST_FILE, Unreadable
from campaign.exchange.troubles import Trouble

SECONDS = 5.0  # from looking up the name to the last octet, redirects included
MOST_REDIRECTS = 3
PORT = 443
LONGEST_HEAD = 32 * 1024  # octets of an answer's status line and headers
AT_ONCE = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KINDS = frozenset({"text/calendar", "text/plain", "application/octet-stream", "application/ics", ""})
AGENT = "CampaignOrganizer (imports a calendar for its reader)"


class NotFetched(Unreadable):
    """detail: what the trouble's words name: a host, or how it answered."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(trouble.value)
        self.detail = detail


@dataclass(frozen=True)
class Place:
    """Where a calendar lies: a name of the DNS in its ASCII form, and what is asked of it."""

    host: str
    target: str

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.target}"


def place(url: str) -> Place:
    """Raises NotFetched for all that isn't a public https address. webcal:// is https: it is what people copy."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
        host = idna.encode(host.rstrip("."), uts46=True).decode()
    except (ValueError, UnicodeError):
        raise NotFetched(Trouble.NO_ADDRESS) from None
    if parts.scheme not in ("https", "webcal", "webcals"):
        raise NotFetched(Trouble.NO_HTTPS if parts.scheme == "http" else Trouble.NO_ADDRESS)
    if port not in (None, PORT) or "@" in parts.netloc:
        raise NotFetched(Trouble.NO_HTTPS)
    if "." not in host or _is_number(host):
        raise NotFetched(Trouble.NOT_PUBLIC, host)
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    if not target.isprintable() or " " in target:
        raise NotFetched(Trouble.NO_ADDRESS)
    return Place(host, _ascii(target))


class Fetcher:
    """resolve, is_allowed, trust, port: others for tests only; no setting of a running site reaches them.

    resolve:    a name -> the addresses it has; may take its time, and raise OSError.
    is_allowed: whether such an address may be connected to.
    trust:      whose certificates are believed.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str], list[str]] | None = None,
        is_allowed: Callable[[str], bool] = addresses.is_public,
        trust: ssl.SSLContext | None = None,
        port: int = PORT,
        seconds: float = SECONDS,
    ) -> None:
        self._resolve = resolve or _look_up
        self._is_allowed = is_allowed
        self._given_trust = trust
        self._port = port
        self._seconds = seconds

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """Read when it is first needed: that takes forty milliseconds, and few workers ever fetch anything."""
        return self._given_trust or ssl.create_default_context()

    def fetch(self, url: str) -> bytes:
        """The calendar's octets: at most lines.LARGEST_FILE, and they begin as a calendar does. Raises NotFetched."""
        deadline = time.monotonic() + self._seconds
        where = place(url)
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._ask(where, deadline)
            if isinstance(answer, bytes):
                return answer
            where = answer
        raise NotFetched(Trouble.REDIRECTS, where.host)

    def _ask(self, where: Place, deadline: float) -> bytes | Place:
        """The calendar, or where it is instead."""
        try:
            with self._connected(where.host, deadline) as connection:
                return _answer(connection, where, deadline)
        except TimeoutError:
            raise NotFetched(Trouble.TIMEOUT, where.host) from None
        except ssl.SSLCertVerificationError:
            raise NotFetched(Trouble.NO_TRUST, where.host) from None
        except (OSError, h11.ProtocolError):
            raise NotFetched(Trouble.NO_ANSWER, where.host) from None

    def _connected(self, host: str, deadline: float) -> ssl.SSLSocket:
        """To one of the addresses that were looked at: the name isn't looked up again."""
        found = self._resolved(host, deadline)
        if not found:
            raise NotFetched(Trouble.NOT_FOUND, host)
        if not all(self._is_allowed(address) for address in found):
            raise NotFetched(Trouble.NOT_PUBLIC, host)
        failure = OSError()
        for number, address in enumerate(found):
            share = _left(deadline) / (len(found) - number)
            try:
                plain = socket.create_connection((address, self._port), timeout=share)
            except OSError as error:
                failure = error
                continue
            try:
                plain.settimeout(_left(deadline))
                return self._trust.wrap_socket(plain, server_hostname=host)
            except BaseException:
                plain.close()
                raise
        raise failure

    def _resolved(self, host: str, deadline: float) -> list[str]:
        """In a thread of its own: the system's resolver can't be told how long to try."""
        answers: SimpleQueue[list[str]] = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolve(host))
            except (OSError, UnicodeError):
                answers.put([])

        threading.Thread(target=look_up, name="exchange: looking up a name", daemon=True).start()
        try:
            return answers.get(timeout=_left(deadline))
        except Empty:
            raise TimeoutError from None


def _answer(connection: ssl.SSLSocket, where: Place, deadline: float) -> bytes | Place:
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    request = h11.Request(
        method="GET",
        target=where.target,
        headers=[
            ("Host", where.host),
            ("User-Agent", AGENT),
            ("Accept", "text/calendar"),
            ("Accept-Encoding", "identity"),
            ("Connection", "close"),
        ],
    )
    connection.settimeout(_left(deadline))
    connection.sendall(talk.send(request) + talk.send(h11.EndOfMessage()))
    events = _events(talk, connection, deadline)
    head = next(event for event in events if isinstance(event, h11.Response))
    headers = {name.decode("latin-1"): value.decode("latin-1").strip() for name, value in head.headers}
    if head.status_code in REDIRECTS and headers.get("location"):
        return place(urljoin(where.url, headers["location"]))
    _refuse_all_but_a_calendar(head.status_code, headers, where.host)
    body = bytearray()
    for event in events:
        if isinstance(event, h11.EndOfMessage):
            break
        if isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST_FILE:
                raise NotFetched(Trouble.TOO_LARGE)
    if not bytes(body[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").upper().startswith(b"BEGIN:VCALENDAR"):
        raise NotFetched(Trouble.OTHER_KIND, where.host)
    return bytes(body)


def _events(talk: h11.Connection, connection: ssl.SSLSocket, deadline: float) -> Iterator[h11.Event]:
    """Until the end of the message. However slowly it comes, it comes before the deadline or not at all."""
    while True:
        event = talk.next_event()
        if event is h11.NEED_DATA:
            connection.settimeout(_left(deadline))
            talk.receive_data(connection.recv(AT_ONCE))
        elif isinstance(event, h11.Event):
            yield event
            if isinstance(event, h11.EndOfMessage):
                return
        else:
            raise h11.RemoteProtocolError("it hung up")


def _refuse_all_but_a_calendar(status: int, headers: dict[str, str], host: str) -> None:
    if status in (401, 403, 407):
        raise NotFetched(Trouble.SIGN_IN, host)
    if status != 200:
        raise NotFetched(Trouble.STATUS, str(status))
    if headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise NotFetched(Trouble.CODED, host)
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in KINDS:
        raise NotFetched(Trouble.OTHER_KIND, host)
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > LARGEST_FILE:
        raise NotFetched(Trouble.TOO_LARGE)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _is_number(host: str) -> bool:
    """An address instead of a name, in any of the ways in which resolvers read one: 127.1, 0x7f.0.0.1."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rpartition(".")[2]
        return last.isdecimal() or last.lower().startswith("0x")
    return True


def _ascii(target: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{octet:02X}" for octet in c.encode()) for c in target)
