"""Ahead of Flask: what has been answered once is answered again from memory, while one number says that it is current.

A request that isn't for something kept goes on to the application, which may put what it answers here. Nothing is ever
stale: the number is read from the database each time (campaign/versions.py), unless nobody has committed anything since
the last (campaign/commits.py), and a copy is kept with the number that was read before it was made.
"""

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from typing import Any

from flask import Flask, Response, current_app, request

from campaign import clock
from campaign.commits import Commits
from campaign.databases import out_of_reach, own_connection
from campaign.extensions import db
from campaign.versions import NONE, READ, Numbers
from campaign.web.answers import Answer, StartResponse

NAME = "kept"  # in the application's extensions, and in a request's environment: what was read for it
QUERIES = frozenset({"", "agenda=1"})  # of what is kept; anything else is made anew
MOST = 64 * 1024 * 1024  # octets in memory, of which feeds in all languages are the largest part
READERS = 4  # connections to the database that are kept for nothing but the two numbers


@dataclass(frozen=True)
class Held:
    """numbers: what it was made from. until: when the mere passing of time makes it another."""

    answer: Answer
    version: int
    is_feed: bool
    until: datetime


class Kept:
    """A WSGI application around Flask's."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inner = app.wsgi_app
        self._held: dict[tuple[str, str], Held] = {}
        self._hosts: set[str] = set()  # that the application has answered for
        self._size = 0
        self._lock = threading.Lock()
        self._idle: SimpleQueue[Any] = SimpleQueue()  # connections, and none for those that aren't made yet
        for _ in range(READERS):
            self._idle.put(None)
        self._commits: Commits | None = None
        self._known: tuple[bytes | None, Numbers] = (None, NONE)  # what was read, and the mark of commits before that
        with app.app_context():
            self._out_of_reach = out_of_reach(db.engine)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._inner(environ, start_response)
        held = self._held.get((environ["PATH_INFO"], environ.get("QUERY_STRING", "")))
        if held is not None and _host(environ) not in self._hosts:
            held = None
        try:
            numbers = self._current()
        except self._out_of_reach:
            if held is not None and held.is_feed:  # a calendar program may give up on a feed that fails
                return held.answer.to(environ, start_response, clock.now())
            return self._inner(environ, start_response)
        if held is not None and held.version == (numbers.feeds if held.is_feed else numbers.pages):
            now = clock.now()
            if now < held.until:
                return held.answer.to(environ, start_response, now)
        environ[NAME] = numbers
        return self._inner(environ, start_response)

    def keep(self, environ: dict[str, Any], answer: Answer, until: datetime, *, is_feed: bool) -> None:
        """For the next who asks. A response of 200 to a GET that shows the same to everybody."""
        numbers: Numbers | None = environ.get(NAME)
        key = (environ["PATH_INFO"], environ.get("QUERY_STRING", ""))
        if numbers is None or key[1] not in QUERIES:
            return
        held = Held(answer, numbers.feeds if is_feed else numbers.pages, is_feed, until)
        with self._lock:
            self._hosts.add(_host(environ))
            self._size += _size(held) - _size(self._held.pop(key, None))
            self._held[key] = held
            while self._size > MOST and len(self._held) > 1:
                self._size -= _size(self._held.pop(next(iter(self._held))))

    def clear(self) -> None:
        with self._lock:
            self._held.clear()
            self._hosts.clear()
            self._size = 0

    def close(self) -> None:
        """The connections; the next who asks opens them again."""
        self._commits = None
        for connection in [self._idle.get() for _ in range(READERS)]:
            if connection is not None:
                connection.close()
            self._idle.put(None)

    def _current(self) -> Numbers:
        """What a read would say; it is left out if nobody has committed anything since the last."""
        mark = self._commits.mark() if self._commits else None
        known = self._known
        if mark is not None and known[0] == mark:
            return known[1]
        numbers = self._read()
        self._known = mark, numbers
        return numbers

    def _read(self) -> Numbers:
        """Over a connection that is kept for nothing else, so that it is as good as free. One for each of many threads
        would cost memory, and a server of databases has only so many: whoever comes takes one, and puts it back."""
        connection = self._idle.get()
        try:
            if connection is None:
                connection = self._connect()
            row = connection.execute(READ).fetchone()
        except BaseException:
            broken, connection = connection, None
            if broken is not None:
                broken.close()
            raise
        finally:
            self._idle.put(connection)
        return Numbers(*row) if row else NONE

    def _connect(self) -> Any:
        with self._app.app_context():
            connection = own_connection(db.engine)
        if isinstance(connection, sqlite3.Connection):
            connection.execute(READ).fetchone()
            self._commits = Commits(connection)
        return connection


def install(app: Flask) -> None:
    layer = Kept(app)
    app.wsgi_app = layer  # type: ignore[method-assign]  # as Flask's documentation says to
    app.extensions[NAME] = layer


def respond(answer: Answer, until: datetime, *, is_feed: bool) -> Response:
    """For a view: answers the request at hand, and the next ones ahead of the application."""
    current_app.extensions[NAME].keep(request.environ, answer, until, is_feed=is_feed)
    return once(answer)


def once(answer: Answer) -> Response:
    """For a view: answers only the request at hand."""
    said: list[Any] = []
    body = answer.to(request.environ, lambda *status_and_headers: said.extend(status_and_headers), clock.now())
    return Response(body, status=said[0], headers=said[1])


def _host(environ: dict[str, Any]) -> str:
    """Its name: whoever asks may make up any number of ports."""
    return str(environ.get("HTTP_HOST", "")).partition(":")[0]


def _size(held: Held | None) -> int:
    return 0 if held is None else held.answer.copy.held + 1024
