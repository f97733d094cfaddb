"""How often a network may send a form."""

from datetime import timedelta

import pytest

from campaign.web import limits
from tests import make
from tests.rsvps.forms import filled_in, send


def sent(client, action, times, network):
    environ = {"REMOTE_ADDR": network}
    return [send(client, action, filled_in(action), environ_overrides=environ).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("one", "neighbour", "stranger"),
    [
        ("203.0.113.5", "203.0.113.99", "198.51.100.1"),
        ("2001:db8:7:1::5", "2001:db8:7:ffff::9", "2001:db8:8::1"),
        ("::ffff:203.0.113.5", "203.0.113.6", "198.51.100.1"),
    ],
)
def test_a_network_that_sends_too_often_is_asked_to_wait_and_others_are_not(client, one, neighbour, stranger):
    action = make.action()

    answers = sent(client, action, 31, one)

    assert answers == [200] * 30 + [429]
    assert sent(client, action, 1, neighbour) == [429]
    assert sent(client, action, 1, stranger) == [200]


def test_the_page_says_in_words_to_wait(client):
    action = make.action()
    sent(client, action, 30, "203.0.113.5")

    page = send(client, action, filled_in(action), environ_overrides={"REMOTE_ADDR": "203.0.113.5"})

    assert page.status_code == 429
    assert "Wait a few minutes" in page.text
    assert 0 < int(page.headers["Retry-After"]) <= 60


def test_behind_a_proxy_or_an_onion_an_action_has_a_ceiling_of_its_own(client, monkeypatch):
    action, other = make.action(), make.action()
    monkeypatch.setattr(limits, "CEILING", "40 per minute")

    answers = sent(client, action, 41, "127.0.0.1")

    assert answers == [200] * 40 + [429]
    assert sent(client, other, 1, "127.0.0.1") == [200]
    assert sent(client, action, 1, "203.0.113.5") == [200]


def test_a_header_that_says_where_one_comes_from_is_not_believed(client):
    action = make.action()
    headers = {"X-Forwarded-For": "198.51.100.1"}
    environ = {"REMOTE_ADDR": "203.0.113.5"}

    answers = [
        send(client, action, filled_in(action), headers=headers, environ_overrides=environ).status_code
        for _ in range(31)
    ]

    assert answers[-1] == 429


def test_no_address_is_kept_and_the_next_day_nobody_is_the_same(app, at):
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": "203.0.113.5"}):
        today, once_more = limits._who(), limits._who()
        at.forward(timedelta(days=1))
        tomorrow = limits._who()

    assert "203" not in bytes.fromhex(today).decode("latin-1")
    assert today == once_more
    assert tomorrow != today
