"""When to try again."""

from datetime import timedelta

import pytest

from campaign.outbox import ladder

KEYS = [f"key-{number}" for number in range(500)]


@pytest.mark.parametrize(("attempts", "minutes"), list(enumerate((1, 5, 15, 60, 120, 240, 480, 480, 480), start=1)))
def test_each_step_is_longer_and_spread_by_a_fifth_either_way(attempts, minutes):
    waits = [ladder.wait(attempts, key) / timedelta(minutes=minutes) for key in KEYS]

    assert 0.8 <= min(waits) < 0.82
    assert 1.18 < max(waits) <= 1.2
    assert len(set(waits)) == len(KEYS)


def test_there_is_no_chance_in_it():
    assert ladder.wait(3, "a") == ladder.wait(3, "a")


def test_nothing_waits_longer_than_the_longest():
    assert max(ladder.wait(attempts, key) for attempts in range(1, 50) for key in KEYS) <= ladder.LONGEST


def test_a_relay_is_left_alone_for_longer_each_time_up_to_five_minutes():
    assert [ladder.pause(failures) for failures in range(1, 9)] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert ladder.pause(10_000) == 300
