"""Which replies readers see."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.articles.models import Article
from campaign.errors import Missing
from campaign.extensions import db
from campaign.replies.models import Reply, Verdict
from campaign.tokens import digest, is_well_formed


def approved(article: Article) -> Sequence[Reply]:
    """In the order in which they were sent. `answers` holds what organizers have answered, approved or not."""
    return db.session.scalars(
        select(Reply)
        .where(Reply.article_id == article.id, Reply.parent_id.is_(None), Reply.verdict == Verdict.APPROVED)
        .options(selectinload(Reply.answers))
        .order_by(Reply.id)
    ).all()


def by_token(token: str) -> Reply:
    """The reply whose writer was shown this link. Raises Missing."""
    if not is_well_formed(token):
        raise Missing
    reply = db.session.scalar(select(Reply).where(Reply.delete_digest == digest(token)))
    if reply is None:
        raise Missing
    return reply
