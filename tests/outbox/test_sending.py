"""From queue to mailbox, through a server that refuses, hangs, lies and comes back."""

from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.outbox import claiming, health, posting
from campaign.outbox.clerk import Clerk, Plan
from campaign.outbox.faults import Outcome
from campaign.outbox.hand import Hand
from campaign.outbox.models import Delivery, DeliveryState, Kind, OnUnknown, Priority
from campaign.outbox.relay import Trouble
from campaign.outbox.suppressing import Digests, Silence
from tests import make
from tests.mailbox import DROP, HANG
from tests.working import TestWorker

pytestmark = pytest.mark.both

DAY = timedelta(days=1)
FINAL = {
    DeliveryState.SENT,
    DeliveryState.PRESUMED,
    DeliveryState.FAILED,
    DeliveryState.EXPIRED,
    DeliveryState.CANCELLED,
}


@pytest.fixture
def action(app):
    return make.action()


@pytest.fixture
def owe(action, at):
    """Owes a letter to somebody who is coming. Returns its delivery."""

    def owe(name="ada", **more):
        rsvp = make.rsvp(action, f"{name}@example.org", name=name.title())
        given = {"kind": Kind.CONFIRMATION, "on_unknown": OnUnknown.RESEND, "priority": Priority.PERSONAL, **more}
        return posting.post(
            "messages/reminder",
            subject=f"action:{action.id}",
            person_key=rsvp.id,
            to_sealed=rsvp.box,
            language="en",
            now=at(),
            **given,
        )

    return owe


def is_erased(delivery):
    return delivery.to_sealed is None and delivery.next_at is None and delivery.owner is None


def test_a_letter_is_sent_once_and_its_copy_of_the_address_erased(owe, worker, mailbox):
    delivery = owe()

    worker.run_until_idle()
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert letter.to == letter.headers["To"] == "ada@example.org"
    assert (delivery.state, delivery.smtp_code, delivery.sent_on.isoformat()) == (DeliveryState.SENT, 250, "2023-05-10")
    assert letter.message_id == f"<{delivery.message_id}@example.org>"
    assert is_erased(delivery)


def test_what_was_rolled_back_was_never_owed(owe, worker, mailbox):
    owe()
    db.session.rollback()

    worker.run_until_idle()

    assert mailbox.letters == []


def test_the_most_urgent_goes_first(owe, app, keyring, mailbox, at, tmp_path):
    worker = TestWorker(app, keyring, tmp_path / "workers", mailbox.port, at, connections=1)
    for name, priority in (("f", Priority.FOLLOWUP), ("r", Priority.REMINDER), ("n", Priority.NOTICE)):
        owe(name, priority=priority)

    worker.run_until_idle()
    worker.end()

    assert [letter.to[0] for letter in mailbox.letters] == ["n", "r", "f"]


# ---------------------------------------------------------------- not now, and never


@pytest.mark.parametrize("phase", ["RCPT", "DOT"])
def test_a_4xx_is_tried_again_by_the_ladder_with_the_same_message_id(owe, worker, mailbox, at, phase):
    delivery = owe()
    mailbox.answers[phase] = ["451 4.7.1 later"] * 3
    waits = []

    for _ in range(4):
        worker.run_until_idle()
        if delivery.state is DeliveryState.QUEUED:
            waits.append((delivery.next_at - at()).total_seconds() / 60)
            at.set(delivery.next_at - timedelta(seconds=1))
            worker.run_until_idle()  # too early
            at.set(delivery.next_at)

    assert [round(wait / step, 1) for wait, step in zip(waits, (1, 5, 15), strict=True)] == pytest.approx(
        [1] * 3, abs=0.2
    )
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 3)
    [letter] = mailbox.letters
    assert letter.message_id == f"<{delivery.message_id}@example.org>"
    assert {message_id for message_id, _ in mailbox.seen} == {letter.message_id}
    assert len(mailbox.tries) == 4


def test_a_4xx_that_never_ends_ends_with_the_letters_use(owe, worker, mailbox, at):
    delivery = owe(expires_at=at() + timedelta(hours=2))
    mailbox.answers["RCPT"] = "450 later"

    for _ in range(10):
        worker.run_until_idle()
        if delivery.state in FINAL:
            break
        at.set(delivery.next_at)

    assert delivery.state is DeliveryState.EXPIRED
    assert delivery.smtp_code == 450
    assert is_erased(delivery)
    assert len(mailbox.tries) == 5  # 1, 5, 15 and 60 minutes apart; two hours more would be too late


def test_a_letter_without_an_end_of_its_own_is_tried_for_48_hours(owe, worker, mailbox, at):
    delivery = owe()
    began = at()
    mailbox.answers["DOT"] = "452 4.3.1 no room"

    while delivery.state not in FINAL:
        worker.run_until_idle()
        at.set(delivery.next_at or at())

    assert delivery.state is DeliveryState.EXPIRED
    assert timedelta(hours=36) < at() - began <= timedelta(hours=48)
    assert 10 <= len(mailbox.tries) <= 13


@pytest.mark.parametrize("phase", ["RCPT", "DOT"])
@pytest.mark.parametrize("answer", ["550 5.1.1 unknown", "554 5.7.1 spam"])
def test_a_5xx_is_final_and_troubles_nobody_else(owe, worker, mailbox, at, phase, answer):
    bad, good = owe("bad"), owe("good")
    mailbox.answers[phase] = lambda to: answer if to == "bad@example.org" else None

    worker.run_until_idle()
    at.forward(DAY)
    worker.run_until_idle()

    assert (bad.state, bad.smtp_code, is_erased(bad)) == (DeliveryState.FAILED, int(answer[:3]), True)
    assert good.state is DeliveryState.SENT
    assert mailbox.tries.count("bad@example.org") == 1


def test_five_in_a_row_refused_for_what_they_are_stop_the_rest(owe, worker, mailbox, at):
    deliveries = [owe(f"p{number}") for number in range(12)]
    mailbox.answers["DOT"] = "554 5.7.1 we don't like you"

    worker.run_until_idle()

    states = [delivery.state for delivery in deliveries]
    assert states.count(DeliveryState.FAILED) == 4
    assert states.count(DeliveryState.QUEUED) == 8
    assert health.mail_trouble() is Trouble.POLICY

    mailbox.answers.clear()
    for _ in range(3):
        at.forward(timedelta(minutes=6))
        worker.run_until_idle()
    assert len(mailbox.letters) == 8
    assert health.mail_trouble() is Trouble.NONE


# ---------------------------------------------------------------- nobody's fault


@pytest.mark.parametrize("answer", ["421 4.3.2 closing", DROP, HANG])
@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
def test_a_hang_up_before_the_dot_costs_no_attempt_and_is_tried_again_at_once(owe, worker, mailbox, phase, answer):
    delivery = owe()
    mailbox.answers[phase] = [answer]

    worker.run_until_idle()

    assert (delivery.state, delivery.attempts, delivery.unknowns) == (DeliveryState.SENT, 0, 0)
    assert len(mailbox.letters) == 1


@pytest.mark.sqlite
def test_an_hour_of_421_changes_no_attempts_and_then_all_arrive(owe, worker, mailbox, at):
    deliveries = [owe(f"p{number}") for number in range(9)]
    mailbox.answers["MAIL"] = "421 4.3.2 not today"

    for _ in range(60):
        worker.run_until_idle()
        at.forward(timedelta(minutes=1))
    assert mailbox.letters == []
    assert {delivery.attempts for delivery in deliveries} == {0}
    assert health.mail_trouble() is Trouble.UNREACHABLE
    assert health.oldest_overdue_seconds(at()) >= 3600

    mailbox.answers.clear()
    for _ in range(3):
        at.forward(timedelta(minutes=6))
        worker.run_until_idle()
    assert sorted(letter.to for letter in mailbox.letters) == [f"p{number}@example.org" for number in range(9)]
    assert health.mail_trouble() is Trouble.NONE
    assert health.oldest_overdue_seconds(at()) == 0


def test_a_server_that_is_down_is_not_bothered_without_end_and_costs_no_attempt(owe, worker, mailbox, at):
    delivery = owe()
    mailbox.stop()

    for _ in range(10):
        worker.run_until_idle()
    assert (delivery.state, delivery.attempts) == (DeliveryState.QUEUED, 0)

    mailbox.start_again()
    at.forward(timedelta(minutes=1))
    worker.run_until_idle()
    assert delivery.state is DeliveryState.SENT


def test_a_refused_sender_stops_everything_and_says_so(owe, worker, mailbox, at):
    deliveries = [owe(f"p{number}") for number in range(4)]
    mailbox.answers["MAIL"] = "550 5.7.60 you are not allowed to send as this"

    for _ in range(20):
        worker.run_until_idle()
        at.forward(timedelta(seconds=10))

    assert {delivery.state for delivery in deliveries} == {DeliveryState.QUEUED}
    assert {delivery.attempts for delivery in deliveries} == {0}
    assert health.mail_trouble() is Trouble.CONFIGURATION

    mailbox.answers.clear()
    at.forward(timedelta(minutes=6))
    worker.run_until_idle()
    worker.run_until_idle()
    assert len(mailbox.letters) == 4


def test_a_letter_over_which_it_always_hangs_up_doesnt_block_the_others(owe, worker, mailbox, at):
    poison = owe("poison", priority=Priority.NOTICE)
    others = [owe(f"p{number}") for number in range(6)]
    mailbox.answers["RCPT"] = lambda to: DROP if to == "poison@example.org" else None

    for _ in range(12):
        worker.run_until_idle()
        at.forward(timedelta(seconds=20))

    assert {delivery.state for delivery in others} == {DeliveryState.SENT}
    assert (poison.state, poison.attempts) == (DeliveryState.QUEUED, 0)

    mailbox.answers.clear()
    at.forward(timedelta(minutes=6))
    worker.run_until_idle()
    assert poison.state is DeliveryState.SENT


# ---------------------------------------------------------------- no answer after the final dot


@pytest.mark.parametrize("silence", [DROP, HANG])
def test_a_reminder_without_an_answer_is_presumed_taken(owe, worker, mailbox, at, silence):
    delivery = owe(kind=Kind.REMINDER, on_unknown=OnUnknown.PRESUME)
    mailbox.answers["DOT"] = [silence]

    worker.run_until_idle()
    at.forward(DAY)
    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns, is_erased(delivery)) == (DeliveryState.PRESUMED, 1, True)
    assert len(mailbox.seen) == 1


@pytest.mark.parametrize("silence", [DROP, HANG])
def test_a_confirmation_without_an_answer_is_sent_again_with_the_same_message_id(owe, worker, mailbox, at, silence):
    delivery = owe()
    mailbox.answers["DOT"] = [silence]

    worker.run_until_idle()
    at.forward(timedelta(seconds=10))
    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns) == (DeliveryState.SENT, 1)
    first, second = mailbox.seen
    assert first[0] == second[0]


@pytest.mark.sqlite
def test_nobody_is_sent_the_same_letter_without_end(owe, worker, mailbox, at):
    delivery = owe()
    mailbox.answers["DOT"] = DROP

    for _ in range(200):
        worker.run_until_idle()
        at.forward(timedelta(minutes=1))

    assert (delivery.state, delivery.unknowns) == (DeliveryState.PRESUMED, 4)
    assert len(mailbox.seen) == 4


def test_a_server_that_takes_and_never_says_so_doesnt_swallow_everybodys_reminders(owe, worker, mailbox, at):
    deliveries = [owe(f"p{n}", kind=Kind.REMINDER, on_unknown=OnUnknown.PRESUME) for n in range(20)]
    mailbox.answers["DOT"] = DROP

    for _ in range(30):
        worker.run_until_idle()
        at.forward(timedelta(seconds=1))

    states = [delivery.state for delivery in deliveries]
    assert states.count(DeliveryState.PRESUMED) <= 5
    assert health.mail_trouble() is Trouble.SILENT


# ---------------------------------------------------------------- between claim and start


@pytest.fixture
def claimed(owe, worker, at):
    """A reminder that the worker has claimed and not started."""
    delivery = owe(kind=Kind.REMINDER)
    with worker.at_work():
        said(claiming.claim(worker.presence.name, at(), 10))
    assert delivery.state is DeliveryState.LEASED
    return delivery


def said(ask):
    """The rows."""
    hand = Hand(db.engine)
    [rows] = hand.ask([ask])
    hand.let_go()
    return rows


def started(worker, delivery, at):
    with worker.at_work():
        return [claiming.Started(*row) for row in said(claiming.start(worker.presence.name, [delivery.id], at()))]


def test_what_is_claimed_is_claimed_once(claimed, worker, at):
    with worker.at_work():
        assert said(claiming.claim("another", at(), 10)) == []


def test_what_is_started_is_started_once(claimed, worker, at):
    assert len(started(worker, claimed, at)) == 1
    assert started(worker, claimed, at) == []


def test_another_worker_cant_start_what_it_hasnt_claimed(claimed, worker, at):
    with worker.at_work():
        assert said(claiming.start("another", [claimed.id], at())) == []


@pytest.mark.parametrize(
    "take_back",
    [
        lambda delivery: posting.withdraw(delivery.person_key, posting.REMINDING),
        lambda delivery: posting.withdraw(delivery.person_key, posting.TO_ALL),
        lambda delivery: posting.withdraw(delivery.person_key),
        lambda delivery: posting.withdraw_about(delivery.occasion.subject, [Kind.REMINDER]),
        lambda delivery: posting.withdraw_about(delivery.occasion.subject),
    ],
)
def test_what_is_taken_back_after_the_claim_doesnt_start(claimed, worker, mailbox, at, take_back):
    take_back(claimed)

    assert started(worker, claimed, at) == []
    worker.run_until_idle()
    assert mailbox.letters == []
    db.session.refresh(claimed)
    assert (claimed.state, is_erased(claimed)) == (DeliveryState.CANCELLED, True)


def test_what_is_of_no_more_use_after_the_claim_doesnt_start(claimed, worker, mailbox, at):
    at.set(claimed.expires_at)

    assert started(worker, claimed, at) == []


def test_what_waits_for_a_line_until_it_is_too_late_doesnt_go(owe, worker, mailbox, at):
    deliveries = [owe(f"p{number}", kind=Kind.REMINDER) for number in range(6)]
    worker.begin()  # two connections

    at.set(deliveries[0].expires_at)
    with worker.at_work():
        worker.courier.drain()

    assert len(mailbox.letters) == 2
    assert sorted((each.state, is_erased(each)) for each in deliveries) == [
        *[(DeliveryState.EXPIRED, True)] * 4,
        *[(DeliveryState.SENT, True)] * 2,
    ]


def test_facts_that_change_after_the_claim_are_in_the_letter(claimed, worker, mailbox, action, at):
    action.venue = "Strathcona Park"
    posting.renew_about(f"action:{action.id}", [Kind.REMINDER], at())

    assert started(worker, claimed, at) == []
    worker.run_until_idle()
    [letter] = mailbox.letters
    assert "Strathcona Park" in letter.text


def test_a_letter_that_may_have_arrived_gets_a_new_message_id_with_new_facts(owe, worker, mailbox, action, at):
    delivery = owe()
    mailbox.answers["DOT"] = [DROP]
    worker.begin()
    while delivery.unknowns == 0:
        with worker.at_work():
            worker.courier.step()

    posting.renew_about(f"action:{action.id}", [Kind.CONFIRMATION], at())
    at.forward(timedelta(minutes=1))
    worker.run_until_idle()

    [(first, _), (second, _)] = mailbox.seen
    assert first != second


def test_withdrawn_while_on_the_wire_it_isnt_tried_again(claimed, worker, mailbox, at):
    [one] = started(worker, claimed, at)
    posting.withdraw(claimed.person_key)

    with worker.at_work():
        refused = claiming.Result(one, Outcome.TRANSIENT, 451)
        clerk = Clerk(worker.presence.name, db.engine, Silence(Digests(b"")))
        clerk.write(Plan(at(), [refused])).result()
        clerk.let_go()

    db.session.refresh(claimed)
    assert (claimed.state, is_erased(claimed)) == (DeliveryState.CANCELLED, True)


def test_after_a_cancellation_no_more_letters_go_than_there_are_connections(owe, worker, mailbox, action):
    deliveries = [owe(f"p{number}", kind=Kind.REMINDER) for number in range(12)]
    worker.begin()  # two connections: two are on the wire, and others are claimed

    posting.withdraw_about(f"action:{action.id}")
    worker.run_until_idle()

    states = [delivery.state for delivery in deliveries]
    assert states.count(DeliveryState.SENT) == len(mailbox.letters) == 2
    assert states.count(DeliveryState.CANCELLED) == 10


def test_what_is_urgent_and_comes_later_overtakes_what_waits(owe, app, keyring, mailbox, at, tmp_path):
    for number in range(40):
        owe(f"p{number}", kind=Kind.REMINDER, priority=Priority.REMINDER)
    worker = TestWorker(app, keyring, tmp_path / "workers", mailbox.port, at, connections=1)
    worker.begin()

    owe("urgent", priority=Priority.NOTICE)
    worker.run_until_idle()
    worker.end()

    order = [letter.to for letter in mailbox.letters]
    assert order.index("urgent@example.org") < 10


# ---------------------------------------------------------------- a worker that is no more


def test_what_a_dead_worker_had_only_claimed_is_sent(claimed, worker, mailbox):
    db.session.execute(db.update(Delivery).values(owner="dead"))

    worker.run_until_idle()

    assert (claimed.state, claimed.unknowns, len(mailbox.letters)) == (DeliveryState.SENT, 0, 1)


@pytest.mark.parametrize(
    ("policy", "state", "letters"),
    [(OnUnknown.PRESUME, DeliveryState.PRESUMED, 0), (OnUnknown.RESEND, DeliveryState.SENT, 1)],
)
def test_what_a_dead_worker_had_on_the_wire_is_unknown(owe, worker, mailbox, policy, state, letters):
    delivery = owe(on_unknown=policy)
    db.session.execute(db.update(Delivery).values(state=DeliveryState.SENDING, owner="dead"))

    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns, len(mailbox.letters)) == (state, 1, letters)


@pytest.mark.parametrize("state", [DeliveryState.LEASED, DeliveryState.SENDING])
def test_what_a_dead_worker_had_in_hand_of_somebody_withdrawn_is_cancelled(owe, worker, mailbox, state):
    delivery = owe()
    db.session.execute(db.update(Delivery).values(state=state, owner="dead", to_sealed=None))

    worker.run_until_idle()

    assert (delivery.state, mailbox.letters) == (DeliveryState.CANCELLED, [])


def test_what_a_living_worker_has_in_hand_is_its_own(owe, worker, mailbox, tmp_path):
    from campaign.outbox.liveness import Presence

    delivery, other = owe(), Presence(tmp_path / "workers")
    db.session.execute(db.update(Delivery).values(state=DeliveryState.SENDING, owner=other.name))

    worker.run_until_idle()
    assert (delivery.state, mailbox.letters) == (DeliveryState.SENDING, [])

    other.leave()
    worker.run_until_idle()
    assert delivery.state is DeliveryState.SENT


# ---------------------------------------------------------------- clocks


def test_a_clock_put_back_delays_nobodys_first_letter(owe, worker, mailbox, at):
    delivery = owe()
    at.forward(-DAY)

    worker.run_until_idle()

    assert delivery.state is DeliveryState.SENT


def test_after_a_clock_was_a_day_ahead_nothing_waits_for_that_day(owe, worker, mailbox, at):
    delivery = owe()
    at.forward(DAY)
    mailbox.answers["RCPT"] = ["450 later"]
    worker.run_until_idle()
    at.forward(-DAY)

    worker.run_until_idle()

    assert delivery.state is DeliveryState.SENT
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_no_jump_of_the_clock_sends_anything_twice(owe, worker, mailbox, at, jump):
    for number in range(5):
        owe(f"p{number}")
    worker.run_until_idle()

    at.forward(jump)
    worker.run_until_idle()
    at.forward(-jump)
    worker.run_until_idle()

    assert len(mailbox.letters) == 5


# ---------------------------------------------------------------- letters that can't be made


def test_a_box_that_wont_open_is_final_and_stops_nobody(owe, worker, mailbox):
    bad, good = owe("bad"), owe("good")
    bad.to_sealed = bad.to_sealed[:-1] + b"?"

    worker.run_until_idle()

    assert (bad.state, is_erased(bad)) == (DeliveryState.FAILED, True)
    assert good.state is DeliveryState.SENT


def test_a_letter_that_cant_be_made_waits_for_somebody_to_mend_it_and_stops_nobody(owe, worker, mailbox, at, caplog):
    bad, good = owe("bad"), owe("good")
    bad.occasion.letter = "messages/no_such_letter"

    worker.run_until_idle()
    assert (bad.state, bad.attempts, good.state) == (DeliveryState.QUEUED, 1, DeliveryState.SENT)
    assert "TemplateNotFound" in caplog.text
    assert "bad@" not in caplog.text

    bad.occasion.letter = "messages/reminder"
    at.set(bad.next_at)
    worker.run_until_idle()
    assert bad.state is DeliveryState.SENT
