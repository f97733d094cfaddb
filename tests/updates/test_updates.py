"""An update: on the page at once, by mail two minutes later, and taken back in between."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level as MembershipLevel
from campaign.actions.models import Level
from campaign.actions.parts import Update
from campaign.extensions import db
from campaign.messages import notices
from campaign.outbox.models import Delivery, Occasion
from tests import make
from tests.clients import Visitor

HOLD = timedelta(minutes=2)
TEXT = "The north gate is closed. Come to the south gate."


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    action = make.action(team, publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org", name="Ada")
    return action


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def write(visitor, action, **more):
    return visitor.post(f"/manage/actions/{action.id}/update", data={"body_en": TEXT, **more})


def public(visitor, action, lang="en"):
    return BeautifulSoup(visitor.get(f"/{lang}/actions/{action.slug}").text, "html.parser")


def test_it_stands_on_the_page_and_in_the_feed_at_once(alice, action, at):
    before = action.revision
    assert TEXT not in public(alice, action).text

    page = write(alice, action)

    assert page.status_code == 303
    assert TEXT in public(alice, action).text
    feed = alice.get(f"/actions/{action.slug}.ics").text.replace("\r\n ", "")
    assert "The north gate is closed." in feed
    assert f"SEQUENCE:{before + 1}" in feed
    assert "The north gate is closed." in alice.get("/calendar.ics").text.replace("\r\n ", "")


def test_it_is_held_for_two_minutes_and_then_goes_out_once(alice, action, at, worker, mailbox):
    page = alice.get(write(alice, action).location)
    assert "Held until 10:02 am" in page.text
    assert "It will reach 1 person." in page.text

    at.forward(HOLD - timedelta(seconds=1))
    worker.run_until_idle()
    assert mailbox.letters == []

    at.forward(timedelta(seconds=1))
    worker.run_until_idle()
    worker.run_until_idle()
    [letter] = mailbox.letters
    assert letter.subject == "News: Wednesday 31 May 2023, 7:00 am"
    assert TEXT in " ".join(letter.text.split())
    assert "some only once a day" in " ".join(letter.text.split())
    assert "Action" not in letter.subject


def test_undone_nothing_is_sent_and_the_text_is_there_again(alice, action, at, worker, mailbox):
    held = write(alice, action).location

    page = alice.post(f"{held}/undo")
    at.forward(HOLD)
    worker.run_until_idle()

    assert mailbox.letters == []
    assert TEXT not in public(alice, action).text
    assert TEXT in alice.get(page.location).text


def test_what_has_begun_to_go_out_cant_be_taken_back(alice, action, at, worker, mailbox):
    held = write(alice, action).location
    at.forward(HOLD)
    worker.run_until_idle()

    page = alice.post(f"{held}/undo")

    assert page.status_code == 409
    assert "going out already" in page.text
    assert TEXT in public(alice, action).text


def test_a_double_click_is_one_update(alice, action, at, worker, mailbox):
    form = BeautifulSoup(alice.get(f"/manage/actions/{action.id}/update").text, "html.parser")
    token = form.find("input", {"name": "token"})["value"]

    first, second = write(alice, action, token=token), write(alice, action, token=token)
    at.forward(HOLD)
    worker.run_until_idle()

    assert first.location == second.location
    assert db.session.query(Update).count() == 1
    assert len(mailbox.letters) == 1


def test_those_who_know_of_the_action_are_told_and_nobody_else(alice, action, at, worker, mailbox):
    make.rsvp(action, "maybe@example.org", answer="maybe")
    make.rsvp(action, "pending@example.org", state="pending", name="Typed by a stranger")
    make.rsvp(action, "unreminded@example.org", reminders=False)
    make.rsvp(action, "no@example.org", answer="no")
    make.rsvp(action, "unsubscribed@example.org").unsubscribed = True

    write(alice, action)
    at.forward(HOLD)
    worker.run_until_idle()

    told = sorted(letter.to for letter in mailbox.letters)
    assert told == [f"{who}@example.org" for who in ("ada", "maybe", "pending", "unreminded")]
    assert "stranger" not in mailbox.to("pending@example.org")[0].text


def test_after_a_move_it_names_every_date_and_asks_who_still_comes(alice, action, at, worker, mailbox):
    starts = datetime(2023, 6, 7, 7, 0)
    notices.move(
        action, starts, starts + timedelta(hours=2), action.zone, action.venue, action.address, "Ottawa", "", at()
    )
    worker.run_until_idle()
    mailbox.letters.clear()

    write(alice, action)
    at.forward(HOLD)
    worker.run_until_idle()

    [letter] = mailbox.letters
    said = " ".join(letter.text.split())
    assert said.index("- Wednesday 31 May 2023") < said.index("- now: Wednesday 7 June 2023")
    assert "Are you still coming at the new time?" in said


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7*7 }} {name} %s %(x)s", "a\nb", '"><img src=x>'])
def test_what_is_written_is_text_everywhere(alice, action, at, worker, mailbox, text):
    write(alice, action, body_en=text)
    at.forward(HOLD)
    worker.run_until_idle()

    banner = public(alice, action).find(class_="news")
    assert text in banner.text
    assert banner.find(["script", "img"]) is None
    assert text in mailbox.letters[0].text


@pytest.mark.parametrize(
    ("body", "says"), [({"body_en": " "}, "Enter what is new"), ({"body_en": "x" * 601}, "Use at most 600")]
)
def test_nothing_and_too_much_are_refused_in_words(alice, action, body, says):
    page = write(alice, action, **body)

    assert page.status_code == 422
    assert says in page.text
    assert db.session.query(Update).count() == 0


def test_each_language_has_its_own_words_and_another_falls_back(alice, action, at, worker, mailbox):
    make.rsvp(action, "zoe@example.org", lang="fr")
    write(alice, action, body_fr="La porte nord est fermée.")

    at.forward(HOLD)
    worker.run_until_idle()

    assert "La porte nord est fermée." in mailbox.to("zoe@example.org")[0].text
    assert "La porte nord est fermée." in public(alice, action, "fr").text
    assert public(alice, action, "es").find(class_="news").find(lang="en").text == TEXT


def test_a_preview_and_a_test_put_nothing_up(alice, action, at, worker, mailbox):
    seen = write(alice, action, do="preview")
    tried = write(alice, action, do="test")
    at.forward(HOLD)
    worker.run_until_idle()

    assert TEXT in BeautifulSoup(seen.text, "html.parser").find(class_="preview").text.replace("\n", " ")
    assert tried.status_code == 200
    assert [letter.to for letter in mailbox.letters] == ["alice@example.org"]
    assert mailbox.letters[0].subject.startswith("Test: ")
    assert db.session.query(Update).count() == 0


def test_it_can_be_corrected_taken_down_and_put_up_again(alice, action, at, worker, mailbox):
    write(alice, action)
    update = db.session.query(Update).one()
    address = f"/manage/actions/{action.id}/updates/{update.id}"

    alice.post(address, data={"body_en": "South gate only.", "body_fr": "", "body_es": ""})
    assert "South gate only." in public(alice, action).text
    at.forward(HOLD)
    worker.run_until_idle()
    assert "South gate only." in mailbox.letters[0].text

    alice.post(f"{address}/stand", data={"up": "no"})
    assert public(alice, action).find(class_="news") is None
    alice.post(f"{address}/stand", data={"up": "yes"})
    assert "South gate only." in public(alice, action).text


def test_who_signs_up_afterwards_reads_it_in_the_confirmation(alice, action, at, worker, mailbox):
    write(alice, action)
    at.forward(HOLD)
    make.rsvp(action, "late@example.org", state="sealed")
    worker.run_until_idle()

    [letter] = [each for each in mailbox.to("late@example.org") if each.subject.startswith("Please confirm")]
    assert TEXT in " ".join(letter.text.split())


def test_a_cancellation_overtakes_what_is_held(alice, action, at, worker, mailbox):
    write(alice, action)
    notices.cancel(action, "Storm", at())
    at.forward(HOLD)
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert letter.subject.startswith("Cancelled")
    assert TEXT in " ".join(letter.text.split())


def test_an_action_that_only_counts_has_the_update_on_its_page_and_no_mail(alice, team, at, worker, mailbox):
    action = make.action(team, level=Level.COUNT)

    page = alice.get(write(alice, action).location)
    at.forward(HOLD)
    worker.run_until_idle()

    assert "there is nobody to write to" in page.text
    assert TEXT in public(alice, action).text
    assert mailbox.letters == []


def test_a_draft_has_nobody_to_tell(alice, team):
    draft = make.action(team, publish=False)

    assert write(alice, draft).status_code == 409
    assert db.session.query(Occasion).count() == 0


def test_a_moderator_may_look_at_a_sending_and_do_nothing_to_it(app, alice, team, action):
    held = write(alice, action).location
    bob = Visitor(app).sign_in(make.account("Bob", team, level=MembershipLevel.MODERATOR))

    page = bob.get(held)

    assert page.status_code == 200
    assert "Undo" not in page.text
    assert bob.post(f"{held}/undo").status_code == 403
    assert bob.get(f"/manage/actions/{action.id}/update").status_code == 403


def test_a_sending_isnt_found_through_another_action(alice, team, action):
    held = write(alice, action).location
    other = make.action(team)

    assert alice.get(held.replace(f"/{action.id}/", f"/{other.id}/", 1)).status_code == 404


def test_no_page_about_a_sending_names_anybody(alice, action, at, worker):
    held = write(alice, action).location
    at.forward(HOLD)
    worker.run_until_idle()

    page = alice.get(held)

    assert "taken by the mail server" in page.text
    assert "Ada" not in page.text
    assert "ada@" not in page.text
    assert db.session.query(Delivery).one().to_sealed is None


def test_the_clock_is_said_where_the_action_is(alice, team, at):
    at.set(datetime(2023, 5, 10, 14, 0, tzinfo=UTC))
    far = make.action(team, zone="America/Lima", city="Lima")

    assert "Held until 9:02 am" in alice.get(write(alice, far).location).text
