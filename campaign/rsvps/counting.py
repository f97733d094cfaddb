"""How many come. The public is told in steps, so that nobody can be seen to join or leave."""

from datetime import datetime

from sqlalchemy import func, select, update

from campaign.actions.models import Action, Status
from campaign.extensions import db
from campaign.rsvps.models import COUNTED, Answer, Rsvp

STEPS = (10, 20, 50)  # and ten, a hundred … times these


def step(people: int) -> int:
    """The largest step that there are more people than: 214 gives 200. Fewer than ten give 0.

    Ten give 10, as eleven do: the only step that may be met exactly, so it is to be called "10 or more".
    """
    if people < STEPS[0]:
        return 0
    reached, power = STEPS[0], 1
    while True:
        for base in STEPS:
            if people <= base * power:
                return reached
            reached = base * power
        power *= 10


def refresh_public_counts(now: datetime) -> None:
    """Hourly: what the pages of coming actions show. People who said yes, verified or not."""
    coming = (
        select(func.coalesce(func.sum(Rsvp.party_size), 0))
        .where(Rsvp.action_id == Action.id, Rsvp.answer == Answer.YES, Rsvp.state.in_(COUNTED))
        .scalar_subquery()
    )
    db.session.execute(
        update(Action)
        .where(Action.status != Status.DRAFT, Action.ends_at > now, Action.public_count != coming)
        .values(public_count=coming)
        .execution_options(synchronize_session=False)
    )
