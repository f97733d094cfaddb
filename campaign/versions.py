"""Two numbers that tell whether a copy of something public is still current: one read instead of a rendering.

`pages` grows in each transaction that changes anything a page may show; `feeds` when something changes that calendars
show. A copy is kept with the number that was read before it was made, and is good as long as the number stays.

It is safe by default: every table counts as public that isn't named in UNSEEN, so a new one costs a few renderings at
worst. Records with a `version` of their own stand in feeds, and raise `feeds` with it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, case, event, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.orm.attributes import get_history

from campaign import clock
from campaign.extensions import Record

ONLY = 1  # the id of the row
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
UNSEEN = frozenset(
    {
        *("action_keys", "alembic_version", "deliveries", "grants", "grants_of_organizers", "heartbeats", "imports"),
        *("invitations", "memberships", "occasions", "organizers", "returns", "rsvps", "rules", "signed_in"),
        *("suppressions", "unsubscribe_links", "versions"),
    }
)


class Versions(Record):
    """One row. Numbers only grow, and begin at the clock's microseconds: a database restored from a copy never
    gives a number again that stood for something else."""

    __tablename__ = "versions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pages: Mapped[int] = mapped_column(BigInteger)
    feeds: Mapped[int] = mapped_column(BigInteger)


class Numbers(NamedTuple):
    """What a copy is kept with."""

    pages: int
    feeds: int


READ = "SELECT pages, feeds FROM versions"
AT_LEAST = "at_least"  # the clock's microseconds
NONE = Numbers(0, 0)  # while nothing has been written yet


def read(session: Any) -> Numbers:
    """As this transaction sees them."""
    row = session.execute(select(Versions.pages, Versions.feeds)).one_or_none()
    return Numbers(*row) if row else NONE


def raise_(connection: Connection, *, feeds: bool) -> None:
    """Within the transaction of `connection`."""
    connection.execute(RAISE_BOTH if feeds else RAISE_PAGES, {AT_LEAST: _microseconds(clock.now())})


def after(number: int | None, now: datetime) -> int:
    """The next version of a record that has one of its own. None: it has just been made."""
    return max((number or 0) + 1, _microseconds(now))


def _microseconds(now: datetime) -> int:
    return (now - EPOCH) // MICROSECOND


def _raising(*names: str) -> Insert:
    at_least = bindparam(AT_LEAST, type_=BigInteger)
    rows = insert(Versions).values(id=ONLY, pages=at_least, feeds=at_least)
    columns = {name: getattr(Versions, name) for name in names}
    return rows.on_conflict_do_update(
        index_elements=["id"],
        set_={name: case((column < at_least, at_least), else_=column + 1) for name, column in columns.items()},
    )


# Made once: every transaction that writes runs one of them, and making it takes ten times as long.
RAISE_PAGES, RAISE_BOTH = _raising("pages"), _raising("pages", "feeds")


@event.listens_for(Session, "before_flush")
def _notice_records(session: Session, _context: Any, _instances: Any) -> None:
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    seen = [row for row in changed if row.__tablename__ not in UNSEEN]
    if seen:
        raise_(session.connection(), feeds=any(_stands_in_feeds(row, session) for row in seen))


@event.listens_for(Session, "do_orm_execute")
def _notice_statements(state: ORMExecuteState) -> None:
    """UPDATE and the like, which pass no record through the session. None of them changes what feeds show, and one with
    the execution option `unseen` not what pages show either."""
    if (state.is_insert or state.is_update or state.is_delete) and not state.execution_options.get("unseen"):
        table = getattr(state.statement, "table", None)
        if table is not None and table.name not in UNSEEN:
            raise_(state.session.connection(), feeds=False)


def _stands_in_feeds(row: Any, session: Session) -> bool:
    if not hasattr(type(row), "version"):
        return False
    return row in session.new or row in session.deleted or get_history(row, "version").has_changes()
