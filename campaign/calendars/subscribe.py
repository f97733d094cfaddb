"""Links by which an action, or all that come, get into somebody's own calendar."""

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import quote, urlencode

from campaign.actions.models import Action
from campaign.calendars.entries import of_action

GOOGLE = "https://calendar.google.com/calendar/render"
GOOGLE_SUBSCRIBE = "https://www.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
OUTLOOK_SUBSCRIBE = "https://outlook.live.com/calendar/0/addfromweb"

LONGEST = 255  # characters of an address that calendar programs take


@dataclass(frozen=True)
class Subscription:
    """The ways to subscribe to a feed."""

    address: str  # to copy
    webcal: str  # opens the calendar program of the machine
    google: str
    outlook: str


@dataclass(frozen=True)
class Adding:
    """The ways to put one action into a calendar once. It isn't changed there afterwards."""

    file: str
    google: str
    outlook: str


def to_feed(address: str, name: str) -> Subscription:
    """address: of the feed, absolute. name: what Outlook calls it, if the link doesn't grow too long by it."""
    webcal = f"webcal://{address.partition('://')[2]}"
    outlook = f"{OUTLOOK_SUBSCRIBE}?{_query(url=address)}"
    named = f"{outlook}&{_query(name=name)}"
    return Subscription(
        address=address,
        webcal=webcal,
        google=f"{GOOGLE_SUBSCRIBE}?{_query(cid=webcal)}",
        outlook=named if len(named) <= LONGEST else outlook,
    )


def adding(action: Action, lang: str, base_url: str) -> Adding:
    """What is handed over is public: title, time, place and the address of the page."""
    entry = of_action(action, lang, base_url)
    start, end, google_form, outlook_form = (
        (entry.starts_local, entry.ends_local, "%Y%m%d", "%Y-%m-%d")
        if entry.all_day
        else (entry.starts_at.astimezone(UTC), entry.ends_at.astimezone(UTC), "%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ")
    )
    google = _query(
        action="TEMPLATE",
        text=entry.title,
        dates=f"{start:{google_form}}/{end:{google_form}}",
        ctz=entry.zone,
        location=entry.place,
        details=entry.page,
    )
    outlook = _query(
        path="/calendar/action/compose",
        rru="addevent",
        subject=entry.title,
        startdt=f"{start:{outlook_form}}",
        enddt=f"{end:{outlook_form}}",
        **({"allday": "true"} if entry.all_day else {}),
        location=entry.place,
        body=entry.page,
    )
    return Adding(
        file=f"{base_url}/{lang}/actions/{action.slug}.ics",
        google=f"{GOOGLE}?{google}",
        outlook=f"{OUTLOOK}?{outlook}",
    )


def _query(**values: str) -> str:
    """Spaces as %20: Outlook shows a "+" as it is."""
    return urlencode(values, quote_via=quote)
