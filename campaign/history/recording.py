"""Writing the history down, in the transaction of the change itself, and reading it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased, joinedload

from campaign.actions.models import Action
from campaign.articles.models import Article
from campaign.errors import Missing
from campaign.extensions import db
from campaign.history import of_actions, of_articles
from campaign.history.models import Deed, Revision

KEPT = timedelta(days=90)

Thing = Action | Article


def content_of(thing: Thing) -> dict[str, Any]:
    """All that it says, as JSON has it."""
    return of_actions.content(thing) if isinstance(thing, Action) else of_articles.content(thing)


@contextmanager
def change(
    thing: Thing,
    deed: Deed,
    by: int | None,
    now: datetime,
    *,
    reason: str = "",
    restored_from_at: datetime | None = None,
) -> Iterator[None]:
    """What is done inside becomes an entry; nothing does, if it changes nothing.

    by: the organizer's id. What changed unseen before, such as by the demo or a photo that was deleted, becomes an
    entry of its own first, so that nobody is named for what they didn't do.
    """
    before, last = content_of(thing), latest(thing)
    yield
    db.session.flush()
    db.session.expire(thing)  # rows that were added beside it, and lists in the order that they are kept in
    after = content_of(thing)
    if after == before:
        return
    if last is None or last.content != before:
        db.session.add(_entry(thing, Deed.FOUND, None, now, content=before))
        db.session.flush()  # first: they are in the order of their ids
    more = {"reason": reason.strip(), "restored_from_at": restored_from_at}
    db.session.add(_entry(thing, deed, by, now, content=after, **more))
    db.session.flush()


def begun(thing: Thing, by: int | None, now: datetime) -> None:
    """It is there since now."""
    db.session.add(_entry(thing, Deed.BEGUN, by, now, content=content_of(thing)))
    db.session.flush()


def latest(thing: Thing) -> Revision | None:
    found: Revision | None = db.session.scalar(_of(thing).order_by(Revision.id.desc()).limit(1))
    return found


def entries(thing: Thing, most: int, before: int | None = None) -> Sequence[Revision]:
    """The newest first. before: only older ones than that entry."""
    query = _of(thing).order_by(Revision.id.desc()).limit(most).options(joinedload(Revision.organizer))
    return db.session.scalars(query if before is None else query.where(Revision.id < before)).all()


def entry(thing: Thing, id: int) -> Revision:
    """Raises Missing if it isn't one of this thing's."""
    found: Revision | None = db.session.scalar(_of(thing).where(Revision.id == id)) if id < 2**31 else None
    if found is None:
        raise Missing
    return found


def lapse(now: datetime) -> int:
    """Forgets what was replaced more than 90 days ago, and who made what is older than that.

    The latest entry of each thing stays: it says no more than the thing itself. Returns how many were forgotten.
    """
    old, gone = now - KEPT, 0
    later = aliased(Revision)
    for column in (Revision.action_id, Revision.article_id):
        same = getattr(later, column.key) == column
        replaced = exists().where(same, later.id > Revision.id, later.made_at <= old)
        forget = delete(Revision).where(replaced).execution_options(synchronize_session=False)
        gone += db.session.execute(forget).rowcount  # type: ignore[attr-defined]  # a DELETE's result has it
    aged = update(Revision).where(Revision.made_at <= old, Revision.organizer_id.is_not(None))
    db.session.execute(aged.values(organizer_id=None).execution_options(synchronize_session=False))
    return gone


def _of(thing: Thing) -> Any:
    mine = Revision.action_id == thing.id if isinstance(thing, Action) else Revision.article_id == thing.id
    return select(Revision).where(mine)


def _entry(thing: Thing, deed: Deed, by: int | None, now: datetime, **more: Any) -> Revision:
    about = {"action_id": thing.id} if isinstance(thing, Action) else {"article_id": thing.id}
    return Revision(deed=deed, organizer_id=by, made_at=now.replace(microsecond=0), **about, **more)
