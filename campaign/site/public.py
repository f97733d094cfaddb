"""The front page, and what machines ask of a site."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from campaign.campaigns import listing
from campaign.web.language import PREFIX, preferred

bp = Blueprint("site", __name__)


@bp.get("/")
def choose() -> Response:
    """To the front page in the visitor's language."""
    every = listing.every()
    default = every[0].language if every else current_app.config["DEFAULT_LANGUAGE"]
    response = redirect(url_for(".index", lang=preferred(default)), 302)
    response.headers["Vary"] = "Accept-Language"
    return response


@bp.get(f"{PREFIX}/")
def index(lang: str) -> str:
    return render_template("site/index.html")
