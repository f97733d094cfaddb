"""Organizers and their teams, on Flask-Security-Too."""

from datetime import datetime

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import JSON, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.extensions import Record


class Team(Record):
    """A group of organizers. Nothing is published without its reply and postal address: they stand in each mail."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    reply_address: Mapped[str] = mapped_column(String(254), default="")
    postal_address: Mapped[str] = mapped_column(String(300), default="")
    sender_name: Mapped[str] = mapped_column(String(80), default="")  # before the address in From; empty: the site's
    language: Mapped[str] = mapped_column(String(2), default="en")  # of invitations; proposed for new campaigns
    created_at: Mapped[datetime]

    @property
    def can_publish(self) -> bool:
        return bool(self.reply_address and self.postal_address)


grants_of_organizers = Table(
    "grants_of_organizers",
    Record.metadata,
    Column("organizer_id", ForeignKey("organizers.id", ondelete="CASCADE"), primary_key=True),
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), primary_key=True),
)


class Grant(Record, RoleMixin):
    """Flask-Security insists on such a table. We use none of it: see `membership.Permission`."""

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Organizer(Record, UserMixin):
    """Somebody who signs in."""

    __tablename__ = "organizers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80), default="")
    password: Mapped[str | None] = mapped_column(String(255))  # Argon2id
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(2), default="en")
    created_at: Mapped[datetime]

    roles: Mapped[list[RoleMixin]] = relationship("Grant", secondary=grants_of_organizers)


class SignedIn(Record):
    """One browser that is signed in. Signing out deletes the row, which ends the session on the server."""

    __tablename__ = "signed_in"

    digest: Mapped[bytes] = mapped_column(primary_key=True)  # SHA-256 of the token in the session cookie
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    used_at: Mapped[datetime]


class Invitation(Record):
    """A one-time link by which somebody becomes an organizer of a team."""

    __tablename__ = "invitations"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))  # none: a team of their own
    level: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2), default="en")
    facts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    expires_at: Mapped[datetime]
