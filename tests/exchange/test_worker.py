"""Calendars that the worker fetches."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.actions.models import Action
from campaign.exchange.models import Import, State
from campaign.exchange.worker import Fetches
from campaign.extensions import db
from campaign.outbox import health
from tests import make
from tests.exchange import hosts
from tests.exchange.files import calendar, event
from tests.exchange.hosts import NAME, Host, answer

SECRET = f"https://{NAME}/private-0123456789/calendar.ics"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return hosts.certificate(tmp_path_factory.mktemp("tls"), NAME)


@pytest.fixture
def host(certificate):
    host = Host(certificate)
    host.answers["/private-0123456789/calendar.ics"] = answer(calendar(event()))
    yield host
    host.close()


@pytest.fixture
def fetches(host, certificate):
    return Fetches(hosts.fetcher(host, certificate))


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def ask(client, cause, address=SECRET):
    return client.post("/manage/exchange/imports/fetch", data={"campaign": cause.id, "address": address})


def run(fetches):
    db.session.commit()
    fetches.step()
    fetches.wait()
    db.session.rollback()


def only():
    return db.session.scalars(db.select(Import)).one()


def words(page):
    return re.sub(r"\s+", " ", BeautifulSoup(page.text, "html.parser").main.get_text(" "))


def test_an_address_is_fetched_looked_at_and_taken_over_like_a_file(alice, cause, fetches):
    page = ask(alice, cause)
    waiting = alice.get(page.location)
    run(fetches)
    preview = alice.get(page.location)

    assert page.status_code == 303
    assert "It will be fetched within a few seconds." in waiting.text
    assert "Vigil Saturday 3 June 2023, 2:00 pm to 4:00 pm, Ottawa time (EDT)" in words(preview)
    assert db.session.scalars(db.select(Action)).all() == []


def test_the_address_may_be_a_secret_and_is_forgotten_once_it_was_asked(alice, cause, fetches):
    page = ask(alice, cause)
    shown_before = alice.get(page.location).text
    run(fetches)

    assert only().address == ""
    for text in (shown_before, alice.get(page.location).text, alice.get("/manage/exchange/").text):
        assert NAME in text
        assert "private-0123456789" not in text


def test_what_went_wrong_is_said_with_what_to_do(alice, cause, fetches, host):
    host.answers.clear()
    page = ask(alice, cause)
    run(fetches)

    shown = alice.get(page.location)

    assert only().state is State.REFUSED
    assert only().address == ""
    assert "There is no calendar at that address: the host answered 404." in words(shown)
    assert "Try another way" in shown.text


def test_a_broken_calendar_is_refused_like_a_broken_file(alice, cause, fetches, host):
    host.answers["/private-0123456789/calendar.ics"] = answer(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n")
    page = ask(alice, cause)
    run(fetches)

    assert "The calendar breaks off in the middle." in words(alice.get(page.location))


@pytest.mark.parametrize("address", ["", "http://a.example/x", "https://localhost/x", "https://10.0.0.1/x", "x" * 600])
def test_an_address_that_can_not_be_asked_is_refused_at_once(alice, cause, address):
    page = ask(alice, cause, address)

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert db.session.scalars(db.select(Import)).all() == []


def test_an_address_inside_is_not_asked(alice, cause, host, certificate):
    page = ask(alice, cause, "https://intranet.example/calendar.ics")
    run(Fetches(hosts.fetcher(host, certificate, names={"intranet.example": ["10.0.0.1"]}, is_allowed=lambda _: False)))

    assert "intranet.example isn’t on the public internet, so it isn’t asked." in words(alice.get(page.location))
    assert host.asked == []


def test_one_after_the_other_and_none_twice(alice, cause, fetches, host):
    ask(alice, cause)
    ask(alice, cause)

    run(fetches)
    states = [one.state for one in db.session.scalars(db.select(Import).order_by(Import.id))]
    run(fetches)
    run(fetches)

    assert states == [State.READ, State.WAITING]
    assert len(host.asked) == 2


def test_a_fetch_whose_worker_died_is_given_up(alice, cause, fetches, at):
    page = ask(alice, cause)
    only().state = State.FETCHING
    at.forward(timedelta(minutes=2))

    run(fetches)

    assert only().state is State.REFUSED
    assert "Something went wrong on our side" in words(alice.get(page.location))


def test_who_leaves_it_while_it_is_fetched_gets_nothing(alice, cause, fetches, host):
    page = ask(alice, cause)

    def leave(connection):
        alice_leaves.append(True)
        connection.sendall(answer(calendar(event())))

    alice_leaves = []
    host.answers["/private-0123456789/calendar.ics"] = leave
    fetches.step()
    alice.post(f"{page.location}/discard")
    fetches.wait()
    db.session.rollback()

    assert db.session.scalars(db.select(Import)).all() == []


def test_what_nobody_decided_about_is_gone_after_a_day(alice, cause, fetches, at):
    ask(alice, cause)
    run(fetches)
    at.forward(timedelta(days=1))

    run(fetches)

    assert db.session.scalars(db.select(Import)).all() == []


def test_if_nobody_fetches_that_is_said(alice, cause, at):
    page = ask(alice, cause)
    asleep = alice.get(page.location).text
    health.beat(health.WORKER, at())

    assert "isn’t running" in asleep
    assert "isn’t running" not in alice.get(page.location).text
