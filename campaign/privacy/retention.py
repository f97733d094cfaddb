"""For how long contact data is kept: what a campaign promises from now on, and whom it has promised something else."""

from datetime import datetime

from sqlalchemy import exists, select

from campaign.actions.models import Action
from campaign.campaigns.models import Campaign
from campaign.extensions import db
from campaign.rsvps.models import Rsvp


def adopt(campaign: Campaign, now: datetime) -> int:
    """Gives the campaign's days to its actions to come that nobody has answered yet; returns how many.

    Whoever has answered was told a date on the form, and consented to that.
    """
    answered = exists().where(Rsvp.action_id == Action.id)
    others = db.session.scalars(
        select(Action).where(
            Action.campaign_id == campaign.id,
            Action.ends_at > now,
            Action.retention_days != campaign.retention_days,
            ~answered,
        )
    ).all()
    for action in others:
        action.retention_days = campaign.retention_days
        action.touch(now)
    db.session.flush()
    return len(others)
