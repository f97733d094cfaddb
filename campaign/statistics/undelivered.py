"""Mail that didn't arrive: how much, never whose."""

from collections.abc import Sequence

from sqlalchemy import func, select

from campaign.actions.models import Action
from campaign.extensions import db
from campaign.messages.planning import subject_of
from campaign.outbox.models import Delivery, DeliveryState, Occasion


def failed(actions: Sequence[Action]) -> dict[int, int]:
    """Letters that a mail server refused for good, by the ids of those actions that have any."""
    subjects = {subject_of(action): action.id for action in actions}
    rows = db.session.execute(
        select(Occasion.subject, func.count())
        .join(Delivery, Delivery.occasion_id == Occasion.id)
        .where(Occasion.subject.in_(subjects), Delivery.state == DeliveryState.FAILED)
        .group_by(Occasion.subject)
    )
    return {subjects[subject]: count for subject, count in rows}
