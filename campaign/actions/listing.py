"""Which actions are shown to the public: one place decides, for pages, feeds and mail alike."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from campaign.actions.models import Action, Status
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.errors import Missing
from campaign.extensions import db


def by_slug(slug: str) -> Action:
    """The action with a page at this slug: published once, perhaps unlisted. Raises Missing."""
    action = db.session.scalar(select(Action).where(Action.slug == slug, Action.status != Status.DRAFT))
    if action is None:
        raise Missing
    return action


def renamed(slug: str) -> str | None:
    """The slug that an action which once had this one has now."""
    return db.session.scalar(
        select(Action.slug)
        .join(FormerSlug, (FormerSlug.subject_id == Action.id) & (FormerSlug.kind == "action"))
        .where(FormerSlug.slug == slug, Action.status != Status.DRAFT)
    )


def listed(
    campaign: Campaign | None = None, *, after: datetime | None = None, before: datetime | None = None
) -> Sequence[Action]:
    """What stands in lists, grids and feeds, in the order of time: not drafts, not unlisted ones.

    after:  only those that end later than this.
    before: only those that start earlier than this.
    """
    query = _listed()
    if campaign is not None:
        query = query.where(Action.campaign_id == campaign.id)
    if after is not None:
        query = query.where(Action.ends_at > after)
    if before is not None:
        query = query.where(Action.starts_at < before)
    return db.session.scalars(query).all()


def _listed() -> Select[Action]:
    return (
        select(Action)
        .join(Action.campaign)
        .options(contains_eager(Action.campaign))
        .where(Action.status != Status.DRAFT, Action.unlisted.is_(False))
        .order_by(Action.starts_at, Action.id)
    )
