"""The loop: what it runs, when, and that nothing ends it but being told."""

import threading
import time

import pytest

from campaign.extensions import db
from campaign.outbox import engine
from campaign.outbox.engine import Engine, Watch


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(engine, "LOOKS", 0.02)
    monkeypatch.setattr(engine, "_AFTER_A_MISHAP", 0.01)


def run(loop, seconds=0.3, **more):
    timer = threading.Timer(seconds, loop.stop)
    timer.start()
    loop.run(**more)
    timer.join()


def counting(returns=False):
    calls = []

    def task():
        calls.append(time.monotonic())
        return returns(len(calls)) if callable(returns) else returns

    task.calls = calls
    return task


def test_what_is_told_is_run_at_the_start_in_order_and_again_after_its_period():
    order, loop = [], Engine()
    loop.every(0.1, "first", lambda: order.append("first"))
    loop.every(60, "second", lambda: order.append("second"))

    run(loop, 0.35)

    assert order[:2] == ["first", "second"]
    assert 3 <= order.count("first") <= 5
    assert order.count("second") == 1


def test_a_kick_runs_a_task_soon():
    loop, task = Engine(), counting()
    loop.every(60, "task", task)
    threading.Timer(0.1, lambda: loop.kick("task")).start()

    run(loop)

    assert len(task.calls) == 2
    assert task.calls[1] - task.calls[0] < 0.25


def test_many_kicks_are_one_and_a_kick_for_nobody_is_nothing():
    loop, task = Engine(), counting()
    loop.every(60, "task", task)
    for _ in range(100):
        loop.kick("task")
        loop.kick("nobody")

    run(loop, 0.1)

    assert len(task.calls) <= 2


def test_a_task_that_wants_to_run_on_does_while_others_get_their_turn():
    loop, busy, other = Engine(), counting(returns=lambda calls: calls < 50), counting()
    loop.every(60, "busy", busy)
    loop.every(0.02, "other", other)

    run(loop)

    assert len(busy.calls) == 50
    assert len(other.calls) > 3


def test_what_a_task_raises_is_told_without_values_and_tried_again(caplog):
    def fails():
        raise ValueError("ada@example.org")

    loop, other = Engine(), counting()
    loop.every(0.05, "fails", fails)
    loop.every(0.05, "other", other)

    run(loop)

    assert len(other.calls) > 2
    assert "fails broke off: ValueError" in caplog.text
    assert "ada" not in caplog.text


def test_a_change_runs_what_watches_for_it_and_nothing_else():
    loop, watching, other, changes = Engine(), counting(), counting(), [False, False, True, False]
    loop.every(60, "watching", watching, on_change=True)
    loop.every(60, "other", other)

    run(loop, has_changed=lambda: bool(changes) and changes.pop(0))

    assert (len(watching.calls), len(other.calls)) == (2, 1)


def test_a_look_that_fails_ends_nothing(caplog):
    def fails():
        raise OSError

    loop, task = Engine(), counting()
    loop.every(0.05, "task", task)

    run(loop, has_changed=fails)

    assert len(task.calls) > 2
    assert "the watch broke off: OSError" in caplog.text


def test_others_commits_are_noticed(app):
    watch = Watch(db.engine)
    assert not watch.has_changed()

    with db.engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO heartbeats (name, beat_at, note) VALUES ('x', '2023-05-10 00:00:00', '')"
        )
        assert not watch.has_changed()
        connection.commit()

    assert watch.has_changed()
    assert not watch.has_changed()
    watch.close()
