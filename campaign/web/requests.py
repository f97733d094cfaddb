"""How a request begins: writers take the write lock first."""

from flask import Flask, request

from campaign.extensions import db

WRITES = {"writes": True}


def install(app: Flask) -> None:
    app.before_request(take_the_write_lock)


def take_the_write_lock() -> None:
    """Every POST is a writer, from its first statement on: see `databases.py`."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        db.session.connection(execution_options=WRITES)
