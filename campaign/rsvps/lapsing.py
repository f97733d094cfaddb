"""Answers that nobody stood up for: they lapse at the second nightly purge after their letter came to an end."""

from sqlalchemy import and_, delete, or_, select, update

from campaign.extensions import db
from campaign.outbox.models import OPEN, Delivery
from campaign.rsvps.models import Rsvp, State

PURGES = 2


def lapse() -> int:
    """One nightly purge passes. Returns how many lapsed.

    A letter that is still on its way keeps its RSVP: a mail server may be down for two days. One that could never be
    opened (its key is lost) goes the same way.
    """
    on_its_way = select(Delivery.id).where(Delivery.person_key == Rsvp.id, Delivery.state.in_(OPEN)).exists()
    idle = or_(Rsvp.state == State.SEALED, and_(Rsvp.state == State.PENDING, ~on_its_way))
    quietly = {"synchronize_session": False}
    db.session.execute(update(Rsvp).where(idle).values(purges_seen=Rsvp.purges_seen + 1), execution_options=quietly)
    lapsed = db.session.execute(
        delete(Rsvp).where(idle, Rsvp.purges_seen >= PURGES).returning(Rsvp.id), execution_options=quietly
    )
    return len(lapsed.all())
