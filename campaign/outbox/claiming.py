"""Deliveries in a worker's hands: claim, start, record; and what a dead worker left. Each is the caller's transaction.

    queued -> leased -> sending -> sent, presumed, failed, expired
       ^________|__________|

`leased` is reserved and can be taken back by anyone; `sending` is on the wire. A row is `sending` only from a commit on
that comes before the first octet. What a kill leaves in that state, the worker's journal tells apart; without a journal
it may have arrived: it is unknown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, UpdateBase, and_, literal_column, or_, select, update

from campaign.extensions import db
from campaign.outbox import ladder
from campaign.outbox.faults import Outcome
from campaign.outbox.journal import Mark, Marks
from campaign.outbox.models import Delivery, DeliveryState, Occasion, OnUnknown

RESENDS = 3  # after that many silences a letter that is to be sent again isn't any more

# Written out, not bound: or SQLite can't tell that its partial indexes serve.
_QUEUED = Delivery.state == literal_column(f"'{DeliveryState.QUEUED}'")
_IN_HAND = Delivery.state.in_([literal_column(f"'{state}'") for state in (DeliveryState.LEASED, DeliveryState.SENDING)])
_NEVER_TRIED = and_(Delivery.attempts == 0, Delivery.unknowns == 0)


@dataclass(frozen=True)
class Started:
    """A delivery on the wire."""

    id: int
    occasion_id: int
    person_key: str
    to_sealed: bytes
    language: str
    message_id: str
    attempts: int
    unknowns: int
    expires_at: datetime | None


@dataclass(frozen=True)
class Result:
    """What became of a delivery that was started."""

    delivery: Started
    outcome: Outcome
    code: int | None = None


def is_due(now: datetime, skip: Collection[int] = ()) -> bool:
    """Whether anything waits to be sent now, other than these."""
    return db.session.scalar(select(Delivery.id).where(_due(now), Delivery.id.not_in(skip)).limit(1)) is not None


def claim(owner: str, now: datetime, limit: int, skip: Collection[int] = ()) -> list[int]:
    """Reserve what is due, most urgent first. Returns ids, in order.

    skip: ids to leave alone for now.
    """
    order = (Delivery.priority, Delivery.next_at, Delivery.id)
    first = select(Delivery.id).where(_due(now), Delivery.id.not_in(skip)).order_by(*order).limit(limit)
    claimed = _execute(
        update(Delivery)
        .where(Delivery.id.in_(first), _QUEUED)
        .values(state=DeliveryState.LEASED, owner=owner)
        .returning(Delivery.id, *order[:2])
    ).all()
    return [row.id for row in sorted(claimed, key=lambda row: (row.priority, row.next_at, row.id))]


def start(owner: str, ids: Collection[int], now: datetime) -> list[Started]:
    """From here on they are on the wire, unless they were taken back since the claim or it is too late for them."""
    mine = and_(Delivery.id.in_(ids), Delivery.state == DeliveryState.LEASED, Delivery.owner == owner)
    too_late = Delivery.expires_at <= now
    columns = [getattr(Delivery, name) for name in Started.__dataclass_fields__]
    rows = _execute(
        update(Delivery)
        .where(mine, Delivery.to_sealed.is_not(None), or_(Delivery.expires_at.is_(None), ~too_late))
        .values(state=DeliveryState.SENDING)
        .returning(*columns)
    ).all()
    if len(rows) < len(ids):
        _finish(and_(mine, too_late), DeliveryState.EXPIRED)
    by_id = {row.id: Started(**row._mapping) for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def record(owner: str, results: Sequence[Result], now: datetime) -> None:
    """What became of what was started."""
    ended: dict[tuple[DeliveryState, int | None], list[int]] = {}
    for result in results:
        delivery = result.delivery
        match result.outcome:
            case Outcome.SENT:
                ended.setdefault((DeliveryState.SENT, result.code), []).append(delivery.id)
            case Outcome.PERMANENT | Outcome.POLICY:
                ended.setdefault((DeliveryState.FAILED, result.code), []).append(delivery.id)
            case Outcome.TRANSIENT:
                _put_off(_sent_by(owner, [delivery.id]), delivery, result.code, now)
            case Outcome.UNKNOWN:
                policy = db.session.get_one(Occasion, delivery.occasion_id).on_unknown
                _doubt(_sent_by(owner, [delivery.id]), delivery.unknowns, delivery.message_id, policy, now)
            case _:
                _put_back(_sent_by(owner, [delivery.id]))
    for (state, code), ids in ended.items():
        sent_on = now.date() if state is DeliveryState.SENT else None
        _finish(_sent_by(owner, ids), state, smtp_code=code, sent_on=sent_on)


def release(owner: str) -> None:
    """What was claimed and not started goes back, as it was."""
    _put_back(and_(Delivery.owner == owner, Delivery.state == DeliveryState.LEASED))


def expire(now: datetime) -> int:
    """What has waited until it was of no more use. Returns how many."""
    return _finish(and_(_QUEUED, Delivery.expires_at <= now), DeliveryState.EXPIRED)


def mend_times(now: datetime) -> None:
    """After a clock was ahead and was put right: what was to wait until then doesn't.

    A first try never waits, and nothing waits longer than the ladder's longest step.
    """
    late = or_(and_(_NEVER_TRIED, Delivery.next_at > now), Delivery.next_at > now + ladder.LONGEST)
    if db.session.scalar(select(Delivery.id).where(_QUEUED, late).limit(1)) is not None:
        _execute(update(Delivery).where(_QUEUED, late).values(next_at=now))


def owners() -> list[str]:
    """Who has something in hand, as far as the rows tell."""
    found = db.session.scalars(select(Delivery.owner).where(_IN_HAND).distinct())
    return [owner or "" for owner in found]


def recover(owner: str, now: datetime, marks: Marks | None) -> int:
    """Take over what a dead worker had in hand. Returns of how many letters nobody knows whether they arrived.

    marks: its journal. Without one, whatever it had started may have arrived.
    """
    theirs = Delivery.owner == owner if owner else Delivery.owner.is_(None)
    _put_back(and_(theirs, Delivery.state == DeliveryState.LEASED))
    sending = and_(theirs, Delivery.state == DeliveryState.SENDING)
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
            _finish(mine, DeliveryState.SENT, smtp_code=code, sent_on=now.date())
        elif mark is Mark.ANSWERED:
            _put_back(mine)
        else:
            unknown += 1
            # Nobody hung up on it: a server that is well takes what our death alone kept us from hearing of.
            policy = OnUnknown.PRESUME if mark is Mark.HANDED_OVER else row.on_unknown
            _doubt(mine, row.unknowns, row.message_id, policy, now)
    return unknown


def _sent_by(owner: str, ids: Collection[int]) -> ColumnElement[bool]:
    return and_(Delivery.id.in_(ids), Delivery.state == DeliveryState.SENDING, Delivery.owner == owner)


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(_QUEUED, Delivery.next_at <= now)


def _put_off(mine: ColumnElement[bool], delivery: Started, code: int | None, now: datetime) -> None:
    """Refused for the time being: the next step of the ladder, if it isn't too late then."""
    attempts = delivery.attempts + 1
    next_at = now + ladder.wait(attempts, delivery.message_id)
    if delivery.expires_at is not None and next_at >= delivery.expires_at:
        _finish(mine, DeliveryState.EXPIRED, attempts=attempts, smtp_code=code)
    else:
        _put_back(mine, attempts=attempts, next_at=next_at, smtp_code=code)


def _doubt(mine: ColumnElement[bool], unknowns: int, message_id: str, policy: OnUnknown, now: datetime) -> None:
    """It may have been taken or not. Sent again at once the first time, then by the ladder; never without end."""
    unknowns += 1
    if policy is OnUnknown.PRESUME or unknowns > RESENDS:
        _finish(mine, DeliveryState.PRESUMED, unknowns=unknowns, sent_on=now.date())
    else:
        wait = ladder.wait(unknowns - 1, message_id) if unknowns > 1 else timedelta()
        _put_back(mine, unknowns=unknowns, next_at=now + wait)


def _put_back(which: ColumnElement[bool], **values: Any) -> None:
    """Into the queue; whose copy of the address was erased meanwhile, can't be tried again."""
    _finish(and_(which, Delivery.to_sealed.is_(None)), DeliveryState.CANCELLED)
    _execute(update(Delivery).where(which).values(state=DeliveryState.QUEUED, owner=None, **values))


def _finish(which: ColumnElement[bool], state: DeliveryState, **values: Any) -> int:
    """A final state: the copy of the address is erased, and no time finer than a day stays."""
    erased = {"owner": None, "next_at": None, "to_sealed": None}
    return _execute(update(Delivery).where(which).values(state=state, **erased, **values)).rowcount


def _execute(statement: UpdateBase) -> CursorResult[Any]:
    """Straight to the database: no rows of this table are loaded while a worker moves them."""
    return db.session.connection().execute(statement)
