"""Sends what is owed: messages on as many connections as there are, and one hand that writes.

What has come back since the last time and what goes out next are one transaction: it starts as many deliveries as there
are free lines, so once a cancellation is committed no more letters still go than there are connections. The clerk
writes it while the lines that are out go on; everything else is in one thread, which is whoever calls `step`. A
transaction waits a moment for others that are about to come back, since it costs almost as much for one as for many;
nobody waits for a server that is slow.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from campaign import clock
from campaign.databases import TOGETHER, writing
from campaign.extensions import db
from campaign.outbox import claiming, health
from campaign.outbox.batches import Batch, Desk
from campaign.outbox.claiming import Result, Started
from campaign.outbox.clerk import Clerk, Done, Plan, Written
from campaign.outbox.faults import Outcome
from campaign.outbox.journal import Journal, Mark
from campaign.outbox.ladder import pause
from campaign.outbox.lines import Attempt, Carrier, Lines
from campaign.outbox.mishaps import place_of
from campaign.outbox.relay import Relay, Trouble
from campaign.outbox.suppressing import Silence

log = logging.getLogger(__name__)

_CLAIMED = (4, 64)  # messages reserved for each connection: at first, and at most where they go fast
_FAST, _SLOW = 0.2, 1.0  # seconds in which what is reserved should be sent: more is reserved, or less
_TURN = 0.1  # seconds to wait for something to come back, before somebody else may have a turn
_GATHER = 0.002  # seconds to wait for others, once something has come back,
_FEW = 16  # unless so many have, and half of all
_PROMPT = 2  # seconds in which a server that is well answers
_IDLE = 5  # seconds after which connections that nobody needs are closed


@dataclass(frozen=True)
class _UnderWay:
    """A transaction, and what will be needed once it is committed."""

    plan: Plan
    batch: Batch
    written: Written


def _usual(_delivery_id: int) -> str:
    return ""


class Courier:
    """One worker's part in sending.

    owner:      the name of its `Presence`, whose is also
    journal:    what is noted of each letter on the wire.
    dial:       makes a connection, not yet opened.
    silence:    who isn't written to; asked in the transaction that starts their letters.
    sender:     the envelope's, for a delivery; "" for the usual one.
    """

    def __init__(
        self,
        owner: str,
        journal: Journal,
        desk: Desk,
        dial: Callable[[], Carrier],
        connections: int,
        relay: Relay,
        clerk: Clerk,
        silence: Silence,
        sender: Callable[[int], str] = _usual,
    ) -> None:
        self.owner = owner
        self._journal = journal
        self._desk = desk
        self._relay = relay
        self._silence = silence
        self._sender = sender
        self._clerk = clerk
        self._lines = Lines([dial() for _ in range(connections)], journal)
        self._enough = max(connections // 2, min(_FEW, connections))
        self._out: dict[int, tuple[Started, str, float]] = {}  # on the wire, by delivery: to whom, and since when
        self._under_way: _UnderWay | None = None
        # What the next transaction has to do; kept until it is committed.
        self._gone: list[tuple[Started, str]] = []
        self._back: list[Result] = []
        self._late: list[int] = []
        self._claimed: list[Started] = []
        self._claims_at = 0.0
        self._claims = _CLAIMED[0] * connections  # how many at once
        self._resting: dict[int, tuple[int, float]] = {}  # over which it hung up: how often, and until when to wait
        self._noted: Trouble | None = None
        self._busy_at = relay.ticks()

    @property
    def is_idle(self) -> bool:
        """Nothing in hand: whatever rows say that it has, it doesn't know of."""
        return not (self._out or self._back or self._late or self._claimed or self._under_way)

    @property
    def trouble(self) -> Trouble:
        return self._relay.trouble

    def step(self) -> bool:
        """Record what came back and send what is next. False: nothing to do until something falls due.

        With something on the wire it takes a moment to wait for it, and wants to be called again.
        """
        self._gather()
        if self._under_way is not None:
            if not self._is_written():
                return True
            batch = self._under_way.batch
            self._send(batch, self._settle(self._under_way))
        now = clock.now()
        room = max(self._relay.room(len(self._lines)) - len(self._out), 0)
        if not (self._back or self._late or self._claimed or (room and self._is_due(now))):
            self._rest()
            return bool(self._out)
        if not (room or self._back) and self._out:
            return True
        self._begin(room, now)
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
        self._finish_writing()
        while self._out and time.monotonic() < began + patience and not is_hurried():
            self._collect(wait=0.2)
            if not is_slow and (is_slow := time.monotonic() > began + _PROMPT):
                self._doubt()
        self._doubt()
        if not self.is_idle:
            done = [result.delivery.id for result in self._back]
            self._clerk.write(Plan(clock.now(), self._back, self._gone, self._late, is_to_release=True)).result()
            self._journal.settle(done)
        self._back, self._gone, self._late, self._claimed = [], [], [], []
        self._clerk.let_go()
        self._lines.hang_up()

    def _finish_writing(self) -> None:
        """What it has started isn't sent any more."""
        if self._under_way is not None:
            try:
                done = self._settle(self._under_way)
            except Exception as error:  # noqa: BLE001 -- all of it is still to be done
                log.error("What was under way broke off: %s", place_of(error))  # noqa: TRY400 -- no values
            else:
                self._back += [Result(started, Outcome.CONNECTION) for started in done.started]

    def _doubt(self) -> None:
        """Of whom we have waited for in vain, nobody shall think that they would have answered."""
        for delivery_id in self._out:
            self._journal.note(Mark.SILENCE, delivery_id)

    def _begin(self, room: int, now: datetime) -> None:
        """A transaction that records what came back, starts as much as there is room for, and reserves more.

        Without room, a pause most likely, nothing is kept from whoever could send or take back.
        """
        batch = Batch.of(self._claimed[: min(room, self._enough)], self._desk, self._silence, now)
        is_low = len(self._claimed) - len(batch.claimed) < len(self._lines)
        plan = Plan(
            now,
            back=self._back[:],
            gone=self._gone[:],
            late=self._late,
            batch=batch.claimed,
            digests=list(batch.digests.values()),
            asks=batch.writing.asks,
            claims=self._how_many() if room and is_low else 0,
            skip=self._skipped(),
            is_to_release=not room,
        )
        self._under_way = _UnderWay(plan, batch, self._clerk.write(plan))

    def _settle(self, it: _UnderWay) -> Done:
        """What was under way, committed; waits for it. Raises what it broke off with: all of it is still to be done."""
        self._under_way, plan = None, it.plan
        done = it.written.result()
        del self._back[: len(plan.back)], self._gone[: len(plan.gone)]
        self._journal.settle(result.delivery.id for result in plan.back)
        started = {each.id for each in done.started}
        self._late = [each.id for each in plan.batch if each.id not in started]
        self._claimed = [] if plan.is_to_release else self._claimed[len(plan.batch) :] + done.claimed
        self._busy_at = self._relay.ticks()
        return done

    def _send(self, batch: Batch, done: Done) -> None:
        """What is started goes out now; of what can't, the next transaction records why not."""
        for started, made in batch.letters(done):
            if isinstance(made, Outcome):
                self._back.append(Result(started, made))
            else:
                self._out[started.id] = started, made.to, self._relay.ticks()
                self._lines.send(started.id, made, self._sender(started.id))

    def _how_many(self) -> int:
        """To reserve: as many as go out in a part of a second; what is more urgent and comes later is seen soon."""
        took, self._claims_at = time.monotonic() - self._claims_at, time.monotonic()
        fewest, most = (each * len(self._lines) for each in _CLAIMED)
        if took < _FAST:
            self._claims = min(self._claims * 2, most)
        elif took > _SLOW:
            self._claims = max(self._claims // 2, fewest)
        return self._claims

    def _gather(self) -> None:
        """What comes back, until that is enough, or what is under way is done."""
        until = time.monotonic() + (_GATHER if self._back else _TURN)
        while (left := until - time.monotonic()) > 0 and self._is_to_wait():
            had = len(self._back)
            self._collect(wait=left)
            if self._back and not had:
                until = min(until, time.monotonic() + _GATHER)

    def _is_to_wait(self) -> bool:
        if self._under_way is not None:
            return not self._is_written()
        free = self._relay.room(len(self._lines)) - len(self._out)
        return bool(self._out) and len(self._back) < self._enough and not (self._claimed and free >= self._enough)

    def _is_written(self) -> bool:
        """What is under way. Raises what it broke off with: all of it is still to be done."""
        try:
            return self._under_way is None or self._under_way.written.is_done()
        except BaseException:
            self._under_way = None
            raise

    def _collect(self, wait: float = 0) -> None:
        """What has come back by now; with `wait`, at least one if it comes in so many seconds, or the database does."""
        for attempt in self._lines.turn(wait, self._under_way.written.file if self._under_way else None):
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
            self._clerk.let_go()
            self._busy_at = float("inf")
