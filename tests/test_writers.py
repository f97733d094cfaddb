"""Who writes beside whom. SQLite has one writer by nature: what that asks of requests is in `web/test_requests.py`."""

import threading

import pytest

from campaign.databases import ALONE, TOGETHER, own_connection, writing
from campaign.extensions import db
from campaign.outbox import health
from campaign.outbox.models import Heartbeat
from campaign.web import requests

GATE = "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def begin(how):
    connection = db.engine.connect().execution_options(writes=how)
    connection.begin()
    return connection


def in_a_thread(app, how):
    """A writer of its own: an event that says when it has begun, and one that lets it end."""
    has_begun, may_end = threading.Event(), threading.Event()

    def write():
        with app.app_context(), writing(how):
            has_begun.set()
            may_end.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    return has_begun, may_end, thread


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [(TOGETHER, TOGETHER, False), (TOGETHER, ALONE, True), (ALONE, TOGETHER, True), (ALONE, ALONE, True)],
)
def test_writers_are_together_or_alone(app, first, second, waits):
    there = begin(first)

    has_begun, may_end, thread = in_a_thread(app, second)

    assert has_begun.wait(0.3) is not waits
    there.close()
    assert has_begun.wait(5)
    may_end.set()
    thread.join()


@pytest.mark.postgres
@pytest.mark.parametrize(("path", "mode"), [("/manage/actions/", "ExclusiveLock"), ("/en/actions/a/rsvp", "ShareLock")])
def test_organizers_write_alone_and_supporters_together(app, path, mode):
    with app.test_request_context(path, method="POST"):
        requests.begin_to_write()

        assert db.session.scalars(db.text(GATE)).all() == [mode]


@pytest.mark.postgres
def test_who_reads_passes_no_gate(app):
    there = begin(ALONE)

    assert db.session.scalars(db.text(GATE)).all() == []
    there.close()


@pytest.mark.both
def test_a_connection_of_ones_own_sees_what_was_committed_since_its_last_statement(app, at):
    own = own_connection(db.engine)
    count = "SELECT count(*) FROM heartbeats"
    assert own.execute(count).fetchone() == (0,)

    with writing():
        health.beat(health.WORKER, at())

    assert own.execute(count).fetchone() == (1,)
    own.close()


@pytest.mark.both
def test_what_is_raised_takes_back_what_was_written(app, at):
    def write():
        with writing():
            health.beat(health.WORKER, at())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()

    assert db.session.get(Heartbeat, health.WORKER) is None
