"""Which articles are shown to the public, and which of their ties to actions."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from campaign.actions.models import Action, Status
from campaign.articles.models import Article, ArticleLink, ArticleStatus, Category, FiguresTable
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.errors import Missing
from campaign.extensions import db
from campaign.photos.models import Photo


def by_slug(slug: str) -> Article:
    """The published article, with all that its page shows. Raises Missing."""
    article = db.session.scalar(
        select(Article)
        .where(Article.slug == slug, Article.status == ArticleStatus.PUBLISHED)
        .options(
            joinedload(Article.campaign),
            joinedload(Article.category),
            joinedload(Article.photo),
            selectinload(Article.sources),
            selectinload(Article.corrections),
            selectinload(Article.figures).selectinload(FiguresTable.rows),
        )
    )
    if article is None:
        raise Missing
    return article


def renamed(slug: str) -> str | None:
    """The slug that an article which once had this one has now."""
    return db.session.scalar(
        select(Article.slug)
        .join(FormerSlug, (FormerSlug.subject_id == Article.id) & (FormerSlug.kind == "article"))
        .where(FormerSlug.slug == slug, Article.status == ArticleStatus.PUBLISHED)
    )


def listed(
    campaign: Campaign | None = None,
    most: int | None = None,
    *,
    category: str | None = None,
    month: date | None = None,
) -> Sequence[Article]:
    """The newest first.

    category: a slug; only what is filed under it. month: its first day.
    """
    query = (
        _listed()
        .options(joinedload(Article.campaign), joinedload(Article.category))
        .order_by(Article.published_on.desc(), Article.id.desc())
        .limit(most)
    )
    if campaign is not None:
        query = query.where(Article.campaign_id == campaign.id)
    if category is not None:
        query = query.join(Article.category).where(Category.slug == category)
    if month is not None:
        query = query.where(Article.published_on >= month, Article.published_on < _next(month))
    return db.session.scalars(query).all()


def categories() -> Sequence[Category]:
    """Those that something is filed under, by their slugs; of several with one slug (two campaigns may) the first."""
    used = _listed().with_only_columns(Article.category_id).where(Article.category_id.is_not(None))
    found = db.session.scalars(select(Category).where(Category.id.in_(used)).order_by(Category.slug, Category.id))
    return list({category.slug: category for category in reversed(found.all())}.values())[::-1]


def months() -> list[tuple[date, int]]:
    """First days of the months in which something appeared, the latest first, and how much."""
    days = db.session.scalars(_listed().with_only_columns(Article.published_on))
    counts = Counter(day.replace(day=1) for day in days)
    return sorted(counts.items(), reverse=True)


def related(article: Article, most: int = 3) -> Sequence[Article]:
    """Other articles of the campaign: first those about the same actions, then of the same category; the newest first.
    What shares neither isn't related."""
    same_actions = select(ArticleLink.action_id).where(ArticleLink.article_id == article.id)
    shares = (
        select(ArticleLink.article_id)
        .where(ArticleLink.article_id == Article.id, ArticleLink.action_id.in_(same_actions))
        .exists()
    )
    same_category = and_(Article.category_id.is_not(None), Article.category_id == article.category_id)
    query = (
        _listed()
        .options(joinedload(Article.campaign), joinedload(Article.category))
        .where(Article.campaign_id == article.campaign_id, Article.id != article.id, or_(shares, same_category))
        .order_by(shares.desc(), Article.published_on.desc(), Article.id.desc())
        .limit(most)
    )
    return db.session.scalars(query).all()


def about(action: Action) -> Sequence[ArticleLink]:
    """The published articles tied to an action, the newest first."""
    return db.session.scalars(
        select(ArticleLink)
        .join(ArticleLink.article)
        .options(contains_eager(ArticleLink.article).joinedload(Article.campaign))
        .where(ArticleLink.action_id == action.id, Article.status == ArticleStatus.PUBLISHED)
        .order_by(Article.published_on.desc(), Article.id.desc())
    ).all()


def actions_of(article: Article) -> Sequence[ArticleLink]:
    """The listed actions that an article is tied to, in the order of time."""
    return db.session.scalars(
        select(ArticleLink)
        .join(ArticleLink.action)
        .options(contains_eager(ArticleLink.action).joinedload(Action.campaign))
        .where(ArticleLink.article_id == article.id, Action.status != Status.DRAFT, Action.unlisted.is_(False))
        .order_by(Action.starts_at, Action.id)
    ).all()


def cover(campaign: Campaign) -> Photo | None:
    """The picture at the head of the campaign's page."""
    return db.session.scalar(
        select(Photo).where(Photo.campaign_id == campaign.id, Photo.cover.is_(True)).order_by(Photo.id.desc()).limit(1)
    )


def showing(photo: Photo) -> Sequence[Article]:
    """Every article with this photo, drafts too: for its organizers."""
    query = select(Article).options(joinedload(Article.campaign)).where(Article.photo_id == photo.id)
    return db.session.scalars(query.order_by(Article.id)).all()


def _listed() -> Select[Article]:
    return select(Article).where(Article.status == ArticleStatus.PUBLISHED)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
