"""Campaigns, and the slugs that things once had."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign import versions
from campaign.accounts.models import Team
from campaign.columns import LANGUAGES, Texts
from campaign.extensions import Record


class Campaign(Record):
    """A cause that actions and articles belong to, run by one team."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[Texts]  # who: "Ottawa Against the Arms Fair"
    claim: Mapped[Texts]  # what for, in three words: "No arms for repression"
    lede: Mapped[Texts]
    about: Mapped[Texts]
    language: Mapped[str] = mapped_column(String(2), default="en")  # what a missing translation falls back to
    zone: Mapped[str] = mapped_column(String(64))  # proposed for new actions
    city: Mapped[str] = mapped_column(String(80), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=lambda: list(LANGUAGES))  # that it publishes in
    retention_days: Mapped[int] = mapped_column(default=7)  # of new actions: `Action.retention_days`
    subject_names_action: Mapped[bool] = mapped_column(default=False)  # whether subjects of mail say what it is about
    accent: Mapped[str] = mapped_column(String(7), default="")  # "#12463f": see `look`; empty: the site's own colours
    sample: Mapped[bool] = mapped_column(default=False)  # demo content; the site says so
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]  # when anything that a feed or page of it shows last changed
    version: Mapped[int] = mapped_column(BigInteger, default=0)  # of its feed: grows each time

    team: Mapped[Team] = relationship()

    def touch(self, now: datetime) -> None:
        """Something that its pages or feeds show has changed. Never goes back, whatever the clock does."""
        self.changed_at = max(now.replace(microsecond=0), self.changed_at)
        self.version = versions.after(self.version, now)


class FormerSlug(Record):
    """A slug that a campaign, action or article had before; its address answers 301."""

    __tablename__ = "former_slugs"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)  # campaign, action, article
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    subject_id: Mapped[int]
