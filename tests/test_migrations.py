"""The migrations make the database that the models describe, and can be taken back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from campaign import ROOT, create_app
from campaign.cli.migrations import ready
from campaign.extensions import db
from tests.installations import new_database


@pytest.fixture
def empty(settings, dialect, tmp_path):
    """An application whose database is still to be made."""
    app = create_app(replace(settings, SQLALCHEMY_DATABASE_URI=new_database(dialect, tmp_path, "empty")))
    ready(app)
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


def test_what_was_there_before_is_there_after(empty):
    """From the first tables to the newest and back: no row is lost, and what goes on with them goes on as before."""
    upgrade(revision="first_tables")
    _fill()
    before = _counts()

    upgrade()
    after, all_day = _counts(), _all("SELECT title FROM actions WHERE all_day ORDER BY id")
    downgrade(revision="first_tables")

    assert {name: after[name] for name in before} == before
    assert all_day == ['{"en": "Camp"}']
    assert _counts() == before
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1


def test_there_is_one_head():
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_migrations_import_nothing_of_ours():
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        imports = [line for line in path.read_text().splitlines() if line.startswith(("import ", "from "))]
        assert "campaign" not in "".join(imports)


def _fill():
    """A team, its campaign, two actions and what hangs on them, as the first version kept them."""
    tables = sa.MetaData()
    tables.reflect(db.engine)
    now, midnight = datetime(2023, 5, 1, 12, tzinfo=UTC), datetime(2023, 6, 1)

    def put(into, /, **values):
        table = tables.tables[into]
        for column in table.columns:
            if column.name not in values and not column.nullable and not column.primary_key:
                values[column.name] = _anything(column, now)
        connection.execute(table.insert().values(**values))

    with db.engine.begin() as connection:
        put("teams", id=1, name="Heron")
        put("campaigns", id=1, team_id=1, slug="cause")
        protest = ("Protest", midnight.replace(hour=7), midnight.replace(hour=9))
        days = [protest, ("Camp", midnight, midnight.replace(day=3))]
        for number, (title, start, end) in enumerate(days):
            put(
                "actions", id=number + 1, campaign_id=1, uid=f"{number}@x", slug=f"a{number}", title={"en": title},
                starts_local=start, ends_local=end, starts_at=now, ends_at=now.replace(year=2024),
            )  # fmt: skip
            put("announced_dates", id=number + 1, action_id=number + 1, starts_local=start, ends_local=end)
            put("agenda_items", id=number + 1, action_id=number + 1)
            put("rules", id=number + 1, action_id=number + 1, kind="reminder", minutes=90)
            put("rsvps", id=f"r{number}", action_id=number + 1, answer="yes", state="confirmed")


def _anything(column, now):
    if str(column.type) == "JSON":
        return {"en": "x"}
    kind = column.type.python_type
    return {datetime: now, date: now.date(), bytes: b"x"}.get(kind) or kind()


def _counts():
    with db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in names}


def _all(query):
    with db.engine.connect() as connection:
        return [value if isinstance(value, str) else json.dumps(value) for value in connection.scalars(sa.text(query))]
