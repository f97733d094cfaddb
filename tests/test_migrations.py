"""The migrations make the database that the models describe, and can be taken back."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from campaign import ROOT, create_app
from campaign.extensions import db
from tests.installations import new_database


@pytest.fixture
def empty(settings, dialect, tmp_path):
    """An application whose database is still to be made."""
    app = create_app(replace(settings, SQLALCHEMY_DATABASE_URI=new_database(dialect, tmp_path, "empty")))
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.mark.both
def test_an_upgraded_empty_database_is_what_the_models_say(empty):
    upgrade()

    with db.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), db.metadata)
    assert difference == []


@pytest.mark.both
def test_down_and_up_again_ends_at_the_same_place(empty):
    upgrade()

    downgrade(revision="base")
    left = set(sa.inspect(db.engine).get_table_names())
    upgrade()

    assert left == {"alembic_version"}
    assert set(sa.inspect(db.engine).get_table_names()) == {*db.metadata.tables, "alembic_version"}


def test_there_is_one_head():
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_migrations_import_nothing_of_ours():
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if line.startswith(("import ", "from "))]
        assert "campaign" not in "".join(imports)
