"""Asked whether they still come: two buttons, and nobody is dropped for saying nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.extensions import db
from campaign.messages import notices
from campaign.rsvps import counting
from campaign.rsvps.models import Answer, Rsvp
from tests import make

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
ASKS = "Are you still coming?"


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


def move(action, at, day=7):
    starts = datetime(2023, 6, day, 7, 0)
    ends = starts + timedelta(hours=2)
    notices.move(action, starts, ends, action.zone, action.venue, action.address, action.city, "", at())


def page_of(client, rsvp):
    return client.get(f"/en/rsvps/{rsvp.token}").text


def still(client, rsvp, coming):
    return client.post(f"/en/rsvps/{rsvp.token}/still", data={"coming": coming})


def test_nobody_is_asked_before_there_is_a_reason(client, action):
    assert ASKS not in page_of(client, make.rsvp(action, "ada@example.org"))


def test_after_a_move_the_page_asks_until_it_is_answered(client, action, at):
    ada, without_address = make.rsvp(action, "ada@example.org"), make.rsvp(action)
    move(action, at)

    for rsvp in (ada, without_address):
        page = page_of(client, rsvp)
        assert ASKS in page
        assert "Wednesday 7 June 2023" in page
        assert still(client, rsvp, "yes").status_code == 303
        assert ASKS not in page_of(client, rsvp)
        assert "You said so again on Wednesday 10 May 2023" in page_of(client, rsvp)


def test_looking_answers_nothing(client, action, at):
    ada = make.rsvp(action, "ada@example.org")
    move(action, at)

    page_of(client, ada)

    assert ASKS in page_of(client, ada)
    assert counting.said_again(action) == counting.Again(known=0, silent=1, still=0)


def test_a_no_frees_the_places_and_a_maybe_can_become_a_yes(client, action, at):
    action.capacity = 5
    ada, bob = make.rsvp(action, "a@example.org", party_size=3), make.rsvp(action, "b@example.org", answer="maybe")
    move(action, at)

    still(client, ada, "no")
    still(client, bob, "yes")

    assert (ada.answer, bob.answer, action.seats_taken) == (Answer.NO, Answer.YES, 1)


def test_a_yes_that_finds_no_place_any_more_is_told_so(client, action, at):
    action.capacity = 1
    make.rsvp(action, "a@example.org")
    maybe = make.rsvp(action, "b@example.org", answer="maybe")
    move(action, at)

    page = still(client, maybe, "yes")

    assert page.status_code == 409
    assert "All places are taken" in page.text
    assert maybe.answer is Answer.MAYBE


@pytest.mark.parametrize("said", ["", "maybe", "YES"])
def test_anything_else_asks_again(client, action, at, said):
    ada = make.rsvp(action, "ada@example.org")
    move(action, at)

    assert still(client, ada, said).status_code == 303
    assert ASKS in page_of(client, ada)


def test_organizers_see_how_many_have_answered_for_the_new_date(client, action, at):
    rsvps = [make.rsvp(action, f"p{number}@example.org") for number in range(3)]
    move(action, at)
    make.rsvp(action, "new@example.org")
    still(client, rsvps[0], "yes")
    still(client, rsvps[1], "no")

    assert counting.said_again(action) == counting.Again(known=2, silent=1, still=1)
    client.sign_in(make.account("Alice", action.campaign.team))
    page = client.get(f"/manage/actions/{action.id}/messages").text
    assert "2 have answered for the new date." in page
    assert "1 hasn’t answered since it moved." in page


def test_nobody_is_dropped_for_saying_nothing(client, action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    move(action, at)
    at.set(datetime(2023, 6, 6, 22, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert [letter.subject for letter in mailbox.letters][-1].startswith("Reminder: Wednesday 7 June")
    assert db.session.query(Rsvp).one().answer is Answer.YES


def test_the_letter_of_the_evening_before_leads_to_the_two_buttons(client, action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org", name="Ada")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    [letter] = mailbox.to("ada@example.org")
    link = next(line for line in letter.text.split("\n") if "/rsvps/" in line).removeprefix("http://localhost")
    page = BeautifulSoup(client.get(link).text, "html.parser")
    assert [button["value"] for button in page.find(attrs={"aria-labelledby": "still"})("button")] == ["yes", "no"]
    client.post(f"{link}/still", data={"coming": "no"})

    assert db.session.query(Rsvp).one().answer is Answer.NO
    at.set(datetime(2023, 5, 31, 10, 0, tzinfo=UTC))
    worker.run_until_idle()
    assert len(mailbox.letters) == 1


def test_who_answers_after_that_letter_isnt_asked_again(client, action, at, worker):
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    at.forward(timedelta(hours=8))

    assert ASKS not in page_of(client, make.rsvp(action, "late@example.org"))


def test_one_who_is_pending_confirms_first(client, action, at):
    pending = make.rsvp(action, "ada@example.org", state="pending")
    move(action, at)

    assert ASKS not in page_of(client, pending)
    assert still(client, pending, "yes").status_code == 409
    client.post(f"/en/rsvps/{pending.token}/confirm")
    assert ASKS not in page_of(client, pending)


def test_a_foreign_site_cant_answer_for_somebody(client, action, at):
    ada = make.rsvp(action, "ada@example.org")
    move(action, at)

    page = client.post(f"/en/rsvps/{ada.token}/still", data={"coming": "no"}, headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code == 403
    assert ada.answer is Answer.YES
