"""An action's own messages: added, changed, switched, released, tried and deleted by its organizers."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level as MembershipLevel
from campaign.actions.models import Level
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices, rules
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import Offset
from campaign.outbox.models import Delivery, Kind, Occasion, OccasionState
from tests import make

NEW = {"count": "3", "unit": "days", "side": "before", "at": "9:00", "body_en": "Bring a drum."}
WORDS = {"subject": {}, "body": {}}
EMPTY = {f"{name}_{lang}": "" for name in ("subject", "body") for lang in ("en", "fr", "es")}
TWO_HOURS = Offset(minutes=120)
EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
DAY_AFTER = datetime(2023, 6, 1, 14, 0, tzinfo=UTC)  # 10:00 in Ottawa


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    """Published, with the usual five; Ada has confirmed and wants reminders."""
    action = make.action(team, publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org", name="Ada")
    return action


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def usual(action, letter):
    return db.session.query(Rule).filter_by(action_id=action.id, letter=letter).one()


def planned(rule):
    return db.session.query(Occasion).filter_by(rule_key=rule.key).one()


def errors(page):
    return BeautifulSoup(page.text, "html.parser").find(class_="error-summary").text


def switch(visitor, action, rule, on):
    return visitor.post(f"/manage/actions/{action.id}/messages/rules/{rule.id}/switch", data={"on": on})


def test_a_new_reminder_goes_out_at_its_time_with_its_own_words(alice, action, at, worker, mailbox):
    page = alice.post(f"/manage/actions/{action.id}/messages/new", data=NEW)
    assert page.status_code == 303

    at.set(datetime(2023, 5, 28, 13, 0, tzinfo=UTC))
    worker.run_until_idle()
    worker.run_until_idle()

    [letter] = mailbox.to("ada@example.org")
    assert "Bring a drum." in letter.text
    assert letter.text.startswith("Wednesday 31 May 2023, 7:00 am")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"count": ""}, "Enter a number"),
        ({"count": "-1"}, "Enter a whole number from 0"),
        ({"count": "0", "at": "9:00"}, "the action starts Wednesday 31 May 2023, 7:00 am"),
        ({"count": "10", "unit": "minutes"}, "less than 30 minutes"),
        ({"count": "60"}, "it would never go out"),
        ({"count": "400"}, "Enter at most 366"),
        ({"at": ""}, "Enter the hour of that day"),
        ({"at": "25:00"}, "Write the time like 7:00"),
        ({"side": "after", "count": "20"}, "Addresses are erased on Wednesday 7 June 2023"),
        ({"side": "after", "count": "0", "at": "6:00"}, "Choose a time after it"),
        ({"body_en": "Hello {name},\n\ncome to {plce}"}, "Line 3: {plce} can’t stand here"),
        ({"body_en": "{{ config }}"}, "Line 1: { config } can’t stand here"),
        ({"subject_en": "For {name}"}, "Line 1: {name} can’t stand here. What can: {day}, {hour}, {place}."),
        ({"subject_en": "x" * 121}, "Use at most 120 characters"),
        ({"body_fr": "x" * 3001}, "Use at most 3000 characters"),
    ],
)
def test_what_can_never_be_meant_is_refused_in_words(alice, action, wrong, says):
    before = db.session.query(Rule).count()

    page = alice.post(f"/manage/actions/{action.id}/messages/new", data={**NEW, **wrong})

    assert page.status_code == 422
    assert says in errors(page)
    assert db.session.query(Rule).count() == before


def test_placeholders_are_filled_in_for_each_and_a_missing_name_leaves_no_trace(alice, action, at, worker, mailbox):
    make.rsvp(action, "nobody@example.org")
    rule = usual(action, "messages/still")
    words = {"count": "1", "unit": "days", "at": "18:00", "asks": "y"}
    words |= {"subject_en": "Tomorrow, {hour}", "body_en": "See you at {place}, {name}!\nAll of it: {page}"}
    words = {**EMPTY, **words}

    alice.post(f"/manage/actions/{action.id}/messages/rules/{rule.id}", data=words)
    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    [ada], [nobody] = mailbox.to("ada@example.org"), mailbox.to("nobody@example.org")
    assert ada.subject == nobody.subject == "Tomorrow, 7:00 am"
    assert "See you at EY Centre, 4899 Uplands Drive, Ottawa, Ada!" in " ".join(ada.text.split())
    assert "See you at EY Centre, 4899 Uplands Drive, Ottawa!" in " ".join(nobody.text.split())
    assert f"http://localhost/en/actions/{action.slug}" in ada.text


def test_an_empty_language_falls_back_and_both_the_form_and_the_letter_say_so(alice, action, at, worker, mailbox):
    make.rsvp(action, "zoe@example.org", lang="fr")
    rule = usual(action, "messages/reminder")

    alice.post(
        f"/manage/actions/{action.id}/messages/rules/{rule.id}",
        data={**EMPTY, "count": "0", "unit": "days", "at": "6:00", "body_en": "Wear boots."},
    )
    page = alice.get(f"/manage/actions/{action.id}/messages/rules/{rule.id}")
    at.set(datetime(2023, 5, 31, 10, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert "empty: its readers get the text in English" in page.text
    letter = mailbox.to("zoe@example.org")[-1]
    assert "31 mai" in letter.subject
    assert "Wear boots.\n(This text is only there in English so far.)" in letter.text


def test_the_week_before_is_off_until_it_is_switched_on(alice, action, at, worker, mailbox):
    rule = usual(action, "messages/week")

    page = switch(alice, action, rule, "yes")
    at.set(datetime(2023, 5, 24, 22, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert page.status_code == 303
    assert [letter.subject for letter in mailbox.letters] == ["Coming up: Wednesday 31 May 2023, 7:00 am"]


def test_what_is_switched_off_before_it_is_due_doesnt_go_out(alice, action, at, worker, mailbox):
    switch(alice, action, usual(action, "messages/still"), "no")

    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    assert mailbox.letters == []


def test_what_is_switched_on_too_late_says_so_and_isnt_called_missed(alice, action, at, worker, mailbox):
    at.set(datetime(2023, 5, 26, 12, 0, tzinfo=UTC))
    alice.sign_in(make.account("Noor", action.campaign.team))

    switch(alice, action, usual(action, "messages/week"), "yes")
    worker.run_until_idle()
    page = alice.get(f"/manage/actions/{action.id}/messages")

    assert mailbox.letters == []
    assert "counts only if the action is moved" in page.text
    assert "Not sent: its time had passed already" in page.text
    assert "Missed" not in page.text


def test_thanks_never_go_out_unreleased(action, at, worker, mailbox):
    at.set(DAY_AFTER)
    worker.run_until_idle()

    assert "Thank you" not in " ".join(letter.subject for letter in mailbox.letters)


def test_thanks_go_out_the_day_after_once_released(alice, action, at, worker, mailbox):
    switch(alice, action, usual(action, "messages/thanks"), "yes")
    mailbox.letters.clear()

    at.set(DAY_AFTER)
    worker.run_until_idle()
    worker.run_until_idle()

    assert [letter.subject for letter in mailbox.letters] == ["Thank you: Wednesday 31 May 2023, 7:00 am"]


def test_thanks_released_after_their_hour_go_out_two_minutes_later(alice, action, at, worker, mailbox):
    at.set(datetime(2023, 6, 3, 9, 0, tzinfo=UTC))
    worker.run_until_idle()
    alice.sign_in(make.account("Noor", action.campaign.team))
    rule = usual(action, "messages/thanks")
    assert "two minutes after you release it" in alice.get(f"/manage/actions/{action.id}/messages").text

    switch(alice, action, rule, "yes")
    worker.run_until_idle()
    assert mailbox.letters == []
    at.set(datetime(2023, 6, 3, 9, 2, tzinfo=UTC))
    worker.run_until_idle()
    worker.run_until_idle()

    assert [letter.subject for letter in mailbox.letters] == ["Thank you: Wednesday 31 May 2023, 7:00 am"]


def test_a_rule_of_a_cancelled_action_stays_silent_whatever_is_done_to_it(action, at, worker, mailbox):
    notices.cancel(action, "Storm", at())
    rule = usual(action, "messages/still")

    rules.switch(rule, False, at())
    rules.switch(rule, True, at())
    rules.switch(usual(action, "messages/thanks"), True, at())
    at.set(DAY_AFTER)
    worker.run_until_idle()

    assert planned(rule).state is OccasionState.CANCELLED
    assert mailbox.letters == []


def test_the_confirmation_carries_the_teams_words_and_calls_nobody_by_name(alice, action, worker, mailbox):
    rule = usual(action, "rsvps/confirm")
    address = f"/manage/actions/{action.id}/messages/rules/{rule.id}"

    refused = alice.post(address, data={**EMPTY, "body_en": "Welcome, {name}"})
    assert "Line 1: {name} can’t stand here" in errors(refused)
    alice.post(address, data={**EMPTY, "body_en": "We meet at the north gate."})
    make.rsvp(action, "new@example.org", state="sealed")
    worker.run_until_idle()

    [letter] = mailbox.to("new@example.org")
    assert letter.subject == "Please confirm: Wednesday 31 May 2023, 7:00 am"
    assert "We meet at the north gate." in letter.text


@pytest.mark.parametrize("letter", ["rsvps/confirm", "messages/still"])
def test_a_form_that_didnt_come_whole_empties_nothing(alice, action, letter):
    rule = usual(action, letter)
    rule.body = Texts(en="Keep me.")

    page = alice.post(
        f"/manage/actions/{action.id}/messages/rules/{rule.id}", data={"count": "1", "unit": "days", "at": "18:00"}
    )

    assert page.status_code == 422
    assert "did not come whole" in errors(page)
    assert rule.body == {"en": "Keep me."}


def test_the_confirmation_can_be_neither_switched_off_nor_deleted(alice, action):
    rule = usual(action, "rsvps/confirm")

    assert switch(alice, action, rule, "no").status_code == 409
    assert alice.post(f"/manage/actions/{action.id}/messages/rules/{rule.id}/delete").status_code == 409
    assert rule.active


def test_a_test_goes_to_its_writer_alone_marked_and_uncounted(alice, action, worker, mailbox):
    rule = usual(action, "messages/still")

    page = alice.post(f"/manage/actions/{action.id}/messages/rules/{rule.id}/test", data={"language": "fr"})
    worker.run_until_idle()

    assert page.status_code == 303
    [letter] = mailbox.letters
    assert letter.to == "alice@example.org"
    assert letter.subject == "Test: Reminder: mercredi 31 mai 2023, 7 h"
    assert letter.text.startswith("This is a test.")
    assert "List-Unsubscribe" not in letter.headers
    assert "Ada" not in letter.text
    assert db.session.query(Occasion).filter_by(kind=Kind.TEST).one().subject == f"action:{action.id}"
    assert "1 sent" not in alice.get(f"/manage/actions/{action.id}/messages").text


def test_a_deleted_message_is_gone_and_what_it_sent_stays_counted(alice, action, at, worker, mailbox):
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    alice.sign_in(make.account("Noor", action.campaign.team))
    sent, unsent = usual(action, "messages/still"), usual(action, "messages/reminder")

    for rule in (sent, unsent):
        assert alice.get(f"/manage/actions/{action.id}/messages/rules/{rule.id}/delete").status_code == 200
        assert alice.post(f"/manage/actions/{action.id}/messages/rules/{rule.id}/delete").status_code == 303
    at.set(datetime(2023, 5, 31, 10, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert len(mailbox.letters) == 1
    assert db.session.query(Delivery).count() == 1


def test_a_number_that_is_given_again_finds_no_letters_sent(app, action, at, worker, mailbox):
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    last = db.session.query(Rule).order_by(Rule.id.desc()).first()
    rules.delete(last)

    again = rules.add(action, RuleKind.REMINDER, TWO_HOURS, "messages/reminder", WORDS, at())

    assert planned(again).due_at == datetime(2023, 5, 31, 9, 0, tzinfo=UTC)


def test_the_usual_five_are_added_switched_off_to_an_action_from_before(alice, action, at, worker, mailbox):
    for rule in db.session.query(Rule).filter(Rule.letter != "messages/reminder"):
        rules.delete(rule) if rule.kind is not RuleKind.CONFIRMATION else db.session.delete(rule)
    db.session.flush()
    assert "Put the usual five here" in alice.get(f"/manage/actions/{action.id}/messages").text

    alice.post(f"/manage/actions/{action.id}/messages/usual")
    at.set(DAY_AFTER)
    worker.run_until_idle()

    found = {(rule.letter, rule.active) for rule in db.session.query(Rule)}
    assert found == {
        ("rsvps/confirm", True),
        ("messages/week", False),
        ("messages/still", False),
        ("messages/reminder", True),
        ("messages/thanks", False),
    }


def test_a_drafts_messages_can_be_changed_before_it_is_published(alice, team, at):
    draft = make.action(team, publish=False)
    alice.post(f"/manage/actions/{draft.id}/messages/usual")
    rules.delete(usual(draft, "messages/still"))

    notices.publish(draft, at())

    assert db.session.query(Rule).filter_by(action_id=draft.id).count() == 4


def test_an_action_that_only_counts_gets_no_messages(alice, team):
    action = make.action(team, level=Level.COUNT)

    assert alice.post(f"/manage/actions/{action.id}/messages/new", data=NEW).status_code == 409
    assert alice.post(f"/manage/actions/{action.id}/messages/usual").status_code == 409


def test_a_rule_of_another_action_isnt_found_through_ones_own(alice, team, action):
    other = make.action(make.team("Other people"), publish=False)
    foreign = rules.add(
        other, RuleKind.REMINDER, rules.Offset(minutes=120), "messages/reminder", WORDS, other.created_at
    )

    assert alice.get(f"/manage/actions/{action.id}/messages/rules/{foreign.id}").status_code == 404
    assert switch(alice, action, foreign, "no").status_code == 404
    assert foreign.active


def test_a_moderator_sees_the_messages_and_changes_none(client, team, action):
    client.sign_in(make.account("Bob", team, level=MembershipLevel.MODERATOR))
    rule = usual(action, "messages/still")

    page = client.get(f"/manage/actions/{action.id}/messages")

    assert page.status_code == 200
    assert "Switch off" not in page.text
    assert switch(client, action, rule, "no").status_code == 403
