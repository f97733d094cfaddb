"""What the owner of a private link sees and does."""

import pytest
from bs4 import BeautifulSoup

from campaign import clock, tokens
from campaign.actions.models import Status
from campaign.extensions import db
from campaign.outbox import posting
from campaign.outbox.models import Delivery, DeliveryState, Kind
from campaign.rsvps.models import Answer, Rsvp, State, UnsubscribeLink
from tests import make

VERBS = ("confirm", "change", "cancel", "forget")


@pytest.fixture
def action(app):
    noise = make.action()
    make.rsvp(noise, "noise@example.org")
    return make.action()


@pytest.fixture
def pending(action):
    return make.rsvp(action, "ada@example.org", party_size=2, state="pending")


@pytest.fixture
def confirmed(action):
    return make.rsvp(action, "ada@example.org", party_size=2)


def press(client, rsvp, verb, **data):
    return client.post(f"/en/rsvps/{rsvp.token}/{verb}", data=data)


def owed(rsvp, kind):
    return posting.post(
        "messages/reminder",
        kind=kind,
        subject=f"action:{rsvp.action_id}",
        person_key=rsvp.id,
        to_sealed=rsvp.box,
        language="en",
        now=clock.now(),
    )


def test_the_page_shows_the_answer_but_neither_name_nor_address(client, action):
    rsvp = make.rsvp(action, "ada@example.org", name="Ada", answer="maybe", party_size=3)

    page = client.get(f"/en/rsvps/{rsvp.token}")

    assert page.status_code == 200
    assert "Maybe" in page.text
    assert "3 people" in page.text
    assert "ada" not in page.text.lower()
    assert page.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in page.text


def test_looking_changes_nothing(client, pending):
    for _ in range(3):
        client.get(f"/en/rsvps/{pending.token}")
        client.head(f"/en/rsvps/{pending.token}")

    assert db.session.get(Rsvp, pending.id).state is State.PENDING
    for verb in VERBS:
        assert client.get(f"/en/rsvps/{pending.token}/{verb}").status_code in (404, 405)


def test_pressing_the_button_confirms_and_pressing_twice_is_pressing_once(client, action, pending):
    first = press(client, pending, "confirm")
    second = press(client, pending, "confirm")

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == f"/en/rsvps/{pending.token}"
    assert db.session.get(Rsvp, pending.id).state is State.CONFIRMED
    assert action.seats_taken == 2


def test_an_answer_is_changed(client, action, confirmed):
    page = press(client, confirmed, "change", answer="maybe", party_size="5")

    rsvp = db.session.get(Rsvp, confirmed.id)
    assert page.status_code == 303
    assert (rsvp.answer, rsvp.party_size, rsvp.reminders, rsvp.state) == (Answer.MAYBE, 5, False, State.CONFIRMED)
    assert action.seats_taken == 0


@pytest.mark.parametrize(
    "wrong",
    [{"party_size": "0"}, {"party_size": "x"}, {"party_size": "21"}, {"answer": "perhaps"}, {"reminders": "no"}],
)
def test_a_change_that_makes_no_sense_is_asked_for_again_and_kept_on_the_page(client, confirmed, wrong):
    page = press(client, confirmed, "change", **{"answer": "no", "party_size": "3", **wrong})

    assert page.status_code == 422
    assert page.text.count('role="alert"') == 1
    assert BeautifulSoup(page.text, "html.parser").title.text.startswith("Error:")
    rsvp = db.session.get(Rsvp, confirmed.id)
    assert (rsvp.answer, rsvp.party_size, rsvp.reminders) == (Answer.YES, 2, True)


@pytest.mark.parametrize("change", [{"answer": "no", "reminders": "yes"}, {"answer": "yes"}])
def test_saying_no_or_turning_reminders_off_takes_back_reminders_but_not_word_of_changes(client, confirmed, change):
    reminder, notice = owed(confirmed, Kind.REMINDER), owed(confirmed, Kind.NOTICE)

    press(client, confirmed, "change", party_size="2", **change)

    assert (reminder.state, reminder.to_sealed) == (DeliveryState.CANCELLED, None)
    assert notice.state is DeliveryState.QUEUED


def test_reminders_cannot_be_turned_on_without_an_address(client, action):
    rsvp = make.rsvp(action)

    page = press(client, rsvp, "change", answer="yes", party_size="1", reminders="yes")

    assert page.status_code == 303
    assert db.session.get(Rsvp, rsvp.id).reminders is False


def test_cancelling_erases_the_person_at_once_and_keeps_the_link_and_a_count(client, action, confirmed):
    reminder = owed(confirmed, Kind.REMINDER)

    page = press(client, confirmed, "cancel")

    rsvp = db.session.get(Rsvp, confirmed.id)
    assert page.status_code == 303
    assert (rsvp.state, rsvp.box, rsvp.blind_index, rsvp.reminders) == (State.CANCELLED, None, None, False)
    assert (reminder.state, reminder.to_sealed) == (DeliveryState.CANCELLED, None)
    assert action.seats_taken == 0
    assert "You cancelled" in client.get(page.headers["Location"]).text


def test_a_farewell_is_owed_once_to_who_had_confirmed_and_to_nobody_else(client, action, confirmed):
    pending = make.rsvp(action, "bob@example.org", state="pending")
    anonymous = make.rsvp(action)

    for rsvp in (confirmed, confirmed, pending, anonymous):
        assert press(client, rsvp, "cancel").status_code == 303

    [letter] = db.session.scalars(db.select(Delivery)).all()
    assert letter.person_key == confirmed.id
    assert (letter.occasion.letter, letter.occasion.kind) == ("rsvps/farewell", "farewell")
    assert letter.to_sealed is not None


def test_what_was_cancelled_stays_cancelled(client, action, confirmed):
    press(client, confirmed, "cancel")

    for verb in ("confirm", "change"):
        page = press(client, confirmed, verb, answer="yes", party_size="1")
        assert page.status_code == 409
        assert "To come after all, send a new one" in page.text
    assert db.session.get(Rsvp, confirmed.id).state is State.CANCELLED
    assert action.seats_taken == 0


def test_forgetting_leaves_nothing(client, action, confirmed):
    reminder = owed(confirmed, Kind.REMINDER)
    unsubscribe, token, id_ = make.person(confirmed).unsubscribe, confirmed.token, confirmed.id

    page = press(client, confirmed, "forget")

    assert page.status_code == 200
    assert "Nothing is kept any more" in page.text
    assert db.session.get(Rsvp, id_) is None
    assert db.session.get(UnsubscribeLink, tokens.digest(unsubscribe)) is None
    assert reminder.to_sealed is None
    assert action.seats_taken == 0
    assert client.get(f"/en/rsvps/{token}").status_code == 404


def test_a_token_that_is_malformed_foreign_or_forgotten_gives_one_and_the_same_page(client, confirmed):
    forgotten = confirmed.token
    unsubscribe = make.person(confirmed).unsubscribe
    press(client, confirmed, "forget")
    wrong = [tokens.new(), forgotten, unsubscribe, "x", "a" * 27, "a" * 5000, "%00", "’", forgotten + "%0a"]

    pages = [client.get(f"/en/rsvps/{token}") for token in wrong]
    presses = [client.post(f"/en/rsvps/{token}/{verb}") for token in wrong for verb in VERBS]

    assert {page.status_code for page in pages + presses} == {404}
    assert len({page.data for page in pages + presses}) == 1


def test_over_it_can_no_longer_be_confirmed_or_changed_but_cancelled_and_forgotten(client, action, pending, at):
    at.set(action.ends_at)

    assert press(client, pending, "confirm").status_code == 409
    assert press(client, pending, "change", answer="yes", party_size="1").status_code == 409
    page = client.get(f"/en/rsvps/{pending.token}")
    assert "This action is over" in page.text
    assert "Confirm my RSVP" not in page.text
    assert press(client, pending, "cancel").status_code == 303
    assert press(client, pending, "forget").status_code == 200


def test_a_postponed_action_keeps_its_answers_and_takes_back_none(client, action, pending):
    action.status = Status.POSTPONED

    assert press(client, pending, "confirm").status_code == 303
    assert press(client, pending, "change", answer="maybe", party_size="1").status_code == 303


def test_to_a_cancelled_action_nobody_can_come(client, action, pending):
    action.status = Status.CANCELLED

    page = press(client, pending, "confirm")

    assert page.status_code == 409
    assert "This action was cancelled" in page.text


def test_another_site_cannot_press_the_buttons(client, confirmed):
    for verb in VERBS:
        page = client.post(f"/en/rsvps/{confirmed.token}/{verb}", headers={"Origin": "https://evil.example"})
        assert page.status_code == 403
    assert db.session.get(Rsvp, confirmed.id).state is State.CONFIRMED


def test_the_page_speaks_the_language_of_its_address(client, confirmed):
    for lang in ("en", "fr", "es"):
        page = client.get(f"/{lang}/rsvps/{confirmed.token}")
        assert f'<html lang="{lang}">' in page.text
        assert f'href="/{lang}/rsvps/{confirmed.token}"' in page.text
