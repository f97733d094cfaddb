"""Work that somebody commits is noticed by the worker of the embedded engine."""

import pytest
import sqlalchemy as sa

from campaign.extensions import db
from campaign.outbox import health, posting
from campaign.outbox.models import Kind
from campaign.outbox.watching import Watch
from tests.installations import POSTGRES

pytestmark = pytest.mark.both


@pytest.fixture
def watch(app):
    started = Watch(db.engine)
    yield started
    started.close()


def owe(at):
    return posting.post(
        "accounts/password_changed",
        kind=Kind.ACCOUNT,
        subject="organizer:3",
        person_key="organizer:3",
        to_sealed=b"box",
        language="en",
        now=at(),
    )


def test_nothing_has_changed_at_first(watch):
    assert not watch.has_changed()


def test_work_is_noticed_once_it_is_committed_and_once(watch, at):
    owe(at)
    db.session.flush()
    assert not watch.has_changed()

    db.session.commit()

    assert watch.has_changed()
    assert not watch.has_changed()


def test_work_that_a_statement_leaves_is_noticed_too(watch, at):
    owe(at)
    db.session.commit()
    watch.has_changed()

    posting.renew_about("organizer:3", [Kind.ACCOUNT], at())
    db.session.commit()

    assert watch.has_changed()


def test_what_is_rolled_back_was_never_there(watch, at):
    owe(at)
    db.session.rollback()
    db.session.commit()

    assert not watch.has_changed()


def test_what_leaves_nothing_to_do_wakes_nobody_where_it_can_be_told(watch, at, dialect):
    health.beat(health.WORKER, at())
    db.session.commit()

    assert watch.has_changed() is (dialect != POSTGRES)


def test_a_watch_that_was_cut_off_says_so_and_looks_on(watch, at, dialect):
    if dialect == POSTGRES:
        with db.engine.connect() as connection:
            connection.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE query = 'SELECT' AND state = 'idle' AND datname = current_database()"
                )
            )
        with pytest.raises(db.engine.dialect.loaded_dbapi.Error):
            watch.has_changed()
    else:
        watch.close()

    assert watch.has_changed()
    owe(at)
    db.session.commit()
    assert watch.has_changed()
