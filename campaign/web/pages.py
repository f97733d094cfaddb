"""How a public page is answered: always asked for anew, rarely sent twice."""

from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from campaign.errors import Missing


def page(template: str, **context: Any) -> Response:
    """200, or 304 to a browser that has these very bytes.

    A page says what is true now (a form that takes RSVPs, a date that may have moved), so it may be kept but must be
    asked for each time; its stamp stays the same for an hour, and so do its bytes.
    """
    return answer(render_template(template, **context))


def answer(html: str) -> Response:
    response = make_response(html)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)


def moved(endpoint: str, slug: str | None) -> Response:
    """301 to what an old slug stands for now. Raises Missing when it stands for nothing."""
    if slug is None:
        raise Missing
    return redirect(url_for(endpoint, slug=slug), 301)
