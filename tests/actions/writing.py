"""What organizers send from the forms about an action."""

from bs4 import BeautifulSoup

from campaign.actions.models import Action
from campaign.extensions import db

WHEN = {
    "starts-day": "31",
    "starts-month": "5",
    "starts-year": "2023",
    "starts-time": "07:00",
    "ends-day": "",
    "ends-month": "",
    "ends-year": "",
    "ends-time": "9:30",
    "zone": "America/Toronto",
    "venue": "EY Centre",
    "address": "4899 Uplands Drive, Ottawa",
    "city": "Ottawa",
}


def begun(cause, **changes):
    return {
        "campaign": str(cause.id),
        "title": "Protest CANSEC",
        "kind": "protest",
        **WHEN,
        **changes,
    }


def edited(action, **changes):
    """A filled-in form of the edit page."""
    return {
        **({} if action.is_public() else WHEN),
        "title": "Protest CANSEC",
        "kind": "protest",
        "slug": action.slug,
        "summary": "Meet us at the gates.",
        "why": "Because.",
        "who": "Everyone",
        "city": "Ottawa",
        "position": "45.3236, -75.6570",
        "agenda-0-time": "6:45",
        "agenda-0-text": "Marshals meet",
        "agenda-1-time": "7:50",
        "agenda-1-text": "The minister’s keynote",
        "points-0-name": "Bus stop",
        "points-0-time": "6:30",
        "points-0-address": "Uplands Drive",
        "figures-0-figure": "49",
        "figures-0-text": "deaths",
        "block_bring": "Water.",
        "block_access": "Ramp.",
        "level": "reminders",
        "capacity": "40",
        "unlisted": "y",
        **changes,
    }


def by_slug(slug):
    return db.session.scalars(db.select(Action).where(Action.slug == slug)).one()


def parsed(page):
    return BeautifulSoup(page.text, "html.parser")
