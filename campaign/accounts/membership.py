"""Who may do what in a team: one table."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer, Team
from campaign.extensions import Record, _l, choice_of


class Level(StrEnum):
    OWNER = "owner"
    ORGANIZER = "organizer"
    MODERATOR = "moderator"


LEVEL_WORDS = {
    Level.OWNER: _l("owner"),
    Level.ORGANIZER: _l("organizer"),
    Level.MODERATOR: _l("moderator"),
}


class Permission(StrEnum):
    VIEW = "view"  # pages, counts, message timelines
    EDIT = "edit"  # drafts and published texts
    PUBLISH = "publish"  # publish, postpone, move
    CANCEL = "cancel"
    MODERATE = "moderate"  # replies
    MANAGE_TEAM = "manage_team"  # addresses, memberships


ALLOWED: dict[Level, frozenset[Permission]] = {
    Level.OWNER: frozenset(Permission),
    Level.ORGANIZER: frozenset(Permission) - {Permission.MANAGE_TEAM},
    Level.MODERATOR: frozenset({Permission.VIEW, Permission.MODERATE}),
}


class Membership(Record):
    """An organizer's place in a team."""

    __tablename__ = "memberships"

    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    level: Mapped[Level] = mapped_column(choice_of(Level))
    since_at: Mapped[datetime]

    organizer: Mapped[Organizer] = relationship()
    team: Mapped[Team] = relationship()

    def may(self, permission: Permission) -> bool:
        return permission in ALLOWED[self.level]
