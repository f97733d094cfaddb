"""Categories of a campaign: new ones, other names and addresses, and taking them away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from campaign.articles.models import Article, Category
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.columns import Texts
from campaign.extensions import db

KIND = "category"  # of its former slugs


def counts(campaign: Campaign) -> dict[int, int]:
    """How many articles lie in each of its categories, drafts too; by their ids."""
    rows = db.session.execute(
        select(Article.category_id, func.count())
        .where(Article.campaign_id == campaign.id, Article.category_id.is_not(None))
        .group_by(Article.category_id)
    )
    return {category_id: count for category_id, count in rows if category_id is not None}


def every(campaign: Campaign) -> Sequence[Category]:
    """By name, in the campaign's language."""
    found = db.session.scalars(select(Category).where(Category.campaign_id == campaign.id)).all()
    own = campaign.language
    return sorted(found, key=lambda category: category.name.best(own, own)[0].casefold())


def is_taken(campaign: Campaign, slug: str, mine: int | None = None) -> bool:
    """Whether another category of this campaign has it. mine: the id of the one that wants it."""
    same = select(Category.id).where(
        Category.campaign_id == campaign.id, Category.slug == slug, Category.id != (mine or 0)
    )
    return db.session.scalar(same) is not None


def is_named(campaign: Campaign, name: str, mine: int | None = None) -> bool:
    """Whether another one is called this already, in the campaign's language."""
    wanted, own = name.casefold(), campaign.language
    return any(one.id != mine and one.name.get(own, "").casefold() == wanted for one in every(campaign))


def rename(category: Category, names: Mapping[str, str], slug: str, now: datetime) -> None:
    """names: by language; an empty one takes that language away. slug: empty to keep it. The old one leads on."""
    category.name = Texts(names)
    if slug and slug != category.slug:
        _forget(slug)
        db.session.merge(FormerSlug(kind=KIND, slug=category.slug, subject_id=category.id))
        category.slug = slug
    _show_anew(category, now)


def add(campaign: Campaign, names: Mapping[str, str], slug: str, now: datetime) -> Category:
    """slug: empty to make one of the name."""
    wanted = slug or _unused(campaign, slugs.made_of(names[campaign.language], KIND))
    category = Category(campaign_id=campaign.id, slug=wanted, name=Texts(names))
    db.session.add(category)
    campaign.touch(now)
    db.session.flush()
    return category


def delete(category: Category, now: datetime) -> None:
    """Its articles stay, and lie in none."""
    _show_anew(category, now)
    mine = update(Article).where(Article.category_id == category.id).values(category_id=None)
    db.session.execute(mine, execution_options={"synchronize_session": "fetch"})
    for former in db.session.scalars(
        select(FormerSlug).where(FormerSlug.kind == KIND, FormerSlug.subject_id == category.id)
    ):
        db.session.delete(former)
    db.session.delete(category)
    db.session.flush()


def renamed(slug: str) -> str | None:
    """The slug that a category which once had this one has now."""
    return db.session.scalar(
        select(Category.slug)
        .join(FormerSlug, (FormerSlug.subject_id == Category.id) & (FormerSlug.kind == KIND))
        .where(FormerSlug.slug == slug)
    )


def _show_anew(category: Category, now: datetime) -> None:
    """Pages and feed of its articles name it."""
    for article in db.session.scalars(select(Article).where(Article.category_id == category.id)):
        article.touch(now)
    db.session.flush()


def _forget(slug: str) -> None:
    """It leads to whoever has it from now on."""
    former = db.session.get(FormerSlug, (KIND, slug))
    if former is not None:
        db.session.delete(former)
        db.session.flush()


def _unused(campaign: Campaign, slug: str) -> str:
    wanted, number = slug, 1
    while is_taken(campaign, wanted):
        number += 1
        wanted = f"{slug[:76]}-{number}"
    return wanted
