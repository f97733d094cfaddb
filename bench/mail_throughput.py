"""Mail into Postfix's smtp-sink, beside a bare smtplib loop that sends the same octets on as many connections.

The workers are the real ones, and commit each letter's start and each result; the loop does nothing but send. Both meet
the same machine: half of the loop's letters go before the workers', half after. The loop is one thread that goes from
connection to connection: a thread for each isn't faster.
"""

import smtplib
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

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
from campaign.outbox.models import OPEN, Delivery, DeliveryState
from campaign.sealing import Keyring

LETTERS = 100_000
EARLY = 1_000  # letters after which a worker's memory is looked at first
CONNECTIONS = 4  # of each worker: the default
SAMPLES = 200  # different letters that the loop sends again and again
_LOOK = 0.05  # seconds


def main(letters: int = LETTERS) -> bool:
    """Whether every figure is met."""
    if lacking := owed.missing():
        print(f"This needs {' and '.join(lacking)}: tools/install_bench", file=sys.stderr)
        return False
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        run("SQLite, one worker", Path(scratch), None, 1, letters, figures)
    print(f"mail_throughput: {figures.missed or 'no'} figure{'' if figures.missed == 1 else 's'} missed")
    return not figures.missed


def run(name: str, folder: Path, database: str | None, workers: int, letters: int, figures: Figures) -> None:
    """On one database, with so many workers."""
    it = owed.install(folder, database)
    occasion_id = owed.fill(it, letters)
    with it.app.app_context(), writing():
        expansion.expand(occasion_id, clock.now())
    samples = _samples(it)
    connections = CONNECTIONS * workers
    with owed.sink(folder) as sink:
        loop = _loop(sink.port, samples, connections, letters // 2)
        took, early, late = _send(it, sink, workers, letters)
        loop += _loop(sink.port, samples, connections, letters - letters // 2)
        time.sleep(0.2)
        taken = sink.taken
    rate, yardstick = letters / took, letters / loop
    print(f"{name}, {letters:,} letters of {len(samples[0].content):,} octets, {connections} connections:")
    figures.at_least(0.8, rate / yardstick, f"of a bare loop: {rate:,.0f} a second, the loop {yardstick:,.0f}")
    figures.at_most(20, late - early, f"MiB more at the end than after {EARLY:,} letters: {late:.0f}, {early:.0f}")
    figures.exactly(letters, _sent(it), "rows say that they are sent")
    figures.exactly(2 * letters, taken, "letters came, the loop's with them")


def _send(it: owed.Installation, sink: owed.Sink, workers: int, letters: int) -> tuple[float, float, float]:
    """Seconds until the last result is committed; MiB of the largest worker early on, and at the end."""
    early, before = 0.0, sink.taken
    with owed.workers(it, sink.port, CONNECTIONS, workers) as (servers, began):
        while _is_open(it):
            if not early and sink.taken - before >= min(EARLY, letters // 2):
                early = max(server.memory() for server in servers)
            time.sleep(_LOOK)
        took = time.monotonic() - began
        return took, early, max(server.memory() for server in servers)


def _loop(port: int, samples: list[Mail], connections: int, letters: int) -> float:
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
        hand = Hand(db.engine)
        with hand.writing():
            write = desk.compose(hand, some, clock.now())
            made = [write(each) for each in some]
        hand.let_go()
        return made


def _is_open(it: owed.Installation) -> bool:
    """Whether anything is still to be sent."""
    with it.app.app_context():
        queued, in_hand = Delivery.state == DeliveryState.QUEUED, Delivery.state.in_(OPEN)
        return any(
            db.session.scalar(select(Delivery.id).where(which).limit(1)) is not None for which in (queued, in_hand)
        )


def _sent(it: owed.Installation) -> int:
    with it.app.app_context():
        return db.session.scalar(select(func.count()).where(Delivery.state == DeliveryState.SENT)) or 0
