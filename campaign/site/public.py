"""The front page, and what machines ask of a site."""

from functools import cache
from pathlib import Path

from flask import Blueprint, current_app, make_response, redirect, url_for
from werkzeug.wrappers import Response

from campaign import clock
from campaign.actions import listing as actions
from campaign.articles import listing as articles
from campaign.campaigns import listing as campaigns
from campaign.site import health
from campaign.web import pages
from campaign.web.campaign_page import facts_of
from campaign.web.language import PREFIX, preferred

bp = Blueprint("site", __name__)

ARTICLES = 6
DAY = 86_400  # seconds
ROBOTS = """\
User-agent: *
Disallow: /manage/
Disallow: /unsubscribe/
Disallow: /*/rsvps/
Disallow: /*/replies/
"""


@bp.get("/")
def choose() -> Response:
    """To the front page in the visitor's language."""
    every = campaigns.every()
    default = every[0].language if every else current_app.config["DEFAULT_LANGUAGE"]
    response = redirect(url_for(".index", lang=preferred(default)), 302)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get(f"{PREFIX}/")
def index(lang: str) -> Response:
    """The only campaign, or what all of them do."""
    now = clock.now()
    every = campaigns.every()
    if len(every) == 1:
        return pages.page("site/index.html", **facts_of(every[0], now))
    coming = actions.listed(after=now)
    return pages.page(
        "site/index.html",
        campaigns=every,
        coming=coming,
        headline=actions.headline(coming, now),
        articles=articles.listed(most=ARTICLES),
        now=now,
    )


@bp.get("/health")
def health_() -> Response:
    """For whoever watches this site: is there a database, is somebody at work, is mail late?"""
    facts, status = health.seen(clock.now())
    response = make_response(facts, status)
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/robots.txt")
def robots() -> Response:
    response = make_response(ROBOTS)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


@bp.get("/favicon.ico")
def favicon() -> Response:
    """For browsers that look here unasked."""
    response = make_response(_icon(str(current_app.static_folder)))
    response.headers["Content-Type"] = "image/png"
    response.headers["Cache-Control"] = f"public, max-age={DAY}"
    return response


@cache
def _icon(folder: str) -> bytes:
    return (Path(folder) / "img" / "icon.png").read_bytes()
