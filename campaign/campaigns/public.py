"""The page of a campaign, for anyone; and the colours of all its pages."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from campaign import clock
from campaign.campaigns import listing, look
from campaign.errors import Missing
from campaign.web import headers, pages
from campaign.web.campaign_page import facts_of
from campaign.web.language import PREFIX

bp = Blueprint("campaigns", __name__)


@bp.get(f"{PREFIX}/campaigns/<slug>")
def show(lang: str, slug: str) -> Response:
    now = clock.now()
    try:
        campaign = listing.by_slug(slug)
    except Missing:
        return pages.moved(".show", listing.renamed(slug))
    return pages.page("campaigns/show.html", **facts_of(campaign, now))


@bp.get("/looks/<accent>-<version>.css")
def stylesheet(accent: str, version: str) -> Response:
    """Says nothing but what its address does, so it is kept for ever: another colour has another address.

    accent: six hexadecimal digits.
    """
    colour = look.read(accent)
    if colour != f"#{accent}" or look.flaws(colour) or version != look.version(colour):
        raise Missing
    response = Response(look.stylesheet(colour), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = headers.FOR_EVER
    response.set_etag(version)
    return response.make_conditional(request)
