"""Connections to the mail server, all in one hand: each carries one message at a time and says what became of it."""

import logging
import math
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from campaign.outbox.composing import Mail
from campaign.outbox.faults import Fault, Outcome
from campaign.outbox.journal import Journal, Mark
from campaign.outbox.mishaps import place_of
from campaign.outbox.talk import Steps, Wait

log = logging.getLogger(__name__)

_GOODBYES = 3  # seconds for all of them


class Carrier(Protocol):
    """A connection: `transport.Connection`, or another way to hand over mail."""

    def conversation(
        self,
        mail: Mail,
        note: Callable[[Mark], None],
        sender: str = "",
        hand_over: Callable[[int, bytes], tuple[int, bool]] | None = None,
    ) -> Steps[int]:
        """The code of success. Raises Fault. `note` is called with DOT and HANDED_OVER when it comes to them, unless
        `hand_over` has noted that itself."""

    def farewell(self) -> Steps[None]:
        """Never raises."""

    def drop(self) -> None:
        """Never raises."""


@dataclass(frozen=True)
class Attempt:
    """How it ended. `said` holds phase and code, never what a server or an address says."""

    delivery_id: int
    outcome: Outcome
    code: int | None = None
    said: str = ""
    is_gone: bool = False  # there is no such mailbox


@dataclass(eq=False)
class _Call:
    """A message on its way, or a goodbye (no delivery)."""

    carrier: Carrier
    steps: Steps[int] | Steps[None]
    delivery_id: int | None = None
    wait: Wait | None = None


class Lines:
    """For one thread, which has to look in again and again while something is on its way."""

    def __init__(self, carriers: Sequence[Carrier], journal: Journal) -> None:
        self._free = list(carriers)
        self._journal = journal
        self._poll = select.poll()
        self._calls: dict[int, _Call] = {}  # by the file that it waits for
        self._ended: list[Attempt] = []
        self._until = math.inf  # nobody waits for something that has to come sooner

    def __len__(self) -> int:
        return len(self._free) + len(self._calls)

    def send(self, delivery_id: int, mail: Mail, sender: str = "") -> None:
        """On a line that is free."""
        carrier = self._free.pop()
        journal = self._journal
        steps = carrier.conversation(
            mail,
            lambda mark: journal.note(mark, delivery_id),
            sender,
            lambda socket, message: journal.hand_over(delivery_id, socket, message),
        )
        self._go_on(_Call(carrier, steps, delivery_id))

    def turn(self, seconds: float, also: int | None = None) -> list[Attempt]:
        """Everybody goes on who can. What has ended since the last time; waits so long for the first that does.

        also: a file that ends the waiting, too, when something can be read there.
        """
        until = time.monotonic() + seconds
        if also is not None:
            self._poll.register(also, select.POLLIN)
        try:
            while True:
                called = self._listen(0 if self._ended else max(until - time.monotonic(), 0))
                if also in called or self._ended or not self._calls or time.monotonic() >= until:
                    ended, self._ended = self._ended, []
                    return ended
        finally:
            if also is not None:
                self._poll.unregister(also)

    def rest(self) -> None:
        """Close the connections that carry nothing; the next message opens them again."""
        for carrier in self._free[:]:
            self._free.remove(carrier)
            self._go_on(_Call(carrier, carrier.farewell()))
        until = time.monotonic() + _GOODBYES
        while any(call.delivery_id is None for call in self._calls.values()) and time.monotonic() < until:
            self._listen(until - time.monotonic())

    def hang_up(self) -> None:
        """Close all of them, and leave what is on its way."""
        self.rest()
        for call in list(self._calls.values()):
            self._forget(call)
            call.steps.close()
            call.carrier.drop()

    def _listen(self, seconds: float) -> list[int]:
        """The files where something was to be read or written."""
        seconds = min(seconds, self._until - time.monotonic())
        called = [file for file, _ in self._poll.poll(max(math.ceil(seconds * 1000), 0))]
        for file in called:
            if file in self._calls:
                self._go_on(self._calls[file])
        if (now := time.monotonic()) >= self._until:
            for call in [call for call in self._calls.values() if call.wait and call.wait.until <= now]:
                self._go_on(call)
            self._until = min((call.wait.until for call in self._calls.values() if call.wait), default=math.inf)
        return called

    def _go_on(self, call: _Call) -> None:
        try:
            wait = next(call.steps)
        except StopIteration as end:
            self._end(call, Outcome.SENT, end.value)
        except Fault as fault:
            self._end(call, fault.outcome, fault.code, str(fault), is_gone=fault.is_gone)
        except Exception as error:  # noqa: BLE001 -- one message must not hold up all others
            log.error("Sending broke off: %s", place_of(error))  # noqa: TRY400 -- values may hold an address
            call.carrier.drop()
            self._end(call, Outcome.UNKNOWN, said=place_of(error))
        else:
            self._wait(call, wait)

    def _wait(self, call: _Call, wait: Wait) -> None:
        before, call.wait = call.wait, wait
        self._until = min(self._until, wait.until)
        if before is not None and before[:2] == wait[:2]:
            return
        if before is not None and before.file != wait.file:
            self._forget(call, before)
        self._calls[wait.file] = call
        self._poll.register(wait.file, select.POLLOUT if wait.to_write else select.POLLIN)

    def _end(
        self, call: _Call, outcome: Outcome, code: int | None = None, said: str = "", *, is_gone: bool = False
    ) -> None:
        self._forget(call)
        self._free.append(call.carrier)
        if call.delivery_id is not None:
            self._write_down(call.delivery_id, outcome, code)
            self._ended.append(Attempt(call.delivery_id, outcome, code, said, is_gone))

    def _forget(self, call: _Call, wait: Wait | None = None) -> None:
        wait = wait or call.wait
        if wait is not None and self._calls.get(wait.file) is call:
            del self._calls[wait.file]
            self._poll.unregister(wait.file)

    def _write_down(self, delivery_id: int, outcome: Outcome, code: int | None) -> None:
        mark = Mark.SILENCE if outcome is Outcome.UNKNOWN else Mark.ANSWERED
        try:
            self._journal.note(mark, delivery_id, code or 0)
        except OSError as error:  # a full disk: what isn't noted is in doubt if we die now, no more
            log.error("The journal can't be written: %s", place_of(error))  # noqa: TRY400 -- values
