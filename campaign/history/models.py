"""What an action or an article said after each change, and what was sent when nobody was signed in any more."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.extensions import Record, _l, choice_of


class Deed(StrEnum):
    FOUND = "found"  # how it stood, when nobody had written down who made it so
    BEGUN = "begun"
    EDITED = "edited"
    TRANSLATED = "translated"
    RESTORED = "restored"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    POSTPONED = "postponed"
    MOVED = "moved"
    CANCELLED = "cancelled"


DEED_WORDS = {
    Deed.FOUND: _l("As it was found"),
    Deed.BEGUN: _l("Begun"),
    Deed.EDITED: _l("Edited"),
    Deed.TRANSLATED: _l("Translated"),
    Deed.RESTORED: _l("Restored"),
    Deed.PUBLISHED: _l("Published"),
    Deed.UNPUBLISHED: _l("Unpublished"),
    Deed.POSTPONED: _l("Postponed"),
    Deed.MOVED: _l("Moved"),
    Deed.CANCELLED: _l("Cancelled"),
}


class Revision(Record):
    """One entry of the history. It goes with what it is about."""

    __tablename__ = "revisions"
    __table_args__ = (CheckConstraint("(action_id IS NULL) <> (article_id IS NULL)", name="about_one_thing"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizers.id", ondelete="SET NULL"), index=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    deed: Mapped[Deed] = mapped_column(choice_of(Deed))
    reason: Mapped[str] = mapped_column(String(300), default="")  # of a postponement, a move, a cancellation
    restored_from_at: Mapped[datetime | None]  # when the version that was restored had been made
    content: Mapped[dict[str, Any]] = mapped_column(JSON)  # all that it said afterwards: `of_actions`, `of_articles`

    organizer: Mapped[Organizer | None] = relationship()


class UnsavedForm(Record):
    """What an organizer sent after their session had ended: shown to them again once they have signed in."""

    __tablename__ = "unsaved_forms"
    __table_args__ = (UniqueConstraint("organizer_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))  # of the page, which is where it was sent to
    fields: Mapped[list[Any]] = mapped_column(JSON)  # [name, value], in the order of the form
    sent_at: Mapped[datetime] = mapped_column(index=True)
