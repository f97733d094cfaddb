"""`flask database copy`: everything goes along, or nothing does."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaign import clock, create_app, keyfiles
from campaign.actions.models import Action
from campaign.demo import loading
from campaign.extensions import db
from campaign.outbox.liveness import Presence
from campaign.replies.models import Reply
from tests import make
from tests.installations import POSTGRES, SQLITE, new_database


def _site(settings, folder):
    at = replace(
        settings,
        SQLALCHEMY_DATABASE_URI=new_database(SQLITE, folder),
        INSTANCE_DIR=folder,
        KEYS_DIR=folder / "keys",
    )
    return create_app(at)


@pytest.fixture(scope="module")
def made(installations, tmp_path_factory):
    """A folder with a site in its newest form, with content, on SQLite."""
    folder = tmp_path_factory.mktemp("site")
    keyfiles.make(folder / "keys")
    app = _site(installations.settings(SQLITE), folder)
    with app.app_context():
        app.test_cli_runner().invoke(args=["db", "upgrade"], catch_exceptions=False)
        loading.load(clock.now(), "http://localhost")
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture
def site(made, settings, tmp_path):
    """The same, for a test of its own."""
    app = _site(settings, Path(shutil.copytree(made, tmp_path / "site")))
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


@pytest.fixture
def target(tmp_path):
    return new_database(POSTGRES, tmp_path, "target")


@pytest.fixture
def there(target):
    engine = sa.create_engine(target)
    yield engine
    engine.dispose()


def copy(site, target):
    with site.app_context():
        return site.test_cli_runner().invoke(args=["database", "copy", "--to", target])


def content(engine):
    """Every row as the application reads it."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select()))) for table in db.metadata.sorted_tables
        }


def test_all_rows_are_there_and_the_old_ones_stay(site, target, there):
    reply = db.session.scalars(db.select(Reply).where(Reply.parent_id.is_(None)).limit(1)).one()
    db.session.add(
        Reply(
            article=reply.article,
            parent_id=reply.id,
            name="Ada",
            text="So what?",
            language="en",
            sent_on=reply.sent_on,
            verdict=reply.verdict,
        )
    )
    action = make.action()
    make.rsvp(action, "ada@example.org", name="Ada")
    db.session.commit()

    done = copy(site, target)

    assert done.exit_code == 0, done.output
    assert "counted and compared" in done.output
    assert content(there) == content(db.engine)


def test_the_site_runs_on_there_and_numbers_its_rows_on(site, settings, target):
    page = site.test_client().get("/en/").text
    last = db.session.scalar(db.select(db.func.max(Action.id)))

    copy(site, target)
    moved = create_app(replace(settings, SQLALCHEMY_DATABASE_URI=target, KEYS_DIR=site.config["KEYS_DIR"]))

    with moved.app_context():
        assert moved.test_client().get("/en/").text == page
        assert make.action().id == last + 1
        db.session.rollback()
        db.engine.dispose()
        moved.extensions["kept"].close()


def test_json_that_is_null_and_none_at_all_stay_two_things(site, target, there):
    db.session.execute(sa.text("UPDATE occasions SET facts = 'null' WHERE id = (SELECT min(id) FROM occasions)"))
    db.session.commit()

    copy(site, target)

    with there.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM occasions WHERE facts::text = 'null'")).scalar() == 1


def test_it_goes_back_the_same_way(site, settings, target, tmp_path):
    copy(site, target)
    moved = create_app(replace(settings, SQLALCHEMY_DATABASE_URI=target, INSTANCE_DIR=tmp_path))

    back = sa.create_engine(new_database(SQLITE, tmp_path, "back"))
    done = copy(moved, str(back.url))

    assert done.exit_code == 0, done.output
    assert content(back) == content(db.engine)
    with moved.app_context():
        db.engine.dispose()
    back.dispose()


def test_nothing_goes_into_a_database_that_holds_something(site, target, there):
    copy(site, target)
    before = content(there)

    done = copy(site, target)

    assert done.exit_code == 1
    assert "isn't empty" in done.output
    assert content(there) == before


def test_while_the_worker_runs_nothing_is_copied(site, target, there):
    worker = Presence(site.config["INSTANCE_DIR"] / "workers")

    done = copy(site, target)
    worker.leave()

    assert done.exit_code == 1
    assert "The worker is running. Stop it first" in done.output
    assert sa.inspect(there).get_table_names() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x" * 65, "occasions.subject of row 1 has 65 characters, and 64 fit"),
        ("a\0b", "occasions.subject of row 1 has a NUL"),
    ],
)
def test_what_does_not_fit_there_is_named_and_nothing_is_copied(site, target, there, text, words):
    db.session.execute(sa.text("UPDATE occasions SET subject = :text WHERE id = 1"), {"text": text})
    db.session.commit()

    done = copy(site, target)

    assert done.exit_code == 1
    assert words in done.output
    assert not any(content(there).values())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("mysql://root:secret@host/db", "must be like"),
        ("postgresql://somebody:secret@127.0.0.1:1/nowhere", "Nothing was copied"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(site, address, words):
    done = copy(site, address)

    assert done.exit_code != 0
    assert words in done.output
    assert "secret" not in done.output


def test_an_address_may_stand_in_a_file(site, target, tmp_path):
    file = tmp_path / "address"
    file.write_text(f"{target.replace('+psycopg', '')}\n")

    with site.app_context():
        done = site.test_cli_runner().invoke(args=["database", "copy", "--to-file", str(file)])

    assert done.exit_code == 0, done.output


def test_a_database_that_is_behind_is_brought_forward_first(site, target):
    db.session.execute(sa.text("DELETE FROM alembic_version"))
    db.session.commit()

    done = copy(site, target)

    assert done.exit_code == 1
    assert "flask db upgrade" in done.output
