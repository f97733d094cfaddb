"""Writing an article: begin, revise, publish, take back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from campaign.articles.models import Article, ArticleStatus, Category, Correction, Source
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.photos.models import Photo

REPLY_DAYS = 90  # for how long a new article takes replies, unless its organizers say otherwise


@dataclass(frozen=True)
class Cited:
    """A source as typed. number: its own, which the text cites."""

    number: int
    text: str
    address: str = ""


@dataclass(frozen=True)
class Content:
    """What an article says, in its campaign's language.

    published_on: none leaves the date as it is. correction: what was wrong, if readers shall know.
    """

    title: str
    summary: str = ""
    author: str = ""
    body: str = ""
    slug: str = ""
    category: Category | None = None
    photo: Photo | None = None
    sources: Sequence[Cited] = ()
    reply_days: int | None = None
    published_on: date | None = None
    correction: str = ""


def begin(campaign: Campaign, title: str, author: str, today: date, now: datetime) -> Article:
    """A draft, which the public doesn't see. today: in the campaign's zone."""
    now = now.replace(microsecond=0)
    language = campaign.language
    article = Article(
        campaign=campaign,
        slug=slugs.unused("article", Article.slug, title),
        title=Texts({language: title}),
        summary=Texts(),
        author=Texts({language: author}),
        body=Texts(),
        published_on=today,
        reply_days=REPLY_DAYS,
        created_at=now,
        changed_at=now,
    )
    db.session.add(article)
    db.session.flush()
    return article


def revise(article: Article, content: Content, today: date, now: datetime) -> None:
    """today: in the campaign's zone; the date of a correction."""
    language = article.language
    for name in ("title", "summary", "author", "body"):
        setattr(article, name, getattr(article, name).having(language, getattr(content, name)))
    article.category, article.photo, article.reply_days = content.category, content.photo, content.reply_days
    article.published_on = content.published_on or article.published_on
    _write_sources(article, content.sources)
    if content.slug:
        slugs.change("article", article, content.slug, was_public=article.is_public())
    if content.correction and article.is_public():
        article.corrections.append(Correction(corrected_on=today, text=Texts({language: content.correction})))
    article.touch(now)
    db.session.flush()


def publish(article: Article, day: date, now: datetime) -> None:
    """day: the date that it carries. Raises Conflict when something that it needs isn't there."""
    if article.is_public():
        raise Conflict(_l("It is published already."))
    if not article.campaign.team.can_publish:
        raise Conflict(_l("The team needs a reply address and a postal address before it publishes anything."))
    if not is_written(article):
        raise Conflict(_l("It has no text yet. Write it first."))
    article.status, article.published_on = ArticleStatus.PUBLISHED, day
    article.touch(now)
    db.session.flush()


def unpublish(article: Article, now: datetime) -> None:
    """Back to a draft: its page is gone until it is published again. Raises Conflict."""
    if not article.is_public():
        raise Conflict(_l("It is a draft already."))
    article.status = ArticleStatus.DRAFT
    slugs.remember("article", article)
    article.touch(now)
    db.session.flush()


def is_written(article: Article) -> bool:
    return bool(article.title.get(article.language) and article.body.get(article.language))


def categories(campaign: Campaign) -> Sequence[Category]:
    """The campaign's own, by name."""
    found = db.session.scalars(select(Category).where(Category.campaign_id == campaign.id)).all()
    return sorted(found, key=lambda category: category.name.best(campaign.language, campaign.language)[0].lower())


def category(campaign: Campaign, name: str) -> Category:
    """The one with this name, made if there is none."""
    slug, number = slugs.made_of(name, "category"), 1
    known = {one.slug: one for one in categories(campaign)}
    for one in known.values():
        if name.lower() in {text.lower() for text in one.name.values()}:
            return one
    wanted = slug
    while wanted in known:
        number += 1
        wanted = f"{slug[:76]}-{number}"
    made = Category(campaign_id=campaign.id, slug=wanted, name=Texts({campaign.language: name}))
    db.session.add(made)
    db.session.flush()
    return made


def _write_sources(article: Article, typed: Sequence[Cited]) -> None:
    """Each keeps its number, which the text cites: taking one away leaves a gap."""
    known = {source.number: source for source in article.sources}
    kept = []
    for cited in typed:
        source = known.pop(cited.number, None) or Source(number=cited.number, text=Texts())
        source.text, source.address = source.text.having(article.language, cited.text), cited.address
        kept.append(source)
    article.sources = sorted(kept, key=lambda source: source.number)
