"""Where organizers arrive."""

from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices
from campaign.outbox import health
from campaign.outbox.models import Delivery, DeliveryState, Occasion
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(client, team, at):
    """Alice's browser, signed in; the worker is at work."""
    health.beat(health.WORKER, at())
    return client.sign_in(make.account("Alice", team))


def test_the_next_actions_and_the_drafts_are_there(alice, team):
    cause = make.campaign(team)
    make.action(cause=cause, title=Texts(en="Vigil"))
    make.action(cause=cause, title=Texts(en="Idea"), publish=False)
    make.action(cause=cause, title=Texts(en="Last year’s"), starts=datetime(2022, 5, 31, 7))

    page = alice.get("/manage/")

    assert "Vigil" in page.text
    assert "Idea" in page.text
    assert "Last year’s" not in page.text


def test_a_new_installation_is_led_to_its_first_campaign(alice):
    page = alice.get("/manage/")

    assert "Begin a campaign" in page.text
    assert alice.get("/manage/campaigns/new").status_code == 200


def test_missing_addresses_are_something_to_do_for_who_may_give_them(client, team, at):
    team.postal_address = ""
    health.beat(health.WORKER, at())
    client.sign_in(make.account("Bob", team, level=Level.ORGANIZER))
    to_bob = client.get("/manage/").text
    client.csrf_token = None
    client.delete_cookie("organizer", path="/manage")

    to_alice = client.sign_in(make.account("Alice", team)).get("/manage/").text

    assert "has no reply and postal address" in to_alice
    assert "has no reply and postal address" not in to_bob


def test_a_worker_that_was_never_seen_is_missed(client, team):
    client.sign_in(make.account("Alice", team))

    assert "The mail program isn’t running." in client.get("/manage/").text


def test_a_worker_that_fell_silent_is_missed(alice, at):
    seen = alice.get("/manage/").text
    at.forward(timedelta(minutes=5))

    assert "The mail program isn’t running." not in seen
    assert "The mail program isn’t running." in alice.get("/manage/").text


def test_trouble_with_the_mail_server_is_told(alice, at):
    health.beat(health.RELAY, at(), "unreachable")

    assert "The mail server can’t be reached." in alice.get("/manage/").text


def test_letters_that_failed_are_something_to_look_at(alice, team):
    action = make.action(team)
    make.rsvp(action, "ada@example.org", state="pending")
    fail(f"action:{action.id}")

    page = alice.get("/manage/")

    assert f"/manage/actions/{action.id}/messages" in page.text
    assert "could not be delivered: Protest CANSEC" in page.text
    assert "ada@example.org" not in page.text


def test_letters_of_other_teams_are_their_own_business(alice):
    action = make.action(make.team("Other people"))
    fail(f"action:{action.id}")

    assert "could not be delivered" not in alice.get("/manage/").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("presumed", "1 letter may not have arrived, the mail server didn’t say: Protest CANSEC"),
        ("expired", "1 letter came too late to be sent: Protest CANSEC"),
    ],
)
def test_mail_that_may_not_have_arrived_or_came_too_late_is_something_to_look_at(alice, team, state, words):
    action = make.action(team)
    fail(f"action:{action.id}", DeliveryState(state))

    assert words in alice.get("/manage/").text


def test_what_the_public_cannot_read_in_a_language_of_the_campaign_is_something_to_translate(alice, team):
    cause = make.campaign(team, languages=["en", "fr"])
    action = make.action(cause=cause, title=Texts(en="Vigil"))
    article = make.article(cause, title=Texts(en="Why"))
    make.action(cause=cause, title=Texts(en="Idea"), publish=False)
    make.action(title=Texts(en="Others’"))

    todo = BeautifulSoup(alice.get("/manage/").text, "html.parser").find(class_="todo")

    missing = {item.span.text: item.a["href"] for item in todo("li") if "Not all there" in item.text}
    assert missing == {
        "Not all there in Français: Vigil": f"/manage/actions/{action.id}/translations/fr",
        "Not all there in Français: Why": f"/manage/articles/{article.id}/translations/fr",
    }


def test_many_missing_languages_are_told_as_a_number(alice, team):
    cause = make.campaign(team)
    for number in range(7):
        make.action(cause=cause, title=Texts(en=f"Vigil {number}"))

    page = alice.get("/manage/").text
    assert "Not all there in Français and Español: Vigil 4" in page
    assert "2 more actions and articles lack a language." in page


def test_a_moderator_is_not_told_what_others_have_to_write(client, team, at):
    make.action(team)
    health.beat(health.WORKER, at())
    client.sign_in(make.account("Mo", team, level=Level.MODERATOR))

    assert "Not all there" not in client.get("/manage/").text


def test_the_next_messages_are_there_with_when_and_to_how_many(alice, team, at):
    action = make.action(team, publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org")
    noise = make.action(make.team("Other people"), title=Texts(en="Others’"), publish=False)
    notices.publish(noise, at())

    section = BeautifulSoup(alice.get("/manage/").text, "html.parser").find(attrs={"aria-labelledby": "messages"})

    assert "Reminder: Protest CANSEC" in section.text
    assert "Tuesday 30 May 2023, 6:00 pm · 1 person as things stand" in section.text
    assert "Others’" not in section.text


def test_a_newcomer_is_led_step_by_step_to_the_first_published_action(alice, team, at):
    team.reply_address = ""

    def steps():
        page = BeautifulSoup(alice.get("/manage/").text, "html.parser")
        return [bool(step.find(class_="tag--ok")) for step in page.select(".steps > li")]

    assert steps() == [False, False, False, False]
    team.reply_address = "team@example.org"
    cause = make.campaign(team)
    assert steps() == [True, True, False, False]
    action = make.action(cause=cause, publish=False)
    assert steps() == [True, True, True, False]
    notices.publish(action, at())
    assert steps() == []


def fail(subject, state=DeliveryState.FAILED):
    occasion = Occasion(kind="notice", letter="x", subject=subject, priority=10, on_unknown="resend", state="expanded")
    failed = {"state": state, "language": "en", "priority": 10, "message_id": subject}
    db.session.add(Delivery(occasion=occasion, person_key="x", **failed))
    db.session.flush()
