"""The message timeline, for organizers."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from campaign.actions.models import Level
from campaign.extensions import db
from campaign.messages import notices
from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    """Published, with its reminders; Ada has confirmed and wants them."""
    action = make.action(team, publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org", name="Ada Lovelace")
    return action


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_today_the_reminders_and_the_action_stand_in_the_order_of_time(alice, action):
    page = parsed(alice.get(f"/manage/actions/{action.id}/messages"))

    heads = [entry.find(["h3", "strong"]).text for entry in page.find("ol", class_="timeline")("li")]
    times = [when.text for when in page.find("ol", class_="timeline").find_all(class_="when")]
    assert heads == [
        "Today, Wednesday 10 May 2023",
        "Coming up",
        "Still coming?",
        "Reminder",
        "Protest CANSEC",
        "Thank you",
    ]
    assert times[1].startswith("Tuesday 30 May 2023, 6:00 pm")
    assert times[2].startswith("Wednesday 31 May 2023, 6:00 am")


def test_a_preview_has_the_real_facts_and_no_real_person(alice, action):
    page = parsed(alice.get(f"/manage/actions/{action.id}/messages"))

    preview = page.find("ol", class_="timeline").find(class_="preview", lang="en").text
    assert "Wednesday 31 May 2023, 7:00 am" in preview
    assert "EY Centre" in preview
    assert "Ada" not in page.text


def test_there_is_a_preview_in_each_language(alice, action):
    page = parsed(alice.get(f"/manage/actions/{action.id}/messages"))

    first = page.find("ol", class_="timeline").find(class_="msg")
    assert [preview["lang"] for preview in first(class_="preview")] == ["en", "fr", "es"]


def test_what_went_out_is_counted(alice, worker, mailbox, at, action):
    alice.csrf_token = None
    at.set(datetime(2023, 5, 30, 22, 5, tzinfo=UTC))
    worker.run_until_idle()

    page = parsed(
        alice.sign_in(make.account("Noor", action.campaign.team)).get(f"/manage/actions/{action.id}/messages")
    )

    [_, evening, *_] = page.find("ol", class_="timeline")(class_="msg")
    assert "Done" in evening.text
    assert "1 sent" in evening.text


def test_what_was_refused_is_counted_as_failed(alice, worker, mailbox, at, action):
    mailbox.answers = {"RCPT": "550 5.1.1 nobody here"}
    notices.cancel(action, "Storm", at())
    db.session.commit()
    worker.run_until_idle()

    page = alice.get(f"/manage/actions/{action.id}/messages")

    assert "Notice: cancelled" in page.text
    assert "1 failed" in page.text


def test_a_drafts_messages_are_those_that_it_will_have(alice, team):
    draft = make.action(team, publish=False)

    page = alice.get(f"/manage/actions/{draft.id}/messages")

    assert "they are planned once it is published" in page.text
    assert "6:00 pm" in page.text


def test_an_action_that_only_counts_says_why_there_are_none(alice, team):
    action = make.action(team, level=Level.COUNT)

    assert "Nothing is sent" in alice.get(f"/manage/actions/{action.id}/messages").text


def test_an_outsider_sees_no_messages(client, action):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    assert client.get(f"/manage/actions/{action.id}/messages").status_code == 404


def parsed(page):
    return BeautifulSoup(page.text, "html.parser")
