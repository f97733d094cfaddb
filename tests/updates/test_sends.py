"""A sending in an organizer's hand: looked at, paused, let go on, stopped."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from campaign.databases import writing
from campaign.errors import Conflict
from campaign.extensions import db
from campaign.messages import expansion, notices, sends
from campaign.outbox import posting
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion, OccasionState
from tests import make

pytestmark = pytest.mark.both

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
CONNECTIONS = 2  # of the tests' worker


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    """Eight people are owed the reminder of the evening before, and no worker has sent any of it."""
    action = make.action(team, publish=False)
    notices.publish(action, at())
    for number in range(8):
        make.rsvp(action, f"p{number}@example.org")
    at.set(EVENING_BEFORE)
    return action


@pytest.fixture
def alice(client, team, action):
    return client.sign_in(make.account("Alice", team))


@pytest.fixture
def sending(action, worker):
    """Its page."""
    with worker.at_work():
        worker.worker.expand()
    occasion = db.session.query(Occasion).filter_by(letter="messages/still").one()
    return f"/manage/actions/{action.id}/messages/sends/{occasion.id}"


def states():
    return sorted(delivery.state.value for delivery in db.session.query(Delivery))


def test_paused_nothing_goes_out_until_it_goes_on_and_then_each_once(alice, sending, at, worker, mailbox):
    alice.post(f"{sending}/pause")
    worker.run_until_idle()
    page = alice.get(sending).text

    assert mailbox.letters == []
    assert "Paused" in page
    assert "0 of 8, 0 percent" in page
    assert "<b>8</b> paused" in page

    at.forward(timedelta(minutes=20))
    alice.post(f"{sending}/resume")
    worker.run_until_idle()
    worker.run_until_idle()
    assert len(mailbox.letters) == 8
    assert "8 of 8, 100 percent" in alice.get(sending).text


def test_after_a_pause_only_what_is_on_the_wire_still_goes(alice, sending, worker, mailbox):
    worker.begin()

    alice.post(f"{sending}/pause")
    worker.run_until_idle()

    assert len(mailbox.letters) <= CONNECTIONS
    assert states().count("paused") >= 8 - CONNECTIONS


def test_a_letter_that_the_server_puts_off_during_a_pause_waits_with_the_rest(alice, sending, at, worker, mailbox):
    mailbox.answers["RCPT"] = lambda _to: "450 later"
    worker.begin()
    alice.post(f"{sending}/pause")
    worker.run_until_idle()
    mailbox.answers.clear()

    at.forward(timedelta(hours=1))
    worker.run_until_idle()

    assert mailbox.letters == []
    assert set(states()) == {"paused"}


def test_a_pause_that_lasts_beyond_the_start_ends_the_letters(alice, action, sending, at, worker, mailbox):
    alice.post(f"{sending}/pause")
    at.set(action.starts_at)
    worker.run_until_idle()

    evening = db.session.query(Delivery).filter(Delivery.occasion_id == int(sending.rsplit("/", 1)[1])).all()
    assert {delivery.state for delivery in evening} == {DeliveryState.EXPIRED}
    assert {delivery.to_sealed for delivery in evening} == {None}


def test_stopped_the_rest_never_goes_and_it_says_how_many_have(alice, sending, at, worker, mailbox):
    mailbox.answers["RCPT"] = lambda to: None if to == "p0@example.org" else "450 later"
    worker.run_until_idle()
    mailbox.answers.clear()

    assert "can’t be undone" in alice.get(f"{sending}/stop").text
    page = alice.get(alice.post(f"{sending}/stop").location).text
    at.forward(timedelta(hours=1))
    worker.run_until_idle()

    assert "Stopped. 1 had gone out already; 7 don’t." in page
    assert len(mailbox.letters) == 1
    assert {delivery.to_sealed for delivery in db.session.query(Delivery)} == {None}


def test_a_person_who_leaves_during_a_pause_gets_nothing(alice, action, sending, worker, mailbox):
    leaver = make.rsvp(action, "leaver@example.org")
    alice.post(f"{sending}/pause")
    delivery = db.session.query(Delivery).first()
    posting.withdraw(delivery.person_key)
    alice.post(f"{sending}/resume")
    worker.run_until_idle()

    assert len(mailbox.letters) == 7
    assert mailbox.to("leaver@example.org") == []
    assert leaver.reminders


def test_cancelling_the_action_ends_a_paused_sending(alice, action, sending, at, worker, mailbox):
    alice.post(f"{sending}/pause")
    notices.cancel(action, "Storm", at())
    worker.run_until_idle()
    alice.post(f"{sending}/resume")
    worker.run_until_idle()

    assert {letter.subject.split(":")[0] for letter in mailbox.letters} == {"Cancelled"}


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "undo"])
def test_what_isnt_going_out_can_be_neither_paused_nor_stopped(alice, action, at, verb):
    planned = db.session.query(Occasion).filter_by(letter="messages/reminder").one()

    page = alice.post(f"/manage/actions/{action.id}/messages/sends/{planned.id}/{verb}")

    assert page.status_code == 409


def test_why_letters_failed_is_said_with_what_to_do(alice, sending, worker, mailbox):
    said = {"p0": "550 5.1.1 nobody here", "p2": "450 later"}
    mailbox.answers["RCPT"] = lambda to: said.get(to.split("@")[0])
    worker.run_until_idle()

    page = alice.get(sending).text

    assert "there is no such mailbox" in page
    assert "put off by the mail server" in page
    assert "It asked us to come again later." in page
    assert "<b>6</b> taken by the mail server" in page
    assert "@example.org" not in page.replace("team@example.org", "").replace("alice@example.org", "")


def test_a_page_says_when_no_mail_program_is_there(alice, sending):
    assert "The mail program isn’t running" in alice.get(sending).text


def test_taken_back_in_the_moment_it_goes_out_it_goes_either_to_all_or_to_nobody(app, action, at):
    for _ in range(8):
        held, _is_new = sends.hold(action, Kind.NOTICE, notices.LETTER, {}, "", at())
        at.forward(sends.HOLD)
        db.session.commit()
        number, refused, both = held.id, [], threading.Barrier(2)

        def take_back(number=number, refused=refused, both=both):
            with app.app_context():
                both.wait()
                try:
                    with writing():
                        sends.undo(db.session.get_one(Occasion, number))
                except Conflict:
                    refused.append(True)

        def go_out(number=number, both=both):
            with app.app_context():
                both.wait()
                with writing():
                    expansion.expand(number, at())

        threads = [threading.Thread(target=work) for work in (take_back, go_out)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        db.session.rollback()
        owed = db.session.query(Delivery).filter_by(occasion_id=number).count()
        assert owed == (8 if refused else 0)
        assert db.session.get(Occasion, number).state is (
            OccasionState.EXPANDED if refused else OccasionState.CANCELLED
        )
