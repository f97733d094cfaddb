"""Occasions become deliveries, late: from who is there when a letter is due. No address is opened for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, String, and_, exists, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from campaign import tokens
from campaign.columns import Utc
from campaign.databases import roomy
from campaign.extensions import db
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion, OccasionState
from campaign.rsvps.models import Answer, Rsvp, State


def due(now: datetime) -> list[int]:
    """The occasions whose time has come, most urgent first."""
    found = db.session.scalars(
        select(Occasion.id)
        .where(Occasion.state == OccasionState.PLANNED, Occasion.due_at <= now)
        .order_by(Occasion.priority, Occasion.due_at, Occasion.id)
    )
    return list(found)


def expand(occasion_id: int, now: datetime) -> int:
    """Owe an occasion's letter to everybody of its audience, each once however often this is done. Returns how many.

    One that is past its use becomes missed instead, and organizers see it.
    """
    occasion = db.session.get_one(Occasion, occasion_id, populate_existing=True, with_for_update=True)
    if occasion.state is not OccasionState.PLANNED:
        return 0
    if occasion.expires_at is not None and occasion.expires_at <= now:
        occasion.state = OccasionState.MISSED
        return 0
    owing = insert(Delivery).from_select(_COLUMNS, _rows(occasion, now))
    if db.session.scalar(select(exists().where(Delivery.occasion_id == occasion.id))):  # or PostgreSQL looks twice
        owing = owing.on_conflict_do_nothing(index_elements=["person_key", "occasion_id"])
    with roomy():
        done = db.session.execute(owing.execution_options(preserve_rowcount=True))
    occasion.state = OccasionState.EXPANDED
    return cast(CursorResult[Any], done).rowcount


def audience(action_id: int, kind: str, segment: Mapping[str, str] | None = None) -> ColumnElement[bool]:
    """Which RSVPs a letter of this kind goes to: reminders to whom it was promised, word of changes to all who know.

    segment: of them only those who gave this `answer`, or read this `language`; either may be missing.
    """
    coming = [
        Rsvp.action_id == action_id,
        Rsvp.answer.in_((Answer.YES, Answer.MAYBE)),
        Rsvp.box.is_not(None),
        Rsvp.unsubscribed.is_(False),
    ]
    if kind == Kind.NOTICE:
        return and_(*coming, Rsvp.state.in_((State.CONFIRMED, State.PENDING)))
    asked = [getattr(Rsvp, name) == wanted for name, wanted in (segment or {}).items() if wanted]
    return and_(*coming, Rsvp.state == State.CONFIRMED, Rsvp.reminders.is_(True), *asked)


_COLUMNS = [
    "occasion_id",
    "person_key",
    "to_sealed",
    "language",
    "priority",
    "state",
    "attempts",
    "unknowns",
    "next_at",
    "expires_at",
    "message_id",
]


def _rows(occasion: Occasion, now: datetime) -> Select[*tuple[Any, ...]]:
    queued = literal(DeliveryState.QUEUED.value, String)
    return select(
        literal(occasion.id),
        Rsvp.id,
        Rsvp.box,
        Rsvp.language,
        literal(occasion.priority),
        queued,
        literal(0),
        literal(0),
        literal(now, Utc),
        literal(occasion.expires_at, Utc),
        chance(Rsvp.id, literal(tokens.new())),
    ).where(audience(int(occasion.subject.removeprefix("action:")), occasion.kind, occasion.facts.get("segment")))


class chance(GenericFunction[str]):  # noqa: N801 -- SQL functions are written small
    """A Message-ID for each row: 128 bits that nobody can guess.

    On PostgreSQL a digest of the row's own key and of what is drawn once for all: to draw for each took it a fifth of
    the whole statement's time.
    """

    type = String()
    inherit_cache = True


@compiles(chance, "sqlite")
def _on_sqlite(_element: chance, _compiler: SQLCompiler, **_: object) -> str:
    return "lower(hex(randomblob(16)))"


@compiles(chance, "postgresql")
def _on_postgresql(element: chance, compiler: SQLCompiler, **more: Any) -> str:
    key, drawn = (compiler.process(each, **more) for each in element.clauses)
    return f"md5({drawn} || {key})"
