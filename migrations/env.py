"""How Alembic runs here: inside the application, on its engine; migrations import nothing of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy.types import TypeDecorator

extension = current_app.extensions["migrate"]


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write a column type of ours as the plain SQLAlchemy type that it is made of."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


@contextmanager
def _tables_in_peace(connection: sa.Connection) -> Iterator[None]:
    """SQLite changes a table by copying and dropping it, and what refers to a dropped row goes with it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # between transactions, or it says nothing and does nothing
    try:
        yield
        if lost := driver.execute("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError(f"{len(lost)} rows refer to others that aren't there, first in {lost[0][0]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    engine = context.config.attributes.get("engine", extension.db.engine)  # another one: `flask database copy`
    with engine.connect().execution_options(writes="alone") as connection, _tables_in_peace(connection):
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_item=render_item,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
