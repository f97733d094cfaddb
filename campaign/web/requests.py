"""How a request begins: how large it may be; what was sent is read first, then writers take the write lock."""

from collections.abc import Callable
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from campaign.databases import ALONE, TOGETHER
from campaign.extensions import db

READS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


class InMemory(Request):
    """What is uploaded stays in memory: a picture may tell where it was taken, and no temporary file shall."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 -- Werkzeug's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def install(app: Flask) -> None:
    app.request_class = InMemory
    app.url_value_preprocessor(allow_large)
    app.before_request(know_no_nul)
    app.before_request(read_what_was_sent)
    app.before_request(take_the_write_lock)


def takes_up_to(octets: int) -> Callable[[View], View]:
    """Marks the rare view that takes a larger body than all others."""

    def mark(view: View) -> View:
        view.takes_up_to = octets  # type: ignore[attr-defined]
        return view

    return mark


def slow_at_first(view: View) -> View:
    """Marks a view that has something long to do before it writes. It begins as a reader, and says `begin_to_write`."""
    view.slow_at_first = True  # type: ignore[attr-defined]
    return view


def allow_large(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything looks at the body, the check of forms in `guard` included. Who has no session is no exception."""
    octets = getattr(current_app.view_functions.get(str(endpoint)), "takes_up_to", None)
    if octets is not None and current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        request.max_content_length = octets


def know_no_nul() -> None:
    """Nothing of ours has a NUL in its name, and PostgreSQL can't even be asked for it."""
    if "\0" in request.path or any("\0" in value for values in request.args.listvalues() for value in values):
        raise NotFound


def read_what_was_sent() -> None:
    """All of it, before anything is locked: who sends slowly mustn't keep everybody else waiting.

    Werkzeug holds a body that comes in chunks, of unknown length, to its limit by cutting it off: 413 instead.
    """
    if request.method in READS:
        return
    request.form  # noqa: B018 -- read and parsed here, once
    comes_in_chunks = request.content_length is None and "wsgi.input_terminated" in request.environ
    if comes_in_chunks and request.environ["wsgi.input"].read(1):
        raise RequestEntityTooLarge


def take_the_write_lock() -> None:
    """Every POST to a page of ours is a writer, from its first statement on: see `databases.py`."""
    view = current_app.view_functions.get(str(request.endpoint))
    if request.method not in READS and view is not None and not getattr(view, "slow_at_first", False):
        _write()


def begin_to_write() -> None:
    """Before the first change of a view that is `slow_at_first`. What it has looked up is looked up again."""
    db.session.rollback()
    _write()


def _write() -> None:
    """Organizers alone: what one of them decides by stays as it is until it is done."""
    alone = request.path.startswith("/manage/")
    db.session.connection(execution_options={"writes": ALONE if alone else TOGETHER})


def let_go_of_the_write_lock() -> None:
    """For a view that has something long to do first. Whatever it has looked up it must look up again afterwards."""
    db.session.rollback()
