"""An answer comes in through an action's page. Whoever it is from, nothing here looks for them."""

from datetime import datetime

from campaign import timezones, tokens
from campaign.actions.models import Action, Status
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.rsvps import booking
from campaign.rsvps.forms import Asked
from campaign.rsvps.models import Answer, Rsvp, State
from campaign.rsvps.opening import Entered
from campaign.sealing import Sealer


def refuse_unless_open(action: Action, now: datetime) -> None:
    """Raises Conflict, with the reason, when the action takes no RSVPs."""
    if action.is_over(now):
        raise Conflict(_l("This action is over. RSVPs are closed."))
    if action.status is Status.CANCELLED:
        raise Conflict(_l("This action was cancelled. RSVPs are closed."))
    if action.status is Status.POSTPONED:
        raise Conflict(_l("This action is postponed. RSVPs open again when there is a new date."))
    if not action.takes_rsvps(now):
        raise Conflict(_l("RSVPs are closed."))


def receive(action: Action, asked: Asked, sealer: Sealer, lang: str, now: datetime) -> str | None:
    """Keeps an answer. Returns the token of its private link if that is to be shown now, once: without an address.

    With an address the answer is sealed and waits for the worker, whether the address is new here or not: this process
    can't tell, so neither can anyone who watches it. Raises Conflict if all places are taken.
    """
    rsvp = Rsvp(
        id=tokens.new(),
        action=action,
        answer=asked.answer,
        party_size=asked.party_size,
        language=lang,
        answered_on=timezones.wall(now, action.zone).date(),
        answered_rev=action.schedule_rev,
    )
    if asked.email:
        _refuse_if_full(action, asked)
        entered = Entered(asked.email, asked.name, now.isoformat(timespec="microseconds"))
        rsvp.state, rsvp.reminders = State.SEALED, asked.reminders
        rsvp.box = entered.seal(sealer, action.id, rsvp.id)
        db.session.add(rsvp)
        db.session.flush()
        return None
    token = tokens.new()
    rsvp.state, rsvp.manage_digest = State.UNVERIFIED, tokens.digest(token)
    db.session.add(rsvp)
    booking.reserve(action, rsvp.places)
    db.session.flush()
    return token


def _refuse_if_full(action: Action, asked: Asked) -> None:
    """Takes no place: that is for the owner of the address, when they confirm."""
    left = booking.places_left(action)
    if left is not None and asked.answer is Answer.YES and asked.party_size > left:
        raise booking.full(action)
