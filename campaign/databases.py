"""How SQLite is opened: durable, patient, forgetful; and who begins a transaction as a writer."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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


@event.listens_for(Engine, "connect")
def _open(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN; the driver's own habit breaks snapshots
        for pragma in PRAGMAS:
            connection.execute(pragma)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    """Begin as a reader, or at once as a writer where the connection says so.

    A transaction that reads and then writes can't be upgraded while another writes
    ("database is locked", at once and whatever the timeout); BEGIN IMMEDIATE for all would
    make readers wait. So writers say so: `db.session.connection(execution_options={"writes": True})`.
    """
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing() -> Iterator[None]:
    """One transaction that writes, from its first statement on: a worker's or a command's unit of work.

    Committed at the end, rolled back when anything is raised.
    """
    db.session.rollback()
    db.session.connection(execution_options={"writes": True})
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def empty_log() -> bool:
    """Takes out of SQLite's write-ahead log what was erased from the database: it stays there, readable, until then.

    Waits for who is writing. False if somebody was reading all the while; then another time.
    """
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        return True
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    return not busy
