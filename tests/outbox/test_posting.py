"""Owing mail, and taking back what is owed."""

from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.outbox import health, posting
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion, OccasionState

pytestmark = pytest.mark.both


@pytest.fixture
def post(app, at):
    def owe(person="ada", subject="action:7", kind=Kind.CONFIRMATION, **more):
        return posting.post(
            "messages/reminder",
            kind=kind,
            subject=subject,
            person_key=person,
            to_sealed=b"sealed",
            language="en",
            now=at(),
            **more,
        )

    return owe


def states(*deliveries):
    return [(delivery.state, delivery.to_sealed) for delivery in deliveries]


KEPT, GONE = (DeliveryState.QUEUED, b"sealed"), (DeliveryState.CANCELLED, None)


def test_a_letter_is_owed_from_now_on_for_48_hours_under_an_id_that_cant_be_guessed(post, at):
    first, second = post("ada"), post("bob")

    assert (first.next_at, first.expires_at) == (at(), at() + timedelta(hours=48))
    assert len(first.message_id) >= 27
    assert first.message_id != second.message_id


def test_the_same_form_sent_twice_owes_one_letter(post):
    first = post(dedup_key="token of a form")

    assert post(dedup_key="token of a form") is first
    assert post(dedup_key="another") is not first
    assert db.session.query(Delivery).count() == 2


def test_reminders_off_takes_back_reminders_of_that_person_only(post):
    reminder, followup = post(kind=Kind.REMINDER), post(kind=Kind.FOLLOWUP)
    notice, confirmation = post(kind=Kind.NOTICE), post()
    another = post("bob", kind=Kind.REMINDER)

    assert posting.withdraw("ada", posting.REMINDING) == 2

    assert states(reminder, followup) == [GONE, GONE]
    assert states(notice, confirmation, another) == [KEPT] * 3


def test_an_unsubscribe_takes_back_word_of_changes_too(post):
    reminder, notice, confirmation = post(kind=Kind.REMINDER), post(kind=Kind.NOTICE), post()

    assert posting.withdraw("ada", posting.TO_ALL) == 2

    assert states(reminder, notice, confirmation) == [GONE, GONE, KEPT]


def test_to_be_forgotten_takes_back_all_and_leaves_no_copy_even_on_the_wire(post):
    queued, leased, sending, sent = post(), post(), post(), post()
    leased.state, sending.state, sent.state = DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.SENT
    db.session.flush()

    assert posting.withdraw("ada") == 2

    assert states(queued, leased) == [GONE, GONE]
    assert states(sending) == [(DeliveryState.SENDING, None)]
    assert sent.state is DeliveryState.SENT


def test_what_is_planned_about_a_subject_is_taken_back_too(post, at):
    planned = Occasion(
        kind=Kind.REMINDER,
        letter="messages/reminder",
        subject="action:7",
        due_at=at(),
        state=OccasionState.PLANNED,
        priority=30,
        on_unknown="presume",
    )
    db.session.add(planned)
    about, elsewhere = post(kind=Kind.REMINDER), post(subject="action:77", kind=Kind.REMINDER)

    posting.withdraw_about("action:7", [Kind.REMINDER])

    assert planned.state is OccasionState.CANCELLED
    assert states(about, elsewhere) == [GONE, KEPT]


def test_a_purge_takes_back_everything_about_a_subject(post):
    letters = [post(kind=kind) for kind in Kind]
    elsewhere = post(subject="action:77")

    posting.withdraw_about("action:7")

    assert states(*letters, elsewhere) == [GONE] * len(letters) + [KEPT]


# ---------------------------------------------------------------- health


def test_mail_is_overdue_from_when_it_could_have_gone_out(post, at):
    assert health.oldest_overdue_seconds(at()) == 0
    post()
    at.forward(timedelta(seconds=90))
    post("bob")

    assert health.oldest_overdue_seconds(at()) == 90


def test_mail_that_a_server_wants_later_is_not_overdue(post, at):
    post().next_at = at() + timedelta(hours=1)

    assert health.oldest_overdue_seconds(at()) == 0


def test_an_occasion_that_nobody_expands_is_overdue(app, at):
    db.session.add(
        Occasion(
            kind=Kind.NOTICE,
            letter="messages/notice",
            subject="action:7",
            due_at=at() - timedelta(minutes=11),
            state=OccasionState.PLANNED,
            priority=10,
            on_unknown="resend",
        )
    )

    assert health.oldest_overdue_seconds(at()) == 660


def test_a_worker_is_seen_and_a_clock_put_back_makes_nothing_negative(app, at, worker):
    assert health.worker_seen_seconds(at()) is None

    worker.run_until_idle()
    at.forward(timedelta(seconds=7))
    assert health.worker_seen_seconds(at()) == 7

    at.forward(-timedelta(days=1))
    assert health.worker_seen_seconds(at()) == 0
