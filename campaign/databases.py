"""How the databases are opened: durable, patient, SQLite forgetful too; and who begins a transaction as a writer.

SQLite has one writer at a time, and readers beside it. PostgreSQL could have many, but who looks at something and then
writes would have to lock whatever they look at. So organizers and commands, who change one thing because of another,
still write alone, and so do workers when they keep house; supporters, and workers as they send, write together.
"""

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, event

from campaign.extensions import db

PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # a confirmed RSVP or a sent mail survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",  # ms; a locked database waits, it is no 500
    "PRAGMA secure_delete=ON",  # what is erased is overwritten (the WAL needs a checkpoint besides)
)
TOGETHER, ALONE = "together", "alone"  # for the execution option `writes`: beside other writers, where that is possible
BEGUN = "begun"  # the same, for who begins by the driver

_ROOM = 64 * 1024  # KiB
_GATE = 0x63616D70  # PostgreSQL's advisory lock that writers pass: many together, or one alone


@event.listens_for(Engine, "do_connect")
def _make_private(dialect: Any, _record: Any, arguments: Any, _more: Any) -> None:
    """SQLite would make a new file as anybody may read it; what it puts beside the file is as private as that."""
    path = arguments[0] if dialect.name == "sqlite" and arguments else ""
    if path and not path.startswith((":", "file:")):
        with suppress(OSError):  # it is there, or can't be made: SQLite says so in its own words
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


@event.listens_for(Engine, "connect")
def _open(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN; the driver's own habit breaks snapshots
        for pragma in PRAGMAS:
            connection.execute(pragma)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Begin as a reader, or at once as a writer where the connection says so.

    A transaction that reads and then writes can't be upgraded while another writes on SQLite
    ("database is locked", at once and whatever the timeout); BEGIN IMMEDIATE for all would
    make readers wait. So writers say so: `db.session.connection(execution_options={"writes": ALONE})`.
    """
    if first := beginning(connection.dialect.name, connection.get_execution_options().get("writes")):
        connection.exec_driver_sql(first)


def beginning(dialect: str, writes: str | None) -> str:
    """What a transaction begins with; "" where that goes without saying. writes: see above; to read, none."""
    if writes == BEGUN:
        return ""
    if dialect == "sqlite":
        return "BEGIN IMMEDIATE" if writes else "BEGIN"
    shared = "_shared" if writes == TOGETHER else ""
    return f"SELECT pg_advisory_xact_lock{shared}({_GATE})" if writes else ""


@contextmanager
def writing(how: str = ALONE) -> Iterator[None]:
    """One transaction that writes, from its first statement on: a worker's or a command's unit of work.

    Committed at the end, rolled back when anything is raised.

    how: TOGETHER for who takes what is contested by guarded UPDATEs, and decides nothing by what they have read.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": how})
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def roomy() -> Iterator[None]:
    """Memory for one statement that touches very many pages, in the caller's transaction.

    In the 2 MB that SQLite takes else, it writes each page out again and again: a gigabyte for 100,000 deliveries.
    """
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size={-_ROOM}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


def own_connection(engine: Engine) -> Any:
    """A driver's connection of one's own, outside of the pool and of any transaction: each statement sees the newest.

    It raises the driver's own errors: see `out_of_reach`.
    """
    pooled = engine.raw_connection()
    connection: Any = pooled.dbapi_connection
    pooled.detach()
    if engine.dialect.name == "postgresql":
        connection.rollback()  # the pool has asked whether it lives
        connection.autocommit = True
    return connection


def out_of_reach(engine: Engine) -> type[Exception]:
    """What the driver raises. Asked for, since a process that needs but one of the drivers loads but one."""
    error: type[Exception] = engine.dialect.loaded_dbapi.Error
    return error


def empty_log(erased_from: Collection[str] = ()) -> bool:
    """Takes out of the database's files what was erased from its tables: it stays there, readable, until then.

    SQLite: the write-ahead log is emptied, after waiting for who is writing. PostgreSQL: the versions of rows that
    nobody sees any more make room for others; its log, and its copies, are its operator's (docs/scale.md).
    False if somebody was reading all the while; then another time.

    erased_from: the tables.
    """
    db.session.rollback()
    connection = own_connection(db.engine)
    try:
        if isinstance(connection, sqlite3.Connection):
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        for table in erased_from:
            connection.execute(f'VACUUM "{table}"')
        return True
    finally:
        connection.close()
