"""Mail that didn't arrive, or may not have: how much, never whose."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from campaign.actions.models import Action
from campaign.extensions import db
from campaign.messages.planning import subject_of
from campaign.outbox.models import Delivery, DeliveryState, Occasion


def failed(actions: Sequence[Action]) -> dict[int, int]:
    """Letters that a mail server refused for good, by the ids of those actions that have any."""
    return _counted(actions, Delivery.state == DeliveryState.FAILED)


def doubtful(actions: Sequence[Action]) -> dict[int, int]:
    """The same for letters that a mail server took without saying so, and that aren't sent again."""
    return _counted(actions, Delivery.state == DeliveryState.PRESUMED)


def late(actions: Sequence[Action]) -> dict[int, int]:
    """The same for letters that were put off until they were of no use any more."""
    return _counted(actions, Delivery.state == DeliveryState.EXPIRED)


def _counted(actions: Sequence[Action], which: ColumnElement[bool]) -> dict[int, int]:
    subjects = {subject_of(action): action.id for action in actions}
    rows = db.session.execute(
        select(Occasion.subject, func.count())
        .join(Delivery, Delivery.occasion_id == Occasion.id)
        .where(Occasion.subject.in_(subjects), which)
        .group_by(Occasion.subject)
    )
    return {subjects[subject]: count for subject, count in rows}
