"""What the worker makes of answers that came in sealed."""

from datetime import time, timedelta

import pytest

from campaign import clock, sealing, tokens
from campaign.extensions import db
from campaign.outbox.models import Delivery, DeliveryState, Occasion
from campaign.rsvps import booking, worker
from campaign.rsvps.models import ActionKey, Answer, Rsvp, State, UnsubscribeLink
from campaign.rsvps.opening import Entered, open_box
from campaign.web.seals import sealer
from tests import make
from tests.rsvps.forms import send, with_address

pytestmark = pytest.mark.both


@pytest.fixture
def action(app):
    noise = make.action()
    make.rsvp(noise, "ada@example.org")
    return make.action()


@pytest.fixture
def take_in(keyring):
    def run():
        db.session.commit()
        return worker.take_in(clock.now(), keyring)

    return run


def rsvps_of(action):
    return db.session.scalars(db.select(Rsvp).where(Rsvp.action_id == action.id)).all()


def letters_about(action):
    query = db.select(Delivery).join(Delivery.occasion).where(Occasion.subject == f"action:{action.id}")
    return db.session.scalars(query.order_by(Delivery.id)).all()


def test_a_sealed_answer_becomes_pending_and_its_owner_is_written_to(client, action, take_in, keyring, at):
    send(
        client, action, with_address(action, "Ada@Example.org", name="Ada", party_size="2", reminders="yes"), lang="fr"
    )

    more_wait = take_in()

    [rsvp] = rsvps_of(action)
    [letter] = letters_about(action)
    reader = open_box(keyring, action.id, letter.person_key, letter.to_sealed)
    assert not more_wait
    assert (rsvp.state, rsvp.answer, rsvp.party_size, rsvp.reminders) == (State.PENDING, Answer.YES, 2, True)
    assert (letter.occasion.letter, letter.occasion.kind, letter.language) == ("rsvps/confirm", "confirmation", "fr")
    assert (reader.to, reader.name, reader.language, reader.people) == ("Ada@Example.org", "Ada", "fr", "2")
    assert rsvp.manage_digest == tokens.digest(reader.manage)
    assert db.session.get(UnsubscribeLink, tokens.digest(reader.unsubscribe)).rsvp_id == rsvp.id


def test_after_intake_nothing_asymmetric_is_left_and_only_the_action_s_key_opens_the_box(
    client, action, take_in, keyring
):
    send(client, action, with_address(action))
    take_in()

    [rsvp] = rsvps_of(action)
    assert rsvp.box[:1] == sealing.VAULT
    assert len(rsvp.blind_index) == 16
    db.session.delete(db.session.get(ActionKey, action.id))
    db.session.flush()
    with pytest.raises(sealing.CannotOpen):
        open_box(keyring, action.id, rsvp.id, rsvp.box)


def test_a_letter_to_confirm_by_is_tried_for_48_hours_and_its_row_tells_the_day_at_most(client, action, take_in, at):
    send(client, action, with_address(action))
    take_in()

    [letter] = letters_about(action)
    assert timedelta(hours=48) <= letter.expires_at - at() <= timedelta(hours=72)
    assert letter.expires_at.time() == letter.occasion.expires_at.time() == time(0)


def test_a_confirmation_is_not_sent_after_the_action(client, take_in, at):
    action = make.action(hours=1)
    at.set(action.starts_at - timedelta(hours=3))
    send(client, action, with_address(action))

    take_in()

    [letter] = letters_about(action)
    assert letter.expires_at == action.ends_at


def test_the_same_address_again_before_confirming_keeps_id_link_and_letter_and_takes_over_the_answer(
    client, action, take_in, keyring
):
    send(client, action, with_address(action, name="Ada", party_size="2", reminders="yes"))
    take_in()
    [before] = rsvps_of(action)
    link = open_box(keyring, action.id, before.id, before.box).manage

    send(client, action, with_address(action, "ADA@EXAMPLE.ORG", answer="maybe", party_size="3"), lang="es")
    take_in()

    [after] = rsvps_of(action)
    [letter] = letters_about(action)
    reader = open_box(keyring, action.id, letter.person_key, letter.to_sealed)
    assert after.id == before.id
    assert (after.answer, after.party_size, after.reminders, after.language) == (Answer.MAYBE, 3, False, "es")
    assert (reader.manage, reader.to) == (link, "ada@example.org")
    assert (reader.people, letter.language) == ("3", "es")


def test_of_two_that_wait_the_later_counts_whatever_order_they_lie_in(app, action, take_in, at):
    for minutes, people in ((5, 2), (9, 4), (1, 6)):
        rsvp = make.rsvp(action, "ada@example.org", party_size=people, state="sealed")
        entered = Entered("ada@example.org", "", (at() + timedelta(minutes=minutes)).isoformat(timespec="microseconds"))
        rsvp.box = entered.seal(sealer(), action.id, rsvp.id)

    take_in()

    [rsvp] = rsvps_of(action)
    assert rsvp.party_size == 4


def test_a_confirmed_answer_is_not_changed_through_the_form_and_its_owner_gets_the_link_again(
    client, action, take_in, keyring
):
    rsvp = make.rsvp(action, "ada@example.org", party_size=2)

    send(client, action, with_address(action, answer="no", party_size="9"))
    take_in()

    [kept] = rsvps_of(action)
    [letter] = letters_about(action)
    reader = open_box(keyring, action.id, letter.person_key, letter.to_sealed)
    assert (kept.id, kept.state, kept.answer, kept.party_size) == (rsvp.id, State.CONFIRMED, Answer.YES, 2)
    assert letter.occasion.letter == "rsvps/again"
    assert (reader.manage, reader.people, reader.answer) == (rsvp.token, "2", "Yes, I will be there")


def test_nobody_is_written_to_more_than_once_a_day_however_often_the_form_is_sent(client, action, take_in, at):
    for _ in range(4):
        send(client, action, with_address(action))
        take_in()
        _all_are_sent()
    on_the_first_day = len(letters_about(action))

    at.forward(timedelta(days=1))
    for _ in range(4):
        send(client, action, with_address(action))
        take_in()
        _all_are_sent()

    assert on_the_first_day == 1
    assert len(letters_about(action)) == 2


def test_who_has_confirmed_and_lost_the_link_gets_it_once_on_the_same_day(client, action, take_in, keyring):
    send(client, action, with_address(action))
    take_in()
    _all_are_sent()
    booking.confirm(rsvps_of(action)[0], clock.now())

    for _ in range(3):
        send(client, action, with_address(action))
        take_in()
        _all_are_sent()

    assert [letter.occasion.letter for letter in letters_about(action)] == ["rsvps/confirm", "rsvps/again"]


def test_who_has_unsubscribed_is_not_written_to_through_the_form(client, action, take_in):
    rsvp = make.rsvp(action, "ada@example.org")
    booking.unsubscribe(booking.find_unsubscribe(make.person(rsvp).unsubscribe))

    send(client, action, with_address(action))
    take_in()

    assert letters_about(action) == []


def test_after_cancelling_the_same_address_begins_anew(client, action, take_in):
    make.rsvp(action, "ada@example.org", state="cancelled")

    send(client, action, with_address(action))
    take_in()

    assert sorted(rsvp.state for rsvp in rsvps_of(action)) == [State.CANCELLED, State.PENDING]
    assert len(letters_about(action)) == 1


def test_the_same_address_at_two_actions_is_two_people_to_the_database(client, action, take_in):
    other = make.action()
    send(client, action, with_address(action))
    send(client, other, with_address(other))

    take_in()

    assert rsvps_of(action)[0].blind_index != rsvps_of(other)[0].blind_index


def test_spellings_of_one_address_are_one_and_mail_goes_to_the_one_typed_first(client, action, take_in, keyring):
    for spelling in ("Ada@bücher.example", "ADA@BÜCHER.example", "ada@xn--bcher-kva.example"):
        send(client, action, with_address(action, spelling))
        take_in()

    [rsvp] = rsvps_of(action)
    assert open_box(keyring, action.id, rsvp.id, rsvp.box).to == "Ada@xn--bcher-kva.example"


def test_what_a_forged_box_holds_is_validated_again(app, action, take_in, at):
    bad = make.rsvp(action, "ada@example.org", state="sealed")
    bad.box = Entered("ada@example.org\r\nBcc: eve@example.org", "", at().isoformat()).seal(sealer(), action.id, bad.id)
    odd = make.rsvp(action, "bob@example.org", state="sealed")
    odd.box = Entered("bob@example.org", "see www.spam.example", at().isoformat()).seal(sealer(), action.id, odd.id)

    take_in()

    [rsvp] = rsvps_of(action)
    assert make.person(rsvp).to == "bob@example.org"
    assert make.person(rsvp).name == ""


def test_a_box_that_does_not_open_stays_and_keeps_nobody_from_the_rest(app, action, take_in, caplog):
    broken = make.rsvp(action, "ada@example.org", state="sealed")
    swapped = make.rsvp(action, "bob@example.org", state="sealed")
    fine = make.rsvp(action, "cleo@example.org", state="sealed")
    broken.box, swapped.box = broken.box[:-1] + b"\0", fine.box

    take_in()
    take_in()

    assert [rsvp.state for rsvp in (broken, swapped, fine)] == [State.SEALED, State.SEALED, State.PENDING]
    assert "2 RSVPs can't be opened" in caplog.text


def test_a_burst_is_taken_in_bit_by_bit(app, action, take_in, monkeypatch):
    monkeypatch.setattr(worker, "AT_ONCE", 2)
    for number in range(5):
        make.rsvp(action, f"p{number}@example.org", state="sealed")

    more_wait = [take_in() for _ in range(3)]

    assert more_wait == [True, True, False]
    assert {rsvp.state for rsvp in rsvps_of(action)} == {State.PENDING}
    assert len(letters_about(action)) == 5


def test_an_answer_that_comes_out_of_its_box_after_the_action_is_dropped(app, action, take_in, at):
    make.rsvp(action, "ada@example.org", state="sealed")
    at.set(action.ends_at)

    take_in()

    assert rsvps_of(action) == []


def test_an_answer_that_was_sealed_while_its_owner_s_first_one_was_cancelled_is_a_new_one(client, action, take_in):
    first = make.rsvp(action, "ada@example.org")
    send(client, action, with_address(action, party_size="4"))
    booking.cancel(db.session.get(Rsvp, first.id), clock.now())

    take_in()

    assert {(rsvp.state, rsvp.party_size) for rsvp in rsvps_of(action)} == {(State.CANCELLED, 1), (State.PENDING, 4)}


def _all_are_sent():
    db.session.execute(db.update(Delivery).values(state=DeliveryState.SENT, next_at=None, to_sealed=None))
    db.session.commit()
