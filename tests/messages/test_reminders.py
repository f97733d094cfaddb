"""Reminders: each once, at its time, to whom it was promised."""

from datetime import UTC, datetime, timedelta

import pytest

from campaign.messages import notices
from tests import make

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)  # 18:00 in Ottawa
THAT_MORNING = datetime(2023, 5, 31, 10, 0, tzinfo=UTC)  # 06:00


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


def test_a_reminder_arrives_the_evening_before_and_that_morning(action, at, worker, mailbox):
    make.rsvp(action, "ada@example.org", name="Ada")

    at.set(EVENING_BEFORE - timedelta(seconds=1))
    worker.run_until_idle()
    assert mailbox.letters == []

    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    worker.run_until_idle()
    [first] = mailbox.to("ada@example.org")
    assert first.subject == "Reminder: Wednesday 31 May 2023, 7:00 am"

    at.set(THAT_MORNING)
    worker.run_until_idle()
    worker.run_until_idle()
    assert len(mailbox.to("ada@example.org")) == 2
