"""Which actions stand in which feed, and when a feed last changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from campaign.actions import listing
from campaign.actions.models import KIND_WORDS, Action, Kind
from campaign.calendars import entries, ical, pieces
from campaign.calendars.ical import Head, Sender, Written
from campaign.calendars.made import Made
from campaign.calendars.pieces import Pieces
from campaign.calendars.shelf import Shelf
from campaign.campaigns import listing as campaigns
from campaign.campaigns.models import Campaign
from campaign.copies import Copy
from campaign.extensions import _l, in_language
from campaign.versions import Numbers

PAST = timedelta(days=60)  # how long the site's feed keeps what is over; what was cancelled goes with its day


@dataclass(frozen=True)
class Feed:
    """What a calendar program fetches again and again.

    page:    the address, after the language, of the page that shows the same.
    version: changes whenever the feed may have.
    window:  today's midnight in UTC, if it forgets the past.
    cause:   the campaign that it is about, if it is about one.
    """

    page: str
    version: str
    window: datetime | None
    cause: Campaign | None
    campaign: Campaign | None = None  # the only one whose actions it holds
    kind: Kind | None = None  # the only one that it holds

    def copy(self, shelf: Shelf, lang: str, base_url: str, path: str, *, agenda: bool = False) -> Copy:
        """Its bytes, made only if nobody has since it changed.

        path:   where it is fetched from.
        agenda: with the items of each action's plan as entries of their own.
        """
        return shelf.feed(path, self.version, lambda: self._made(shelf, lang, base_url, path, agenda))

    def _made(self, shelf: Shelf, lang: str, base_url: str, path: str, agenda: bool) -> Made:
        after, cancelled_after = (self.window - PAST, self.window) if self.window else (None, None)
        keys = listing.keys(self.campaign, self.kind, after=after, cancelled_after=cancelled_after)
        events = shelf.events(_form(lang, agenda), keys, lambda uids: _render(uids, lang, base_url, agenda), path)
        return _bound(events, self._changed_at(), self._head(lang, f"{base_url}{path}", base_url))

    def _head(self, lang: str, source: str, base_url: str) -> Head:
        name, about = _named(self.cause, self.kind, lang)
        zone = self.cause.zone if self.cause else ""
        return Head(name=name, about=about, page=f"{base_url}/{lang}/{self.page}", source=source, zone=zone)

    def _changed_at(self) -> datetime | None:
        if self.campaign is not None:
            return self.campaign.changed_at
        changes = [cause.changed_at for cause in campaigns.every()]
        if self.window:
            over, cancelled = listing.last_ends(self.window - PAST, self.window, self.kind)
            changes += [_midnight_after(over + PAST)] if over else []
            changes += [_midnight_after(cancelled)] if cancelled else []
        return max(changes, default=None)


def of_site(now: datetime, numbers: Numbers, kind: Kind | None = None) -> Feed:
    """Everything that is listed, or what is of this kind; and of the past only the latest, since it is what most
    people subscribe to."""
    causes = campaigns.every()
    today = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    version = f"{numbers.feeds} {today:%Y-%m-%d}"
    return Feed("calendar", version, today, causes[0] if len(causes) == 1 else None, kind=kind)


def of_campaign(cause: Campaign) -> Feed:
    """All its actions, since its first."""
    return Feed(f"campaigns/{cause.slug}", str(cause.version), None, cause, campaign=cause)


def of_one(action: Action, shelf: Shelf, lang: str, base_url: str, path: str, *, agenda: bool = False) -> Copy:
    """One action, to be put into a calendar that somebody has."""

    def made() -> Made:
        events = shelf.events(
            _form(lang, agenda),
            [pieces.key(action.uid, action.version)],
            lambda _: iter([(action.uid, _written(action, lang, base_url, agenda))]),
        )
        return _bound(events, action.changed_at)

    return shelf.feed(path, f"{action.uid} {action.version}", made)


def for_mail(action: Action, lang: str, base_url: str) -> bytes:
    """The same as a part of a letter: text/calendar; method=PUBLISH; charset=utf-8."""
    team = action.campaign.team
    sender = Sender(name=team.name, address=team.reply_address)
    return ical.calendar([entries.of_action(action, lang, base_url)], sender=sender)


def name(cause: Campaign | None, kind: Kind | None, lang: str) -> str:
    """What people's calendars call a feed."""
    return _named(cause, kind, lang)[0]


def _named(cause: Campaign | None, kind: Kind | None, lang: str) -> tuple[str, str]:
    """Name and description."""
    with in_language(lang):
        whose = cause.name.best(lang, cause.language)[0] if cause else str(_l("Campaigns and actions"))
        if kind is not None:
            whose = str(_l("%(kind)s – %(name)s", kind=str(KIND_WORDS[kind]), name=whose))
    return whose, cause.lede.best(lang, cause.language)[0] if cause else ""


def _bound(events: Pieces, changed_at: datetime | None, head: Head | None = None) -> Made:
    front, back = ical.around(events.cut.needs, head)
    return Made([front, *events.texts, back], changed_at, events.cut_from(len(front)))


def _form(lang: str, agenda: bool) -> str:
    return f"{lang} agenda" if agenda else lang


def _render(uids: Sequence[str], lang: str, base_url: str, agenda: bool) -> Iterator[tuple[str, Written]]:
    for action in listing.by_uids(uids):
        yield action.uid, _written(action, lang, base_url, agenda)


def _written(action: Action, lang: str, base_url: str, agenda: bool) -> Written:
    if agenda:
        return ical.written(list(entries.with_agenda(action, lang, base_url)))
    return ical.written([entries.of_action(action, lang, base_url)])


def _midnight_after(at: datetime) -> datetime:
    midnight = datetime.combine(at.date(), time.min, UTC)
    return midnight if midnight == at else midnight + timedelta(days=1)
