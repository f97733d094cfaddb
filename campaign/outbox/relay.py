"""The mail server as we have come to know it: whether it may be bothered now, and what is wrong with it."""

import time
from collections.abc import Callable
from enum import StrEnum

from campaign.outbox.faults import Outcome
from campaign.outbox.ladder import pause

ALERT_AT = 3  # failures in a row
POLICY_AT = 5  # mails in a row refused for what they are
STOP = 300  # seconds; then one mail tries whether somebody has seen to it


class Trouble(StrEnum):
    """Why nothing goes out. Shown to organizers, in words."""

    NONE = ""
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # takes mail and doesn't say so
    CONFIGURATION = "configuration"
    POLICY = "policy"


class Relay:
    """Pauses after failures, longer each time; stops for what only people can repair.

    ticks: seconds that always go forward, whatever the clock does.
    """

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self.ticks = ticks
        self._failures = 0
        self._refused = 0
        self._failed_at = self._open_at = float("-inf")
        self.trouble = Trouble.NONE

    def room(self, connections: int) -> int:
        """How many messages may be on their way at once: none in a pause, one to find out whether it is over."""
        if self.ticks() < self._open_at:
            return 0
        return 1 if self._failures or self.trouble else connections

    @property
    def distrusts_us(self) -> bool:
        """It refuses mail for what it is, one after another: no reason to give up on each."""
        return self._refused >= POLICY_AT

    def heard(self, outcome: Outcome, began: float) -> None:
        """What became of an attempt.

        began: `ticks()` at its start. One that was on its way when it failed last belongs to that failure.
        """
        if outcome in (Outcome.SENT, Outcome.TRANSIENT, Outcome.PERMANENT):
            self._failures = self._refused = 0
            self.trouble = Trouble.NONE
        elif outcome is Outcome.POLICY:
            self._refused += 1
            if self.distrusts_us:
                self._stop(Trouble.POLICY)
        elif outcome is Outcome.CONFIGURATION:
            self._stop(Trouble.CONFIGURATION)
        elif began > self._failed_at:
            self._fail(outcome)

    def _fail(self, outcome: Outcome) -> None:
        self._failures += 1
        self._failed_at = self.ticks()
        free = 1 if outcome is Outcome.CONNECTION else 0  # one hang-up is nothing: connect again at once
        if self._failures > free:
            self._open_at = self._failed_at + pause(self._failures - free)
        if self._failures >= ALERT_AT and self.trouble in (Trouble.NONE, Trouble.UNREACHABLE, Trouble.SILENT):
            self.trouble = Trouble.SILENT if outcome is Outcome.UNKNOWN else Trouble.UNREACHABLE

    def _stop(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self._failed_at = self.ticks()
        self._open_at = self._failed_at + STOP
