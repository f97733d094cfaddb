"""Mail into Postfix's smtp-sink, beside a bare smtplib loop that sends the same octets on as many connections.

The workers are the real ones, and commit each letter's start and each result; the loop does nothing but send. Both meet
the same machine: half of the loop's letters go before the workers', half after. The loop is one thread that goes from
connection to connection: a thread for each isn't faster.
"""

import smtplib
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from sqlalchemy import func, select, text

from bench import owed
from bench.figures import Figures
from campaign import clock
from campaign.databases import writing
from campaign.extensions import db
from campaign.messages import expansion
from campaign.messages.worker import Desk
from campaign.outbox.claiming import Started
from campaign.outbox.composing import Mail
from campaign.outbox.hand import Hand
from campaign.outbox.models import Delivery, DeliveryState
from campaign.sealing import Keyring

LETTERS = 100_000
EARLY = 1_000  # letters after which a worker's memory is looked at first
CONNECTIONS = 32  # of all workers together, and of the loop: two transactions of as many letters as one carries
FEW, SOME = 8, 20_000  # connections, and letters over them: told beside, not judged
SAMPLES = 200  # different letters that the loop sends again and again
_LOOK = 0.25  # seconds
_OPEN = ("state = 'queued'", "state IN ('leased','sending')")  # as the indexes have it


def main(letters: int = LETTERS) -> bool:
    """Whether every figure is met."""
    if lacking := owed.missing():
        print(f"This needs {' and '.join(lacking)}: tools/install_bench", file=sys.stderr)
        return False
    figures = Figures()
    for (name, database), workers in zip(owed.DATABASES.items(), (1, 2), strict=True):
        for number, connections in ((letters, CONNECTIONS), (min(letters, SOME), FEW)):
            with tempfile.TemporaryDirectory(prefix="bench-") as scratch, database() as address:
                run(name, Path(scratch), address, workers, number, figures, connections)
    print(f"mail_throughput: {figures.missed or 'no'} figure{'' if figures.missed == 1 else 's'} missed")
    return not figures.missed


def run(
    name: str,
    folder: Path,
    database: str | None,
    workers: int,
    letters: int,
    figures: Figures,
    connections: int = CONNECTIONS,
    sink: Callable[[Path], AbstractContextManager[owed.Taker]] = owed.sink,
) -> None:
    """On one database, with so many workers."""
    it = owed.install(folder, database)
    occasion_id = owed.fill(it, letters)
    with it.app.app_context(), writing():
        expansion.expand(occasion_id, clock.now())
    samples = _samples(it)
    with sink(folder) as taker:
        loop = _loop(taker.port, samples, letters // 2, connections)
        took, early, late = _send(it, taker, workers, letters, connections)
        loop += _loop(taker.port, samples, letters - letters // 2, connections)
        time.sleep(0.2)
        taken = taker.taken
    rate, yardstick = letters / took, letters / loop
    of_them = "one worker" if workers == 1 else f"{workers} workers"
    print(f"{name}, {of_them}, {letters:,} letters of {len(samples[0].content):,} octets, {connections} connections:")
    what = f"of a bare loop: {rate:,.0f} a second, the loop {yardstick:,.0f}"
    if connections == FEW:
        figures.tell(rate / yardstick, what)
    else:
        figures.at_least(0.8, rate / yardstick, what)
    figures.at_most(20, late - early, f"MiB more at the end than after {EARLY:,} letters: {late:.0f}, {early:.0f}")
    figures.exactly(letters, _sent(it), "rows say that they are sent")
    figures.exactly(2 * letters, taken, "letters came, the loop's with them")


def _send(
    it: owed.Installation, taker: owed.Taker, workers: int, letters: int, connections: int
) -> tuple[float, float, float]:
    """Seconds until the last result is committed; MiB of the largest worker early on, and at the end."""
    early, before = 0.0, taker.taken
    with owed.workers(it, taker.port, connections // workers, workers) as (servers, began):
        while _is_open(it):
            if not early and taker.taken - before >= min(EARLY, letters // 2):
                early = max(server.memory() for server in servers)
            time.sleep(_LOOK)
        took = time.monotonic() - began
        return took, early, max(server.memory() for server in servers)


def _loop(port: int, samples: list[Mail], letters: int, connections: int) -> float:
    """Seconds."""
    open_ = [smtplib.SMTP("127.0.0.1", port) for _ in range(connections)]
    began = time.monotonic()
    for number in range(letters):
        mail = samples[number % len(samples)]
        open_[number % connections].sendmail("campaign@example.org", [mail.to], mail.content)
    took = time.monotonic() - began
    for each in open_:
        each.quit()
    return took


def _samples(it: owed.Installation) -> list[Mail]:
    """Some of the letters that the worker will send, as it will send them."""
    with it.app.app_context():
        columns = [getattr(Delivery, name) for name in Started._fields]
        some = [Started(*row) for row in db.session.execute(select(*columns).limit(SAMPLES)).all()]
        db.session.rollback()
        desk = Desk(Keyring(it.settings.KEYS_DIR), it.settings.BASE_URL, it.settings.MAIL_DEFAULT_SENDER)
        asks, letters = desk.compose(some, clock.now())
        hand = Hand(db.engine)
        write = letters(hand.ask(asks))
        hand.let_go()
        return [write(each, desk.address(each)) for each in some]


def _is_open(it: owed.Installation) -> bool:
    """Whether anything is still to be sent."""
    with it.app.app_context():
        return any(db.session.scalar(text(f"SELECT 1 FROM deliveries WHERE {which} LIMIT 1")) for which in _OPEN)


def _sent(it: owed.Installation) -> int:
    with it.app.app_context():
        return db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENT)) or 0
