"""A thread with one connection to the mail server. It carries one message at a time and says what became of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from campaign.outbox.composing import Mail
from campaign.outbox.faults import Fault, Outcome
from campaign.outbox.journal import Journal, Mark
from campaign.outbox.mishaps import place_of

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """A connection: `transport.Connection`, or another way to hand over mail."""

    def send(self, to: str, message: bytes, note: Callable[[Mark], None]) -> int:
        """The code of success. Raises Fault. `note` is called with DOT and HANDED_OVER when it comes to them."""

    def close(self) -> None:
        """Never raises."""


@dataclass(frozen=True)
class Attempt:
    """How it ended. `said` holds phase and code, never what a server or an address says."""

    delivery_id: int
    outcome: Outcome
    code: int | None = None
    said: str = ""


class Line(Thread):
    """Takes orders until it is told to hang up. A daemon: a server that never answers doesn't keep us from ending."""

    def __init__(
        self, carrier: Carrier, journal: Journal, ended: Callable[[Attempt], None], came_back: Callable[[], None]
    ) -> None:
        super().__init__(name="mail", daemon=True)
        self._carrier = carrier
        self._journal = journal
        self._ended = ended
        self._came_back = came_back
        self._orders: SimpleQueue[tuple[int, Mail] | bool] = SimpleQueue()
        self.start()

    def send(self, delivery_id: int, mail: Mail) -> None:
        self._orders.put((delivery_id, mail))

    def rest(self) -> None:
        """Close the connection; the next message opens it again."""
        self._orders.put(True)

    def hang_up(self) -> None:
        """Close the connection and end."""
        self._orders.put(False)

    def run(self) -> None:
        while order := self._orders.get():
            if isinstance(order, tuple):
                attempt = self._attempt(*order)
                self._write_down(attempt)
                self._ended(attempt)
                self._came_back()
            else:
                self._carrier.close()
        self._carrier.close()

    def _attempt(self, delivery_id: int, mail: Mail) -> Attempt:
        try:
            code = self._carrier.send(mail.to, mail.content, lambda mark: self._journal.note(mark, delivery_id))
            return Attempt(delivery_id, Outcome.SENT, code)
        except Fault as fault:
            return Attempt(delivery_id, fault.outcome, fault.code, str(fault))
        except Exception as error:  # noqa: BLE001 -- a thread that dies would hold its delivery for ever
            log.error("Sending broke off: %s", place_of(error))  # noqa: TRY400 -- values may hold an address
            self._carrier.close()
            return Attempt(delivery_id, Outcome.UNKNOWN, said=place_of(error))

    def _write_down(self, attempt: Attempt) -> None:
        mark = Mark.SILENCE if attempt.outcome is Outcome.UNKNOWN else Mark.ANSWERED
        try:
            self._journal.note(mark, attempt.delivery_id, attempt.code or 0)
        except OSError as error:  # a full disk: what isn't noted is in doubt if we die now, no more
            log.error("The journal can't be written: %s", place_of(error))  # noqa: TRY400 -- values
