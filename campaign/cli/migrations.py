"""`flask db`: Alembic by Flask-Migrate, which the site itself never loads."""

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as theirs  # type: ignore[import-not-found]  # its stubs leave this module out

from campaign.extensions import db


def ready(app: Flask) -> None:
    """Let this application be migrated."""
    Migrate(app, db, directory=str(Path(app.root_path).parent / "migrations"))


@with_appcontext
def _begin(**options: Any) -> None:
    ready(current_app._get_current_object())  # type: ignore[attr-defined]  # Werkzeug types the proxy as the app
    theirs.callback(**options)


migrations = click.Group("db", commands=theirs.commands, params=theirs.params, callback=_begin, help=theirs.help)
