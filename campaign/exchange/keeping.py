"""An import's life: begun by an organizer, perhaps fetched by the worker, read, looked at, and gone within a day."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from campaign.accounts.models import Organizer
from campaign.campaigns.models import Campaign
from campaign.errors import Conflict
from campaign.exchange import texts
from campaign.exchange.lines import Unreadable
from campaign.exchange.models import Import, State
from campaign.exchange.reading import Calendar
from campaign.exchange.troubles import Trouble
from campaign.extensions import _l, db

LASTS = timedelta(days=1)
BREAKS_OFF = timedelta(minutes=1)  # after which a fetch is given up whose worker is no more
MOST = 10  # at a time, of one person


def begin(campaign: Campaign, organizer: Organizer, name: str, now: datetime, *, address: str = "") -> Import:
    """address: where the worker is to fetch it from; without one it has been uploaded. Raises Conflict."""
    mine = db.session.scalars(select(Import.id).where(Import.organizer_id == organizer.id, Import.expires_at > now))
    if len(mine.all()) >= MOST:
        raise Conflict(_l("Ten calendars of yours wait for a yes or a no already. Decide about one of them first."))
    begun = Import(
        campaign=campaign,
        organizer=organizer,
        name=texts.cut(texts.line(name), 120)[0],
        address=address,
        changed_at=now,
        expires_at=now + LASTS,
    )
    db.session.add(begun)
    db.session.flush()
    return begun


def keep(one: Import, calendar: Calendar | Unreadable, octets: int, now: datetime, detail: str = "") -> None:
    """What was read, or why nothing was."""
    one.address, one.octets, one.changed_at = "", octets, now
    if isinstance(calendar, Unreadable):
        one.state, one.trouble, one.detail = State.REFUSED, str(calendar), detail[:120]
    else:
        one.state, one.zone, one.more = State.READ, texts.line(calendar.zone)[:64], calendar.more
        one.found = [asdict(found) for found in calendar.found]
    db.session.flush()


def waiting(organizer: Organizer, now: datetime) -> Sequence[Import]:
    """Those of a person, the latest first."""
    query = select(Import).where(Import.organizer_id == organizer.id, Import.expires_at > now)
    return db.session.scalars(query.order_by(Import.id.desc())).all()


def has_work(now: datetime) -> bool:
    """Whether `claim` or `sweep` might find something. Only looks."""
    to_do = Import.state.in_((State.WAITING, State.FETCHING)) | (Import.expires_at <= now)
    found = db.session.scalar(select(Import.id).where(to_do).limit(1))
    db.session.rollback()
    return found is not None


def claim(now: datetime) -> tuple[int, str] | None:
    """The next to be fetched, by its id, and its address: it is this worker's now."""
    first = select(Import.id).where(Import.state == State.WAITING, Import.expires_at > now)
    taken = db.session.execute(
        update(Import)
        .where(Import.id == first.order_by(Import.id).limit(1).scalar_subquery(), Import.state == State.WAITING)
        .values(state=State.FETCHING, changed_at=now)
        .returning(Import.id, Import.address)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if taken is None else (taken[0], taken[1])


def sweep(now: datetime) -> int:
    """Away with what nobody has decided about for a day. Ends fetches that broke off. Returns how many changed."""
    quietly = {"synchronize_session": False}
    broken_off = (Import.state == State.FETCHING) & (Import.changed_at < now - BREAKS_OFF)
    ended = db.session.execute(
        update(Import)
        .where(broken_off)
        .values(state=State.REFUSED, trouble=Trouble.STOPPED, address="", changed_at=now)
        .returning(Import.id),
        execution_options=quietly,
    )
    gone = db.session.execute(
        delete(Import).where(Import.expires_at <= now).returning(Import.id), execution_options=quietly
    )
    return len(ended.all()) + len(gone.all())
