"""`flask database`: moving from one database to another."""

from collections.abc import Callable
from pathlib import Path

import click
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import Engine, create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from campaign import clock, moving
from campaign.cli import migrations
from campaign.extensions import db
from campaign.outbox import health
from campaign.outbox.liveness import Presence
from config import BadSetting, postgres

RECENTLY = 25  # seconds; a worker says every ten that it is there

database = AppGroup("database", help="The database, as a whole.")


@database.command("copy")
@click.option("--to", "address", help="An empty database: postgresql://user:password@host/name")
@click.option(
    "--to-file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file that holds this address, so that no list of processes shows the password.",
)
def copy(address: str | None, file: Path | None) -> None:
    """Copy everything into another, empty database: from SQLite to PostgreSQL, or back.

    Stop the worker first. Nothing can be written meanwhile; the site goes on showing what it has. The database that is
    copied from isn't changed.
    """
    target = create_engine(_address(address, file), hide_parameters=True)
    try:
        _refuse_while_somebody_works()
        upgrade = _newest(target)
        _refuse_unless_empty(target)
        upgrade()
        rows = moving.copy(db.engine, target, db.metadata, _say)
    except moving.CannotMove as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).strip().partition("\n")[0]
        raise click.ClickException(f"Nothing was copied: {reason}") from None
    finally:
        target.dispose()
    click.echo(
        f"{rows} rows are there, counted and compared. Set DATABASE_URL to the new database for the site and the "
        "worker, and start them.\nThe old database still holds everything: once the new one runs well, destroy it."
    )


def _address(address: str | None, file: Path | None) -> str:
    if (address is None) == (file is None):
        raise click.UsageError("Say where to: --to or --to-file.")
    given = address if file is None else file.read_text().strip()
    if given is None or given.startswith("sqlite:///"):
        return str(given)
    try:
        return postgres("The address", given)
    except BadSetting as error:
        raise click.UsageError(str(error)) from None


def _refuse_while_somebody_works() -> None:
    """A worker that runs would send on what the other database's sends as well."""
    here = Presence(Path(current_app.config["INSTANCE_DIR"]) / "workers")
    try:
        is_running = bool(here.others())
    finally:
        here.leave()
    if is_running:
        raise click.ClickException("The worker is running. Stop it first: what it sends now would be sent twice.")
    seen = health.worker_seen_seconds(clock.now()) if db.engine.dialect.name == "postgresql" else None
    db.session.rollback()
    if seen is not None and seen < RECENTLY:
        raise click.ClickException(
            f"A worker was at work {seen} seconds ago, on this machine or another. Stop all, and wait half a minute."
        )


def _newest(target: Engine) -> Callable[[], None]:
    """What brings the target's tables to the newest form. Refused unless our own have it."""
    migrations.ready(current_app._get_current_object())  # type: ignore[attr-defined]  # typed as the app itself
    config = current_app.extensions["migrate"].migrate.get_config()
    heads = set(ScriptDirectory.from_config(config).get_heads())
    with db.engine.connect() as connection:
        if set(MigrationContext.configure(connection).get_current_heads()) != heads:
            raise click.ClickException("This database isn't in its newest form. Bring it there first: flask db upgrade")
    config.attributes["engine"] = target
    return lambda: command.upgrade(config, "head")


def _refuse_unless_empty(target: Engine) -> None:
    there = set(inspect(target).get_table_names())
    with target.connect() as connection:
        for table in db.metadata.sorted_tables:
            if table.name in there and connection.execute(table.select().limit(1)).first() is not None:
                raise click.ClickException(
                    f"The other database isn't empty: there are {table.name} in it. "
                    "Nothing is overwritten; name an empty one."
                )


def _say(table: str, rows: int) -> None:
    click.echo(f"  {table:24} {rows:>9}")
