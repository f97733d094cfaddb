"""Who is in a team, and who is asked to be."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from campaign.accounts.membership import Membership
from campaign.accounts.models import Invitation, Organizer, Team
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


def waiting(team: Team, now: datetime) -> Sequence[Invitation]:
    """Invitations that can still be accepted, by address."""
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.team_id == team.id, Invitation.expires_at > now)
        .order_by(Invitation.email, Invitation.digest)
    ).all()
