"""Answers that their owner never confirmed."""

import pytest

from campaign import clock
from campaign.extensions import db
from campaign.outbox.models import Delivery, DeliveryState
from campaign.rsvps import lapsing, worker
from campaign.rsvps.models import Rsvp, State
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def pending(app, keyring):
    """One that was taken in just now, its letter still owed; and others that never lapse."""
    action = make.action()
    make.rsvp(action, "confirmed@example.org")
    make.rsvp(action)
    make.rsvp(action, "cancelled@example.org", state="cancelled")
    rsvp = make.rsvp(action, "ada@example.org", state="sealed")
    db.session.commit()
    worker.take_in(clock.now(), keyring)
    return rsvp


def states():
    return sorted(rsvp.state for rsvp in db.session.scalars(db.select(Rsvp)))


OTHERS = sorted([State.CONFIRMED, State.UNVERIFIED, State.CANCELLED])


def test_one_lapses_at_the_second_purge_after_its_letter_came_to_an_end(pending):
    db.session.execute(db.update(Delivery).values(state=DeliveryState.FAILED))

    lapsed = [lapsing.lapse(), lapsing.lapse(), lapsing.lapse()]

    assert lapsed == [0, 1, 0]
    assert states() == OTHERS


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.SENDING])
def test_one_whose_letter_is_on_its_way_waits_however_long_that_takes(pending, state):
    db.session.execute(db.update(Delivery).values(state=state))

    assert [lapsing.lapse() for _ in range(5)] == [0] * 5
    assert db.session.get(Rsvp, pending.id).state is State.PENDING


def test_a_box_that_was_never_opened_lapses_too(app):
    make.rsvp(make.action(), "ada@example.org", state="sealed")

    assert [lapsing.lapse(), lapsing.lapse()] == [0, 1]
    assert states() == []
