"""Occasions, the deliveries owed for each, suppressions, and who is at work. The deliveries table is the truth."""

from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from campaign.extensions import Record, choice_of


class Priority(IntEnum):
    """Lower goes first."""

    NOTICE = 10  # cancelled, moved
    PERSONAL = 20  # confirmations, sign-in letters: somebody waits
    REMINDER = 30
    FOLLOWUP = 40


class Kind(StrEnum):
    """What a letter is for. Features may have kinds of their own."""

    REMINDER = "reminder"
    FOLLOWUP = "followup"
    NOTICE = "notice"  # of a change
    BROADCAST = "broadcast"  # written by hand, to some of those who asked for mail
    CONFIRMATION = "confirmation"
    FAREWELL = "farewell"
    ACCOUNT = "account"  # to an organizer
    TEST = "test"  # of a letter, to the organizer who wrote it


class OnUnknown(StrEnum):
    """What to do when a server took the final dot and then never answered."""

    PRESUME = "presume"  # taken: a second reminder would be worse than none
    RESEND = "resend"  # with the same Message-ID: a lost confirmation or notice would be worse


class OccasionState(StrEnum):
    PLANNED = "planned"
    EXPANDED = "expanded"
    PAUSED = "paused"  # expanded, and an organizer has stopped it for the time being
    CANCELLED = "cancelled"
    MISSED = "missed"  # its time passed while nobody could send; organizers see it


class DeliveryState(StrEnum):
    QUEUED = "queued"
    PAUSED = "paused"  # as good as queued, but nobody takes it up until its occasion goes on
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    PRESUMED = "presumed"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN = frozenset({DeliveryState.QUEUED, DeliveryState.PAUSED, DeliveryState.LEASED, DeliveryState.SENDING})


class Occasion(Record):
    """One time that a letter is due: to everybody of an audience (due_at), or to one person (none)."""

    __tablename__ = "occasions"
    __table_args__ = (
        UniqueConstraint("rule_key", "schedule_rev"),  # a rule fires once for each date that an action has
        Index("ix_occasions_state_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))  # see Kind
    letter: Mapped[str] = mapped_column(String(64))  # a template below templates/mail/, e.g. "messages/reminder"
    subject: Mapped[str] = mapped_column(String(64), index=True)  # what it is about, e.g. "action:7"
    rule_key: Mapped[str | None] = mapped_column(String(64))
    schedule_rev: Mapped[int | None]
    dedup_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # a form's own token: a double click is one
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # not sent after this
    state: Mapped[OccasionState] = mapped_column(choice_of(OccasionState), default=OccasionState.PLANNED)
    priority: Mapped[int]
    on_unknown: Mapped[OnUnknown] = mapped_column(choice_of(OnUnknown))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # the same for all; nothing of one person


class Delivery(Record):
    """One letter owed to one address. In every final state the sealed copy of the address is erased."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("person_key", "occasion_id"),  # "never twice" starts here; and finds what a person is owed
        Index(
            "ix_deliveries_queue",
            "priority",
            "next_at",
            "id",
            sqlite_where=text("state = 'queued'"),
            postgresql_where=text("state = 'queued'"),
        ),
        Index(
            "ix_deliveries_owner",
            "owner",
            sqlite_where=text("state IN ('leased','sending')"),
            postgresql_where=text("state IN ('leased','sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    occasion_id: Mapped[int] = mapped_column(index=True)  # no foreign key: docs/decisions/0025
    person_key: Mapped[str] = mapped_column(String(64))  # an RSVP's random id, or "organizer:3"
    to_sealed: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(String(2))
    priority: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(choice_of(DeliveryState), default=DeliveryState.QUEUED)
    owner: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(default=0)  # answers of 4xx; faults of the relay don't count
    unknowns: Mapped[int] = mapped_column(default=0)  # times that no answer came after the final dot
    next_at: Mapped[datetime | None]  # cleared when it ends: no time finer than a day stays
    expires_at: Mapped[datetime | None]
    message_id: Mapped[str] = mapped_column(String(255))  # its left part, 128 random bits; fixed before the first try
    smtp_code: Mapped[int | None]
    sent_on: Mapped[date | None]

    occasion: Mapped[Occasion] = relationship(primaryjoin=lambda: foreign(Delivery.occasion_id) == Occasion.id)


class Suppression(Record):
    """An address that isn't written to. A digest under a key of the worker's, never the address."""

    __tablename__ = "suppressions"

    address_digest: Mapped[bytes] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32))
    times: Mapped[int] = mapped_column(default=1)  # that it was so; one full mailbox isn't enough
    added_on: Mapped[date]  # the last time


class Return(Record):
    """Word from a mail server about a delivery after it was taken: it came back, or its reader complains."""

    __tablename__ = "returns"
    __table_args__ = (
        Index(
            "ix_returns_unsettled",
            "delivery_id",
            sqlite_where=text("NOT settled"),
            postgresql_where=text("NOT settled"),
        ),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # see reports.Kind: told twice, it is one
    code: Mapped[int | None]  # as the server would have said it in SMTP
    received_on: Mapped[date]
    settled: Mapped[bool] = mapped_column(default=False)  # the worker has drawn its conclusions


class Heartbeat(Record):
    """When a part of the machine last did its work: the worker, the nightly purge, the relay that takes our mail."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    beat_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(120), default="")  # what is wrong, for organizers; names nobody
