"""The unsubscribe link at the foot of every letter, and the button of mail programs (RFC 8058)."""

from datetime import timedelta

import pytest

from campaign import clock, tokens
from campaign.extensions import db
from campaign.outbox import posting
from campaign.outbox.models import DeliveryState, Kind
from campaign.privacy import erasure
from campaign.rsvps.models import Rsvp, State
from tests import make

pytestmark = pytest.mark.both

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def rsvp(app):
    action = make.action()
    make.rsvp(action, "noise@example.org")
    return make.rsvp(action, "ada@example.org", lang="fr")


@pytest.fixture
def link(rsvp):
    return f"/unsubscribe/{make.person(rsvp).unsubscribe}"


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


def test_the_page_asks_in_the_letter_s_language_and_changes_nothing(client, rsvp, link):
    page = client.get(link)

    assert page.status_code == 200
    assert '<html lang="fr">' in page.text
    assert "moved or cancelled" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert db.session.get(Rsvp, rsvp.id).unsubscribed is False


@pytest.mark.parametrize("data", [{}, ONE_CLICK])
def test_pressing_stops_reminders_and_word_of_changes_before_the_answer_comes(client, rsvp, link, data):
    letters = [owed(rsvp, kind) for kind in (Kind.REMINDER, Kind.NOTICE, Kind.FOLLOWUP)]

    page = client.post(link, data=data)

    kept = db.session.get(Rsvp, rsvp.id)
    assert page.status_code == 200
    assert (kept.unsubscribed, kept.reminders, kept.state) == (True, False, State.CONFIRMED)
    assert {(letter.state, letter.to_sealed) for letter in letters} == {(DeliveryState.CANCELLED, None)}


def test_a_mail_program_needs_no_cookie_origin_or_stamp_and_may_ask_twice(client, rsvp, link):
    headers = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site", "User-Agent": "a mail program"}

    pages = [client.post(link, data=ONE_CLICK, headers=headers) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("Set-Cookie" in page.headers or "Location" in page.headers for page in pages)


def test_the_link_goes_on_working_for_60_days_after_the_purge_and_no_longer(client, rsvp, link, at):
    at.set(rsvp.action.ends_at + timedelta(days=8))
    erasure.erase(rsvp.action_id, at())
    at.forward(timedelta(days=60))
    erasure.drop_old_links(at().date())
    kept = client.post(link, data=ONE_CLICK)
    at.forward(timedelta(days=1))
    erasure.drop_old_links(at().date())
    gone = client.post(link, data=ONE_CLICK)

    assert (kept.status_code, gone.status_code) == (200, 404)


def test_a_link_outlives_the_cancelling_of_its_answer(client, rsvp, link):
    client.post(f"/en/rsvps/{rsvp.token}/cancel")

    assert client.post(link, data=ONE_CLICK).status_code == 200


def test_a_link_that_is_none_gives_the_page_for_all_wrong_links(client, rsvp):
    for token in (tokens.new(), rsvp.token, "x", "a" * 27):
        assert client.get(f"/unsubscribe/{token}").status_code == 404
        assert client.post(f"/unsubscribe/{token}", data=ONE_CLICK).status_code == 404


def test_who_ticks_reminders_again_on_their_own_page_is_written_to_again(client, rsvp, link):
    client.post(link)
    told = client.get(f"/en/rsvps/{rsvp.token}")

    client.post(f"/en/rsvps/{rsvp.token}/change", data={"answer": "yes", "party_size": "1", "reminders": "yes"})

    kept = db.session.get(Rsvp, rsvp.id)
    assert "You get no mail about this action" in told.text
    assert (kept.unsubscribed, kept.reminders) == (False, True)
