"""Deliveries that go back into the queue, or come to an end there: what isn't sent, and what a dead worker left."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, CursorResult, UpdateBase, and_, or_, select, update

from campaign.extensions import db
from campaign.outbox import ladder
from campaign.outbox.claiming import ERASED, IN_HAND, LEASED, QUEUED, SENDING, Result, Started
from campaign.outbox.faults import Outcome
from campaign.outbox.journal import Mark, Marks
from campaign.outbox.models import Delivery, DeliveryState, Occasion, OnUnknown

RESENDS = 3  # after that many silences a letter that is to be sent again isn't any more

_NEVER_TRIED = and_(Delivery.attempts == 0, Delivery.unknowns == 0)


def release(connection: Connection, owner: str) -> None:
    """What was claimed and not started goes back, as it was."""
    _put_back(connection, and_(Delivery.owner == owner, IN_HAND, LEASED))


def expire(now: datetime) -> int:
    """What has waited until it was of no more use. Returns how many."""
    return _finish(db.session.connection(), and_(QUEUED, Delivery.expires_at <= now), DeliveryState.EXPIRED)


def mend_times(now: datetime) -> None:
    """After a clock was ahead and was put right: what was to wait until then doesn't.

    A first try never waits, and nothing waits longer than the ladder's longest step.
    """
    late = or_(and_(_NEVER_TRIED, Delivery.next_at > now), Delivery.next_at > now + ladder.LONGEST)
    if db.session.scalar(select(Delivery.id).where(QUEUED, late).limit(1)) is not None:
        _execute(db.session.connection(), update(Delivery).where(QUEUED, late).values(next_at=now))


def owners() -> list[str]:
    """Who has something in hand, as far as the rows tell."""
    return [owner or "" for owner in db.session.scalars(select(Delivery.owner).where(IN_HAND).distinct())]


def recover(owner: str, now: datetime, marks: Marks | None) -> int:
    """Take over what a dead worker had in hand. Returns of how many letters nobody knows whether they arrived.

    marks: its journal. Without one, whatever it had started may have arrived.
    """
    connection = db.session.connection()
    theirs = Delivery.owner == owner if owner else Delivery.owner.is_(None)
    _put_back(connection, and_(theirs, IN_HAND, LEASED))
    sending = and_(theirs, IN_HAND, SENDING)
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
    mine = and_(Delivery.id == delivery.id, SENDING, Delivery.owner == owner)
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
    return _execute(connection, update(Delivery).where(which).values(state=state, **ERASED, **values)).rowcount


def _execute(connection: Connection, statement: UpdateBase) -> CursorResult[Any]:
    """Straight to the database: no rows of this table are loaded while a worker moves them."""
    return connection.execute(statement)
