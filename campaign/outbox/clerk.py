"""Writes for the courier, one transaction at a time.

While PostgreSQL works on it, the courier goes on with the lines that are out; SQLite is through before it returns.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from campaign.outbox import claiming, requeueing
from campaign.outbox.claiming import Result, Started
from campaign.outbox.hand import Ask, Hand, Said
from campaign.outbox.suppressing import Silence
from campaign.outbox.ways import Row


@dataclass(frozen=True)
class Plan:
    """What a transaction is to do."""

    now: datetime
    back: Sequence[Result] = ()  # what became of letters
    gone: Sequence[tuple[Started, str]] = ()  # mailboxes that there aren't
    late: Sequence[int] = ()  # wouldn't start, perhaps since it is too late for them
    batch: Sequence[Started] = ()  # to be started
    digests: Collection[bytes] = ()  # of the batch's addresses
    asks: Sequence[Ask] = ()  # what its writer wants to know
    claims: int = 0  # how many to reserve
    skip: Sequence[int] = ()  # and which to leave alone
    is_to_release: bool = False  # what is reserved


@dataclass(frozen=True)
class Done:
    """What came of it, once it is committed."""

    started: list[Started] = field(default_factory=list)
    silent: Collection[bytes] = ()  # of the digests, those that aren't written to
    answers: Sequence[Sequence[Row]] = ()
    claimed: list[Started] = field(default_factory=list)


class Written:
    """A plan that is being carried out."""

    def __init__(self, plan: Plan, said: Said, first: int) -> None:
        """first: of the answers, the first that somebody wants."""
        self._plan = plan
        self._said = said
        self._first = first

    @property
    def file(self) -> int | None:
        """Where something can be read when there may be news; none once it is done."""
        return self._said.file

    def is_done(self) -> bool:
        """Never waits. Raises what the database raises: then all of it can be asked for again."""
        return self._said.is_done()

    def result(self) -> Done:
        """Waits for it. Raises what the database raises."""
        rows, plan = self._said.rows()[self._first :], self._plan
        claimed = claiming.in_order(rows.pop()) if plan.claims else []
        silent = {row[0] for row in rows.pop()} if plan.digests else ()
        started = [Started(*row) for row in rows[0]] if plan.batch else []
        return Done(started, silent, rows[1:], claimed)


class Clerk:
    """owner: the name of its worker's `Presence`."""

    def __init__(self, owner: str, database: Engine, silence: Silence) -> None:
        self._owner = owner
        self._hand = Hand(database)
        self._silence = silence

    def write(self, plan: Plan) -> Written:
        """Once the one before is done. What is raised has changed nothing, or can be asked for again without harm."""
        ended = [result for result in plan.back if claiming.is_end(result.outcome)]
        others = [result for result in plan.back if not claiming.is_end(result.outcome)]
        if others or plan.gone or plan.is_to_release:
            self._write_what_is_rare(plan, others)
        asks = claiming.end(self._owner, ended, plan.now)
        if plan.late:
            asks.append(claiming.drop_late(self._owner, plan.late, plan.now))
        first = len(asks)
        if plan.batch:
            asks.append(claiming.start(self._owner, [each.id for each in plan.batch], plan.now))
            asks += plan.asks
        if plan.digests:
            asks.append(self._silence.among(list(plan.digests)))
        if plan.claims:
            asks.append(claiming.claim(self._owner, plan.now, plan.claims, plan.skip))
        return Written(plan, self._hand.say(asks) if asks else Said([]), first)

    def let_go(self) -> None:
        """Close the connection. While nothing is being written."""
        self._hand.let_go()

    def _write_what_is_rare(self, plan: Plan, others: Sequence[Result]) -> None:
        with self._hand.writing() as connection:
            for result in others:
                requeueing.go_on(connection, self._owner, result, plan.now)
            for started, mailbox in plan.gone:
                self._silence.add(connection, started, mailbox, plan.now.date())
            if plan.is_to_release:
                requeueing.release(connection, self._owner)
