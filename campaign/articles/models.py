"""Articles with their photos, figures, sources and links to actions."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.actions.models import Action
from campaign.campaigns.models import Campaign
from campaign.columns import Amount, Texts
from campaign.extensions import Record, _l, choice_of


class Category(Record):
    """ "News Updates" and the like; a campaign's own."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("campaign_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    slug: Mapped[str] = mapped_column(String(80))
    name: Mapped[Texts]


class Photo(Record):
    """A picture in three widths, WebP, with a JPEG of 800 pixels for old browsers."""

    __tablename__ = "photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    file: Mapped[str] = mapped_column(String(120))  # below static/, without width and ending: "img/gates"
    width: Mapped[int] = mapped_column(default=800)  # pixels of the JPEG
    height: Mapped[int] = mapped_column(default=450)
    alt: Mapped[Texts]  # empty: decorative
    caption: Mapped[Texts] = mapped_column(default=Texts)
    credit: Mapped[Texts] = mapped_column(default=Texts)
    cover: Mapped[bool] = mapped_column(default=False)  # stands on the campaign's front page


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Article(Record):
    """Why an action is needed: text with figures and sources."""

    __tablename__ = "articles"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[Texts]
    summary: Mapped[Texts]
    author: Mapped[Texts]
    body: Mapped[Texts]  # Markdown; [^1] cites source 1, [[figures:1]] and [[action:slug]] stand alone on a line
    published_on: Mapped[date]
    status: Mapped[ArticleStatus] = mapped_column(choice_of(ArticleStatus), default=ArticleStatus.DRAFT)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    campaign: Mapped[Campaign] = relationship()
    category: Mapped[Category | None] = relationship()
    photo: Mapped[Photo | None] = relationship()
    sources: Mapped[list["Source"]] = relationship(order_by="Source.number", cascade="all, delete-orphan")
    figures: Mapped[list["FiguresTable"]] = relationship(order_by="FiguresTable.number", cascade="all, delete-orphan")
    links: Mapped[list["ArticleLink"]] = relationship(cascade="all, delete-orphan", back_populates="article")

    @property
    def language(self) -> str:
        """What a missing translation falls back to."""
        return self.campaign.language


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
