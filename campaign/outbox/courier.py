"""Sends what is owed: messages on as many connections as there are, and one hand that writes.

Both are in one thread, which is whoever calls `step`. What has come back since the last time and what goes out next are
one transaction: it starts as many deliveries as there are free lines, so once a cancellation is committed no more
letters still go than there are connections. For others that are about to come back it waits a moment, since a commit
costs as much for one as for many; nobody waits for a server that is slow.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from campaign import clock
from campaign.databases import TOGETHER, writing
from campaign.extensions import db
from campaign.outbox import claiming, health
from campaign.outbox.claiming import Result, Started
from campaign.outbox.composing import Mail, Unsendable
from campaign.outbox.faults import Outcome
from campaign.outbox.hand import Hand
from campaign.outbox.journal import Journal, Mark
from campaign.outbox.ladder import pause
from campaign.outbox.lines import Attempt, Carrier, Lines
from campaign.outbox.mishaps import place_of
from campaign.outbox.relay import Relay, Trouble
from campaign.outbox.suppressing import Silence
from campaign.sealing import CannotOpen

log = logging.getLogger(__name__)

_CLAIMED = (4, 64)  # messages reserved for each connection: at first, and at most where they go fast
_FAST, _SLOW = 0.2, 1.0  # seconds in which what is reserved should be sent: more is reserved, or less
_TURN = 0.1  # seconds to wait for something to come back, before somebody else may have a turn
_GATHER = 0.002  # seconds to wait for others, once something has come back
_PROMPT = 2  # seconds in which a server that is well answers
_IDLE = 5  # seconds after which connections that nobody needs are closed

Write = Callable[[Started], Mail]
Compose = Callable[[Hand, Sequence[Started], datetime], Write]


def _usual(_delivery_id: int) -> str:
    return ""


class Courier:
    """One worker's part in sending.

    owner:      the name of its `Presence`, whose is also
    journal:    what is noted of each letter on the wire.
    compose:    looks up what some letters need, in their transaction, and returns what makes each of them. That raises
                Unsendable or CannotOpen for what can never be sent.
    dial:       makes a connection, not yet opened.
    silence:    who isn't written to; asked in the transaction that starts their letters.
    sender:     the envelope's, for a delivery; "" for the usual one.
    """

    def __init__(
        self,
        owner: str,
        journal: Journal,
        compose: Compose,
        dial: Callable[[], Carrier],
        connections: int,
        relay: Relay,
        database: Engine,
        silence: Silence,
        sender: Callable[[int], str] = _usual,
    ) -> None:
        self.owner = owner
        self._journal = journal
        self._compose = compose
        self._relay = relay
        self._silence = silence
        self._sender = sender
        self._hand = Hand(database)
        self._lines = Lines([dial() for _ in range(connections)], journal)
        self._out: dict[int, tuple[Started, str, float]] = {}  # on the wire, by delivery: to whom, and since when
        self._gone: list[tuple[Started, str]] = []  # not recorded yet: mailboxes that there aren't
        self._back: list[Result] = []  # not recorded yet
        self._claimed: list[int] = []
        self._claims_at = 0.0
        self._claims = _CLAIMED[0] * connections  # how many at once
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
        """Record what came back and send what is next. False: nothing to do until something falls due.

        With something on the wire it takes a moment to wait for it, and wants to be called again.
        """
        self._gather()
        now = clock.now()
        room = max(self._relay.room(len(self._lines)) - len(self._out), 0)
        if not (self._back or self._claimed or (room and self._is_due(now))):
            self._rest()
            return bool(self._out)
        if not (room or self._back) and self._out:
            return True
        recorded = [result.delivery.id for result in self._back]
        with self._hand.writing():
            self._record(now)
            claimed, mails = self._next(room, now) if room else self._let_go()
            senders = [self._sender(started.id) for started, _ in mails]
        self._back, self._gone, self._claimed, self._busy_at = [], [], claimed, self._relay.ticks()
        self._journal.settle(recorded)
        for (started, mail), sender in zip(mails, senders, strict=True):
            self._out[started.id] = started, mail.to, self._relay.ticks()
            self._lines.send(started.id, mail, sender)
        if not self._out:
            self._journal.clear()
        self._note(now)
        return True

    def drain(self) -> None:
        """Until nothing more can be sent now."""
        while self.step():
            pass

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
            with self._hand.writing():
                self._record(clock.now())
                claiming.release(self._hand, self.owner)
        self._back, self._gone, self._claimed = [], [], []
        if not self._out:
            self._journal.clear()
        self._hand.let_go()
        self._lines.hang_up()

    def _doubt(self) -> None:
        """Of whom we have waited for in vain, nobody shall think that they would have answered."""
        for delivery_id in self._out:
            self._journal.note(Mark.SILENCE, delivery_id)

    def _next(self, room: int, now: datetime) -> tuple[list[int], list[tuple[Started, Mail]]]:
        """What stays claimed, and what goes out: on the wire once this transaction is committed."""
        claimed = self._claimed or self._claim(now)
        mails: list[tuple[Started, Mail]] = []
        while claimed and len(mails) < room:
            wanted = room - len(mails)
            batch, claimed = claimed[:wanted], claimed[wanted:]
            started = claiming.start(self._hand, self.owner, batch, now)
            mails += self._made(started, now) if started else []
        return claimed, mails

    def _claim(self, now: datetime) -> list[int]:
        """As many as go out in a part of a second: what is more urgent and comes later is soon looked at."""
        took, self._claims_at = time.monotonic() - self._claims_at, time.monotonic()
        fewest, most = (each * len(self._lines) for each in _CLAIMED)
        if took < _FAST:
            self._claims = min(self._claims * 2, most)
        elif took > _SLOW:
            self._claims = max(self._claims // 2, fewest)
        return claiming.claim(self._hand, self.owner, now, self._claims, self._skipped())

    def _let_go(self) -> tuple[list[int], list[tuple[Started, Mail]]]:
        """No room: a pause, most likely. Nothing is kept from whoever could send or take back."""
        claiming.release(self._hand, self.owner)
        return [], []

    def _made(self, batch: Sequence[Started], now: datetime) -> list[tuple[Started, Mail]]:
        """Those that can be sent; of the others it is recorded why not."""
        write = self._compose(self._hand, batch, now)
        made: list[tuple[Started, Mail]] = []
        unsent: list[Result] = []
        for started in batch:
            try:
                made.append((started, write(started)))
            except (Unsendable, CannotOpen):
                unsent.append(Result(started, Outcome.PERMANENT))
            except DBAPIError:
                raise
            except Exception as error:  # noqa: BLE001 -- one letter that can't be made must not hold up all others
                log.error("A letter can't be made: %s", place_of(error))  # noqa: TRY400 -- no values
                unsent.append(Result(started, Outcome.TRANSIENT))
        silent = self._silence.among(self._hand, made)
        if silent:
            unsent += [Result(started, Outcome.SUPPRESSED) for started, _ in made if started.id in silent]
            made = [(started, mail) for started, mail in made if started.id not in silent]
        claiming.record(self._hand, self.owner, unsent, now)
        return made

    def _record(self, now: datetime) -> None:
        claiming.record(self._hand, self.owner, self._back, now)
        for started, mailbox in self._gone:
            self._silence.add(self._hand, started, mailbox, now.date())

    def _gather(self) -> None:
        """What has come back: the first, and whoever else is about to."""
        if not self._out:
            return
        self._collect(wait=0 if self._back else _TURN)
        until = time.monotonic() + _GATHER
        while self._back and self._out and time.monotonic() < until:
            self._collect(wait=until - time.monotonic())

    def _collect(self, wait: float = 0) -> None:
        """What has come back by now; with `wait`, at least one if it comes in so many seconds."""
        for attempt in self._lines.turn(wait):
            started, mailbox, began = self._out.pop(attempt.delivery_id)
            self._relay.heard(attempt.outcome, began)
            self._remember(attempt)
            lasting = attempt.outcome is Outcome.POLICY and not self._relay.distrusts_us
            outcome = Outcome.TRANSIENT if attempt.outcome is Outcome.POLICY and not lasting else attempt.outcome
            self._back.append(Result(started, outcome, attempt.code))
            if attempt.is_gone:
                self._gone.append((started, mailbox))
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

    def _is_due(self, now: datetime) -> bool:
        due = claiming.is_due(now, self._skipped())
        db.session.rollback()
        return due

    def _note(self, now: datetime) -> None:
        if self._relay.trouble != self._noted:
            with writing(TOGETHER):
                health.beat(health.RELAY, now, self._relay.trouble)
            if self._noted and not self._relay.trouble:
                log.info("Mail goes out again")
            self._noted = self._relay.trouble

    def _rest(self) -> None:
        if not self._out and self._relay.ticks() - self._busy_at > _IDLE:
            self._lines.rest()
            self._hand.let_go()
            self._busy_at = float("inf")
