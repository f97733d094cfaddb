"""What the owner of a private link does with their RSVP: confirm, change, cancel, forget. And an action's places."""

from datetime import datetime

from sqlalchemy import delete, literal, or_, select, update

from campaign import timezones, tokens
from campaign.actions.models import Action, Status
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.outbox import posting
from campaign.outbox.models import Kind
from campaign.rsvps import letters
from campaign.rsvps.models import CANCELLED_ALREADY, Answer, Rsvp, State, UnsubscribeLink


def find(token: str, *, to_change: bool = False) -> Rsvp:
    """The RSVP of a private link. Raises Missing, alike for a malformed, foreign, expired or forgotten token.

    to_change: lock the row until the transaction ends.
    """
    query = select(Rsvp).where(Rsvp.manage_digest == tokens.digest(token))
    rsvp = db.session.scalar(query.with_for_update() if to_change else query) if tokens.is_well_formed(token) else None
    if rsvp is None:
        raise Missing
    return rsvp


def confirm(rsvp: Rsvp, now: datetime) -> None:
    """Its owner has the address and will come: it counts from here on. Twice is once. Raises Conflict."""
    if rsvp.state in (State.CONFIRMED, State.UNVERIFIED):
        return
    _refuse_if_past(rsvp.action, now)
    rsvp.confirm()
    rsvp.answered_rev = rsvp.action.schedule_rev
    reserve(rsvp.action, rsvp.places)


def change(rsvp: Rsvp, answer: Answer, party_size: int, reminders: bool, now: datetime) -> None:
    """Raises Conflict: over, cancelled, or not as many places left."""
    _refuse_if_past(rsvp.action, now)
    if rsvp.state is State.CANCELLED:
        raise Conflict(CANCELLED_ALREADY)
    before = rsvp.places
    rsvp.answer, rsvp.party_size = answer, party_size
    rsvp.answered_rev = rsvp.action.schedule_rev
    rsvp.reminders = reminders and rsvp.has_address
    if rsvp.reminders:
        rsvp.unsubscribed = False  # asked for by who holds the private link
    reserve(rsvp.action, rsvp.places - before)
    if not rsvp.reminders or answer is Answer.NO:
        posting.withdraw(rsvp.id, posting.REMINDING)


def say_again(rsvp: Rsvp, coming: bool, now: datetime) -> None:
    """Asked whether they still come, they say so: yes, with as many as before, or no. Raises Conflict."""
    if rsvp.state is State.PENDING:
        raise Conflict(_l("Confirm your RSVP first."))
    change(rsvp, Answer.YES if coming else Answer.NO, rsvp.party_size, rsvp.reminders, now)
    rsvp.said_again_on = timezones.wall(now, rsvp.action.zone).date()


def cancel(rsvp: Rsvp, now: datetime) -> None:
    """Erases what names the person, at once; the link and an anonymous count stay. Twice is once."""
    if rsvp.state is State.CANCELLED:
        return
    was_confirmed, box, before = rsvp.state is State.CONFIRMED, rsvp.box, rsvp.places
    posting.withdraw(rsvp.id)
    rsvp.cancel()
    reserve(rsvp.action, -before)
    if was_confirmed and box is not None and not rsvp.unsubscribed:
        letters.write("rsvps/farewell", Kind.FAREWELL, rsvp, box, now)  # its copy is the last one of the address


def forget(rsvp: Rsvp) -> None:
    """Row, link and count are gone."""
    posting.withdraw(rsvp.id)
    reserve(rsvp.action, -rsvp.places)
    db.session.execute(delete(UnsubscribeLink).where(UnsubscribeLink.rsvp_id == rsvp.id))
    db.session.delete(rsvp)
    db.session.flush()


def unsubscribe(link: UnsubscribeLink) -> None:
    """No more mail about this action, word of changes included. Twice is once; the RSVP itself stays."""
    rsvp = db.session.get(Rsvp, link.rsvp_id, with_for_update=True)
    if rsvp is not None:
        rsvp.unsubscribed, rsvp.reminders = True, False
    posting.withdraw(link.rsvp_id, posting.TO_ALL)


def is_confirmed(rsvp_id: str) -> bool:
    """Whether the owner of the address has said that the answer is theirs."""
    return db.session.scalar(select(Rsvp.state).where(Rsvp.id == rsvp_id)) is State.CONFIRMED


def find_unsubscribe(token: str) -> UnsubscribeLink:
    """Raises Missing."""
    link = db.session.get(UnsubscribeLink, tokens.digest(token)) if tokens.is_well_formed(token) else None
    if link is None:
        raise Missing
    return link


def reserve(action: Action, places: int) -> None:
    """Take places, or give some back (negative), in one guarded UPDATE. Raises Conflict if so many aren't left."""
    if places == 0:
        return
    db.session.flush()
    there_are = or_(Action.capacity.is_(None), Action.seats_taken + places <= Action.capacity, literal(places < 0))
    taken = db.session.scalar(
        update(Action)
        .where(Action.id == action.id, there_are)
        .values(seats_taken=Action.seats_taken + places)
        .returning(Action.seats_taken)
        .execution_options(synchronize_session=False, unseen=action.capacity is None)
    )
    if taken is None:
        raise full(action)
    db.session.expire(action, ["seats_taken"])


def full(action: Action) -> Conflict:
    """Words for there not being enough places."""
    left = places_left(action)
    if left:
        return Conflict(
            _l("There are fewer places left than you ask for: %(left)s. Come with fewer people."), left=left
        )
    return Conflict(_l("All places are taken. A place comes back when somebody cancels: look again in a day or two."))


def places_left(action: Action) -> int | None:
    """None: no limit."""
    return None if action.capacity is None else max(action.capacity - action.seats_taken, 0)


def _refuse_if_past(action: Action, now: datetime) -> None:
    if action.is_over(now):
        raise Conflict(_l("This action is over, so an answer can’t be changed any more. You can still be forgotten."))
    if action.status is Status.CANCELLED:
        raise Conflict(_l("This action was cancelled, so there is nothing to come to. You can still be forgotten."))
