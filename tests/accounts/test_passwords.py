"""How many passwords are hashed at a time."""

from threading import Event, Lock, Thread

import pytest

from campaign.accounts.passwords import AT_ONCE, IN_LINE, InTurn
from campaign.errors import Busy
from tests import make
from tests.credentials.devices import give_password


class Slow:
    """Hashes when it is told to, and knows how many asked for that at a time."""

    def __init__(self):
        self.go, self.lock, self.here, self.most = Event(), Lock(), 0, 0

    def hash(self, secret):
        with self.lock:
            self.here += 1
            self.most = max(self.most, self.here)
        self.go.wait(10)
        with self.lock:
            self.here -= 1
        return f"hash of {secret}"


def started(work, count):
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_a_few_are_hashed_at_a_time_the_next_wait_and_more_are_sent_away():
    slow, done = Slow(), []
    line = InTurn(slow)

    threads = started(lambda: done.append(line.hash("x")), AT_ONCE + IN_LINE)
    while line._here._value:
        pass
    with pytest.raises(Busy):
        line.hash("one too many")
    slow.go.set()
    for thread in threads:
        thread.join()

    assert done == ["hash of x"] * (AT_ONCE + IN_LINE)
    assert slow.most <= AT_ONCE
    assert line.hash("the next") == "hash of the next"


def test_who_signs_in_while_too_many_do_is_told_to_wait(app, client):
    alice, line, go = make.account("Alice", make.team()), app.extensions["security"].pwd_context, Event()

    def occupy():
        with line.turn():
            go.wait(10)

    threads = started(occupy, AT_ONCE + IN_LINE)
    while line._here._value:
        pass
    page = give_password(client, alice)
    go.set()
    for thread in threads:
        thread.join()

    assert page.status_code == 503
    assert "Wait a few seconds" in page.text
    assert give_password(client, alice).status_code == 302
