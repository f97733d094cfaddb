"""Which actions are shown to the public: one place decides, for pages, feeds and mail alike."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from campaign.actions.models import Action, Kind, Status
from campaign.campaigns.models import Campaign, FormerSlug
from campaign.errors import Missing
from campaign.extensions import db

AT_A_TIME = 200  # rows
_LISTED = (Action.status != Status.DRAFT, Action.unlisted.is_(False))


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
    campaign: Campaign | None = None,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
    whole: bool = False,
) -> Sequence[Action]:
    """What stands in lists, grids and feeds, in the order of time: not drafts, not unlisted ones. With the dates that
    each was announced with.

    after:  only those that end later than this.
    before: only those that start earlier than this.
    whole:  with their agenda, too.
    """
    query = _listed()
    if whole:
        query = query.options(selectinload(Action.agenda))
    if campaign is not None:
        query = query.where(Action.campaign_id == campaign.id)
    if after is not None:
        query = query.where(Action.ends_at > after)
    if before is not None:
        query = query.where(Action.starts_at < before)
    return db.session.scalars(query).all()


def past(campaign: Campaign, now: datetime, most: int) -> Sequence[Action]:
    """Those that are over, the latest first."""
    query = _listed().where(Action.campaign_id == campaign.id, Action.ends_at <= now).limit(most)
    return db.session.scalars(query.order_by(None).order_by(Action.starts_at.desc(), Action.id)).all()


def keys(
    campaign: Campaign | None,
    kind: Kind | None,
    *,
    after: datetime | None = None,
    cancelled_after: datetime | None = None,
) -> list[str]:
    """The same, only version and UID, with a space between: of ten thousand, a feed reads few more.

    after, cancelled_after: only those that end later; of what is cancelled, later than the second.
    """
    line = cast(Action.version, String) + " " + Action.uid
    query = select(line.label("line")).where(*_LISTED).order_by(Action.starts_at, Action.id)
    if campaign is not None:
        query = query.where(Action.campaign_id == campaign.id)
    if kind is not None:
        query = query.where(Action.kind == kind)
    if after is not None:
        query = query.where(Action.ends_at > after)
    if cancelled_after is not None:
        query = query.where((Action.status != Status.CANCELLED) | (Action.ends_at > cancelled_after))
    # As one text: ten thousand rows would be objects that all that follows has to walk through. An aggregate takes the
    # rows as its subquery has ordered them (SQLite: select.c, SF_OrderByReqd; PostgreSQL: 9.21, Aggregate Functions).
    found = db.session.scalar(select(func.aggregate_strings(query.subquery().c.line, "\n")))
    return found.split("\n") if found else []


def by_uids(uids: Sequence[str]) -> Iterator[Action]:
    """Those, with all that calendars say of them, some hundreds at a time."""
    for start in range(0, len(uids), AT_A_TIME):
        some = Action.uid.in_(uids[start : start + AT_A_TIME])
        query = select(Action).options(
            joinedload(Action.campaign),
            selectinload(Action.announced),
            selectinload(Action.agenda),
            selectinload(Action.updates),
        )
        yield from db.session.scalars(query.where(some)).all()


def others_of_series(action: Action, now: datetime, most: int) -> Sequence[Action]:
    """The next dates of the series that it belongs to, itself left out."""
    if action.series_id is None:
        return []
    query = _listed().where(Action.series_id == action.series_id, Action.id != action.id, Action.ends_at > now)
    return db.session.scalars(query.limit(most)).all()


def last_ends(before: datetime, cancelled_before: datetime, kind: Kind | None) -> tuple[datetime | None, ...]:
    """When the last ended of those that a feed has forgotten: of what took place, and of what was cancelled."""
    query = select(func.max(Action.ends_at)).where(*_LISTED)
    if kind is not None:
        query = query.where(Action.kind == kind)
    cancelled = Action.status == Status.CANCELLED
    return (
        db.session.scalar(query.where(~cancelled, Action.ends_at <= before)),
        db.session.scalar(query.where(cancelled, Action.ends_at <= cancelled_before)),
    )


def next_end(now: datetime) -> datetime | None:
    """When the next of all actions is over."""
    return db.session.scalar(select(func.min(Action.ends_at)).where(Action.ends_at > now))


def called(slugs: Iterable[str]) -> dict[str, Action]:
    """By each slug that an article's text names, the listed action which has it now or had it once."""
    wanted = set(slugs)
    if not wanted:
        return {}
    found = {action.slug: action for action in db.session.scalars(_listed().where(Action.slug.in_(wanted)))}
    if wanted - found.keys():
        once = _listed().join(FormerSlug, (FormerSlug.subject_id == Action.id) & (FormerSlug.kind == "action"))
        rows = db.session.execute(once.add_columns(FormerSlug.slug).where(FormerSlug.slug.in_(wanted - found.keys())))
        found |= {slug: action for action, slug in rows}
    return found


def headline(actions: Sequence[Action], now: datetime) -> Action | None:
    """Of actions in the order of time the one to put forward: the next protest that one can join, else what is next."""
    open_ones = [action for action in actions if action.takes_rsvps(now) and not action.is_full]
    return next((action for action in open_ones if action.kind is Kind.PROTEST), next(iter(open_ones), None))


def _listed() -> Select[Action]:
    return (
        select(Action)
        .join(Action.campaign)
        .options(contains_eager(Action.campaign), selectinload(Action.announced))
        .where(*_LISTED)
        .order_by(Action.starts_at, Action.id)
    )
