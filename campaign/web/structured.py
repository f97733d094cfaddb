"""What search engines read of an action: a schema.org Event."""

from typing import Any

from flask import url_for

from campaign import days, timezones
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
    earlier = [date for date in action.earlier if days.for_machines(date) != days.for_machines(action)]
    state = STATES[action.status]
    if earlier and state == "EventScheduled":
        state = "EventRescheduled"
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": plain(action.title, action.language),
        "description": plain(action.summary, action.language),
        "startDate": days.for_machines(action),
        "endDate": _end(action),
        "eventStatus": f"https://schema.org/{state}",
        "location": {"@type": "Place", "name": action.venue or action.address, "address": action.address},
        "organizer": {"@type": "Organization", "name": plain(action.campaign.name, action.language)},
        "inLanguage": language.current(),
        "url": absolute(url_for("actions.show", slug=action.slug)),
    }
    if earlier:
        facts["previousStartDate"] = [days.for_machines(date) for date in earlier]
    return facts


def _end(action: Action) -> str:
    """Of whole days the last one: schema.org counts it in, unlike iCalendar."""
    if action.all_day:
        return days.last_day(action).isoformat()
    return timezones.for_machines(action.ends_at, action.zone)
