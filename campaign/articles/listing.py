"""Which articles are shown to the public, and which of their ties to actions."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from campaign.actions.models import Action, Status
from campaign.articles.models import Article, ArticleLink, ArticleStatus, FiguresTable, Photo
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.errors import Missing
from campaign.extensions import db


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


def listed(campaign: Campaign | None = None, most: int | None = None) -> Sequence[Article]:
    """The newest first."""
    query = (
        select(Article)
        .where(Article.status == ArticleStatus.PUBLISHED)
        .options(joinedload(Article.campaign), joinedload(Article.category))
        .order_by(Article.published_on.desc(), Article.id.desc())
        .limit(most)
    )
    if campaign is not None:
        query = query.where(Article.campaign_id == campaign.id)
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
