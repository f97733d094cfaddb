"""Who is in a team."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from campaign.accounts.membership import Membership
from campaign.accounts.models import Organizer, Team
from campaign.extensions import db


def members(team: Team) -> Sequence[Membership]:
    """By name."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.organizer)
        .options(contains_eager(Membership.organizer))
        .where(Membership.team_id == team.id)
        .order_by(Organizer.name, Organizer.id)
    ).all()
