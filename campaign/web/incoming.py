"""Ahead of all that answers: a request's headers are put so that copies, Flask and Werkzeug read them alike.

A date that can't be read is as good as not sent (RFC 9110 13.1.3). Werkzeug lets one break it: a year of twenty digits.
"""

import re
from collections.abc import Iterable
from typing import Any

from flask import Flask

from campaign.web.answers import StartResponse, instant

TAG = re.compile(r'(W/)?"[!#-~\x80-\xff]*"')  # RFC 9110 8.8.3


class Incoming:
    """A WSGI application around all others."""

    def __init__(self, app: Flask) -> None:
        self._inner = app.wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_HOST" in environ:
            environ["HTTP_HOST"] = environ["HTTP_HOST"].lower()  # as names are the same (4.2.3), and Werkzeug compares
        since = environ.get("HTTP_IF_MODIFIED_SINCE")
        if since is not None and ("HTTP_IF_NONE_MATCH" in environ or instant(since) is None):
            del environ["HTTP_IF_MODIFIED_SINCE"]
        validator = environ.get("HTTP_IF_RANGE")
        if validator is not None and not TAG.fullmatch(validator) and instant(validator) is None:
            del environ["HTTP_IF_RANGE"]
            environ.pop("HTTP_RANGE", None)  # nobody knows what it would be a part of, so it gets the whole (13.1.5)
        return self._inner(environ, start_response)


def install(app: Flask) -> None:
    app.wsgi_app = Incoming(app)  # type: ignore[method-assign]  # as Flask's documentation says to
