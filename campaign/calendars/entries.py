"""What a calendar is told of an action: plain values, in one language. `ical.py` writes them down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import pairwise

from campaign import days, timezones
from campaign.actions.models import KIND_WORDS, Action, Status
from campaign.actions.parts import AgendaItem, AnnouncedDate
from campaign.extensions import _l, in_language

DAY = timedelta(days=1)
SHORTEST = timedelta(minutes=15)  # of what stands on the agenda at the very end

ICAL_STATUS = {
    Status.DRAFT: "TENTATIVE",  # in no feed, but its organizers see its page before anyone else
    Status.PUBLISHED: "CONFIRMED",
    Status.POSTPONED: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One VEVENT. Texts are as they were typed; nothing is escaped yet."""

    uid: str
    created_at: datetime
    changed_at: datetime
    sequence: int
    zone: str
    starts_local: datetime
    ends_local: datetime
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    title: str
    place: str
    position: tuple[float, float] | None  # latitude, longitude; degrees, WGS 84
    description: str
    page: str  # the action's address
    category: str
    status: str  # CONFIRMED, TENTATIVE or CANCELLED
    busy: bool  # whether it takes the time of those who come


def of_action(action: Action, lang: str, base_url: str) -> Entry:
    page = f"{base_url}/{lang}/actions/{action.slug}"
    position = None
    if action.latitude is not None and action.longitude is not None:
        position = (action.latitude, action.longitude)
    with in_language(lang):
        title, category = _title(action, lang), str(KIND_WORDS[action.kind])
        description = "\n\n".join([*_paragraphs(action, lang), page])
    return Entry(
        uid=action.uid,
        created_at=action.created_at,
        changed_at=action.changed_at,
        sequence=action.revision,
        zone=action.zone,
        starts_local=action.starts_local,
        ends_local=action.ends_local,
        starts_at=action.starts_at,
        ends_at=action.ends_at,
        all_day=action.all_day,
        title=title,
        place=action.place,
        position=position,
        description=description,
        page=page,
        category=category,
        status=ICAL_STATUS[action.status],
        busy=action.status is Status.PUBLISHED,
    )


def with_agenda(action: Action, lang: str, base_url: str) -> Iterator[Entry]:
    """The action, then each item of its agenda as an entry of its own, which lasts until the next.

    In an action of several days the last item of a day lasts no longer than that day.
    """
    whole = of_action(action, lang, base_url)
    yield whole
    items = [item for item in action.agenda if item.text]
    starts = [_at(action, item) for item in items]
    takes_days = action.ends_at - action.starts_at > DAY
    for item, (start, following) in zip(items, pairwise([*starts, action.ends_at]), strict=True):
        end = min(following, _end_of_day(start, action.zone)) if takes_days else following
        end = end if end > start else start + SHORTEST
        yield replace(
            whole,
            uid=f"plan-{item.id}-{whole.uid}",
            starts_local=timezones.wall(start, action.zone),
            ends_local=timezones.wall(end, action.zone),
            starts_at=start,
            ends_at=end,
            all_day=False,
            title=f"{whole.title} – {item.text.best(lang, action.language)[0]}",
            description=whole.page,
        )


def _title(action: Action, lang: str) -> str:
    title = action.title.best(lang, action.language)[0]
    if action.status is Status.CANCELLED:
        return str(_l("Cancelled: %(title)s", title=title))
    if action.status is Status.POSTPONED:
        return str(_l("Postponed: %(title)s", title=title))
    return title


def _paragraphs(action: Action, lang: str) -> Iterator[str]:
    yield from _news(action, lang)
    if summary := action.summary.best(lang, action.language)[0]:
        yield summary
    if lines := [_line(action, item, lang) for item in action.agenda if item.text]:
        yield "\n".join(lines)


def _news(action: Action, lang: str) -> Iterator[str]:
    """What somebody has to know who read of the action before."""
    if action.status is Status.CANCELLED:
        yield str(_l("This action is cancelled."))
    elif action.status is Status.POSTPONED:
        yield str(_l("This action is postponed. A new date will follow."))
    for update in action.news:
        day = timezones.day_in_words(timezones.wall(update.written_at, action.zone), lang)
        yield str(_l("News of %(day)s: %(text)s", day=day, text=update.text.best(lang, action.language)[0]))
    before = {date.time_said: date for date in action.announced}
    if before:
        del before[action.announced[-1].time_said]
    if before:
        dates = "; ".join(_then(date, action, lang) for date in before.values())
        yield str(_l("Moved from %(dates)s.", dates=dates))
    places = {date.place: None for date in action.announced if date.place and date.place != action.place}
    if places:
        yield str(_l("The place is new. It was: %(places)s.", places="; ".join(places)))


def _then(date: AnnouncedDate, action: Action, lang: str) -> str:
    """The zone is named where it was another one."""
    if date.zone == action.zone:
        return days.start_in_words(date, lang)
    return days.announced_in_words(date, lang)


def _line(action: Action, item: AgendaItem, lang: str) -> str:
    """ "6:45 am – Marshals meet", with the day where it isn't the first."""
    at = action.at_minute(item.minutes_from_start)
    hour = timezones.hour_in_words(at.time(), lang)
    when = hour if at.date() == action.starts_local.date() else f"{timezones.short_day(at, lang)}, {hour}"
    return f"{when} – {item.text.best(lang, action.language)[0]}"


def _at(action: Action, item: AgendaItem) -> datetime:
    return timezones.instant_or_later(action.at_minute(item.minutes_from_start), action.zone)


def _end_of_day(at: datetime, zone: str) -> datetime:
    return timezones.instant_or_later(datetime.combine(timezones.wall(at, zone).date() + DAY, time.min), zone)
