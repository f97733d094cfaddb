"""The page of an action, for anyone."""

from flask import Blueprint
from werkzeug.wrappers import Response

from campaign import clock
from campaign.actions import listing
from campaign.errors import Missing
from campaign.rsvps.forms import rsvp_form
from campaign.web import pages, stamp
from campaign.web.action_page import action_page
from campaign.web.language import PREFIX

bp = Blueprint("actions", __name__)


@bp.get(f"{PREFIX}/actions/<slug>")
def show(lang: str, slug: str) -> Response:
    now = clock.now()
    try:
        action = listing.by_slug(slug)
    except Missing:
        return pages.moved(".show", listing.renamed(slug))
    form = None
    if action.takes_rsvps(now) and not action.is_full:
        form = rsvp_form(action, stamp=stamp.meta("action", action.id), lang=lang)
    return pages.answer(action_page(action, form, now=now))
