"""When the people of an action were written to, and when they will be: days and numbers, never to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from campaign import timezones
from campaign.actions.models import Action
from campaign.extensions import db
from campaign.messages import expansion
from campaign.messages.planning import subject_of
from campaign.outbox.models import Delivery, DeliveryState, Occasion, OccasionState
from campaign.rsvps.models import Rsvp

WENT_OUT = (DeliveryState.SENT, DeliveryState.PRESUMED)


@dataclass(frozen=True)
class Planned:
    """A message that is due. people: who would get it as things stand."""

    action: Action
    kind: str
    due_at: datetime
    people: int

    @property
    def local(self) -> datetime:
        return timezones.wall(self.due_at, self.action.zone)


def days(action: Action) -> set[date]:
    """On which a message went out to all who come, in the action's zone."""
    arrived = select(Delivery.id).where(Delivery.occasion_id == Occasion.id, Delivery.state.in_(WENT_OUT)).exists()
    dues = db.session.scalars(
        select(Occasion.due_at).where(
            Occasion.subject == subject_of(action),
            Occasion.state == OccasionState.EXPANDED,
            Occasion.due_at.is_not(None),
            arrived,
        )
    )
    return {timezones.wall(due, action.zone).date() for due in dues if due is not None}


def planned(actions: Sequence[Action], most: int) -> list[Planned]:
    """The next `most` messages about any of these, in the order of time."""
    by_subject = {subject_of(action): action for action in actions}
    rows = db.session.execute(
        select(Occasion.subject, Occasion.kind, Occasion.due_at)
        .where(
            Occasion.subject.in_(by_subject),
            Occasion.state == OccasionState.PLANNED,
            Occasion.due_at.is_not(None),
        )
        .order_by(Occasion.due_at, Occasion.id)
        .limit(most)
    )
    return [
        Planned(by_subject[subject], kind, due, _people(by_subject[subject], kind))
        for subject, kind, due in rows
        if due is not None
    ]


def _people(action: Action, kind: str) -> int:
    return db.session.scalar(select(func.count(Rsvp.id)).where(expansion.audience(action.id, kind))) or 0
