"""Forgetting, every night: contact data goes with its action's key on the day that the form promised. Counts stay."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from campaign import timezones
from campaign.actions.models import Action
from campaign.extensions import db
from campaign.outbox import posting
from campaign.rsvps.intake import UNSUBSCRIBING_FOR
from campaign.rsvps.models import ActionKey, Rsvp, State, UnsubscribeLink


def due(now: datetime) -> list[int]:
    """The actions whose day of erasure has come, in their own zones, and of which something is left to erase."""
    left = or_(
        select(ActionKey.action_id).where(ActionKey.action_id == Action.id).exists(),
        select(Rsvp.id).where(Rsvp.action_id == Action.id, _names_somebody()).exists(),
    )
    over = db.session.scalars(select(Action).where(Action.ends_at <= now, left).order_by(Action.id))
    return [action.id for action in over if action.erase_on <= timezones.wall(now, action.zone).date()]


def erase(action_id: int, now: datetime) -> int:
    """Everything that names or finds a person, of one action. Returns how many RSVPs it was part of.

    The action's key goes too: a copy of a box that lies elsewhere, in a page of the disk say, is noise then.
    """
    action = db.session.get_one(Action, action_id)
    posting.withdraw_about(f"action:{action_id}")
    posting.make_anonymous(f"action:{action_id}")
    of_it = Rsvp.action_id == action_id
    named = db.session.scalars(select(Rsvp.id).where(of_it, _names_somebody())).all()
    never_counted = Rsvp.state.in_((State.SEALED, State.PENDING))
    quietly = {"synchronize_session": False}
    db.session.execute(delete(Rsvp).where(of_it, never_counted), execution_options=quietly)
    nothing = {"box": None, "blind_index": None, "manage_digest": None, "letter_on": None}
    db.session.execute(update(Rsvp).where(of_it).values(nothing), execution_options=quietly)
    db.session.execute(delete(ActionKey).where(ActionKey.action_id == action_id), execution_options=quietly)
    until = timezones.wall(now, action.zone).date() + UNSUBSCRIBING_FOR
    links = update(UnsubscribeLink).where(UnsubscribeLink.action_id == action_id)
    db.session.execute(links.values(expires_on=until), execution_options=quietly)
    db.session.expire_all()
    return len(named)


def drop_old_links(today: date) -> int:
    """Unsubscribe links of purged actions, after their time. Returns how many."""
    purged = ~select(ActionKey.action_id).where(ActionKey.action_id == UnsubscribeLink.action_id).exists()
    dropped = db.session.execute(
        delete(UnsubscribeLink)
        .where(UnsubscribeLink.expires_on < today, purged)
        .returning(UnsubscribeLink.digest)
        .execution_options(synchronize_session=False)
    )
    return len(dropped.all())


def _names_somebody() -> ColumnElement[bool]:
    return or_(Rsvp.box.is_not(None), Rsvp.blind_index.is_not(None), Rsvp.manage_digest.is_not(None))
