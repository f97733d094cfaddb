"""The loop: what it runs, when, and that nothing ends it but being told. Alike for both engines."""

import threading
import time

import pytest

from campaign.extensions import db
from campaign.outbox import engine, procrastinating
from campaign.outbox.engine import Engine
from campaign.outbox.procrastinating import Procrastinate
from tests.installations import POSTGRES

NEVER = 24 * 3600  # seconds: not while a test runs


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(engine, "LOOKS", 0.02)
    monkeypatch.setattr(engine, "_AFTER_A_MISHAP", 0.01)


@pytest.fixture(params=["embedded", "procrastinate"])
def make_loop(request):
    """`make_loop()` is an engine that has nothing to do yet."""
    if request.param == "embedded":
        yield Engine
        return
    application = request.getfixturevalue("installations").app(POSTGRES)
    with application.app_context():
        with db.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA IF EXISTS procrastinate CASCADE")
        yield lambda: Procrastinate(db.engine)


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


def test_what_is_told_is_run_at_the_start_in_order_and_again_after_its_period(make_loop):
    order, loop = [], make_loop()
    period = 1 if isinstance(loop, Procrastinate) else 0.1
    loop.every(period, "first", lambda: order.append("first"))
    loop.every(NEVER, "second", lambda: order.append("second"))

    run(loop, 3.5 * period)

    assert order[:2] == ["first", "second"]
    assert 3 <= order.count("first") <= 6
    assert order.count("second") == 1


def test_a_task_for_everywhere_runs_by_the_clock_of_its_process(make_loop):
    loop, task = make_loop(), counting()
    loop.every(0.1, "task", task, everywhere=True)

    run(loop, 0.35)

    assert 3 <= len(task.calls) <= 5


def test_a_kick_runs_a_task_soon(make_loop):
    loop, task = make_loop(), counting()
    loop.every(NEVER, "task", task)
    threading.Timer(0.1, lambda: loop.kick("task")).start()

    run(loop)

    assert len(task.calls) == 2
    assert task.calls[1] - task.calls[0] < 0.25


def test_many_kicks_are_one_and_a_kick_for_nobody_is_nothing(make_loop):
    loop, task = make_loop(), counting()
    loop.every(NEVER, "task", task)
    for _ in range(100):
        loop.kick("task")
        loop.kick("nobody")

    run(loop, 0.1)

    assert len(task.calls) <= 2


def test_a_task_that_wants_to_run_on_does_while_others_get_their_turn(make_loop):
    loop, busy, other = make_loop(), counting(returns=lambda calls: calls < 50), counting()
    loop.every(NEVER, "busy", busy)
    loop.every(0.02, "other", other, everywhere=True)

    run(loop)

    assert len(busy.calls) == 50
    assert len(other.calls) > 3


def test_what_a_task_raises_is_told_without_values_and_tried_again(make_loop, caplog):
    def fails():
        raise ValueError("ada@example.org")

    loop, other = make_loop(), counting()
    loop.every(0.05, "fails", fails, everywhere=True)
    loop.every(0.05, "other", other, everywhere=True)

    run(loop)

    assert len(other.calls) > 2
    assert "fails broke off: ValueError" in caplog.text
    assert "ada" not in caplog.text


def test_what_a_task_had_begun_when_it_broke_off_is_given_back():
    given_back = []

    def fails():
        raise ValueError

    loop = Engine(after_a_mishap=lambda: given_back.append(True))
    loop.every(NEVER, "fails", fails)

    run(loop, 0.1)

    assert given_back == [True]


def test_a_change_runs_what_watches_for_it_and_nothing_else(make_loop):
    loop, watching, other, changes = make_loop(), counting(), counting(), [False, False, True, False]
    loop.every(NEVER, "watching", watching, on_change=True)
    loop.every(NEVER, "other", other)

    run(loop, has_changed=lambda: bool(changes) and changes.pop(0))

    assert (len(watching.calls), len(other.calls)) == (2, 1)


def test_a_look_that_fails_ends_nothing(make_loop, caplog):
    def fails():
        raise OSError

    loop, task = make_loop(), counting()
    loop.every(0.05, "task", task, everywhere=True)

    run(loop, has_changed=fails)

    assert len(task.calls) > 2
    assert "the watch broke off: OSError" in caplog.text


@pytest.mark.parametrize(
    ("seconds", "line"),
    [(1, "* * * * * */1"), (10, "* * * * * */10"), (300, "*/5 * * * *"), (3600, "0 */1 * * *"), (0.2, "* * * * * */1")],
)
def test_a_period_is_said_as_a_line_of_crontab(seconds, line):
    assert procrastinating.cron(seconds) == line
