"""What a strange event would be as a draft of ours: a time on a wall clock, a place, plain texts within our limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from campaign import timezones
from campaign.actions.drafting import Time
from campaign.actions.models import Action, Kind
from campaign.actions.wording import LIMITS
from campaign.exchange import texts
from campaign.exchange.reader import Found, Moment
from campaign.exchange.troubles import Fault, Note

LONGEST = timedelta(days=60)  # as organizers' forms have it: people's addresses are kept until an action is over
YEARS = range(1900, 2200)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VENUE, ADDRESS = 120, 200  # characters
UTC_ZONES = ("", "UTC", "Etc/UTC", "GMT", "Etc/GMT")

KINDS = {  # what calendars call them, in lower case
    **dict.fromkeys(("protest", "demonstration", "demo", "march", "rally", "manifestation", "protesta"), Kind.PROTEST),
    **dict.fromkeys(("manifestación", "marche", "marcha", "rassemblement"), Kind.PROTEST),
    **dict.fromkeys(("vigil", "vigile", "veillée", "vigilia"), Kind.VIGIL),
    **dict.fromkeys(("training", "workshop", "formation", "atelier", "formación", "taller"), Kind.TRAINING),
    **dict.fromkeys(("meeting", "assembly", "réunion", "assemblée", "reunión", "asamblea"), Kind.MEETING),
}


class Refused(ValueError):
    """The event can't be taken."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class Home(NamedTuple):
    """Where floating times and whole days are: the calendar's zone, or the campaign's with the city that names it."""

    zone: str
    city: str = ""


@dataclass(frozen=True)
class Taken:
    """kind: none if the calendar doesn't say. why: Markdown."""

    uid: str
    title: str
    time: Time
    city: str
    venue: str = ""
    address: str = ""
    point: tuple[float, float] | None = None
    kind: Kind | None = None
    summary: str = ""
    why: str = ""
    url: str = ""
    cancelled: bool = False
    notes: list[Note] = field(default_factory=list)

    @property
    def starts_at(self) -> datetime:
        return timezones.instant_or_later(self.time.starts_local, self.time.zone)

    @property
    def ends_at(self) -> datetime:
        return timezones.instant_or_later(self.time.ends_local, self.time.zone)

    @property
    def when(self) -> "When":
        time = self.time
        return When(time.starts_local, time.ends_local, time.zone, self.city, time.all_day, self.starts_at)


@dataclass
class When:
    """A time as `days` puts it into words."""

    starts_local: datetime
    ends_local: datetime
    zone: str
    city: str
    all_day: bool
    starts_at: datetime


def home(calendars: str, campaigns: str, city: str) -> Home:
    """calendars, campaigns: their zones."""
    if timezones.known(calendars) and calendars not in (*UTC_ZONES, campaigns):
        return Home(calendars)
    return Home(campaigns, city)


def take(found: Found, where: Home) -> Taken:
    """Raises Refused."""
    if found.fault:
        raise Refused(Fault(found.fault))
    if found.privacy in ("PRIVATE", "CONFIDENTIAL"):
        raise Refused(Fault.PRIVATE)
    notes: list[Note] = []
    title, is_cut = texts.cut(texts.line(found.title), LIMITS["title"])
    if not texts.is_visible(title):
        raise Refused(Fault.NO_TITLE)
    time = _time(found, where, notes)
    venue, address, place_is_cut = _place(found.place)
    url = texts.link(found.url)
    summary, why, text_is_cut = _text(found.description, url, found.url.strip())
    said = {
        Note.TITLE_CUT: is_cut,
        Note.PLACE_CUT: place_is_cut,
        Note.TEXT_CUT: text_is_cut,
        Note.LINK_LEFT: bool(found.url.strip() and not url),
        Note.TENTATIVE: found.status == "TENTATIVE",
    }
    return Taken(
        uid=uid(found),
        title=title,
        time=time,
        city=where.city if time.zone == where.zone else "",
        venue=venue,
        address=address,
        point=None if found.position is None else (found.position[0], found.position[1]),
        kind=next((KINDS[name] for one in found.categories if (name := texts.line(one).lower()) in KINDS), None),
        summary=summary,
        why=why,
        url=url,
        cancelled=found.status == "CANCELLED",
        notes=notes + [note for note, holds in said.items() if holds],
    )


def uid(found: Found) -> str:
    start = found.start.value if found.start else ""
    return texts.uid(found.uid, found.date, f"{found.title}\n{start}\n{found.place}")


# ------------------------------------------------------------------ time


def _time(found: Found, where: Home, notes: list[Note]) -> Time:
    if found.start is None:
        raise Refused(Fault.NO_START)
    if found.start.unknown:
        notes.append(Note.ZONE_UNKNOWN)
    try:
        starts, zone = _wall(found.start, where, notes)
        all_day = found.start.form == "day"
        ends = _end(found, starts, zone, all_day, where, notes)
        time = Time(starts, ends, zone, all_day)
        length = timezones.instant_or_later(ends, zone) - timezones.instant_or_later(starts, zone)
    except (timezones.OutOfReach, OverflowError):
        raise Refused(Fault.OUT_OF_REACH) from None
    if not {starts.year, ends.year} <= set(YEARS):
        raise Refused(Fault.OUT_OF_REACH)
    if length <= timedelta():
        raise Refused(Fault.ENDS_BEFORE)
    if length > LONGEST:
        raise Refused(Fault.TOO_LASTING)
    return time


def _wall(moment: Moment, where: Home, notes: list[Note]) -> tuple[datetime, str]:
    """To the minute, and in which zone."""
    at = datetime.fromisoformat(moment.value).replace(second=0, microsecond=0, tzinfo=None)
    if moment.form == "at":
        return timezones.wall(at.replace(tzinfo=UTC), where.zone), where.zone
    zone = moment.zone if timezones.known(moment.zone) else where.zone
    if moment.form == "wall" and timezones.is_missing(at, zone):
        notes.append(Note.HOUR_SKIPPED)
        return timezones.wall(timezones.instant_or_later(at, zone), zone), zone
    return at, zone


def _end(found: Found, starts: datetime, zone: str, all_day: bool, where: Home, notes: list[Note]) -> datetime:
    """On the wall clock of the start. Of whole days, the midnight that ends the last."""
    if found.end is not None and (found.end.form == "day") != all_day:
        raise Refused(Fault.UNREADABLE)
    ends = starts
    if found.end is not None:
        ends, its_zone = _wall(found.end, where, notes)
        if its_zone != zone:
            ends = timezones.wall(timezones.instant_or_later(ends, its_zone), zone)
    if all_day:
        return ends if ends != starts else starts + DAY
    if ends != starts:
        return ends
    if found.end is None or found.end == found.start:  # or the clocks have gone back between
        notes.append(Note.NO_END)
    return timezones.wall(timezones.instant_or_later(starts, zone) + HOUR, zone)


# ------------------------------------------------------------------ texts


def _place(place: str) -> tuple[str, str, bool]:
    """ "EY Centre, 4899 Uplands Drive, Ottawa" is a venue and its address. And whether something was cut off."""
    lines = [texts.line(one).strip(" ,") for one in texts.prose(place).split("\n")]
    whole = ", ".join(one for one in lines if one)
    venue, _, rest = whole.partition(", ")
    if venue.isdecimal() or (len(venue) > VENUE and not rest):
        venue, rest = "", whole
    venue, venue_is_cut = texts.cut(venue, VENUE)
    address, address_is_cut = texts.cut(rest, ADDRESS)
    return venue, address, venue_is_cut or address_is_cut


def _text(description: str, url: str, named: str) -> tuple[str, str, bool]:
    """In short, and at length; and whether something was cut off. What is short and one paragraph stands under the
    title; all else with the reasons. A description that ends with the event's address, as ours do, loses it there."""
    plain = texts.prose(description)
    if named and plain.endswith(named):
        plain = plain[: -len(named)].rstrip()
    more = f"<{url}>" if url else ""
    if len(plain) <= LIMITS["summary"] and "\n" not in plain:
        return plain, more, False
    room = LIMITS["why"] - len(more) - 2
    plain, is_cut = texts.cut(plain, room)
    while len(why := texts.markdown(plain)) > room:
        plain, is_cut = texts.cut(plain, len(plain) * room // len(why))[0], True  # as much less as it is too long
    return "", "\n\n".join(part for part in (why, more) if part), is_cut


def differences(action: Action, taken: Taken) -> Iterator[str]:
    """The names of what would change in a draft that is there. What the calendar doesn't say stays."""
    own = action.language
    if action.title.get(own) != taken.title:
        yield "title"
    now = Time.of(action)
    was = (now.zone, now.all_day, action.starts_at, action.ends_at)
    if was != (taken.time.zone, taken.time.all_day, taken.starts_at, taken.ends_at):
        yield "time"
    if (taken.venue or taken.address) and (action.venue, action.address) != (taken.venue, taken.address):
        yield "place"
    if taken.point and (action.latitude, action.longitude) != taken.point:
        yield "point"
    if taken.kind and action.kind is not taken.kind:
        yield "kind"
    if taken.summary and action.summary.get(own) != taken.summary:
        yield "summary"
    if taken.why and action.why.get(own) != taken.why:
        yield "why"
