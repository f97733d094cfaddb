"""Whatever goes wrong becomes a page with words that say what to do, and a line of the log that names nobody."""

import logging
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.routing import RequestRedirect

from campaign.errors import Refusal
from campaign.extensions import db
from campaign.outbox.mishaps import place_of

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    app.log_exception = tell  # type: ignore[method-assign]  # Flask's own says path and message: tokens, names
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(500, broken)
    app.register_error_handler(OperationalError, busy)
    app.after_request(stay_here)


def refused(error: Refusal) -> tuple[str, int]:
    db.session.rollback()
    words = str(error) or _words(error.status)[1]
    return _page(_words(error.status)[0], words), error.status


def failed(error: HTTPException) -> Response:
    """Keeps what the exception carries besides: Allow, Retry-After."""
    db.session.rollback()
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    title, words = _words(error.code)
    if isinstance(error, SecurityError):  # a Host that isn't ours: no link of ours can be made for it
        return make_response(f"{title}\n", error.code, {"Content-Type": "text/plain; charset=utf-8"})
    response = make_response(_page(title, words), error.code)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def broken(_error: Exception) -> tuple[str, int]:
    """Asks nothing of database, session or layout: any of them may be what broke."""
    return render_template("errors/500.html"), 500


def busy(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    """The database can't be had: it stayed locked for longer than a writer waits, or it isn't there at all."""
    tell((type(error), error, error.__traceback__))
    return render_template("errors/503.html"), 503, {"Retry-After": "60"}


def tell(exc_info: Any) -> None:
    """What broke and where; not for whom, nor when."""
    log.error("%s %s broke: %s", request.method, request.endpoint, place_of(exc_info[1]))


def stay_here(response: Response) -> Response:
    """Where a slash is too many or too few, Werkzeug sends to an address made of the Host and of a scheme that a proxy
    may have changed. Only its path is ours."""
    if not isinstance(request.routing_exception, RequestRedirect):
        return response
    address = urlsplit(request.routing_exception.new_url)
    path = "/" + address.path.lstrip("/")
    return make_response(redirect(f"{path}?{address.query}" if address.query else path, 308))


def _page(title: str, words: str) -> str:
    """In the frame that the person came from."""
    managed = request.path.startswith("/manage/") and current_user.is_authenticated
    return render_template("errors/manage.html" if managed else "errors/error.html", title=title, words=words)


def _words(status: int) -> tuple[str, str]:
    known = {
        400: (_("That request was not complete"), _("Go back, load the page again, and try once more.")),
        403: (_("That is not allowed"), _("The request came from another site, or you may not do this.")),
        404: (
            _("There is no such page"),
            _("The link may be mistyped, too old, or the page was taken away. The front page shows what is coming up."),
        ),
        405: (_("That does not work here"), _("Open the page from its link and use the button on it.")),
        413: (
            _("That is too much at once"),
            _(
                "What you sent is too large. A picture may have 8 MB, a calendar 1 MB, a form 64 kB. "
                "Make it smaller and send it again."
            ),
        ),
        429: (_("Too many tries"), _("Wait a few minutes, then try again. Nothing was lost.")),
    }
    return known.get(status, (_("That did not work"), _("Go back and try again. If it happens again, write to us.")))
