"""Wake-ups that PostgreSQL carries between processes: none is work, so each may be lost, doubled or late."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bench.kill import throw_away
from campaign import create_app
from campaign.extensions import db
from campaign.outbox import procrastinating
from campaign.outbox.procrastinating import Procrastinate, lay_out
from tests.installations import POSTGRES
from tests.outbox.test_watching import owe

NEVER = 24 * 3600  # seconds


@pytest.fixture
def app(installations):
    """An application whose engine it is, with an empty database."""
    installations.app(POSTGRES)  # makes the tables
    application = create_app(replace(installations.settings(POSTGRES), ENGINE="procrastinate"))
    with application.app_context():
        throw_away(db.engine)
        yield application
        db.session.rollback()
        for table in ("deliveries", "occasions"):
            ask(f"DELETE FROM {table}")
        throw_away(db.engine)
        db.engine.dispose()
        application.extensions["kept"].close()


def ask(query):
    with db.engine.begin() as connection:
        asked = connection.exec_driver_sql(query)
        return asked.all() if asked.returns_rows else None


def jobs():
    return [name for (name,) in ask("SELECT task_name FROM procrastinate.procrastinate_jobs ORDER BY id")]


class Running:
    """An engine in a thread, as a process of its own would have it."""

    def __init__(self, **tasks):
        self.calls = {name: [] for name in tasks}
        self.engine = Procrastinate(db.engine)
        for name, task in tasks.items():
            self.engine.every(NEVER, name, self._noting(name, task))
        self._thread = threading.Thread(target=self.engine.run)
        self._thread.start()
        wait_for(lambda: all(self.calls.values()) and self.is_listening())

    def is_listening(self):
        return self.engine.is_connected

    def stop(self):
        self.engine.stop()
        self._thread.join()

    def _noting(self, name, task):
        def noting():
            self.calls[name].append(time.monotonic())
            return task()

        return noting


@contextmanager
def running(**tasks):
    started = Running(**tasks)
    try:
        yield started
    finally:
        started.stop()


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it didn't come about in time"
        time.sleep(0.01)


def test_work_and_wake_up_are_committed_together_and_one_waits_at_a_time(app, at):
    lay_out(db.engine)
    owe(at)
    db.session.flush()
    assert jobs() == []

    db.session.commit()
    owe(at)
    db.session.commit()

    assert jobs() == ["expand", "send"]


def test_what_is_rolled_back_wakes_nobody(app, at):
    lay_out(db.engine)
    owe(at)

    db.session.rollback()
    db.session.commit()

    assert jobs() == []


def test_before_a_worker_has_laid_out_the_tables_work_is_committed_all_the_same(app, at):
    owe(at)

    db.session.commit()

    assert ask("SELECT count(*) FROM deliveries") == [(1,)]


def test_laid_out_again_what_waits_stays_unless_the_version_is_another(app, at):
    lay_out(db.engine)
    owe(at)
    db.session.commit()

    lay_out(db.engine)
    assert len(jobs()) == 2
    ask("COMMENT ON SCHEMA procrastinate IS '0.1'")
    lay_out(db.engine)

    assert jobs() == []


def test_a_wake_up_reaches_one_process_at_once_and_leaves_nothing_behind(app, at):
    with running(send=bool) as here, running(send=bool) as there:
        owe(at)
        db.session.commit()
        began = time.monotonic()
        wait_for(lambda: len(here.calls["send"] + there.calls["send"]) == 3)

        assert time.monotonic() - began < 1
        wait_for(lambda: "send" not in jobs())
        time.sleep(0.3)
        assert len(here.calls["send"] + there.calls["send"]) == 3


def test_where_a_task_runs_on_the_others_join_in(app, at):
    ended = threading.Event()

    def long():
        time.sleep(0.01)
        return woken.is_set() and not ended.is_set()

    woken = threading.Event()
    with running(send=long) as here, running(send=long) as there, running(send=long) as elsewhere:
        woken.set()
        owe(at)
        db.session.commit()
        try:
            wait_for(lambda: all(len(one.calls["send"]) > 10 for one in (here, there, elsewhere)))
        finally:
            ended.set()
        wait_for(lambda: "send" not in jobs())


def test_what_is_held_goes_to_others_meanwhile(app, at):
    with running(send=bool) as here, running(send=bool) as there:
        for one in (here, there):
            one.engine.hold("send", while_=lambda one=one: len(one.calls["send"]) == 2)
        owe(at)
        db.session.commit()
        wait_for(lambda: (len(here.calls["send"]), len(there.calls["send"])) == (2, 2))


def test_the_jobs_of_dead_workers_are_thrown_away_and_others_wake_somebody(app, monkeypatch):
    lay_out(db.engine)
    ask(
        "INSERT INTO procrastinate.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour');"
        "INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id)"
        " SELECT 'house', task, task, 'doing', max(id) FROM procrastinate.procrastinate_workers,"
        " unnest(ARRAY['intake', 'unheard of']) AS task GROUP BY task"
    )

    with running(intake=bool) as here:
        wait_for(lambda: len(here.calls["intake"]) == 2)
        wait_for(lambda: jobs() == [])


def test_thrown_away_while_it_runs_it_is_laid_out_anew(app, at, monkeypatch):
    monkeypatch.setattr(procrastinating, "_AGAIN", 0.1)
    with running(send=bool) as here:
        throw_away(db.engine)
        owe(at)
        db.session.commit()
        wait_for(lambda: ask("SELECT to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL") == [(True,)])
        wait_for(here.is_listening)
        for _ in range(2):
            owe(at)
            db.session.commit()

        wait_for(lambda: len(here.calls["send"]) >= 2)


def test_emptied_while_it_runs_it_goes_on(app, at, monkeypatch):
    monkeypatch.setattr(procrastinating, "_AGAIN", 0.1)
    with running(send=bool) as here:
        ask("TRUNCATE procrastinate.procrastinate_workers, procrastinate.procrastinate_jobs CASCADE")
        until = time.monotonic() + 10
        while len(here.calls["send"]) < 2:
            assert time.monotonic() < until
            owe(at)
            db.session.commit()
            time.sleep(0.2)


def test_without_it_each_process_goes_by_its_own_clock(app, monkeypatch, caplog):
    def away(_database):
        raise OSError

    monkeypatch.setattr(procrastinating, "lay_out", away)
    calls, engine = [], Procrastinate(db.engine)
    engine.every(0.05, "send", lambda: bool(calls.append(True)))
    threading.Timer(1.5, engine.stop).start()

    engine.run()

    assert 3 <= len(calls) <= 11  # each third period: 0.15 s
    assert "Procrastinate broke off: OSError" in caplog.text
