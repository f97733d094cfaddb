"""The page of a campaign, for anyone."""

from flask import Blueprint
from werkzeug.wrappers import Response

from campaign import clock
from campaign.campaigns import listing
from campaign.errors import Missing
from campaign.web import pages
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
