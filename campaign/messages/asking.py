"""Who is still to be asked whether they come: after a move, and once the letter that asks has gone out."""

from datetime import datetime

from sqlalchemy import func, select

from campaign import timezones
from campaign.actions.models import Action, Status
from campaign.extensions import db
from campaign.messages import usual
from campaign.messages.planning import subject_of
from campaign.outbox.models import Occasion, OccasionState
from campaign.rsvps.models import COUNTED, Answer, Rsvp


def still_to_ask(rsvp: Rsvp) -> bool:
    """Whether its owner's page asks. They may have said so on the day of the letter before it came: asked once more."""
    if rsvp.speaks_of_an_old_date:
        return True
    if rsvp.state not in COUNTED or rsvp.answer is Answer.NO or rsvp.action.status is not Status.PUBLISHED:
        return False
    asked_at = _asked_at(rsvp.action)
    if asked_at is None:
        return False
    day = timezones.wall(asked_at, rsvp.action.zone).date()
    return rsvp.answered_on <= day and (rsvp.said_again_on is None or rsvp.said_again_on < day)


def _asked_at(action: Action) -> datetime | None:
    """When the letter that asks went out for the present date."""
    return db.session.scalar(
        select(func.max(Occasion.due_at)).where(
            Occasion.subject == subject_of(action),
            Occasion.letter == usual.STILL,
            Occasion.schedule_rev == action.schedule_rev,
            Occasion.state.in_((OccasionState.EXPANDED, OccasionState.PAUSED)),
        )
    )
