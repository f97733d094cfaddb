"""What a worker takes over from one that died: as exactly as its journal tells."""

import pytest

from campaign.extensions import db
from campaign.outbox import posting
from campaign.outbox.journal import read
from campaign.outbox.models import Delivery, DeliveryState, Kind, OnUnknown
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def left_behind(app, at, worker, tmp_path):
    """A letter on the wire of a worker that died, whose journal says this of it ("#" is its number)."""

    def left_behind(noted, policy=OnUnknown.RESEND):
        action = make.action()
        rsvp = make.rsvp(action, "ada@example.org")
        delivery = posting.post(
            "messages/reminder",
            kind=Kind.CONFIRMATION,
            subject=f"action:{action.id}",
            person_key=rsvp.id,
            to_sealed=rsvp.box,
            language="en",
            now=at(),
            on_unknown=policy,
        )
        db.session.execute(db.update(Delivery).values(state=DeliveryState.SENDING, owner="dead"))
        (tmp_path / "workers" / "dead.lock").write_text(noted.replace("#", str(delivery.id)))
        return delivery

    return left_behind


@pytest.mark.parametrize("noted", ["", "D 999999 0\n", "D #", "R # 0\n", "D # 0\nS # 0\nR # 451\n", "R # 550\n"])
@pytest.mark.parametrize("policy", OnUnknown)
def test_what_had_not_been_handed_over_goes_out_and_nothing_is_unknown(left_behind, worker, mailbox, noted, policy):
    delivery = left_behind(noted, policy)

    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns, len(mailbox.letters)) == (DeliveryState.SENT, 0, 1)


def test_what_had_been_taken_is_sent_and_doesnt_go_out_again(left_behind, worker, mailbox):
    delivery = left_behind("D # 0\nS # 0\nR # 250\nW # 0\n")

    worker.run_until_idle()

    assert (delivery.state, delivery.smtp_code, delivery.unknowns) == (DeliveryState.SENT, 250, 0)
    assert (delivery.to_sealed, delivery.next_at, delivery.owner) == (None, None, None)
    assert mailbox.letters == []


@pytest.mark.parametrize("policy", OnUnknown)
def test_what_only_our_death_kept_us_from_hearing_of_is_presumed_and_counted(left_behind, worker, mailbox, policy):
    delivery = left_behind("D # 0\nS # 0\n", policy)

    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns, mailbox.letters) == (DeliveryState.PRESUMED, 1, [])


@pytest.mark.parametrize("noted", ["D # 0\n", "D # 0\nS # 0\nW # 0\n"])
@pytest.mark.parametrize(
    ("policy", "ends", "letters"),
    [(OnUnknown.PRESUME, DeliveryState.PRESUMED, 0), (OnUnknown.RESEND, DeliveryState.SENT, 1)],
)
def test_what_is_in_doubt_ends_as_its_letter_wants(left_behind, worker, mailbox, noted, policy, ends, letters):
    delivery = left_behind(noted, policy)

    worker.run_until_idle()

    assert (delivery.state, delivery.unknowns, len(mailbox.letters)) == (ends, 1, letters)


def test_a_journal_is_swept_up_once_it_was_read_and_empty_once_all_is_recorded(left_behind, worker, tmp_path):
    left_behind("D # 0\n")

    worker.run_until_idle()

    [journal] = (tmp_path / "workers").iterdir()
    assert (journal.stem, read(journal.read_text())) == (worker.presence.name, {})
