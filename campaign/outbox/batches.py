"""Letters that go out together: to whom, what is asked in the transaction that starts them, and how they are made."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy.exc import DBAPIError

from campaign.outbox.claiming import Started
from campaign.outbox.clerk import Done
from campaign.outbox.composing import Mail, Unsendable, on_the_wire
from campaign.outbox.faults import Outcome
from campaign.outbox.hand import Ask
from campaign.outbox.mishaps import place_of
from campaign.outbox.suppressing import Silence
from campaign.outbox.ways import Row
from campaign.sealing import CannotOpen

log = logging.getLogger(__name__)

Person = Mapping[str, str]  # "to", and what else a letter says to them alone
Write = Callable[[Started, Person], Mail]


class Writing(NamedTuple):
    """What has to be asked about some letters, in the transaction that starts them, and what writes them then."""

    asks: Sequence[Ask]
    letters: Callable[[Sequence[Sequence[Row]]], Write]


class Desk(Protocol):
    """Where letters are addressed and written. Unsendable or CannotOpen: this one never can be."""

    def address(self, started: Started) -> Person: ...

    def compose(self, batch: Sequence[Started], now: datetime) -> Writing: ...


@dataclass(frozen=True)
class Batch:
    """What is claimed and about to be started."""

    claimed: Sequence[Started]
    people: Mapping[int, Person | Outcome]  # by delivery; or why it can't be addressed
    digests: Mapping[int, bytes]  # of their addresses, where it counts whether they are written to
    writing: Writing

    @classmethod
    def of(cls, claimed: Sequence[Started], desk: Desk, silence: Silence, now: datetime) -> "Batch":
        people = {each.id: _addressed(desk, each) for each in claimed}
        digests = {}
        for each in claimed:
            person = people[each.id]
            digest = None if isinstance(person, Outcome) else silence.digest(each, person["to"])
            if digest is not None:
                digests[each.id] = digest
        return cls(claimed, people, digests, desk.compose(claimed, now) if claimed else _NOTHING)

    def letters(self, done: Done) -> Iterator[tuple[Started, Mail | Outcome]]:
        """Those that are started, in order; or why one can't be sent."""
        started = {each.id: each for each in done.started}
        write = self.writing.letters(done.answers) if started else _nobody
        for claimed in self.claimed:
            if claimed.id in started:
                yield claimed, self._made(claimed, started[claimed.id], done, write)

    def _made(self, claimed: Started, started: Started, done: Done, write: Write) -> Mail | Outcome:
        person = self.people[claimed.id]
        if isinstance(person, Outcome):
            return person
        if started != claimed:  # sealed anew since: it goes back, and is claimed as it is now
            return Outcome.CONNECTION
        if self.digests.get(claimed.id) in done.silent:
            return Outcome.SUPPRESSED
        try:
            return write(claimed, person)
        except (Unsendable, CannotOpen):
            return Outcome.PERMANENT
        except Exception as error:  # noqa: BLE001 -- one letter that can't be made must not hold up all others
            log.error("A letter can't be made: %s", place_of(error))  # noqa: TRY400 -- no values
            return Outcome.CONNECTION if isinstance(error, DBAPIError) else Outcome.TRANSIENT


def _addressed(desk: Desk, started: Started) -> Person | Outcome:
    try:
        person = desk.address(started)
        return {**person, "to": on_the_wire(person["to"])}
    except (Unsendable, CannotOpen):
        return Outcome.PERMANENT
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001 -- one letter that can't be made must not hold up all others
        log.error("A letter can't be addressed: %s", place_of(error))  # noqa: TRY400 -- no values
        return Outcome.TRANSIENT


def _nobody(_started: Started, _person: Person) -> Mail:
    raise Unsendable("nothing is started")


_NOTHING = Writing((), lambda _answers: _nobody)
