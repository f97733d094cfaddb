"""Everything at once: a server of many moods, workers that die, a clock that jumps. What must hold holds."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from campaign.extensions import db
from campaign.outbox import posting
from campaign.outbox.models import OPEN, Delivery, DeliveryState, Kind, OnUnknown
from tests import make
from tests.mailbox import DROP
from tests.working import TestWorker

LETTERS, ROUNDS = 40, 60
TAKEN = (DeliveryState.SENT, DeliveryState.PRESUMED)  # as far as we know
MOODS = {
    "MAIL": [None] * 12 + ["421 bye", "451 later", DROP],
    "RCPT": [None] * 12 + ["421 bye", "450 later", "550 5.1.1 unknown", DROP],
    "DATA": [None] * 20 + ["451 later", DROP],
    "DOT": [None] * 8 + ["421 bye", "451 later", "554 5.7.1 spam", DROP],
}
JUMPS = [timedelta(seconds=30)] * 6 + [timedelta(minutes=7), timedelta(hours=-3), timedelta(hours=3)]


@pytest.mark.sqlite
@pytest.mark.parametrize("seed", range(4))
def test_no_letter_is_lost_doubled_or_left_behind(app, at, keyring, mailbox, tmp_path, seed):
    storm(app, at, keyring, mailbox, tmp_path, seed)


@pytest.mark.postgres
def test_nor_is_one_on_postgres(app, at, keyring, mailbox, tmp_path):
    storm(app, at, keyring, mailbox, tmp_path, seed=0)


def die_after(worker, steps):
    with worker.at_work():
        for _ in range(steps):
            worker.courier.step()
    worker.die()


def storm(app, at, keyring, mailbox, tmp_path, seed):
    chance = random.Random(seed)
    action = make.action()
    for number in range(LETTERS):
        rsvp = make.rsvp(action, f"p{number}@example.org")
        posting.post(
            "messages/reminder",
            kind=Kind.REMINDER,
            subject=f"action:{action.id}",
            person_key=rsvp.id,
            to_sealed=rsvp.box,
            language="en",
            now=at(),
            on_unknown=chance.choice(list(OnUnknown)),
        )
    mailbox.answers = {phase: lambda _to, moods=moods: chance.choice(moods) for phase, moods in MOODS.items()}

    def hire():
        return TestWorker(app, keyring, tmp_path / "workers", mailbox.port, at)

    worker, deaths = hire(), 0
    for _ in range(ROUNDS):
        if chance.random() < 0.3:
            die_after(worker, steps=chance.randrange(1, 6))
            worker, deaths = hire(), deaths + 1
        worker.run_until_idle()
        at.forward(chance.choice(JUMPS))
    mailbox.answers = {}
    for _ in range(12):
        at.forward(timedelta(minutes=20))
        worker.run_until_idle()
    worker.end()

    arrived = Counter(message_id for message_id, _ in mailbox.seen)
    taken = Counter(letter.message_id for letter in mailbox.letters)
    deliveries = db.session.query(Delivery).all()
    assert deaths > 5
    assert len(deliveries) == LETTERS
    for delivery in deliveries:
        message_id = f"<{delivery.message_id}@example.org>"
        if delivery.state in OPEN:  # the ladder was climbed high; it has its time
            assert (delivery.state, delivery.owner) == (DeliveryState.QUEUED, None)
            assert delivery.next_at > at()
            assert delivery.to_sealed
        else:
            assert (delivery.owner, delivery.next_at, delivery.to_sealed) == (None, None, None)
        if delivery.state is DeliveryState.SENT:
            assert taken[message_id] >= 1
        assert taken[message_id] <= 1 + delivery.unknowns
        assert arrived[message_id] or delivery.state is not DeliveryState.PRESUMED or delivery.unknowns
        if delivery.occasion.on_unknown is OnUnknown.PRESUME:
            assert delivery.unknowns <= 1
            assert taken[message_id] <= 1
        else:
            assert delivery.unknowns <= 4
    ended = {f"<{each.message_id}@example.org>" for each in deliveries if each.state in TAKEN}
    lost, twice = len(ended - taken.keys()), sum(number - 1 for number in taken.values())
    assert lost + twice <= sum(delivery.unknowns for delivery in deliveries)
    assert sum(delivery.state is DeliveryState.SENT for delivery in deliveries) > LETTERS / 3
