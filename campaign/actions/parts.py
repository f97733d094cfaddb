"""What belongs to an action: its dates so far, news, agenda, meeting points, sections of its page, key figures."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign import timezones
from campaign.columns import Texts, WallTime
from campaign.extensions import Record, choice_of


class AnnouncedDate(Record):
    """A date and place that an action was announced with; the last one holds. A notice of change names them all."""

    __tablename__ = "announced_dates"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    starts_local: Mapped[datetime] = mapped_column(WallTime)
    ends_local: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(330))
    city: Mapped[str] = mapped_column(String(80), default="")  # names the zone, as it was announced
    all_day: Mapped[bool] = mapped_column(default=False)
    announced_at: Mapped[datetime]

    def says_the_same_as(self, other: "AnnouncedDate") -> bool:
        return (self.time_said, self.place, self.city) == (other.time_said, other.place, other.city)

    @property
    def time_said(self) -> tuple[Any, ...]:
        """What makes it another time to those who come: the start; of whole days the last one, too."""
        return self.starts_local, self.zone, self.ends_local if self.all_day else None

    @property
    def starts_at(self) -> datetime:
        return timezones.instant_or_later(self.starts_local, self.zone)


class Update(Record):
    """News of an action: stands at the top of its page, and in calendars, until it is taken down."""

    __tablename__ = "updates"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    text: Mapped[Texts]  # plain
    written_at: Mapped[datetime]
    is_up: Mapped[bool] = mapped_column(default=True)


class AgendaItem(Record):
    """A line of the plan. It hangs on the start, so it moves with the action."""

    __tablename__ = "agenda_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    minutes_from_start: Mapped[int]  # on the wall clock; negative: before the start
    text: Mapped[Texts]


class MeetingPoint(Record):
    """Where some meet to go together."""

    __tablename__ = "meeting_points"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[Texts]
    minutes_from_start: Mapped[int | None]
    address: Mapped[str] = mapped_column(String(200), default="")
    directions: Mapped[Texts] = mapped_column(default=Texts)


class BlockKind(StrEnum):
    TRANSIT = "transit"
    CAR = "car"
    ACCESS = "access"
    BRING = "bring"
    RIGHTS = "rights"
    PHOTOS = "photos"
    MEDIA = "media"


class Block(Record):
    """A section of the page that an organizer fills or leaves out. Markdown."""

    __tablename__ = "blocks"

    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[BlockKind] = mapped_column(choice_of(BlockKind), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[Texts]


class KeyFigure(Record):
    """A number large on the page with a line of what it counts: "49", "deaths that …"."""

    __tablename__ = "key_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    figure: Mapped[Texts]
    text: Mapped[Texts]
