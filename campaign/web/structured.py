"""What search engines read of an action: a schema.org Event."""

from typing import Any

from flask import url_for

from campaign import timezones
from campaign.actions.models import Action, Status
from campaign.web import language
from campaign.web.jinja import absolute, plain

STATES = {
    Status.DRAFT: "EventScheduled",
    Status.PUBLISHED: "EventScheduled",
    Status.POSTPONED: "EventPostponed",
    Status.CANCELLED: "EventCancelled",
}


def event(action: Action) -> dict[str, Any]:
    """For an `application/ld+json` block, through `tojson`, which escapes what could end it."""
    earlier = [date for date in action.earlier if date.starts_local != action.starts_local]
    state = STATES[action.status]
    if earlier and state == "EventScheduled":
        state = "EventRescheduled"
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": plain(action.title, action.language),
        "description": plain(action.summary, action.language),
        "startDate": timezones.for_machines(action.starts_at, action.zone),
        "endDate": timezones.for_machines(action.ends_at, action.zone),
        "eventStatus": f"https://schema.org/{state}",
        "location": {"@type": "Place", "name": action.venue or action.address, "address": action.address},
        "organizer": {"@type": "Organization", "name": plain(action.campaign.name, action.language)},
        "inLanguage": language.current(),
        "url": absolute(url_for("actions.show", slug=action.slug)),
    }
    if earlier:
        facts["previousStartDate"] = [
            timezones.for_machines(timezones.instant(date.starts_local, date.zone), date.zone) for date in earlier
        ]
    return facts
