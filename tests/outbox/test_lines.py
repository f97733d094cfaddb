"""Connections to the mail server in one hand: none waits for another."""

import threading
import time

import pytest

from campaign.outbox.composing import Mail
from campaign.outbox.faults import Outcome
from campaign.outbox.journal import Journal
from campaign.outbox.lines import Lines
from campaign.outbox.transport import Connection, Limits, Server
from tests.outbox.rude import HANG, RudeServer

LETTER = b"Subject: x\r\n\r\nHello\r\n"
SHORT = Limits(connect=0.5, command=0.5, body=0.5, answer=0.5)


@pytest.fixture
def rude():
    server = RudeServer()
    yield server
    server.stop()


@pytest.fixture
def lines(rude, tmp_path):
    """Three."""
    with (tmp_path / "journal").open("w+b") as file:
        server = Server("127.0.0.1", rude.port, "us@example.org", limits=SHORT)
        made = Lines([Connection(server) for _ in range(3)], Journal(file.fileno()))
        yield made
        made.hang_up()


def send(lines, *numbers):
    for number in numbers:
        lines.send(number, Mail(f"p{number}@example.org", LETTER))


def ended(lines, count, seconds=5):
    found, until = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        found += lines.turn(0.05)
    return {attempt.delivery_id: attempt.outcome for attempt in found}


def test_each_line_carries_one_message_after_another(rude, lines):
    for first in (1, 4, 7):
        send(lines, first, first + 1, first + 2)
        assert ended(lines, 3) == dict.fromkeys(range(first, first + 3), Outcome.SENT)

    assert len(rude.taken) == 9
    assert len(rude.heard) == 3


def test_who_waits_in_vain_holds_up_nobody(rude, lines):
    rude.answers["DOT"] = [HANG]
    send(lines, 1)
    while "DATA" not in [line for heard in rude.heard for line in heard]:
        lines.turn(0.01)
    began = time.monotonic()
    send(lines, 2, 3)

    assert ended(lines, 2, 0.4) == {2: Outcome.SENT, 3: Outcome.SENT}
    assert time.monotonic() - began < 0.4
    assert ended(lines, 1) == {1: Outcome.UNKNOWN}


def test_a_message_that_breaks_the_code_ends_as_unknown_and_its_line_goes_on(rude, lines, caplog):
    lines.send(1, None)
    assert ended(lines, 1) == {1: Outcome.UNKNOWN}
    assert "AttributeError" in caplog.text

    send(lines, 2, 3, 4)
    assert set(ended(lines, 3).values()) == {Outcome.SENT}


def test_resting_says_goodbye_on_all_lines_and_the_next_message_opens_them_again(rude, lines):
    send(lines, 1, 2)
    ended(lines, 2)

    lines.rest()
    send(lines, 3)

    assert ended(lines, 1) == {3: Outcome.SENT}
    assert sorted(heard[-1] for heard in rude.heard) == ["DATA", "QUIT", "QUIT"]


def test_hanging_up_leaves_what_is_on_its_way(rude, lines):
    rude.answers["DOT"] = HANG
    send(lines, 1)
    lines.turn(0.1)
    began = time.monotonic()

    lines.hang_up()

    assert time.monotonic() - began < 1
    assert lines.turn(0) == []


def test_only_opening_takes_threads_and_they_end(rude, lines):
    before = threading.active_count()
    send(lines, 1, 2, 3)
    ended(lines, 3)
    after = [thread for thread in threading.enumerate() if thread.name == "dial"]

    for thread in after:
        thread.join(1)
    assert not any(thread.is_alive() for thread in after)
    assert before <= threading.active_count()
