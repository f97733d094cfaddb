"""Counts of who answered."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from campaign.rsvps.models import Answer
from campaign.statistics import answers
from campaign.statistics.answers import Tally
from tests import make

pytestmark = pytest.mark.both


@pytest.fixture
def action(app):
    action = make.action()
    make.rsvp(make.action(), "noise@example.org", party_size=9)
    return action


def test_verified_and_unverified_are_told_apart_and_people_from_answers(action):
    make.rsvp(action, "ada@example.org", party_size=3)
    make.rsvp(action, "bea@example.org", answer="maybe")
    make.rsvp(action, party_size=2)
    make.rsvp(action, answer="no")

    counts = answers.of(action)

    assert counts.verified == {Answer.YES: Tally(1, 3), Answer.MAYBE: Tally(1, 1)}
    assert counts.unverified == {Answer.YES: Tally(1, 2), Answer.NO: Tally(1, 1)}
    assert counts.of(Answer.YES) == Tally(2, 5)
    assert counts.answers == 4


def test_what_isnt_confirmed_waits_and_what_is_cancelled_is_counted_as_that_alone(action):
    make.rsvp(action, "ada@example.org", state="sealed")
    make.rsvp(action, "bea@example.org", state="pending", party_size=2)
    make.rsvp(action, "eve@example.org", state="cancelled")

    counts = answers.of(action)

    assert counts.waiting == Tally(2, 3)
    assert counts.cancelled == 1
    assert counts.answers == 0


def test_an_action_without_answers_has_counts_of_nothing(action):
    quiet = make.action()

    found = answers.counts([action, quiet])

    assert found[quiet.id].of(Answer.YES) == Tally()
    assert answers.counts([]) == {}


def test_days_without_answers_are_days_too(action, at):
    make.rsvp(action)
    at.forward(timedelta(days=2))
    make.rsvp(action)
    make.rsvp(action, answer="no")

    days = answers.by_day(action, date(2023, 5, 13))

    assert [(day.on.day, day.coming, day.total) for day in days] == [(10, 1, 1), (11, 0, 1), (12, 1, 2), (13, 0, 2)]


def test_many_days_are_told_by_weeks_from_monday(action, at):
    make.rsvp(action).answered_on = date(2023, 3, 1)
    make.rsvp(action)

    days = answers.by_day(action, date(2023, 5, 10))

    assert days[0].on == date(2023, 2, 27)
    assert {(after.on - before.on).days for before, after in pairwise(days)} == {7}
    assert sum(day.coming for day in days) == days[-1].total == 2


def test_nobody_coming_is_no_days(action):
    make.rsvp(action, answer="no")

    assert answers.by_day(action, date(2023, 5, 10)) == []


def test_languages_are_of_those_who_come_or_may(action):
    make.rsvp(action, lang="fr", party_size=2)
    make.rsvp(action, lang="fr", answer="maybe")
    make.rsvp(action, lang="en")
    make.rsvp(action, lang="es", answer="no")

    assert answers.by_language(action) == [("fr", Tally(2, 3)), ("en", Tally(1, 1))]


def test_those_are_told_who_have_an_address_and_may_come(action):
    make.rsvp(action, "ada@example.org")
    make.rsvp(action, "bea@example.org", answer="maybe", reminders=False)
    make.rsvp(action, "eve@example.org", state="pending")
    make.rsvp(action, "liz@example.org", answer="no")
    make.rsvp(action, "may@example.org", state="cancelled")
    make.rsvp(action)

    assert answers.to_be_told(action) == 3


def test_somebody_who_cancelled_has_answered(action):
    assert not answers.anybody(action)

    make.rsvp(action, "ada@example.org", state="cancelled")

    assert answers.anybody(action)
