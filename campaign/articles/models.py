"""Articles with their figures, sources, corrections and links to actions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.actions.models import Action
from campaign.campaigns.models import Campaign
from campaign.columns import Amount, Texts
from campaign.extensions import Record, _l, choice_of
from campaign.photos.models import Photo


class Category(Record):
    """ "News Updates" and the like; a campaign's own."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("campaign_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[Texts]

    campaign: Mapped[Campaign] = relationship()


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Article(Record):
    """Why an action is needed: text with figures and sources."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id", ondelete="SET NULL"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[Texts]
    summary: Mapped[Texts]
    author: Mapped[Texts]
    body: Mapped[Texts]  # Markdown; [^1] cites source 1, [[figures:1]] and [[action:slug]] stand alone on a line
    published_on: Mapped[date]
    status: Mapped[ArticleStatus] = mapped_column(choice_of(ArticleStatus), default=ArticleStatus.DRAFT)
    reply_days: Mapped[int | None]  # for how long it takes replies; none: always
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    campaign: Mapped[Campaign] = relationship()
    category: Mapped[Category | None] = relationship()
    photo: Mapped[Photo | None] = relationship()
    sources: Mapped[list["Source"]] = relationship(order_by="Source.number", cascade="all, delete-orphan")
    figures: Mapped[list["FiguresTable"]] = relationship(order_by="FiguresTable.number", cascade="all, delete-orphan")
    links: Mapped[list["ArticleLink"]] = relationship(cascade="all, delete-orphan", back_populates="article")
    corrections: Mapped[list["Correction"]] = relationship(order_by="Correction.id", cascade="all, delete-orphan")

    @property
    def language(self) -> str:
        """What a missing translation falls back to."""
        return self.campaign.language

    @property
    def updated_on(self) -> date | None:
        """When it was last corrected; none if it never was."""
        return self.corrections[-1].corrected_on if self.corrections else None

    def is_public(self) -> bool:
        return self.status is ArticleStatus.PUBLISHED

    def takes_replies(self, today: date) -> bool:
        """today: in the campaign's zone."""
        return self.is_public() and (self.closes_on is None or today < self.closes_on)

    @property
    def closes_on(self) -> date | None:
        """The first day on which it takes no replies any more."""
        return None if self.reply_days is None else self.published_on + timedelta(days=self.reply_days)

    def touch(self, now: datetime) -> None:
        """Something that its page or the feed shows has changed. Never goes back, whatever the clock does."""
        self.changed_at = max(now.replace(microsecond=0), self.changed_at)


class Correction(Record):
    """What was wrong in a published article, and since when it isn't any more. Readers see all of them."""

    __tablename__ = "corrections"

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    corrected_on: Mapped[date]
    text: Mapped[Texts]


class Source(Record):
    """A numbered source, cited in the text."""

    __tablename__ = "sources"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[Texts]
    address: Mapped[str] = mapped_column(String(500), default="")  # https; empty: not online


class FiguresTable(Record):
    """A short table of numbers, shown as a bar chart."""

    __tablename__ = "figures_tables"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[Texts]
    finding: Mapped[Texts]  # what it shows, in one sentence
    label_heading: Mapped[Texts]  # "Year"
    value_heading: Mapped[Texts]  # "Value"
    currency: Mapped[str] = mapped_column(String(3), default="")  # ISO 4217; empty: plain numbers
    source: Mapped[Texts]
    source_number: Mapped[int | None]
    with_total: Mapped[bool] = mapped_column(default=True)

    rows: Mapped[list["FiguresRow"]] = relationship(order_by="FiguresRow.position", cascade="all, delete-orphan")

    @property
    def total(self) -> Decimal:
        return sum((row.value for row in self.rows), Decimal())

    @property
    def largest(self) -> Decimal:
        return max((row.value for row in self.rows), default=Decimal())


class FiguresRow(Record):
    """One bar."""

    __tablename__ = "figures_rows"

    table_id: Mapped[int] = mapped_column(ForeignKey("figures_tables.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(80))
    value: Mapped[Decimal] = mapped_column(Amount)


class LinkKind(StrEnum):
    WHY = "why"
    WHAT_HAPPENED = "what_happened"
    UPDATE = "update"


LINK_WORDS = {
    LinkKind.WHY: _l("Why"),
    LinkKind.WHAT_HAPPENED: _l("What happened"),
    LinkKind.UPDATE: _l("Update"),
}


class ArticleLink(Record):
    """An article and an action know each other; both pages show it."""

    __tablename__ = "article_links"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True, index=True)
    kind: Mapped[LinkKind] = mapped_column(choice_of(LinkKind), default=LinkKind.WHY)

    article: Mapped[Article] = relationship(back_populates="links")
    action: Mapped[Action] = relationship()
