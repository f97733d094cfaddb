"""How a request begins: what was sent is read first, then writers take the write lock."""

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from campaign.extensions import db

WRITES = {"writes": True}
READS = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: Flask) -> None:
    app.before_request(read_what_was_sent)
    app.before_request(take_the_write_lock)


def read_what_was_sent() -> None:
    """All of it, before anything is locked: who sends slowly mustn't keep everybody else waiting.

    Werkzeug holds a body that comes in chunks, of unknown length, to MAX_CONTENT_LENGTH by cutting it off: 413 instead.
    """
    if request.method in READS:
        return
    request.form  # noqa: B018 -- read and parsed here, once
    is_cut_off = "wsgi.input_terminated" in request.environ and request.environ["wsgi.input"].read(1)
    if request.content_length is None and is_cut_off:
        raise RequestEntityTooLarge


def take_the_write_lock() -> None:
    """Every POST to a page of ours is a writer, from its first statement on: see `databases.py`."""
    if request.method not in READS and request.endpoint is not None:
        db.session.connection(execution_options=WRITES)
