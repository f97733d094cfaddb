"""Actions with a number of places."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from campaign.extensions import db
from campaign.rsvps.models import Answer, Rsvp, State
from tests import make
from tests.rsvps.forms import filled_in, send, with_address

pytestmark = pytest.mark.both


def test_forty_who_confirm_at_once_get_five_places_between_them(app):
    action = make.action(capacity=5)
    links = [make.rsvp(action, f"{n}@example.org", state="pending").token for n in range(40)]
    db.session.commit()
    start = Barrier(40)

    def confirm(token):
        start.wait()
        with app.test_client() as browser:
            return browser.post(f"/en/rsvps/{token}/confirm").status_code

    with ThreadPoolExecutor(40) as crowd:
        answers = list(crowd.map(confirm, links))

    db.session.expire_all()
    confirmed = db.session.scalar(db.select(db.func.count()).where(Rsvp.state == State.CONFIRMED))
    assert sorted(set(answers)) == [303, 409]
    assert answers.count(303) == 5
    assert (confirmed, action.seats_taken) == (5, 5)


def test_a_party_gets_all_its_places_or_none(client):
    action = make.action(capacity=3)
    two, also_two = (make.rsvp(action, f"{n}@example.org", party_size=2, state="pending") for n in range(2))

    first = client.post(f"/en/rsvps/{two.token}/confirm")
    second = client.post(f"/en/rsvps/{also_two.token}/confirm")

    assert (first.status_code, second.status_code) == (303, 409)
    assert "fewer places left than you ask for: 1" in second.text
    assert db.session.get(Rsvp, also_two.id).state is State.PENDING
    assert action.seats_taken == 2


def test_the_form_takes_no_place_and_asks_for_an_address(client):
    action = make.action(capacity=3)

    without = send(client, action, filled_in(action))
    sent = send(client, action, with_address(action, party_size="2"))

    assert without.status_code == 422
    assert "places are kept for those who confirm by mail" in without.text
    assert sent.status_code == 200
    assert action.seats_taken == 0


def test_when_all_places_are_taken_the_form_is_refused_in_words(client):
    action = make.action(capacity=2)
    make.rsvp(action, "ada@example.org", party_size=2)

    page = send(client, action, with_address(action, "bob@example.org"))

    assert page.status_code == 409
    assert "All places are taken" in page.text


def test_when_fewer_are_left_than_asked_for_the_form_comes_back_with_what_was_typed(client):
    action = make.action(capacity=3)
    make.rsvp(action, "ada@example.org", party_size=2)

    page = send(client, action, with_address(action, "bob@example.org", party_size="2"))
    fewer = send(client, action, with_address(action, "bob@example.org", party_size="1"))

    assert page.status_code == 409
    assert "fewer places left than you ask for: 1" in page.text
    assert 'value="bob@example.org"' in page.text
    assert fewer.status_code == 200


def test_the_answer_of_a_full_action_is_the_same_for_an_address_that_has_a_place(client):
    action = make.action(capacity=2)
    make.rsvp(action, "ada@example.org", party_size=2)

    stranger = send(client, action, with_address(action, "bob@example.org"))
    known = send(client, action, with_address(action, "ada@example.org"))

    assert stranger.data == known.data
    assert str(stranger.headers) == str(known.headers)


def test_a_bigger_party_needs_places_that_are_there_and_a_smaller_one_gives_them_back(client):
    action = make.action(capacity=5)
    ada = make.rsvp(action, "ada@example.org", party_size=2)
    make.rsvp(action, "bob@example.org", party_size=2)

    four = client.post(f"/en/rsvps/{ada.token}/change", data={"answer": "yes", "party_size": "4"})
    three = client.post(f"/en/rsvps/{ada.token}/change", data={"answer": "yes", "party_size": "3"})
    full = action.seats_taken
    one = client.post(f"/en/rsvps/{ada.token}/change", data={"answer": "yes", "party_size": "1"})

    assert [page.status_code for page in (four, three, one)] == [409, 303, 303]
    assert 'value="4"' in four.text
    assert (full, action.seats_taken) == (5, 3)


@pytest.mark.parametrize("verb", ["cancel", "forget"])
def test_whoever_cancels_or_is_forgotten_gives_the_places_back(client, verb):
    action = make.action(capacity=2)
    bob = make.rsvp(action, "bob@example.org", state="pending")
    ada = make.rsvp(action, "ada@example.org", party_size=2)

    client.post(f"/en/rsvps/{ada.token}/{verb}")
    page = client.post(f"/en/rsvps/{bob.token}/confirm")

    assert page.status_code == 303
    assert action.seats_taken == 1


def test_maybe_takes_no_place_and_turning_it_into_yes_takes_one_if_there_is_one(client):
    action = make.action(capacity=1)
    ada = make.rsvp(action, "ada@example.org", answer="maybe")
    bob = make.rsvp(action, "bob@example.org", answer="maybe")

    first = client.post(f"/en/rsvps/{ada.token}/change", data={"answer": "yes", "party_size": "1"})
    second = client.post(f"/en/rsvps/{bob.token}/change", data={"answer": "yes", "party_size": "1"})

    assert (first.status_code, second.status_code) == (303, 409)
    assert db.session.get(Rsvp, bob.id).answer is Answer.MAYBE


def test_places_taken_are_the_sum_of_those_who_said_yes_whatever_happened_before(client):
    action = make.action(capacity=50)
    people = [make.rsvp(action, f"{n}@example.org", party_size=n + 1) for n in range(5)]
    moves = [
        (people[0], "change", {"answer": "no", "party_size": "4"}),
        (people[0], "change", {"answer": "yes", "party_size": "7"}),
        (people[1], "cancel", {}),
        (people[1], "cancel", {}),
        (people[2], "change", {"answer": "maybe", "party_size": "3"}),
        (people[2], "forget", {}),
        (people[3], "confirm", {}),
        (people[4], "forget", {}),
    ]

    for token, verb, data in [(rsvp.token, verb, data) for rsvp, verb, data in moves]:
        client.post(f"/en/rsvps/{token}/{verb}", data=data)

    assert action.seats_taken == sum(rsvp.places for rsvp in db.session.scalars(db.select(Rsvp)))
    assert action.seats_taken == 7 + 4


def test_a_visitor_is_told_nothing_of_how_many_places_others_hold(client):
    action = make.action(capacity=100, slug="protest")
    make.rsvp(action, "ada@example.org", party_size=17)

    page = client.get(f"/en/actions/{action.slug}")

    assert "17" not in page.text
    assert "83" not in page.text
