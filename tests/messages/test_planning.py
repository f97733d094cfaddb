"""When reminders fall due."""

from datetime import UTC, datetime, time, timedelta

import pytest

from campaign.extensions import db
from campaign.messages import notices, planning
from campaign.messages.models import Rule, RuleKind
from campaign.outbox.models import Occasion, OccasionState, OnUnknown
from tests import make

pytestmark = pytest.mark.both


def rule(action, **when):
    made = Rule(
        action_id=action.id, kind=RuleKind.REMINDER, letter="messages/reminder", on_unknown=OnUnknown.PRESUME, **when
    )
    db.session.add(made)
    db.session.flush()
    return made


def planned(action):
    found = db.session.query(Occasion).filter_by(subject=f"action:{action.id}").order_by(Occasion.due_at, Occasion.id)
    return [(each.due_at, each.state) for each in found]


@pytest.mark.parametrize(
    ("starts", "zone", "when", "due"),
    [
        ("2023-05-31T07:00", "America/Toronto", {"days": 1, "at_local": time(18)}, "2023-05-30T22:00"),
        ("2023-05-31T07:00", "America/Toronto", {"days": 0, "at_local": time(6)}, "2023-05-31T10:00"),
        # The clocks go forward in the night between: eighteen o'clock stays eighteen o'clock.
        ("2023-03-12T12:00", "America/Toronto", {"days": 1, "at_local": time(18)}, "2023-03-11T23:00"),
        ("2023-03-12T12:00", "America/Toronto", {"days": 0, "at_local": time(6)}, "2023-03-12T10:00"),
        # And back.
        ("2023-11-05T12:00", "America/Toronto", {"days": 1, "at_local": time(18)}, "2023-11-04T22:00"),
        ("2023-11-05T12:00", "America/Toronto", {"days": 0, "at_local": time(6)}, "2023-11-05T11:00"),
        # An hour that isn't there, and one that comes twice.
        ("2023-03-12T12:00", "America/Toronto", {"days": 0, "at_local": time(2, 30)}, "2023-03-12T07:30"),
        ("2023-11-05T12:00", "America/Toronto", {"days": 0, "at_local": time(1, 30)}, "2023-11-05T05:30"),
        # Minutes are counted as they pass, over the jump of a clock.
        ("2023-03-12T12:00", "America/Toronto", {"minutes": 12 * 60}, "2023-03-12T04:00"),
        ("2023-05-31T07:00", "Pacific/Kiritimati", {"days": 1, "at_local": time(18)}, "2023-05-30T04:00"),
    ],
)
def test_days_are_counted_on_the_calendar_of_the_place_and_minutes_as_they_pass(app, starts, zone, when, due):
    action = make.action(starts=datetime.fromisoformat(starts), zone=zone)

    assert planning.due_at(rule(action, **when), action) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_published_action_has_the_two_reminders_once(app, at, worker):
    action = make.action(publish=False)
    notices.publish(action, at())
    before = planned(action)

    planning.plan(action, at())
    worker.run_until_idle()

    assert planned(action) == before
    assert [due.isoformat() for due, _ in before] == ["2023-05-30T22:00:00+00:00", "2023-05-31T10:00:00+00:00"]


def test_a_draft_has_none(app, worker):
    action = make.action(publish=False)
    rule(action, minutes=60)

    worker.run_until_idle()

    assert planned(action) == []


def test_a_rule_that_is_made_later_is_planned_by_the_worker(app, worker):
    action = make.action()
    rule(action, minutes=90)

    worker.run_until_idle()

    assert planned(action) == [(action.starts_at - timedelta(minutes=90), OccasionState.PLANNED)]


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (31, OccasionState.PLANNED),
        (30, OccasionState.PLANNED),
        (29, OccasionState.CANCELLED),
        (-5, OccasionState.CANCELLED),
    ],
)
def test_a_reminder_less_than_30_minutes_before_the_start_is_dropped(app, at, minutes, state):
    action = make.action()
    rule(action, minutes=minutes)

    planning.plan(action, at())

    assert planned(action)[0][1] is state


def test_an_occasion_that_was_due_when_the_action_was_published_is_born_missed(app, at, worker, mailbox):
    action = make.action(publish=False)
    at.set(datetime(2023, 5, 30, 22, 0, 1, tzinfo=UTC))
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org")

    worker.run_until_idle()

    assert [state for _, state in planned(action)] == [OccasionState.MISSED, OccasionState.PLANNED]
    assert mailbox.letters == []


def test_an_edited_rule_moves_what_it_has_planned(app, at):
    action = make.action()
    made = rule(action, days=1, at_local=time(18))
    planning.plan(action, at())

    made.days, made.at_local = 2, time(9)
    planning.update(made, at())

    assert planned(action) == [(datetime(2023, 5, 29, 13, 0, tzinfo=UTC), OccasionState.PLANNED)]


def test_a_rule_can_be_switched_off_and_on(app, at, worker, mailbox):
    action = make.action()
    make.rsvp(action, "ada@example.org")
    made = rule(action, days=1, at_local=time(18))
    planning.plan(action, at())

    made.active = False
    planning.update(made, at())
    assert [state for _, state in planned(action)] == [OccasionState.CANCELLED]

    made.active = True
    planning.update(made, at())
    assert [state for _, state in planned(action)] == [OccasionState.PLANNED]


def test_what_is_due_and_waits_for_a_worker_is_not_missed_because_the_place_changes(app, at, worker, mailbox):
    action = make.action(publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org")
    at.set(datetime(2023, 5, 30, 22, 5, tzinfo=UTC))  # no worker at 18:00

    local = (action.starts_local, action.ends_local, action.zone)
    notices.move(action, *local, "Strathcona Park", "Range Road, Ottawa", "Ottawa", "", at())
    worker.run_until_idle()

    assert sorted(letter.subject.split(":")[0] for letter in mailbox.letters) == ["New place", "Reminder"]


def test_a_followup_goes_out_after_the_action_and_is_of_use_for_two_days(app, at, worker, mailbox):
    action = make.action()
    make.rsvp(action, "ada@example.org")
    made = rule(action, days=-1, at_local=time(9))
    made.kind = RuleKind.FOLLOWUP
    db.session.flush()
    worker.run_until_idle()

    at.set(datetime(2023, 6, 1, 13, 0, tzinfo=UTC))
    worker.run_until_idle()

    assert len(mailbox.letters) == 1


def test_the_teams_own_words_stand_in_place_of_the_letters(app, at, worker, mailbox):
    action = make.action()
    make.rsvp(action, "ada@example.org")
    made = rule(action, days=1, at_local=time(18))
    made.subject, made.body = {"en": "Bring a drum"}, {"en": "Really,\nbring one."}
    planning.plan(action, at())

    at.set(datetime(2023, 5, 30, 22, 0, tzinfo=UTC))
    worker.run_until_idle()

    [letter] = mailbox.letters
    assert letter.subject == "Bring a drum"
    assert "\nReally,\nbring one.\n" in letter.text
    assert "asked us to remind you" not in letter.text
