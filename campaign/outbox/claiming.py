"""Deliveries in a worker's hands: claim, start, end. What each asks of the database is the caller's transaction.

    queued -> leased -> sending -> sent, presumed, failed, expired
       ^________|__________|

`leased` is reserved and can be taken back by anyone; `sending` is on the wire. A row is `sending` only from a commit on
that comes before the first octet. What a kill leaves in that state, the worker's journal tells apart; without a journal
it may have arrived: it is unknown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    UpdateBase,
    and_,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    update,
)

from campaign.extensions import db
from campaign.outbox.faults import Outcome
from campaign.outbox.hand import Ask, Each, Statement
from campaign.outbox.models import Delivery, DeliveryState
from campaign.outbox.ways import Row


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """Written out, not bound: or SQLite can't tell that its partial indexes serve."""
    return Delivery.state == literal_column(f"'{state}'")


QUEUED, LEASED, SENDING = _is(DeliveryState.QUEUED), _is(DeliveryState.LEASED), _is(DeliveryState.SENDING)
IN_HAND = Delivery.state.in_([literal_column(f"'{state}'") for state in (DeliveryState.LEASED, DeliveryState.SENDING)])
ERASED: dict[str, Any] = {"owner": null(), "next_at": null(), "to_sealed": null()}


class Started(NamedTuple):
    """A delivery on the wire."""

    id: int
    occasion_id: int
    person_key: str
    to_sealed: bytes
    language: str
    message_id: str
    attempts: int
    unknowns: int


@dataclass(frozen=True)
class Result:
    """What became of a delivery that was started."""

    delivery: Started
    outcome: Outcome
    code: int | None = None


def is_due(now: datetime, skip: Collection[int] = ()) -> bool:
    """Whether anything waits to be sent now, other than these."""
    due = and_(QUEUED, Delivery.next_at <= now, Delivery.id.not_in(skip))
    return db.session.scalar(select(Delivery.id).where(due).limit(1)) is not None


_OURS = bindparam("worker", type_=Delivery.owner.type)
# By their numbers: an index that knows the state would be gone through whole, and it is full of what is over.
_STATE = literal_column("deliveries.state || ''", String)
_NOW = bindparam("now", type_=Delivery.next_at.type)
_ORDER = (Delivery.priority, Delivery.next_at, Delivery.id)
_STARTED = tuple(getattr(Delivery, name) for name in Started._fields)


def _claim(skip: Each) -> UpdateBase:
    first = (
        select(Delivery.id)
        .where(QUEUED, Delivery.next_at <= _NOW, *([Delivery.id.not_in(skip)] if skip else []))
        .order_by(*_ORDER)
        .limit(bindparam("limit", type_=BigInteger()))
        .with_for_update(skip_locked=True)  # beside another worker, where there are locks of rows
        .cte("first")  # as a mere subquery, PostgreSQL may run it again and again and take more than the limit
    )
    claimed = update(Delivery).where(Delivery.id.in_(select(first.c.id)), QUEUED)
    return claimed.values(state=literal_column(f"'{DeliveryState.LEASED}'"), owner=_OURS).returning(
        *_ORDER[:2], *_STARTED
    )


_CLAIM = Statement(_claim, BigInteger)
_START = Statement(
    lambda ids: (
        update(Delivery)
        .where(
            Delivery.id.in_(ids),
            _STATE == DeliveryState.LEASED,
            Delivery.owner == _OURS,
            Delivery.to_sealed.is_not(None),
            or_(Delivery.expires_at.is_(None), Delivery.expires_at > _NOW),
        )
        .values(state=literal_column(f"'{DeliveryState.SENDING}'"))
        .returning(*_STARTED)
    ),
    BigInteger,
)
_TOO_LATE = Statement(
    lambda ids: (
        update(Delivery)
        .where(
            Delivery.id.in_(ids), _STATE == DeliveryState.LEASED, Delivery.owner == _OURS, Delivery.expires_at <= _NOW
        )
        .values(state=literal_column(f"'{DeliveryState.EXPIRED}'"), **ERASED)
    ),
    BigInteger,
)
_END = Statement(
    lambda ids: (
        update(Delivery)
        .where(Delivery.id.in_(ids), _STATE == DeliveryState.SENDING, Delivery.owner == _OURS)
        .values(
            state=bindparam("end", type_=Delivery.state.type),
            smtp_code=bindparam("code", type_=Delivery.smtp_code.type),
            sent_on=bindparam("day", type_=Delivery.sent_on.type),
            **ERASED,
        )
    ),
    BigInteger,
)


def claim(owner: str, now: datetime, limit: int, skip: Sequence[int] = ()) -> Ask:
    """Reserve what is due, most urgent first. Its rows are for `in_order`.

    skip: ids to leave alone for now.
    """
    return Ask(_CLAIM, skip, {"worker": owner, "now": now, "limit": limit})


def in_order(rows: Sequence[Row]) -> list[Started]:
    """What was claimed, not started yet."""
    return [Started(*row[2:]) for row in sorted(rows)]


def start(owner: str, ids: Sequence[int], now: datetime) -> Ask:
    """Once this is committed they are on the wire, unless they were taken back since the claim or it is too late for
    them. Its rows are the fields of `Started`."""
    return Ask(_START, ids, {"worker": owner, "now": now})


def drop_late(owner: str, ids: Sequence[int], now: datetime) -> Ask:
    """Those of them that wouldn't start because it is too late for them."""
    return Ask(_TOO_LATE, ids, {"worker": owner, "now": now})


def end(owner: str, results: Sequence[Result], now: datetime) -> list[Ask]:
    """For those that are at their end: what became of them."""
    ended: dict[tuple[DeliveryState, int | None], list[int]] = {}
    for result in results:
        ended.setdefault((_ENDS[result.outcome], result.code), []).append(result.delivery.id)
    days = {DeliveryState.SENT: now.date()}
    return [
        Ask(_END, ids, {"worker": owner, "end": state, "code": code, "day": days.get(state)})
        for (state, code), ids in ended.items()
    ]


_ENDS = {
    Outcome.SENT: DeliveryState.SENT,
    Outcome.PERMANENT: DeliveryState.FAILED,
    Outcome.POLICY: DeliveryState.FAILED,
    Outcome.SUPPRESSED: DeliveryState.SUPPRESSED,
}


def is_end(outcome: Outcome) -> bool:
    return outcome in _ENDS
