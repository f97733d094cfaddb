"""Letters that come back: from standard input to the end of writing to that address."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from campaign.cli.mail import envelopes
from campaign.extensions import db
from campaign.outbox import suppressing
from campaign.outbox.models import Delivery, DeliveryState, Kind, Return, Suppression
from campaign.outbox.suppressing import Digests, Reason
from campaign.rsvps import letters
from tests import make
from tests.outbox.bounces import bounce, complaint

DAY = timedelta(days=1)


@pytest.fixture
def action(app):
    return make.action()


@pytest.fixture
def sent(action, worker, mailbox):
    """The letter that ada got, as its row."""
    make.rsvp(action, "ada@example.org", state="sealed")
    worker.run_until_idle()
    return db.session.scalars(db.select(Delivery)).one()


@pytest.fixture
def receive(app):
    """What the mail server does with mail to such an address."""

    def receive(octets, *arguments):
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["mail", "receive", *arguments], input=octets)
        db.session.rollback()
        return done

    return receive


@pytest.fixture
def digests(keyring):
    return Digests(keyring.mail_key("suppressions"))


def reasons():
    return [(row.reason, row.times) for row in db.session.scalars(db.select(Suppression))]


def test_each_letter_has_an_envelope_sender_that_says_which_it_is(sent, mailbox):
    [letter] = mailbox.letters

    assert envelopes().read(letter.sender) == sent.id
    assert letter.sender.startswith("campaign+b-")
    assert letter.headers["From"] == "campaign@example.org"


@pytest.mark.parametrize(
    ("answer", "silent"),
    [
        ("550 5.1.1 no such user", True),
        ("550 5.2.1 disabled", True),
        ("550 no relaying for you", False),
        ("550 5.7.1 spam", False),
        ("450 4.1.1 later", False),
    ],
)
def test_a_server_that_knows_no_such_mailbox_is_asked_once(action, worker, mailbox, answer, silent):
    mailbox.answers = {"RCPT": answer}
    make.rsvp(action, "ada@example.org", state="sealed")
    worker.run_until_idle()
    mailbox.answers = {}

    make.rsvp(make.action(), "Ada@example.org", state="sealed")
    worker.run_until_idle()

    assert reasons() == ([(Reason.BOUNCED, 1)] if silent else [])
    assert len(mailbox.letters) == (0 if silent else 1)


def test_an_address_that_became_silent_after_a_letter_was_owed_gets_none(action, worker, mailbox, digests, at):
    rsvp = make.rsvp(action, "ada@example.org")
    letters.write("rsvps/again", Kind.CONFIRMATION, rsvp, rsvp.box, at())
    suppressing.suppress(db.session.connection(), digests.of("ada@example.org"), Reason.COMPLAINED, at().date())

    worker.run_until_idle()

    [owed] = db.session.scalars(db.select(Delivery))
    assert (owed.state, owed.to_sealed, mailbox.letters) == (DeliveryState.SUPPRESSED, None, [])


def test_an_organizer_is_written_to_whatever_came_back(client, worker, mailbox, digests, at):
    make.account("Alice")
    suppressing.suppress(db.session.connection(), digests.of("alice@example.org"), Reason.COMPLAINED, at().date())

    client.fill_in("/manage/reset", {"email": "alice@example.org"})
    worker.run_until_idle()

    assert len(mailbox.to("alice@example.org")) == 1


def test_a_letter_that_came_back_has_failed_and_its_address_isnt_written_to(sent, receive, worker, mailbox, digests):
    done = receive(bounce(to=envelopes().sender(sent.id)))
    worker.run_until_idle()

    assert done.exit_code == 0
    assert (sent.state, sent.smtp_code) == (DeliveryState.FAILED, 550)
    assert suppressing.suppressed([digests.of("Ada@Example.org"), digests.of("bo@example.org")]) == {
        digests.of("ada@example.org")
    }

    make.rsvp(make.action(), "ADA@example.org", state="sealed")
    worker.run_until_idle()

    [_, later] = db.session.scalars(db.select(Delivery).order_by(Delivery.id))
    assert (later.state, later.to_sealed, later.next_at) == (DeliveryState.SUPPRESSED, None, None)
    assert len(mailbox.letters) == 1


def test_a_complaint_silences_us_everywhere_and_the_letter_counts_as_sent(sent, receive, worker, digests):
    receive(complaint(original=f"Original-Mail-From: <{envelopes().sender(sent.id)}>"))
    worker.run_until_idle()

    assert sent.state is DeliveryState.SENT
    assert reasons() == [(Reason.COMPLAINED, 1)]


@pytest.mark.parametrize("kind", ["argument", "return path"])
def test_the_letter_is_found_by_whatever_secret_of_it_is_named(sent, receive, kind):
    ours = envelopes().sender(sent.id)
    head = [f"Return-Path: <{ours}>"] if kind == "return path" else []

    receive(bounce(more=head), *(["--to", ours] if kind == "argument" else []))

    assert db.session.scalars(db.select(Return.delivery_id)).all() == [sent.id]


def test_a_message_id_that_a_reply_may_have_quoted_tells_nothing_of_a_signed_letter(app, sent, receive, monkeypatch):
    report = bounce(more=[f"Message-ID: <{sent.message_id}@example.org>"])

    receive(report)
    before = db.session.scalars(db.select(Return.delivery_id)).all()
    monkeypatch.setitem(app.config, "MAIL_VERP", False)
    receive(report)

    assert before == []
    assert db.session.scalars(db.select(Return.delivery_id)).all() == [sent.id]


def test_nobody_can_silence_an_address_without_the_letters_secret(sent, receive, worker):
    receive(bounce(to=f"campaign+b-{sent.id}-aaaaaaaaaaaaaaaa@example.org"))
    receive(complaint(more=["To: ada@example.org"]))
    worker.run_until_idle()

    assert sent.state is DeliveryState.SENT
    assert reasons() == []


def test_a_full_mailbox_silences_us_the_third_time_within_a_month(sent, receive, worker, digests, at):
    theirs = digests.of("ada@example.org")
    for day in range(3):
        at.forward(DAY)
        assert suppressing.suppressed([theirs]) == set(), day
        suppressing.suppress(db.session.connection(), theirs, Reason.FULL, at().date())

    assert suppressing.suppressed([theirs]) == {theirs}


def test_a_full_mailbox_is_forgotten_after_a_month_a_dead_one_after_a_year(app, digests, at):
    for name, reason in (("ada", Reason.FULL), ("bo", Reason.BOUNCED)):
        suppressing.suppress(db.session.connection(), digests.of(f"{name}@example.org"), reason, at().date())

    assert suppressing.drop_old(at().date() + 30 * DAY) == 0
    assert suppressing.drop_old(at().date() + 31 * DAY) == 1
    assert reasons() == [(Reason.BOUNCED, 1)]
    assert suppressing.drop_old(at().date() + 366 * DAY) == 1


def test_a_complaint_isnt_forgotten_over_a_full_or_a_dead_mailbox(app, digests, at):
    for reason in (Reason.FULL, Reason.COMPLAINED, Reason.FULL, Reason.BOUNCED):
        suppressing.suppress(db.session.connection(), digests.of("ada@example.org"), reason, at().date())

    assert reasons() == [(Reason.COMPLAINED, 1)]


def test_told_twice_it_is_once(sent, receive, worker):
    for _ in range(2):
        receive(bounce(to=envelopes().sender(sent.id), status="4.2.2", diagnostic=""))
        worker.run_until_idle()

    assert reasons() == [(Reason.FULL, 1)]


def test_a_refusal_of_the_mail_itself_silences_nobody(sent, receive, worker):
    receive(bounce(to=envelopes().sender(sent.id), status="5.7.1", diagnostic=""))
    worker.run_until_idle()

    assert sent.state is DeliveryState.FAILED
    assert reasons() == []


def test_who_was_forgotten_meanwhile_stays_so(sent, receive, worker):
    receive(bounce(to=envelopes().sender(sent.id)))
    db.session.execute(text("DELETE FROM rsvps"))

    worker.run_until_idle()

    assert sent.state is DeliveryState.FAILED
    assert reasons() == []


def test_what_is_no_report_is_dropped_without_a_word(sent, receive):
    done = receive(b"From: someone\r\n\r\nHello")

    assert (done.exit_code, db.session.scalars(db.select(Return)).all()) == (0, [])


def test_the_mail_server_comes_again_later_while_the_database_is_away(sent, receive):
    db.session.execute(text("ALTER TABLE returns RENAME TO gone"))
    try:
        done = receive(bounce(to=envelopes().sender(sent.id)))
    finally:
        db.session.execute(text("ALTER TABLE gone RENAME TO returns"))
        db.session.commit()

    assert done.exit_code == 75
