"""Replies to articles."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.articles.models import Article
from campaign.errors import Conflict
from campaign.extensions import Record, _l, choice_of


class Verdict(StrEnum):
    """What became of a reply."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    SPAM = "spam"


VERDICT_WORDS = {
    Verdict.WAITING: _l("To read"),
    Verdict.APPROVED: _l("Approved"),
    Verdict.REJECTED: _l("Rejected"),
    Verdict.SPAM: _l("Spam"),
}


class Reply(Record):
    """What a reader has written under an article, or an organizer in answer to it: one level deep, no deeper.

    A reader's name and text are for everyone to read once approved. No address is kept, and no hour.
    """

    __tablename__ = "replies"
    __table_args__ = (Index("ix_replies_article_id_verdict", "article_id", "verdict"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("replies.id", ondelete="CASCADE"), index=True)
    organizer_id: Mapped[int | None] = mapped_column(ForeignKey("organizers.id", ondelete="SET NULL"))
    of_team: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)  # plain, lines ended by \n
    language: Mapped[str] = mapped_column(String(2))  # of the page on which it was written
    links: Mapped[int] = mapped_column(default=0)  # how many its text has
    verdict: Mapped[Verdict] = mapped_column(choice_of(Verdict), default=Verdict.WAITING)
    sent_on: Mapped[date]
    decided_on: Mapped[date | None]
    delete_digest: Mapped[bytes | None] = mapped_column(unique=True)  # of the link by which its writer deletes it

    article: Mapped[Article] = relationship()
    organizer: Mapped[Organizer | None] = relationship()
    answers: Mapped[list["Reply"]] = relationship(order_by="Reply.id", cascade="all, delete-orphan")

    @property
    def initial(self) -> str:
        """What stands in place of a portrait."""
        return next((sign.upper() for sign in self.name if sign.isalnum()), "–")[:1]

    @property
    def paragraphs(self) -> list[list[str]]:
        """The text as paragraphs of lines."""
        return [part.split("\n") for part in self.text.split("\n\n") if part.strip()]

    def decide(self, verdict: Verdict, today: date) -> None:
        """Any verdict may be changed; a reply can't wait again. Raises Conflict."""
        if verdict is Verdict.WAITING:
            raise Conflict(_l("A reply that was read can’t be unread."))
        if self.verdict is not verdict:
            self.verdict, self.decided_on = verdict, today
