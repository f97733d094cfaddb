"""Actions, and what may become of them. What belongs to one: `parts`."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign import timezones, versions
from campaign.actions.parts import AgendaItem, AnnouncedDate, Block, KeyFigure, MeetingPoint, Update
from campaign.campaigns.models import Campaign
from campaign.columns import Texts, WallTime
from campaign.errors import Conflict
from campaign.extensions import Record, _l, choice_of


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    POSTPONED = "postponed"  # off for now, a new date to follow
    CANCELLED = "cancelled"  # final


MOVES: dict[Status, set[Status]] = {
    Status.DRAFT: {Status.PUBLISHED},
    Status.PUBLISHED: {Status.POSTPONED, Status.CANCELLED, Status.PUBLISHED},
    Status.POSTPONED: {Status.PUBLISHED, Status.CANCELLED},
    Status.CANCELLED: set(),
}

STATUS_WORDS = {
    Status.DRAFT: _l("Draft"),
    Status.PUBLISHED: _l("Published"),
    Status.POSTPONED: _l("Postponed"),
    Status.CANCELLED: _l("Cancelled"),
}


class Level(StrEnum):
    """How much is asked of those who come: `safety.md`. Fixed once someone has answered."""

    COUNT = "count"
    REMINDERS = "reminders"


class Kind(StrEnum):
    PROTEST = "protest"
    VIGIL = "vigil"
    TRAINING = "training"
    MEETING = "meeting"
    OTHER = "other"


KIND_WORDS = {
    Kind.PROTEST: _l("Protest"),
    Kind.VIGIL: _l("Vigil"),
    Kind.TRAINING: _l("Training"),
    Kind.MEETING: _l("Meeting"),
    Kind.OTHER: _l("Other"),
}


KEYS = ("id", "status", "unlisted", "kind", "ends_at", "uid", "version")


class Series(Record):
    """What ties together the dates of something that repeats. Each date is an action of its own.

    rule: an RRULE value without its name and its end, e.g. "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO": for further dates,
          counted from `starts_on`.
    """

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    rule: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    slug: Mapped[str] = mapped_column(String(80))  # what the dates' own slugs begin with: "vigil" of vigil-2026-12-04
    created_at: Mapped[datetime]

    campaign: Mapped[Campaign] = relationship()


class Action(Record):
    """One thing people come to: a march, a vigil, a training evening.

    Whether it is over is a question for the clock, so it is no status.
    """

    __tablename__ = "actions"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("capacity IS NULL OR seats_taken <= capacity", name="no_more_than_there_are_places"),
        # With all that `listing.keys` reads: a feed of thousands needn't load their texts to find their versions.
        Index("ix_actions_campaign_starts", "campaign_id", "starts_at", *KEYS),
        Index("ix_actions_starts", "starts_at", *KEYS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    uid: Mapped[str] = mapped_column(String(255), unique=True)  # of its VEVENT, whole and for ever (RFC 7986 5.3)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[Kind] = mapped_column(choice_of(Kind), default=Kind.PROTEST)
    title: Mapped[Texts]
    summary: Mapped[Texts] = mapped_column(default=Texts)  # one or two plain sentences under the title
    why: Mapped[Texts] = mapped_column(default=Texts)  # Markdown
    who: Mapped[Texts] = mapped_column(default=Texts)  # "Everyone who will keep it nonviolent."

    starts_local: Mapped[datetime] = mapped_column(WallTime)  # as announced; stays put if the zone's rules change
    ends_local: Mapped[datetime] = mapped_column(WallTime)
    zone: Mapped[str] = mapped_column(String(64))  # IANA name, e.g. America/Toronto
    starts_at: Mapped[datetime]  # of starts_local; for queries
    ends_at: Mapped[datetime] = mapped_column(index=True)
    all_day: Mapped[bool] = mapped_column(default=False)  # then from midnight to midnight

    venue: Mapped[str] = mapped_column(String(120), default="")  # "EY Centre"
    address: Mapped[str] = mapped_column(String(200), default="")  # "4899 Uplands Drive, Ottawa, Ontario"
    city: Mapped[str] = mapped_column(String(80), default="")  # names the zone: "Ottawa time"
    directions: Mapped[Texts] = mapped_column(default=Texts)
    latitude: Mapped[float | None]  # degrees, WGS 84
    longitude: Mapped[float | None]

    status: Mapped[Status] = mapped_column(choice_of(Status), default=Status.DRAFT)
    unlisted: Mapped[bool] = mapped_column(default=False)  # has a page, stands in no list and no feed but its own
    level: Mapped[Level] = mapped_column(choice_of(Level), default=Level.REMINDERS)
    capacity: Mapped[int | None]  # places; none: no limit
    goal: Mapped[int | None]  # people whom its organizers hope for; they alone see it
    seats_taken: Mapped[int] = mapped_column(default=0)
    public_count: Mapped[int] = mapped_column(default=0)  # people coming, as of the last full hour; shown in steps
    retention_days: Mapped[int] = mapped_column(default=7)  # after its end; at most 14

    revision: Mapped[int] = mapped_column(default=0)  # SEQUENCE, RFC 5545 3.8.7.4
    schedule_rev: Mapped[int] = mapped_column(default=0)  # grows when the start moves and at each postponement
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # when anything that the public sees of it last changed
    version: Mapped[int] = mapped_column(BigInteger, default=0)  # grows with each change: copies are kept by it
    published_at: Mapped[datetime | None]

    campaign: Mapped[Campaign] = relationship()
    series: Mapped[Series | None] = relationship()
    agenda: Mapped[list[AgendaItem]] = relationship(
        order_by="AgendaItem.minutes_from_start, AgendaItem.position", cascade="all, delete-orphan"
    )
    meeting_points: Mapped[list[MeetingPoint]] = relationship(
        order_by="MeetingPoint.position", cascade="all, delete-orphan"
    )
    blocks: Mapped[list[Block]] = relationship(order_by="Block.position", cascade="all, delete-orphan")
    key_figures: Mapped[list[KeyFigure]] = relationship(order_by="KeyFigure.position", cascade="all, delete-orphan")
    updates: Mapped[list[Update]] = relationship(order_by="Update.id.desc()", cascade="all, delete-orphan")
    announced: Mapped[list[AnnouncedDate]] = relationship(order_by="AnnouncedDate.id", cascade="all, delete-orphan")

    @property
    def language(self) -> str:
        """What a missing translation falls back to."""
        return self.campaign.language

    @property
    def place(self) -> str:
        """Venue and address on one line."""
        return ", ".join(part for part in (self.venue, self.address) if part)

    @property
    def erase_on(self) -> date:
        """The day in its own zone on which contact data of those who come is erased; printed on the form."""
        return timezones.wall(self.ends_at + timedelta(days=self.retention_days), self.zone).date()

    def set_time(self, starts_local: datetime, ends_local: datetime, zone: str, *, all_day: bool = False) -> None:
        """When it is, as announced. Raises what `timezones.instant` raises.

        all_day: from the midnight that begins the first day to the one that ends the last; where the clocks jump over
                 midnight, the day begins when they have.
        """
        if all_day and not starts_local.time() == ends_local.time() == time.min:
            raise ValueError("whole days begin and end at midnight")
        read = timezones.instant_or_later if all_day else timezones.instant
        starts_at, ends_at = read(starts_local, zone), read(ends_local, zone)
        self.starts_local, self.ends_local, self.zone, self.all_day = starts_local, ends_local, zone, all_day
        self.starts_at, self.ends_at = starts_at, ends_at

    @property
    def reminds_until(self) -> datetime:
        """Until when a reminder is of use: the start; of whole days the end of the first one."""
        if not self.all_day:
            return self.starts_at
        return timezones.instant_or_later(self.starts_local + timedelta(days=1), self.zone)

    def days_to_go(self, now: datetime) -> int:
        """On the calendar of its own zone; negative once the day of its start has passed."""
        return (self.starts_local.date() - timezones.wall(now, self.zone).date()).days

    @property
    def earlier(self) -> list[AnnouncedDate]:
        """When and where it was to be before, in the order in which that was announced; empty if it never changed."""
        return [date_ for date_, after in pairwise(self.announced) if not date_.says_the_same_as(after)]

    @property
    def news(self) -> list[Update]:
        """What stands at the top of its page, the latest first."""
        return [update for update in self.updates if update.is_up]

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.seats_taken >= self.capacity

    def at_minute(self, minutes: int) -> datetime:
        """The wall clock so many minutes after the start; before it if negative."""
        return self.starts_local + timedelta(minutes=minutes)

    def is_over(self, now: datetime) -> bool:
        return now >= self.ends_at

    def is_public(self) -> bool:
        return self.status is not Status.DRAFT

    def takes_rsvps(self, now: datetime) -> bool:
        return self.status is Status.PUBLISHED and not self.is_over(now)

    def touch(self, now: datetime) -> None:
        """Something that the public sees of it has changed: raises the versions of its pages and feeds."""
        self.changed_at = max(now.replace(microsecond=0), self.changed_at)
        self.version = versions.after(self.version, now)
        self.campaign.touch(now)

    def publish(self, now: datetime) -> None:
        self._become(Status.PUBLISHED, now)
        self.published_at = self.published_at or now
        self._announce(now)

    def postpone(self, now: datetime) -> None:
        self._become(Status.POSTPONED, now)
        self.schedule_rev += 1

    def cancel(self, now: datetime) -> None:
        self._become(Status.CANCELLED, now)

    def move(
        self, starts_local: datetime, ends_local: datetime, zone: str, now: datetime, *, all_day: bool = False
    ) -> None:
        """A new time for what was published or postponed. A new start makes its reminders fall due anew."""
        if self.status is Status.DRAFT:
            raise Conflict(_l("A draft isn't moved: change its date and publish it."))
        before = self.starts_at
        self._become(Status.PUBLISHED, now)
        self.set_time(starts_local, ends_local, zone, all_day=all_day)
        if self.starts_at != before:
            self.schedule_rev += 1
        self._announce(now)

    def relocate(self, venue: str, address: str, now: datetime, *, city: str | None = None) -> None:
        """A new place for what has been announced. city: none if it stays in the same."""
        self.venue, self.address = venue, address
        self.city = self.city if city is None else city
        self.revision += 1
        self._announce(now)
        self.touch(now)

    def _become(self, to: Status, now: datetime) -> None:
        if to not in MOVES[self.status]:
            raise Conflict(
                _l("This action is now: %(now)s. It can't become: %(to)s."),
                now=STATUS_WORDS[self.status],
                to=STATUS_WORDS[to],
            )
        if self.status is not Status.DRAFT:
            self.revision += 1
        self.status = to
        self.touch(now)

    def _announce(self, now: datetime) -> None:
        self.announced.append(
            AnnouncedDate(
                starts_local=self.starts_local,
                ends_local=self.ends_local,
                zone=self.zone,
                place=self.place,
                city=self.city,
                all_day=self.all_day,
                announced_at=now,
            )
        )
