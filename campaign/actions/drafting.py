"""Writing an action: the first draft, and every change that isn't one of time or place once it is public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import delete as delete_from

from campaign import tokens
from campaign.actions.models import Action, Kind, Level, Status
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.outbox import posting

R = TypeVar("R", AgendaItem, MeetingPoint, KeyFigure)


@dataclass(frozen=True)
class Time:
    """As announced: wall clock of `zone`, naive. All day: from midnight to the midnight that ends the last day."""

    starts_local: datetime
    ends_local: datetime
    zone: str
    all_day: bool = False

    @classmethod
    def of(cls, action: Action) -> "Time":
        return cls(action.starts_local, action.ends_local, action.zone, action.all_day)

    def put_on(self, action: Action) -> None:
        """Raises what `timezones.instant` raises."""
        action.set_time(self.starts_local, self.ends_local, self.zone, all_day=self.all_day)


@dataclass(frozen=True)
class Place:
    """city: names the zone behind each time."""

    venue: str
    address: str
    city: str = ""


@dataclass(frozen=True)
class Line:
    """Of the agenda, as typed. id: of the line it changes; none for a new one, as in the two below.

    day: counts from 1, the day on which the action starts; none: whichever the hour suggests.
    """

    id: int | None
    hour: time
    text: str
    day: int | None = None


@dataclass(frozen=True)
class Point:
    """Where some meet, as typed."""

    id: int | None
    name: str
    hour: time | None = None
    address: str = ""
    directions: str = ""


@dataclass(frozen=True)
class Figure:
    """A large number and what it counts, as typed."""

    id: int | None
    figure: str
    text: str


@dataclass(frozen=True)
class Content:
    """What an action says in its campaign's language, and how it takes RSVPs.

    time, place: none once it has been public: `messages.notices.move` changes them, and tells people.
    level:       none once somebody has answered.
    """

    title: str
    kind: Kind
    slug: str = ""
    summary: str = ""
    why: str = ""
    who: str = ""
    directions: str = ""
    city: str = ""
    point: tuple[float, float] | None = None
    unlisted: bool = False
    capacity: int | None = None
    goal: int | None = None
    level: Level | None = None
    time: Time | None = None
    place: Place | None = None
    agenda: Sequence[Line] = ()
    points: Sequence[Point] = ()
    figures: Sequence[Figure] = ()
    blocks: Mapping[BlockKind, str] = field(default_factory=dict)


def begin(campaign: Campaign, content: Content, time: Time, place: Place, host: str, now: datetime) -> Action:
    """A draft, which the public doesn't see.

    host: of this site; with it, the UID that calendars know the action by is the only one in the world.
    """
    now = now.replace(microsecond=0)
    action = Action(
        campaign=campaign,
        uid=f"{tokens.new()}@{host}",
        slug=slugs.unused("action", Action.slug, content.slug or content.title),
        title=Texts(),
        status=Status.DRAFT,
        retention_days=campaign.retention_days,
        created_at=now,
        changed_at=now,
    )
    time.put_on(action)
    action.venue, action.address = place.venue, place.address
    db.session.add(action)
    _write(action, content)
    db.session.flush()
    return action


def revise(action: Action, content: Content, now: datetime) -> None:
    """Raises Conflict when it would move what is public, or leave fewer places than are taken."""
    if action.is_public() and (content.time or content.place):
        raise Conflict(_l("Its time and place are public. Move it instead, so that people are told."))
    if content.time is not None:
        content.time.put_on(action)
    if content.place is not None:
        action.venue, action.address = content.place.venue, content.place.address
    if content.capacity is not None and content.capacity < action.seats_taken:
        raise Conflict(_l("%(taken)s places are taken already."), taken=action.seats_taken)
    if content.slug:
        slugs.change("action", action, content.slug, was_public=action.is_public())
    _write(action, content)
    if action.is_public():
        action.announced[-1].city = action.city  # another spelling; `messages.notices.move` is for another city
        action.touch(now)
    db.session.flush()


def delete(action: Action) -> None:
    """A draft, with all that hangs on it; its address is free again. Raises Conflict if it has ever been public.

    Letters that were to try its messages don't go: the next action may have its number, and they would tell of that.
    """
    never_public = (Action.status == Status.DRAFT) & Action.published_at.is_(None)
    gone = db.session.execute(delete_from(Action).where(Action.id == action.id, never_public).returning(Action.id))
    if not gone.all():
        raise Conflict(_l("It has been public, so people may know of it. Cancel it, and they are told."))
    posting.withdraw_about(f"action:{action.id}")


def minutes_from_start(hour: time, day: int | None, time: Time) -> int:
    """Where an hour of the plan lies, on the wall clock. Negative: before the start.

    Without a day it is on the day of the start; but "1:00" of a night that began at ten is the next morning.
    """
    at = datetime.combine(time.starts_local.date() + timedelta(days=(day or 1) - 1), hour)
    if day is None and at < time.starts_local and at + timedelta(days=1) <= time.ends_local:
        at += timedelta(days=1)
    return (at - time.starts_local) // timedelta(minutes=1)


def _write(action: Action, content: Content) -> None:
    language, time = action.language, Time.of(action)
    action.kind, action.city, action.unlisted = content.kind, content.city, content.unlisted
    action.latitude, action.longitude = content.point or (None, None)
    action.capacity, action.goal = content.capacity, content.goal
    if content.level is not None:
        action.level = content.level
    for name in ("title", "summary", "why", "who", "directions"):
        setattr(action, name, _in(language, getattr(action, name), getattr(content, name)))
    _write_agenda(action, content.agenda, time)
    _write_points(action, content.points, time)
    figures = _rows(action.key_figures, content.figures, KeyFigure)
    for row, figure in zip(figures, content.figures, strict=True):
        row.figure, row.text = _in(language, row.figure, figure.figure), _in(language, row.text, figure.text)
    action.key_figures = figures
    _write_blocks(action, content.blocks)


def _write_agenda(action: Action, lines: Sequence[Line], time: Time) -> None:
    items = _rows(action.agenda, lines, AgendaItem)
    for item, line in zip(items, lines, strict=True):
        item.minutes_from_start = minutes_from_start(line.hour, line.day, time)
        item.text = _in(action.language, item.text, line.text)
    action.agenda = items


def _write_points(action: Action, points: Sequence[Point], time: Time) -> None:
    rows = _rows(action.meeting_points, points, MeetingPoint)
    for row, point in zip(rows, points, strict=True):
        row.name = _in(action.language, row.name, point.name)
        row.minutes_from_start = None if point.hour is None else minutes_from_start(point.hour, None, time)
        row.address = point.address
        row.directions = _in(action.language, row.directions, point.directions)
    action.meeting_points = rows


def _write_blocks(action: Action, texts: Mapping[BlockKind, str]) -> None:
    before = {block.kind: block for block in action.blocks}
    blocks = []
    for position, (kind, text) in enumerate(texts.items()):
        if text:
            block = before.get(kind) or Block(kind=kind)
            block.position, block.text = position, _in(action.language, block.text, text)
            blocks.append(block)
    action.blocks = blocks


def _rows(before: Sequence[R], typed: Sequence[Line | Point | Figure], model: type[R]) -> list[R]:
    """The rows that these lines are kept in, in their order: each one's own, or a new one. The rest goes."""
    mine = {row.id: row for row in before}
    rows = [mine.pop(line.id) if line.id in mine else model() for line in typed]
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _in(language: str, texts: Texts | None, text: str) -> Texts:
    return (texts or Texts()).having(language, text)
