"""How many come, and have said so again. The public is told in steps, so that nobody can be seen to join or leave."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update

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


@dataclass(frozen=True)
class Again:
    """Of those who come or may come: who has spoken to the action's present date, and who only to an earlier one."""

    known: int = 0
    silent: int = 0
    still: int = 0  # asked shortly before, they said once more that they come


def said_again(action: Action) -> Again:
    """Nobody is dropped for being silent."""
    is_known = case((Rsvp.answered_rev >= action.schedule_rev, 1), else_=0)
    still = case((Rsvp.said_again_on.is_not(None) & (Rsvp.answer == Answer.YES), 1), else_=0)
    rows = db.session.execute(
        select(is_known, func.count(), func.sum(still))
        .where(Rsvp.action_id == action.id, Rsvp.state.in_(COUNTED), Rsvp.answer != Answer.NO)
        .group_by(is_known)
    )
    found = {bool(known): (number, again) for known, number, again in rows}
    (known, still_known), (silent, still_silent) = found.get(True, (0, 0)), found.get(False, (0, 0))
    return Again(known, silent, still_known + still_silent)


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
