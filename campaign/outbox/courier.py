"""Sends what is owed: a few threads that talk to the mail server, and one hand that writes.

The threads know connections and octets, nothing else. All of the database's work is done by whoever calls `step`, in
one transaction for all that has come back since the last and all that goes out next. At most as many messages as there
are connections are on the wire, so once a cancellation is committed no more than that still go.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue

from sqlalchemy.exc import DBAPIError

from campaign import clock
from campaign.databases import TOGETHER, writing
from campaign.extensions import db
from campaign.outbox import claiming, health
from campaign.outbox.claiming import Result, Started
from campaign.outbox.composing import Mail, Unsendable
from campaign.outbox.faults import Outcome
from campaign.outbox.journal import Journal, Mark
from campaign.outbox.ladder import pause
from campaign.outbox.lines import Attempt, Carrier, Line
from campaign.outbox.mishaps import place_of
from campaign.outbox.models import Occasion
from campaign.outbox.relay import Relay, Trouble
from campaign.sealing import CannotOpen

log = logging.getLogger(__name__)

CLAIMED_AHEAD = 4  # messages reserved for each connection
_PROMPT = 2  # seconds in which a server that is well answers
_IDLE = 5  # seconds after which connections that nobody needs are closed

Compose = Callable[[Occasion, Started, datetime], Mail]


class Courier:
    """One worker's part in sending.

    owner:     the name of its `Presence`, whose is also
    journal:   what is noted of each letter on the wire.
    compose:   makes the mail. Raises Unsendable or CannotOpen for what can never be sent.
    dial:      makes a connection, not yet opened.
    came_back: called, in another thread, when an attempt has ended.
    """

    def __init__(
        self,
        owner: str,
        journal: Journal,
        compose: Compose,
        dial: Callable[[], Carrier],
        connections: int,
        relay: Relay,
        came_back: Callable[[], None] = lambda: None,
    ) -> None:
        self.owner = owner
        self._journal = journal
        self._compose = compose
        self._relay = relay
        self._ended: SimpleQueue[Attempt] = SimpleQueue()
        self._lines = [Line(dial(), journal, self._ended.put, came_back) for _ in range(connections)]
        self._out: dict[int, tuple[Line, Started, float]] = {}  # on the wire, by delivery
        self._back: list[Result] = []  # not recorded yet
        self._claimed: list[int] = []
        self._resting: dict[int, tuple[int, float]] = {}  # over which it hung up: how often, and until when to wait
        self._noted: Trouble | None = None
        self._busy_at = relay.ticks()

    @property
    def is_idle(self) -> bool:
        """Nothing in hand: whatever rows say that it has, it doesn't know of."""
        return not (self._out or self._back or self._claimed)

    @property
    def trouble(self) -> Trouble:
        return self._relay.trouble

    def step(self) -> bool:
        """Record what came back and send what is next. False: nothing to do until something comes back or falls due."""
        self._collect()
        now = clock.now()
        room = max(self._relay.room(len(self._lines)) - len(self._out), 0)
        if not (self._back or self._claimed or (room and claiming.is_due(now, self._skipped()))):
            db.session.rollback()
            self._rest()
            return False
        if not room and not self._back and self._out:
            return False
        with writing(TOGETHER):
            claiming.record(self.owner, self._back, now)
            claimed, mails = self._next(room, now) if room else self._let_go()
            self._note(now)
        self._back, self._claimed, self._busy_at = [], claimed, self._relay.ticks()
        if not self._out:
            self._journal.clear()
        for started, mail in mails:
            self._send(started, mail)
        return True

    def drain(self) -> None:
        """Until nothing more can be sent now."""
        while self.step() or self._out:
            if self._out:
                self._collect(wait=1)

    def finish(self, patience: float, is_hurried: Callable[[], bool] = lambda: False) -> None:
        """Let what is on the wire come to its end, record it, and give back the rest.

        What hasn't ended after `patience` seconds is left as it is: whoever finds it will call it unknown.
        """
        began, is_slow = time.monotonic(), False
        while self._out and time.monotonic() < began + patience and not is_hurried():
            self._collect(wait=0.2)
            if not is_slow and (is_slow := time.monotonic() > began + _PROMPT):
                self._doubt()
        self._doubt()
        if self._back or self._claimed:
            with writing(TOGETHER):
                claiming.record(self.owner, self._back, clock.now())
                claiming.release(self.owner)
        self._back, self._claimed = [], []
        if not self._out:
            self._journal.clear()
        for line in self._lines:
            line.hang_up()
        for line in set(self._lines) - self._busy():
            line.join(timeout=3)

    def _doubt(self) -> None:
        """Of whom we have waited for in vain, nobody shall think that they would have answered."""
        for delivery_id in self._out:
            self._journal.note(Mark.SILENCE, delivery_id)

    def _next(self, room: int, now: datetime) -> tuple[list[int], list[tuple[Started, Mail]]]:
        """What stays claimed, and what goes out: on the wire once this transaction is committed."""
        claimed = self._claimed or claiming.claim(
            self.owner, now, CLAIMED_AHEAD * len(self._lines), skip=self._skipped()
        )
        mails: list[tuple[Started, Mail]] = []
        while claimed and len(mails) < room:
            wanted = room - len(mails)
            batch, claimed = claimed[:wanted], claimed[wanted:]
            for started in claiming.start(self.owner, batch, now):
                mail = self._made(started, now)
                if mail is not None:
                    mails.append((started, mail))
        return claimed, mails

    def _let_go(self) -> tuple[list[int], list[tuple[Started, Mail]]]:
        """No room: a pause, most likely. Nothing is kept from whoever could send or take back."""
        claiming.release(self.owner)
        return [], []

    def _made(self, started: Started, now: datetime) -> Mail | None:
        """None: it can't be made, which is recorded; for good, or to be tried again when somebody has mended it."""
        occasion = db.session.get_one(Occasion, started.occasion_id)
        try:
            return self._compose(occasion, started, now)
        except (Unsendable, CannotOpen):
            claiming.record(self.owner, [Result(started, Outcome.PERMANENT)], now)
        except DBAPIError:
            raise
        except Exception as error:  # noqa: BLE001 -- one letter that can't be made must not hold up all others
            log.error("The letter %s can't be made: %s", occasion.letter, place_of(error))  # noqa: TRY400 -- no values
            claiming.record(self.owner, [Result(started, Outcome.TRANSIENT)], now)
        return None

    def _send(self, started: Started, mail: Mail) -> None:
        line = (set(self._lines) - self._busy()).pop()
        self._out[started.id] = line, started, self._relay.ticks()
        line.send(started.id, mail)

    def _busy(self) -> set[Line]:
        return {line for line, _, _ in self._out.values()}

    def _collect(self, wait: float = 0) -> None:
        """What has come back by now; with `wait`, at least one if it comes in so many seconds."""
        while self._out:
            try:
                attempt = self._ended.get(timeout=wait) if wait else self._ended.get_nowait()
            except Empty:
                return
            wait = 0
            _, started, began = self._out.pop(attempt.delivery_id)
            self._relay.heard(attempt.outcome, began)
            self._remember(attempt)
            lasting = attempt.outcome is Outcome.POLICY and not self._relay.distrusts_us
            outcome = Outcome.TRANSIENT if attempt.outcome is Outcome.POLICY and not lasting else attempt.outcome
            self._back.append(Result(started, outcome, attempt.code))
            if self._relay.trouble not in (Trouble.NONE, self._noted):
                log.error("No mail goes out at present: %s (%s)", self._relay.trouble, attempt.said)

    def _remember(self, attempt: Attempt) -> None:
        """A message over which it hangs up again and again must not stand in front of all others."""
        if attempt.outcome is Outcome.CONNECTION:
            times = self._resting.get(attempt.delivery_id, (0, 0.0))[0] + 1
            until = self._relay.ticks() + pause(times - 1) if times > 1 else 0
            self._resting[attempt.delivery_id] = times, until
        elif attempt.outcome not in (Outcome.RELAY, Outcome.CONFIGURATION):
            self._resting.pop(attempt.delivery_id, None)

    def _skipped(self) -> list[int]:
        now = self._relay.ticks()
        return [delivery for delivery, (_, until) in self._resting.items() if until > now]

    def _note(self, now: datetime) -> None:
        if self._relay.trouble != self._noted:
            if self._noted and not self._relay.trouble:
                log.info("Mail goes out again")
            self._noted = self._relay.trouble
            health.beat(health.RELAY, now, self._relay.trouble)

    def _rest(self) -> None:
        if not self._out and self._relay.ticks() - self._busy_at > _IDLE:
            for line in self._lines:
                line.rest()
            self._busy_at = float("inf")
