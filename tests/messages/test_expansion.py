"""Occasions become deliveries: late, once, from who is there then."""

import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from campaign.databases import writing
from campaign.extensions import db
from campaign.messages import expansion, notices
from campaign.outbox.models import Delivery, Occasion, OccasionState
from campaign.rsvps import booking
from campaign.rsvps.models import Answer
from tests import make
from tests.working import TestWorker

pytestmark = pytest.mark.both

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
START = datetime(2023, 5, 31, 11, 0, tzinfo=UTC)


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


def test_who_changes_their_mind_before_it_is_due_needs_no_bookkeeping(action, at, worker, mailbox):
    stays, leaves = make.rsvp(action, "stays@example.org"), make.rsvp(action, "leaves@example.org")
    declines, silent = make.rsvp(action, "declines@example.org"), make.rsvp(action, "silent@example.org")
    worker.run_until_idle()

    booking.cancel(leaves, at())
    booking.change(declines, Answer.NO, 1, True, at())
    booking.change(silent, Answer.YES, 1, False, at())
    make.rsvp(action, "late@example.org")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    reminded = [letter.to for letter in mailbox.letters if letter.subject.startswith("Reminder")]
    assert sorted(reminded) == ["late@example.org", "stays@example.org"]
    assert stays.reminders


def test_who_signs_up_after_a_reminder_gets_the_facts_and_not_the_old_reminder(action, at, worker, mailbox):
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    make.rsvp(action, "late@example.org", state="sealed")
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert letter.subject == "Please confirm: Wednesday 31 May 2023, 7:00 am"
    assert letter.text.startswith("Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)\nEY Centre")
    assert "SUMMARY:Protest CANSEC" in letter.ics


def test_expanding_twice_or_broken_off_in_the_middle_gives_the_same_rows(action, at, worker):
    for number in range(5):
        make.rsvp(action, f"p{number}@example.org")
    at.set(EVENING_BEFORE)
    db.session.commit()
    [evening] = expansion.due(at())
    db.session.rollback()

    with pytest.raises(KeyboardInterrupt):
        expand_and_break_off(evening, at())
    with writing():
        assert expansion.expand(evening, at()) == 5
    with writing():
        assert expansion.expand(evening, at()) == 0
        db.session.get(Occasion, evening).state = OccasionState.PLANNED
        assert expansion.expand(evening, at()) == 0

    assert db.session.query(Delivery).count() == 5
    ids = [delivery.message_id for delivery in db.session.query(Delivery)]
    assert len(set(ids)) == 5
    assert all(len(each) == 32 for each in ids)


def expand_and_break_off(occasion_id, now):
    with writing():
        assert expansion.expand(occasion_id, now) == 5
        raise KeyboardInterrupt


def test_an_occasion_whose_use_has_passed_is_missed(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")

    at.set(START)
    worker.run_until_idle()

    assert mailbox.letters == []
    states = {occasion.state for occasion in db.session.query(Occasion).filter(Occasion.due_at.is_not(None))}
    assert states == {OccasionState.MISSED}


def test_a_reminder_that_is_late_goes_out_as_long_as_it_is_of_use(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")

    at.set(datetime(2023, 5, 31, 3, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert [letter.subject for letter in mailbox.letters] == ["Reminder: Wednesday 31 May 2023, 7:00 am"]


def test_a_reminder_never_goes_out_after_the_start(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    mailbox.answers["RCPT"] = "450 later"
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    mailbox.answers.clear()
    at.set(START)
    worker.run_until_idle()

    assert mailbox.letters == []
    assert {delivery.to_sealed for delivery in db.session.query(Delivery)} == {None}


def test_two_workers_at_once_send_each_letter_once(action, app, at, keyring, mailbox, tmp_path):
    for number in range(60):
        make.rsvp(action, f"p{number}@example.org")
    at.set(EVENING_BEFORE)
    db.session.commit()
    workers = [TestWorker(app, keyring, tmp_path / "workers", mailbox.port, at) for _ in range(2)]

    def work(worker):
        with app.app_context():
            worker.worker.recover()
            for task in worker.worker.tasks().values():
                task()
            worker.courier.drain()

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.end()

    assert Counter(letter.to for letter in mailbox.letters) == {f"p{number}@example.org": 1 for number in range(60)}


def test_the_link_in_the_header_ends_all_mail_about_an_action(action, at, worker, mailbox, client):
    make.rsvp(action, "ada@example.org")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    [letter] = mailbox.letters
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    answer = client.post(link.removeprefix("http://localhost"), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    notices.cancel(action, "Storm", at())
    at.set(datetime(2023, 5, 31, 10, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert len(mailbox.letters) == 1
