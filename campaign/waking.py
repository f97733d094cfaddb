"""On PostgreSQL, whoever leaves work for a worker says so, in the same transaction: rolled back, nothing was said.

Workers on any machine hear of it by a notification, or by a job of Procrastinate's where that is the engine. Both are
wake-ups and no more: what is to be done stands in the tables below, each worker looks there from time to time anyway,
and a wake-up that is lost costs seconds. On SQLite there is nothing to say: a worker sees that its file has changed.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import ORMExecuteState, Session

CHANNEL = "campaign_work"
PROCRASTINATE = "procrastinate"  # the engine, and the schema of the database that its tables have for themselves
WORK = {  # by table: the task that has something to do when it changes
    "rsvps": "intake",
    "returns": "returns",
    "imports": "fetch",
    "actions": "plan",
    "rules": "plan",
    "occasions": "expand",
    "deliveries": "send",
}
OWN_QUEUE = "send"  # sending goes on for long: everything else must get its turn beside it
QUEUES = (OWN_QUEUE, "house")

_NAME = "work"  # in a session: the tasks that this transaction leaves something to do
# Procrastinate's own entrance for jobs, of which a version stays as it is. Its library would weigh on each web process.
_DEFER = text(
    "SELECT procrastinate.procrastinate_defer_jobs_v1(ARRAY["
    "ROW(:queue, :task, 0, NULL, :lock, '{}', NULL)::procrastinate.procrastinate_job_to_defer_v1])"
)
_NOT_LAID_OUT = frozenset({"3F000", "42883", "42704"})  # no such schema, function, type: no worker was there yet


def queue_of(task: str) -> str:
    """Of Procrastinate's."""
    return OWN_QUEUE if task == OWN_QUEUE else QUEUES[1]


@event.listens_for(Session, "before_flush")
def _notice_records(session: Session, _context: Any, _instances: Any) -> None:
    changed = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    _leave(session, {WORK[row.__tablename__] for row in changed if row.__tablename__ in WORK})


@event.listens_for(Session, "do_orm_execute")
def _notice_statements(state: ORMExecuteState) -> None:
    """UPDATE and the like, which pass no record through the session. A worker's own bookkeeping passes by it, too."""
    if state.is_insert or state.is_update:
        table = getattr(state.statement, "table", None)
        _leave(state.session, {WORK[table.name]} if table is not None and table.name in WORK else set())


@event.listens_for(Session, "before_commit")
def _say(session: Session) -> None:
    """At the very end: from here on, others who have the same to say wait for us."""
    session.flush()
    tasks = session.info.pop(_NAME, None)
    if not tasks:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return
    if connection.get_execution_options().get("engine") == PROCRASTINATE:
        _defer(connection, tasks)
    else:
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_NAME, None)


def _leave(session: Session, tasks: set[str]) -> None:
    if tasks:
        session.info.setdefault(_NAME, set()).update(tasks)


def _defer(connection: Connection, tasks: Collection[str]) -> None:
    """A job for each, unless one waits already. In one order for all, or two could wait for each other."""
    for task in sorted(tasks):
        try:
            with connection.begin_nested():
                connection.execute(_DEFER, {"queue": queue_of(task), "task": task, "lock": task})
        except IntegrityError:
            pass
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) not in _NOT_LAID_OUT:
                raise
