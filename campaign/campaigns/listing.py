"""Which campaigns the public sees."""

from collections.abc import Sequence

from sqlalchemy import select

from campaign.campaigns.models import Campaign, FormerSlug
from campaign.errors import Missing
from campaign.extensions import db


def by_slug(slug: str) -> Campaign:
    """Raises Missing."""
    campaign = db.session.scalar(select(Campaign).where(Campaign.slug == slug))
    if campaign is None:
        raise Missing
    return campaign


def renamed(slug: str) -> str | None:
    """The slug that a campaign which once had this one has now."""
    return db.session.scalar(
        select(Campaign.slug)
        .join(FormerSlug, (FormerSlug.subject_id == Campaign.id) & (FormerSlug.kind == "campaign"))
        .where(FormerSlug.slug == slug)
    )


def every() -> Sequence[Campaign]:
    """All of them, in the order in which they began."""
    return db.session.scalars(select(Campaign).order_by(Campaign.id)).all()
