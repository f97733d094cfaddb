"""A letter by hand to some of those who come: shown first, held, and sent once to exactly those."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level as MembershipLevel
from campaign.actions.models import Level
from campaign.extensions import db
from campaign.messages import notices
from campaign.outbox.models import Occasion
from tests import make

HOLD = timedelta(minutes=2)
WORDS = {"body_en": "Who has a van, {name}?", "subject_en": "A question for {day}"}


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    """With two who said yes, in two languages, one maybe, and some who aren't to be written to."""
    action = make.action(team, publish=False)
    notices.publish(action, at())
    make.rsvp(action, "yes@example.org", name="Yara")
    make.rsvp(action, "oui@example.org", lang="fr")
    make.rsvp(action, "maybe@example.org", answer="maybe")
    make.rsvp(action, "no@example.org", answer="no")
    make.rsvp(action, "pending@example.org", state="pending")
    make.rsvp(action, "changes-only@example.org", reminders=False)
    make.rsvp(action, "unsubscribed@example.org").unsubscribed = True
    make.rsvp(make.action(team), "elsewhere@example.org")
    return action


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def write(visitor, action, *, answer="", language="", do="send", **more):
    data = {**WORDS, "answer": answer, "language": language, "do": do, **more}
    return visitor.post(f"/manage/actions/{action.id}/broadcast", data=data)


@pytest.mark.parametrize(
    ("segment", "reached"),
    [
        ({}, ["maybe", "oui", "yes"]),
        ({"answer": "yes"}, ["oui", "yes"]),
        ({"answer": "maybe"}, ["maybe"]),
        ({"language": "fr"}, ["oui"]),
        ({"answer": "yes", "language": "en"}, ["yes"]),
        ({"answer": "maybe", "language": "es"}, []),
    ],
)
def test_it_reaches_its_segment_and_says_before_how_many(alice, action, at, worker, mailbox, segment, reached):
    seen = write(alice, action, do="preview", **segment).text
    write(alice, action, **segment)
    worker.run_until_idle()
    assert mailbox.letters == []
    at.forward(HOLD)
    worker.run_until_idle()
    worker.run_until_idle()

    assert sorted(letter.to for letter in mailbox.letters) == [f"{who}@example.org" for who in reached]
    number = len(reached)
    told = f"Send it to {number} {'person' if number == 1 else 'people'}" if reached else "it reaches nobody"
    assert told in seen


def test_each_reads_it_with_their_name_and_the_facts(alice, action, at, worker, mailbox):
    write(alice, action)
    at.forward(HOLD)
    worker.run_until_idle()

    [letter] = mailbox.to("yes@example.org")
    assert letter.subject == "A question for Wednesday 31 May 2023"
    assert "Who has a van, Yara?" in letter.text
    assert letter.text.startswith("Wednesday 31 May 2023, 7:00 am")
    assert "List-Unsubscribe" in letter.headers
    assert letter.ics is None
    assert "Who has a van?" in mailbox.to("oui@example.org")[0].text


def test_a_preview_sends_nothing(alice, action, at, worker, mailbox):
    page = write(alice, action, do="preview")
    at.forward(HOLD)
    worker.run_until_idle()

    assert page.status_code == 200
    assert "Who has a van, Alex?" in page.text
    assert "yes@example.org" not in page.text
    assert mailbox.letters == []


def test_undone_it_reaches_nobody_and_can_be_written_on(alice, action, at, worker, mailbox):
    held = write(alice, action, answer="maybe").location

    page = BeautifulSoup(alice.get(alice.post(f"{held}/undo").location).text, "html.parser")
    at.forward(HOLD)
    worker.run_until_idle()

    assert mailbox.letters == []
    assert page.find("textarea", {"name": "body_en"}).text.strip() == WORDS["body_en"]
    assert page.find("input", {"name": "answer", "value": "maybe"}).has_attr("checked")


def test_a_double_click_is_one_broadcast(alice, action, at, worker, mailbox):
    first, second = write(alice, action, token="the form's own"), write(alice, action, token="the form's own")
    at.forward(HOLD)
    worker.run_until_idle()

    assert first.location == second.location
    assert len(mailbox.letters) == 3


def test_reminders_switched_off_meanwhile_are_honoured(client, alice, action, at, worker, mailbox):
    leaver = make.rsvp(action, "leaver@example.org")
    write(alice, action)
    alice.post(f"/en/rsvps/{leaver.token}/change", data={"answer": "yes", "party_size": "1"})
    at.forward(HOLD)
    worker.run_until_idle()

    assert mailbox.to("leaver@example.org") == []
    assert len(mailbox.letters) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"body_en": ""}, "Enter what you want to say"),
        ({"body_en": "Hello {nmae}"}, "Line 1: {nmae} can’t stand here"),
        ({"answer": "no"}, "Not a valid choice"),
        ({"language": "de"}, "Not a valid choice"),
    ],
)
def test_what_cant_be_sent_is_refused_in_words(alice, action, wrong, says):
    page = write(alice, action, **wrong)

    assert page.status_code == 422
    assert says in page.text
    assert db.session.query(Occasion).filter_by(letter="messages/broadcast").count() == 0


def test_where_nobody_is_asked_for_an_address_nothing_can_be_sent(alice, team):
    counting, draft = make.action(team, level=Level.COUNT), make.action(team, publish=False)

    for action in (counting, draft):
        assert alice.get(f"/manage/actions/{action.id}/broadcast").status_code == 409
        assert write(alice, action).status_code == 409


def test_a_moderator_cant_write_to_people(client, team, action):
    client.sign_in(make.account("Bob", team, level=MembershipLevel.MODERATOR))

    assert write(client, action).status_code == 403
    assert db.session.query(Occasion).filter_by(letter="messages/broadcast").count() == 0
