"""How a public page is answered: always asked for anew, rarely sent twice, rarely rendered twice."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from campaign import clock
from campaign.actions import listing as actions
from campaign.copies import Copy
from campaign.errors import Missing
from campaign.web import headers, kept
from campaign.web.answers import Answer

QUARTER = timedelta(minutes=15)  # at no other minute does a zone begin a day, or a stamp an hour
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KIND = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"}


def page(template: str, **context: Any) -> Response:
    """200, or 304 to a browser that has these very bytes.

    A page says what is true now (a form that takes RSVPs, a date that may have moved), so it may be kept but must be
    asked for each time. It is rendered once per version and quarter of an hour: its stamp stays for an hour.
    """
    return answer(render_template(template, **context))


def answer(html: str) -> Response:
    """The same for everybody who asks for it before anything on the site has changed."""
    body = html.encode()
    copy = Copy(body, sha256(body).hexdigest()[:32])
    said = Answer(copy, [*KIND.items(), *headers.of_public().items()])
    return kept.respond(said, _until(clock.now()), is_feed=False)


def moved(endpoint: str, slug: str | None, **values: Any) -> Response:
    """301 to what an old slug stands for now. Raises Missing when it stands for nothing. values: the rest of its
    address."""
    if slug is None:
        raise Missing
    return redirect(url_for(endpoint, slug=slug, **values), 301)


def _until(now: datetime) -> datetime:
    """When a page made now may be another though nothing was changed: a new hour or day, or an action is over."""
    next_quarter = EPOCH + ((now - EPOCH) // QUARTER + 1) * QUARTER
    return min(next_quarter, actions.next_end(now) or next_quarter)
