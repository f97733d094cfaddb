"""Which actions stand in which feed, and when a feed last changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from campaign.actions import listing
from campaign.actions.models import Action, Status
from campaign.calendars import entries, ical
from campaign.calendars.ical import Head, Sender
from campaign.campaigns import listing as campaigns
from campaign.campaigns.models import Campaign
from campaign.extensions import _l, in_language

PAST = timedelta(days=60)  # how long the site's feed keeps what is over; calls that were cancelled go with their day


@dataclass(frozen=True)
class Feed:
    """What a calendar program fetches again and again.

    page:       the address, after the language, of the page that shows the same.
    changed_at: when it last changed, be it that the window moved on; none while there is nothing.
    cause:      the campaign that it is about, if it is about one.
    """

    page: str
    actions: Sequence[Action]
    changed_at: datetime | None
    cause: Campaign | None


def of_site(now: datetime) -> Feed:
    """Everything that is listed, and of the past only the latest: it is what most people subscribe to."""
    causes = campaigns.every()
    today = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    actions, changes = [], [cause.changed_at for cause in causes]
    for action in listing.listed(whole=True):
        leaves_on = _leaves_on(action)
        if leaves_on > today:
            actions.append(action)
        else:
            changes.append(leaves_on)
    return Feed("calendar", actions, max(changes, default=None), causes[0] if len(causes) == 1 else None)


def of_campaign(cause: Campaign) -> Feed:
    """All its actions, since its first."""
    return Feed(f"campaigns/{cause.slug}", listing.listed(cause, whole=True), cause.changed_at, cause)


def written(feed: Feed, lang: str, base_url: str, path: str, *, agenda: bool = False) -> bytes:
    """The feed's bytes.

    path:   where it is fetched from.
    agenda: with the items of each action's plan as entries of their own.
    """
    cause = feed.cause
    with in_language(lang):
        unnamed = str(_l("Campaigns and actions"))
    head = Head(
        name=cause.name.best(lang, cause.language)[0] if cause else unnamed,
        about=cause.lede.best(lang, cause.language)[0] if cause else "",
        page=f"{base_url}/{lang}/{feed.page}",
        source=f"{base_url}{path}",
        zone=cause.zone if cause else "",
    )
    return ical.calendar(_entries(feed.actions, lang, base_url, agenda), head)


def of_one(action: Action, lang: str, base_url: str, *, agenda: bool = False) -> bytes:
    """One action, to be put into a calendar that somebody has."""
    return ical.calendar(_entries([action], lang, base_url, agenda))


def for_mail(action: Action, lang: str, base_url: str) -> bytes:
    """The same as a part of a letter: text/calendar; method=PUBLISH; charset=utf-8."""
    team = action.campaign.team
    sender = Sender(name=team.name, address=team.reply_address)
    return ical.calendar([entries.of_action(action, lang, base_url)], sender=sender)


def _entries(actions: Iterable[Action], lang: str, base_url: str, agenda: bool) -> Iterable[entries.Entry]:
    for action in actions:
        if agenda:
            yield from entries.with_agenda(action, lang, base_url)
        else:
            yield entries.of_action(action, lang, base_url)


def _leaves_on(action: Action) -> datetime:
    """The midnight, in UTC, from which on the site's feed doesn't hold it any more."""
    last = action.ends_at if action.status is Status.CANCELLED else action.ends_at + PAST
    midnight = datetime.combine(last.date(), time.min, UTC)
    return midnight if midnight == last else midnight + timedelta(days=1)
