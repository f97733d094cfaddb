"""Which articles tell the background of an action. Both pages show it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from campaign.actions.models import Action
from campaign.articles.models import Article, ArticleLink, LinkKind
from campaign.extensions import db


def links(action: Action) -> dict[int, LinkKind]:
    """By the articles' ids."""
    rows = db.session.scalars(select(ArticleLink).where(ArticleLink.action_id == action.id))
    return {link.article_id: link.kind for link in rows}


def link(action: Action, kinds: Mapping[int, LinkKind | None], now: datetime) -> None:
    """kinds: by the articles' ids; none takes the link away. Articles that aren't named keep theirs."""
    for article_id, kind in kinds.items():
        found = db.session.get(ArticleLink, (article_id, action.id))
        if kind is None:
            if found is not None:
                db.session.delete(found)
        elif found is None:
            db.session.add(ArticleLink(article_id=article_id, action_id=action.id, kind=kind))
        else:
            found.kind = kind
    if action.is_public():
        action.touch(now)
    db.session.flush()


def links_of(article: Article) -> dict[int, LinkKind]:
    """By the actions' ids."""
    return {link.action_id: link.kind for link in article.links}


def link_article(article: Article, kinds: Mapping[Action, LinkKind | None], now: datetime) -> None:
    """The same from the other side. Actions that aren't named keep theirs."""
    for action, kind in kinds.items():
        link(action, {article.id: kind}, now)
    article.touch(now)
    db.session.refresh(article, ["links"])
