"""Deliveries in a worker's hands: claim, start, end; and what a dead worker left. Each is the caller's transaction.

    queued -> leased -> sending -> sent, presumed, failed, expired
       ^________|__________|

`leased` is reserved and can be taken back by anyone; `sending` is on the wire. A row is `sending` only from a commit on
that comes before the first octet. What a kill leaves in that state, the worker's journal tells apart; without a journal
it may have arrived: it is unknown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
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
from campaign.outbox import ladder
from campaign.outbox.faults import Outcome
from campaign.outbox.hand import Ask, Each, Row, Statement
from campaign.outbox.journal import Mark, Marks
from campaign.outbox.models import Delivery, DeliveryState, Occasion, OnUnknown

RESENDS = 3  # after that many silences a letter that is to be sent again isn't any more


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """Written out, not bound: or SQLite can't tell that its partial indexes serve."""
    return Delivery.state == literal_column(f"'{state}'")


_QUEUED, _LEASED, _SENDING = _is(DeliveryState.QUEUED), _is(DeliveryState.LEASED), _is(DeliveryState.SENDING)
_IN_HAND = Delivery.state.in_([literal_column(f"'{state}'") for state in (DeliveryState.LEASED, DeliveryState.SENDING)])
_NEVER_TRIED = and_(Delivery.attempts == 0, Delivery.unknowns == 0)
_ERASED: dict[str, Any] = {"owner": null(), "next_at": null(), "to_sealed": null()}


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
    due = and_(_QUEUED, Delivery.next_at <= now, Delivery.id.not_in(skip))
    return db.session.scalar(select(Delivery.id).where(due).limit(1)) is not None


_OURS = bindparam("worker", type_=Delivery.owner.type)
# By their numbers: an index that knows the state would be gone through whole, and it is full of what is over.
_RESERVED = literal_column("deliveries.state || ''") == literal_column(f"'{DeliveryState.LEASED}'")
_ON_THE_WIRE = literal_column("deliveries.state || ''") == literal_column(f"'{DeliveryState.SENDING}'")
_NOW = bindparam("now", type_=Delivery.next_at.type)
_ORDER = (Delivery.priority, Delivery.next_at, Delivery.id)
_STARTED = tuple(getattr(Delivery, name) for name in Started._fields)


def _claim(skip: Each) -> UpdateBase:
    first = (
        select(Delivery.id)
        .where(_QUEUED, Delivery.next_at <= _NOW, *([Delivery.id.not_in(skip)] if skip else []))
        .order_by(*_ORDER)
        .limit(bindparam("limit", type_=BigInteger()))
        .with_for_update(skip_locked=True)  # beside another worker, where there are locks of rows
        .cte("first")  # as a mere subquery, PostgreSQL may run it again and again and take more than the limit
    )
    claimed = update(Delivery).where(Delivery.id.in_(select(first.c.id)), _QUEUED)
    return claimed.values(state=literal_column(f"'{DeliveryState.LEASED}'"), owner=_OURS).returning(
        *_ORDER[:2], *_STARTED
    )


_CLAIM = Statement(_claim, BigInteger)
_START = Statement(
    lambda ids: (
        update(Delivery)
        .where(
            Delivery.id.in_(ids),
            _RESERVED,
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
        .where(Delivery.id.in_(ids), _RESERVED, Delivery.owner == _OURS, Delivery.expires_at <= _NOW)
        .values(state=literal_column(f"'{DeliveryState.EXPIRED}'"), **_ERASED)
    ),
    BigInteger,
)
_END = Statement(
    lambda ids: (
        update(Delivery)
        .where(Delivery.id.in_(ids), _ON_THE_WIRE, Delivery.owner == _OURS)
        .values(
            state=bindparam("end", type_=Delivery.state.type),
            smtp_code=bindparam("code", type_=Delivery.smtp_code.type),
            sent_on=bindparam("day", type_=Delivery.sent_on.type),
            **_ERASED,
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
    return [
        Ask(_END, ids, {"worker": owner, "end": state, "code": code, "day": _day_of(state, now)})
        for (state, code), ids in ended.items()
    ]


def _day_of(state: DeliveryState, now: datetime) -> date | None:
    return now.date() if state is DeliveryState.SENT else None


_ENDS = {
    Outcome.SENT: DeliveryState.SENT,
    Outcome.PERMANENT: DeliveryState.FAILED,
    Outcome.POLICY: DeliveryState.FAILED,
    Outcome.SUPPRESSED: DeliveryState.SUPPRESSED,
}


def is_end(outcome: Outcome) -> bool:
    return outcome in _ENDS


def release(connection: Connection, owner: str) -> None:
    """What was claimed and not started goes back, as it was."""
    _put_back(connection, and_(Delivery.owner == owner, _IN_HAND, _LEASED))


def expire(now: datetime) -> int:
    """What has waited until it was of no more use. Returns how many."""
    return _finish(db.session.connection(), and_(_QUEUED, Delivery.expires_at <= now), DeliveryState.EXPIRED)


def mend_times(now: datetime) -> None:
    """After a clock was ahead and was put right: what was to wait until then doesn't.

    A first try never waits, and nothing waits longer than the ladder's longest step.
    """
    late = or_(and_(_NEVER_TRIED, Delivery.next_at > now), Delivery.next_at > now + ladder.LONGEST)
    if db.session.scalar(select(Delivery.id).where(_QUEUED, late).limit(1)) is not None:
        _execute(db.session.connection(), update(Delivery).where(_QUEUED, late).values(next_at=now))


def owners() -> list[str]:
    """Who has something in hand, as far as the rows tell."""
    found = db.session.scalars(select(Delivery.owner).where(_IN_HAND).distinct())
    return [owner or "" for owner in found]


def recover(owner: str, now: datetime, marks: Marks | None) -> int:
    """Take over what a dead worker had in hand. Returns of how many letters nobody knows whether they arrived.

    marks: its journal. Without one, whatever it had started may have arrived.
    """
    connection = db.session.connection()
    theirs = Delivery.owner == owner if owner else Delivery.owner.is_(None)
    _put_back(connection, and_(theirs, _IN_HAND, _LEASED))
    sending = and_(theirs, _IN_HAND, _SENDING)
    left = db.session.execute(
        select(Delivery.id, Delivery.unknowns, Delivery.message_id, Occasion.on_unknown)
        .join(Occasion, Occasion.id == Delivery.occasion_id)
        .where(sending)
    ).all()
    unknown = 0
    for row in left:
        mine = and_(sending, Delivery.id == row.id)
        mark, code = (Mark.SILENCE, 0) if marks is None else marks.get(row.id, (Mark.ANSWERED, 0))
        if mark is Mark.ANSWERED and 200 <= code <= 299:
            _finish(connection, mine, DeliveryState.SENT, smtp_code=code, sent_on=now.date())
        elif mark is Mark.ANSWERED:
            _put_back(connection, mine)
        else:
            unknown += 1
            # Nobody hung up on it: a server that is well takes what our death alone kept us from hearing of.
            policy = OnUnknown.PRESUME if mark is Mark.HANDED_OVER else row.on_unknown
            _doubt(connection, mine, row.unknowns, row.message_id, policy, now)
    return unknown


def go_on(connection: Connection, owner: str, result: Result, now: datetime) -> None:
    """With one that isn't at its end: back into the queue, as it is for such an outcome."""
    delivery = result.delivery
    mine = and_(Delivery.id == delivery.id, _SENDING, Delivery.owner == owner)
    if result.outcome is Outcome.TRANSIENT:
        _put_off(connection, mine, delivery, result.code, now)
    elif result.outcome is Outcome.UNKNOWN:
        policy = connection.scalar(select(Occasion.on_unknown).where(Occasion.id == delivery.occasion_id))
        _doubt(connection, mine, delivery.unknowns, delivery.message_id, policy or OnUnknown.PRESUME, now)
    else:
        _put_back(connection, mine)


def _put_off(
    connection: Connection, mine: ColumnElement[bool], delivery: Started, code: int | None, now: datetime
) -> None:
    """Refused for the time being: the next step of the ladder, if it isn't too late then."""
    attempts = delivery.attempts + 1
    next_at = now + ladder.wait(attempts, delivery.message_id)
    _finish(
        connection, and_(mine, Delivery.expires_at <= next_at), DeliveryState.EXPIRED, attempts=attempts, smtp_code=code
    )
    _put_back(connection, mine, attempts=attempts, next_at=next_at, smtp_code=code)


def _doubt(
    connection: Connection,
    mine: ColumnElement[bool],
    unknowns: int,
    message_id: str,
    policy: OnUnknown,
    now: datetime,
) -> None:
    """It may have been taken or not. Sent again at once the first time, then by the ladder; never without end."""
    unknowns += 1
    if policy is OnUnknown.PRESUME or unknowns > RESENDS:
        _finish(connection, mine, DeliveryState.PRESUMED, unknowns=unknowns, sent_on=now.date())
    else:
        wait = ladder.wait(unknowns - 1, message_id) if unknowns > 1 else timedelta()
        _put_back(connection, mine, unknowns=unknowns, next_at=now + wait)


def _put_back(connection: Connection, which: ColumnElement[bool], **values: Any) -> None:
    """Into the queue; whose copy of the address was erased meanwhile, can't be tried again."""
    _finish(connection, and_(which, Delivery.to_sealed.is_(None)), DeliveryState.CANCELLED)
    _execute(connection, update(Delivery).where(which).values(state=DeliveryState.QUEUED, owner=None, **values))


def _finish(connection: Connection, which: ColumnElement[bool], state: DeliveryState, **values: Any) -> int:
    """A final state: the copy of the address is erased, and no time finer than a day stays."""
    return _execute(connection, update(Delivery).where(which).values(state=state, **_ERASED, **values)).rowcount


def _execute(connection: Connection, statement: UpdateBase) -> CursorResult[Any]:
    """Straight to the database: no rows of this table are loaded while a worker moves them."""
    return connection.execute(statement)
