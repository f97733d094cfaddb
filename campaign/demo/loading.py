"""Loads the demo: makes what is missing, overwrites nothing.

Doing it again changes nothing, whatever has been edited since, with one exception: an action whose date is renewed and
has passed (the vigil that is always tomorrow, the next protest, its training) gives its slug to a new one with a UID of
its own, and keeps its page, RSVPs and place in the calendars under a slug with its date.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select

from campaign import tokens
from campaign.accounts.models import Team
from campaign.actions.models import Action
from campaign.articles.models import Article, ArticleLink, Category, LinkKind
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.demo import reading
from campaign.demo.dates import RENEWED
from campaign.extensions import Record, db
from campaign.messages import notices
from campaign.photos.models import Photo

Row = TypeVar("Row", bound=Record)


def load(now: datetime, base_url: str) -> Team:
    """Returns the team that runs the demo's campaign. The caller commits."""
    given = reading.read("campaign")
    cause = db.session.scalar(select(Campaign).where(Campaign.slug == given["slug"])) or _campaign(given, now)
    for name in reading.names("actions"):
        _action(reading.read(name), cause, now, base_url)
    for name in reading.names("articles"):
        _article(reading.read(name), cause, now)
    return cause.team


def _campaign(given: Mapping[str, Any], now: datetime) -> Campaign:
    team = _kept(Team(created_at=now, **given["team"]))
    cause = _kept(reading.campaign(given, team.id, now.replace(microsecond=0)))
    _kept(reading.photo(given["photo"], cause))
    for category in given["categories"]:
        _kept(reading.category(category, cause))
    return cause


def _action(given: Mapping[str, Any], cause: Campaign, now: datetime, base_url: str) -> None:
    renewed = RENEWED.get(given.get("date", ""))
    present = db.session.scalar(select(Action).where(Action.slug == given["slug"]))
    if present is not None and renewed and present.is_over(now):
        present.slug = f"{present.slug}-{present.starts_local:%Y-%m-%d-%H%M}"
        present.touch(now)
        db.session.flush()
    elif present is not None or _was_renamed("action", given["slug"]):
        return
    times = renewed(now, given["zone"]) if renewed else (given["starts"], given["ends"])
    uid = f"{tokens.new()}@{urlsplit(base_url).hostname}"
    made = _kept(reading.action(given, cause, times, uid, now.replace(microsecond=0)))
    notices.publish(made, now)
    for answer in reading.answers(given, made):
        _kept(answer)
    if present is not None:
        _hand_on_articles(present, made)


def _hand_on_articles(before: Action, made: Action) -> None:
    for link in db.session.scalars(select(ArticleLink).where(ArticleLink.action_id == before.id)).all():
        _kept(ArticleLink(article_id=link.article_id, action_id=made.id, kind=link.kind))


def _article(given: Mapping[str, Any], cause: Campaign, now: datetime) -> None:
    known = db.session.scalar(select(Article.id).where(Article.slug == given["slug"]))
    if known is not None or _was_renamed("article", given["slug"]):
        return
    category = db.session.scalars(
        select(Category).where(Category.campaign_id == cause.id, Category.slug == given["category"])
    ).one()
    picture = db.session.scalar(select(Photo).where(Photo.campaign_id == cause.id, Photo.cover.is_(True)))
    made = _kept(reading.article(given, cause, category, picture, now.replace(microsecond=0)))
    for link in given.get("links", []):
        action = db.session.scalar(select(Action).where(Action.slug == link["action"]))
        if action is not None:
            _kept(ArticleLink(article_id=made.id, action_id=action.id, kind=LinkKind(link["kind"])))
    for reply in given.get("replies", []):
        _kept(reading.reply(reply, made))


def _was_renamed(kind: str, slug: str) -> bool:
    """Whether an organizer has given the thing another slug."""
    return db.session.get(FormerSlug, (kind, slug)) is not None


def _kept(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row
