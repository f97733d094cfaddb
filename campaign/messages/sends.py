"""Sendings that organizers have in hand: held for a moment and taken back, paused, let go on, stopped.

What is on the wire can't be called back: after a pause or a stop, at most as many letters still go as there are
connections to the mail server.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campaign import tokens
from campaign.actions.models import Action
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.messages.planning import subject_of
from campaign.outbox import posting
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion, OccasionState, OnUnknown, Priority
from campaign.outbox.posting import LASTS

HOLD = timedelta(minutes=2)  # between the button and the first letter: for whoever sees the mistake a moment later
PRIORITIES = {Kind.NOTICE: Priority.NOTICE, Kind.BROADCAST: Priority.REMINDER}


def hold(
    action: Action, kind: Kind, letter: str, facts: Mapping[str, Any], form_token: str, now: datetime
) -> tuple[Occasion, bool]:
    """Owe a letter to an audience once the moment to take it back is over. Returns it, and whether it is a new one.

    form_token: the form's own: the same again, as of a double click, is the same letter. "" if there was none.
    """
    key = f"{action.id}:{tokens.digest(form_token).hex()[:40]}" if form_token else tokens.new()
    due = now + HOLD
    expires = min(due + LASTS, action.ends_at) if due < action.ends_at else due + LASTS
    made = db.session.scalar(
        insert(Occasion)
        .values(
            kind=kind.value,
            letter=letter,
            subject=subject_of(action),
            schedule_rev=action.schedule_rev,
            dedup_key=key,
            due_at=due,
            expires_at=expires,
            state=OccasionState.PLANNED,
            priority=int(PRIORITIES[kind]),
            on_unknown=OnUnknown.RESEND if kind is Kind.NOTICE else OnUnknown.PRESUME,
            facts=dict(facts),
        )
        .on_conflict_do_nothing(index_elements=["dedup_key"])
        .returning(Occasion.id)
    )
    occasion = db.session.scalars(select(Occasion).where(Occasion.dedup_key == key)).one()
    return occasion, made is not None


def find(action: Action, number: int) -> Occasion:
    """One of an action's, that goes to an audience. Raises Missing."""
    occasion = db.session.get(Occasion, number) if number < 2**31 else None
    if occasion is None or occasion.subject != subject_of(action) or occasion.due_at is None:
        raise Missing
    return occasion


def undo(occasion: Occasion) -> None:
    """Take back what is still held: nobody gets it. Raises Conflict when it has begun to go out."""
    if not _become(occasion, {OccasionState.PLANNED}, OccasionState.CANCELLED):
        raise Conflict(_l("It is going out already, so it can’t be taken back. You can still stop the rest."))


def pause(occasion: Occasion) -> None:
    """Raises Conflict when nothing of it is going out."""
    if not _become(occasion, {OccasionState.EXPANDED}, OccasionState.PAUSED):
        raise Conflict(_l("Nothing of it is going out at present."))
    _set_aside(Delivery.occasion_id == occasion.id)


def resume(occasion: Occasion, now: datetime) -> None:
    """Raises Conflict when it isn't paused."""
    if not _become(occasion, {OccasionState.PAUSED}, OccasionState.EXPANDED):
        raise Conflict(_l("It isn’t paused."))
    mine = (Delivery.occasion_id == occasion.id) & (Delivery.state == DeliveryState.PAUSED)
    db.session.execute(
        update(Delivery).where(mine).values(state=DeliveryState.QUEUED, next_at=now),
        execution_options={"synchronize_session": False},
    )


def stop(occasion: Occasion) -> int:
    """No more of it goes out, for good. Returns to how many it would have gone. Raises Conflict before it has begun."""
    begun = {OccasionState.EXPANDED, OccasionState.PAUSED}
    if not _become(occasion, begun, OccasionState.EXPANDED):
        raise Conflict(_l("It hasn’t begun to go out."))
    return posting.stop(occasion.id)


def are_paused() -> bool:
    """Whether there is anything for `keep_paused` to do."""
    return db.session.scalar(_paused().limit(1)) is not None


def keep_paused(now: datetime) -> None:
    """What came back from the mail server while its sending was paused waits with the rest; nothing waits too long."""
    _set_aside(Delivery.occasion_id.in_(_paused()))
    late = (Delivery.state == DeliveryState.PAUSED) & (Delivery.expires_at <= now)
    db.session.execute(
        update(Delivery).where(late).values(state=DeliveryState.EXPIRED, to_sealed=None),
        execution_options={"synchronize_session": False},
    )


def _paused() -> Any:
    return select(Occasion.id).where(Occasion.state == OccasionState.PAUSED)


def _set_aside(which: Any) -> None:
    waits = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.LEASED))
    db.session.execute(
        update(Delivery).where(which, waits).values(state=DeliveryState.PAUSED, owner=None, next_at=None),
        execution_options={"synchronize_session": False},
    )


def _become(occasion: Occasion, before: set[OccasionState], after: OccasionState) -> bool:
    """Guarded: a worker may take it up, or another organizer may press the same button, at this moment."""
    done = db.session.scalar(
        update(Occasion)
        .where(Occasion.id == occasion.id, Occasion.state.in_(before))
        .values(state=after)
        .returning(Occasion.id)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(occasion, ["state"])
    return done is not None
