"""When the mail server may be bothered."""

import pytest

from campaign.outbox.faults import Outcome
from campaign.outbox.relay import Relay, Trouble

OF_A_MESSAGE = [Outcome.SENT, Outcome.TRANSIENT, Outcome.PERMANENT]


class Ticks:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
def relay(ticks):
    return Relay(ticks)


def fail(relay, ticks, outcome=Outcome.RELAY):
    """An attempt that begins now and fails a moment later. Returns the seconds until the next may be made."""
    began = ticks.now
    ticks.now += 0.01
    relay.heard(outcome, began)
    waited = 0
    while not relay.room(4):
        ticks.now += 0.5
        waited += 0.5
    ticks.now += 0.01
    return waited


def test_at_first_all_connections_are_used(relay):
    assert relay.room(4) == 4
    assert relay.trouble is Trouble.NONE


def test_pauses_double_to_five_minutes(relay, ticks):
    assert [fail(relay, ticks) for _ in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]


def test_one_message_finds_out_whether_a_pause_is_over(relay, ticks):
    fail(relay, ticks)

    assert relay.room(4) == 1
    relay.heard(Outcome.SENT, ticks.now)
    assert relay.room(4) == 4


@pytest.mark.parametrize("outcome", OF_A_MESSAGE)
def test_an_answer_about_a_message_shows_that_it_works(relay, ticks, outcome):
    for _ in range(4):
        fail(relay, ticks)
    assert relay.trouble is Trouble.UNREACHABLE

    relay.heard(outcome, ticks.now)

    assert relay.trouble is Trouble.NONE
    assert fail(relay, ticks) == 5


def test_many_that_fail_together_are_one_failure(relay, ticks):
    began = ticks.now
    ticks.now += 1
    for _ in range(4):
        relay.heard(Outcome.RELAY, began)

    ticks.now += 5
    assert relay.room(4) == 1


def test_people_are_told_at_the_third_failure(relay, ticks):
    fail(relay, ticks)
    fail(relay, ticks)
    assert relay.trouble is Trouble.NONE

    fail(relay, ticks)
    assert relay.trouble is Trouble.UNREACHABLE


def test_a_single_hang_up_is_nothing(relay, ticks):
    assert fail(relay, ticks, Outcome.CONNECTION) == 0
    assert fail(relay, ticks, Outcome.CONNECTION) == 5
    assert fail(relay, ticks, Outcome.CONNECTION) == 10


def test_a_server_that_never_answers_after_the_dot_doesnt_get_everybodys_mail(relay, ticks):
    assert [fail(relay, ticks, Outcome.UNKNOWN) for _ in range(3)] == [5, 10, 20]
    assert relay.trouble is Trouble.SILENT


def test_what_only_people_can_repair_stops_it_at_once(relay, ticks):
    assert fail(relay, ticks, Outcome.CONFIGURATION) == 300
    assert relay.trouble is Trouble.CONFIGURATION
    assert relay.room(4) == 1


def test_five_mails_in_a_row_refused_for_what_they_are_stop_it(relay, ticks):
    for _ in range(4):
        relay.heard(Outcome.POLICY, ticks.now)
    assert (relay.room(4), relay.distrusts_us) == (4, False)

    relay.heard(Outcome.POLICY, ticks.now)
    assert (relay.room(4), relay.distrusts_us, relay.trouble) == (0, True, Trouble.POLICY)

    ticks.now += 301
    relay.heard(Outcome.SENT, ticks.now)
    assert (relay.room(4), relay.distrusts_us, relay.trouble) == (4, False, Trouble.NONE)
