"""What organizers see of an action's mail."""

from datetime import UTC, datetime

import pytest

from campaign.extensions import db
from campaign.messages import notices, planning, timeline
from campaign.messages.models import Rule
from campaign.messages.timeline import Progress
from tests import make
from tests.mailbox import DROP

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


def shown(action, at):
    return [(each.title, each.offset, each.progress) for each in timeline.messages(action, "en", at())]


def test_a_draft_shows_what_it_will_have(app, at):
    draft = make.action(publish=False)

    assert shown(draft, at) == [
        ("Confirmation", "", Progress.ON_DEMAND),
        ("Coming up", "7 days before, 6:00 pm", Progress.OFF),
        ("Still coming?", "1 day before, 6:00 pm", Progress.PLANNED),
        ("Reminder", "that day, 6:00 am", Progress.PLANNED),
        ("Thank you", "1 day after, 10:00 am", Progress.DRAFT),
    ]
    assert db.session.query(Rule).count() == 0


def test_a_message_shows_who_will_get_it_and_then_who_did(action, at, worker):
    make.rsvp(action, "ada@example.org")
    make.rsvp(action, "bob@example.org", answer="maybe")
    make.rsvp(action, "cleo@example.org", reminders=False)
    make.rsvp(action, "dan@example.org", answer="no")

    [_, _, evening, morning, _] = timeline.messages(action, "en", at())
    assert (evening.people, morning.people) == (2, 2)

    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    [_, _, evening, morning, _] = timeline.messages(action, "en", at())
    assert (evening.progress, evening.counts.owed, evening.counts.sent) == (Progress.DONE, 2, 2)
    assert (morning.progress, morning.counts.owed) == (Progress.PLANNED, 0)


def test_what_may_or_may_not_have_arrived_is_counted_apart(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org")
    mailbox.answers["DOT"] = [DROP]

    at.set(EVENING_BEFORE)
    worker.run_until_idle()

    [_, _, evening, _, _] = timeline.messages(action, "en", at())
    assert (evening.counts.owed, evening.counts.presumed, evening.counts.unknown, evening.counts.sent) == (1, 1, 1, 0)


def test_a_notice_is_named_for_the_change_and_the_old_reminders_are_not_shown(action, at):
    make.rsvp(action, "ada@example.org")

    notices.postpone(action, "Storm", at())

    assert shown(action, at) == [
        ("Confirmation", "", Progress.ON_DEMAND),
        ("Notice: postponed", "", Progress.PLANNED),
    ]
    assert timeline.messages(action, "en", at())[1].people == 1


def test_a_reminder_too_near_to_the_start_is_shown_as_left_out(app, at):
    early = make.action(starts=datetime(2023, 5, 31, 6, 20), publish=False)
    notices.publish(early, at())

    assert shown(early, at)[-2] == ("Reminder", "that day, 6:00 am", Progress.LEFT_OUT)


def test_a_missed_message_is_shown_and_one_that_was_past_from_the_start_is_not(app, at, worker):
    late = make.action(publish=False)
    at.set(datetime(2023, 5, 30, 23, 0, tzinfo=UTC))
    notices.publish(late, at())
    at.set(datetime(2023, 5, 31, 11, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert shown(late, at)[1:] == [
        ("Coming up", "7 days before, 6:00 pm", Progress.OFF),
        ("Reminder", "that day, 6:00 am", Progress.MISSED),
        ("Thank you", "1 day after, 10:00 am", Progress.DRAFT),
    ]


def test_a_rule_that_is_switched_off_is_shown_as_off(action, at):
    rule = db.session.query(Rule).filter_by(days=1).one()
    rule.active = False
    planning.update(rule, at())

    assert shown(action, at)[2] == ("Still coming?", "1 day before, 6:00 pm", Progress.OFF)


def test_a_preview_has_the_real_facts_in_each_language(action, at):
    [_, _, evening, _, _] = timeline.messages(action, "en", at())

    previews = [evening.preview(language, "https://example.org") for language in ("en", "fr", "es")]

    assert previews[0].subject == "Reminder: Wednesday 31 May 2023, 7:00 am"
    assert previews[0].text.startswith("Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)\n")
    assert previews[1].text.startswith("mercredi 31 mai 2023, 7 h à 9 h 30")
    assert previews[2].text.startswith("miércoles 31 de mayo de 2023, 7:00 a 9:30")
    assert "https://example.org/fr/rsvps/…" in previews[1].text
