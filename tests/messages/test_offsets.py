"""How long before or after, in words, and what can't be meant."""

from datetime import UTC, datetime, time

import pytest

from campaign.messages.models import RuleKind
from campaign.messages.offsets import Offset, trouble
from tests import make


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (Offset(days=2, at_local=time(9)), "2 days before, 9:00 am"),
        (Offset(days=0, at_local=time(6)), "that day, 6:00 am"),
        (Offset(days=-1, at_local=time(9, 30)), "1 day after, 9:30 am"),
        (Offset(minutes=90), "90 minutes before"),
        (Offset(minutes=120), "2 hours before"),
        (Offset(minutes=-60), "1 hour after"),
        (Offset(minutes=-5), "5 minutes after"),
    ],
)
def test_an_offset_is_said_in_words(app, offset, words):
    assert offset.in_words("en") == words


@pytest.mark.parametrize(
    ("kind", "offset", "says"),
    [
        (RuleKind.REMINDER, Offset(days=0, at_local=time(9)), "the action starts Wednesday 31 May 2023, 7:00 am"),
        (RuleKind.REMINDER, Offset(minutes=0), "Choose a time before it"),
        (RuleKind.REMINDER, Offset(minutes=29), "less than 30 minutes"),
        (RuleKind.REMINDER, Offset(days=60, at_local=time(18)), "That was Saturday 1 April 2023, 6:00 pm"),
        (RuleKind.FOLLOWUP, Offset(days=0, at_local=time(6)), "Choose a time after it"),
        (RuleKind.FOLLOWUP, Offset(days=-8, at_local=time(6)), "nobody could be written to"),
    ],
)
def test_what_would_never_go_out_is_named_with_its_reason(app, at, kind, offset, says):
    assert says in str(trouble(offset, kind, make.action(), at(), "en"))


@pytest.mark.parametrize(
    ("kind", "offset"),
    [
        (RuleKind.REMINDER, Offset(minutes=30)),
        (RuleKind.REMINDER, Offset(days=1, at_local=time(18))),
        (RuleKind.FOLLOWUP, Offset(minutes=-1)),
        (RuleKind.FOLLOWUP, Offset(days=-6, at_local=time(23, 59))),
    ],
)
def test_what_will_go_out_is_no_trouble(app, at, kind, offset):
    assert trouble(offset, kind, make.action(), at(), "en") is None


def test_what_comes_afterwards_may_be_late(app, at):
    action = make.action()
    at.set(datetime(2023, 6, 2, 12, 0, tzinfo=UTC))

    assert trouble(Offset(days=-1, at_local=time(10)), RuleKind.FOLLOWUP, action, at(), "en") is None


def test_of_whole_days_a_reminder_is_of_use_in_the_morning_of_the_first(app, at):
    action = make.action(starts=datetime(2023, 5, 31), hours=48, all_day=True)

    assert trouble(Offset(days=0, at_local=time(6)), RuleKind.REMINDER, action, at(), "en") is None
    assert "less than 30 minutes" in str(
        trouble(Offset(days=0, at_local=time(23, 45)), RuleKind.REMINDER, action, at(), "en")
    )
