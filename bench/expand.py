"""Letters for 100,000 people, owed in one statement that opens no address: how long, and how many statements."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from bench import owed
from bench.figures import Figures
from campaign import clock
from campaign.databases import writing
from campaign.extensions import db
from campaign.messages import expansion
from campaign.outbox.models import Delivery, DeliveryState

PEOPLE = 100_000
FEW = 100
SECONDS = 2


def main(people: int = PEOPLE) -> bool:
    """Whether every figure is met."""
    figures = Figures()
    for name, database in owed.DATABASES.items():
        statements = []
        for number in (FEW, people):
            with tempfile.TemporaryDirectory(prefix="bench-") as scratch, database() as address:
                it = owed.install(Path(scratch), address)
                said, took = _expand(it, owed.fill(it, number))
                statements.append(said)
                if number == people:
                    print(f"{name}, {people:,} people:")
                    figures.at_most(SECONDS, took, "seconds until it is committed")
                    figures.exactly(people, _queued(it), "letters wait to be sent")
        figures.exactly(statements[0], statements[1], f"statements, as for {FEW} people")
    print(f"expand: {figures.missed or 'no'} figure{'' if figures.missed == 1 else 's'} missed")
    return not figures.missed


def _expand(it: owed.Installation, occasion_id: int) -> tuple[int, float]:
    """Statements and seconds."""
    with it.app.app_context(), _counted() as count:
        began = time.monotonic()
        with writing():
            expansion.expand(occasion_id, clock.now())
        return count(), time.monotonic() - began


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Statements that are run meanwhile, those that begin a transaction or set something up left out."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield lambda: sum(not statement.startswith(("BEGIN", "PRAGMA")) for statement in said)
    event.remove(db.engine, "before_cursor_execute", hear)


def _queued(it: owed.Installation) -> int:
    with it.app.app_context():
        return db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.QUEUED)) or 0
