"""Workers are killed over their mail, again and again: how much is lost, how much arrives twice, how much is in doubt.

The workers are the real ones, in processes of their own; the mail server keeps what it takes. Half of the letters may
be sent again when in doubt, half may not. Beside the kills: a server that is silent after the final dot, one that is
down for a minute, an engine whose tables are thrown away, and a clock that is a day off, either way.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, func, select, text, update
from sqlalchemy.exc import OperationalError

from bench import owed, serving
from bench.figures import Figures
from campaign import clock
from campaign.databases import writing
from campaign.extensions import db
from campaign.messages import expansion
from campaign.outbox.models import OPEN, Delivery, Occasion, OnUnknown
from tests.outbox.rude import RudeServer
from tools import postgres

LETTERS, KILLS = 6_000, 20
CONNECTIONS = 4  # of each worker
PATIENCE = 600  # seconds for everything to arrive
OUTAGE = 60  # seconds
DOUBTS = 12  # letters that a server is silent about
EMPTIED = 8  # times that the engine's tables are thrown away
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
_LOOK = 0.01  # seconds


@dataclass(frozen=True)
class Kind:
    """A database, an engine, and how many workers there are at once."""

    name: str
    on_postgres: bool
    engine: str
    workers: int


KINDS = (
    Kind("SQLite, one worker", on_postgres=False, engine="embedded", workers=1),
    Kind("PostgreSQL, two workers", on_postgres=True, engine="embedded", workers=2),
    Kind("Procrastinate, two workers", on_postgres=True, engine="procrastinate", workers=2),
)


@dataclass
class Found:
    """What became of the letters."""

    letters: int
    open: int
    lost: int  # said to have been sent, and never arrived
    twice: int
    unknown: int  # as the rows report it
    attempts: int
    seconds: float


@dataclass
class Scene:
    """A site with letters to send, workers, and a server that takes them."""

    kind: Kind
    it: owed.Installation
    server: RudeServer
    letters: int
    env: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    killed: int = 0
    began: float = field(default_factory=time.monotonic)

    def hire(self) -> None:
        """One more worker."""
        env = {**self.it.env(self.server.port, CONNECTIONS), "ENGINE": self.kind.engine, **self.env}
        with (self.it.folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
            self.running.append(subprocess.Popen(command, cwd=serving.ROOT, env=env, stderr=log))

    def kill(self) -> None:
        """The one that has been at work for longest, without a word; another takes its place."""
        process = self.running.pop(0)
        process.kill()
        process.wait()
        self.killed += 1
        self.hire()

    def wait(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > until:
                raise TimeoutError((self.it.folder / "worker.log").read_text()[-2000:])
            time.sleep(_LOOK)

    def have_arrived(self, share: float) -> Callable[[], bool]:
        return lambda: len(self.server.taken) >= share * self.letters

    def run_with(self, kills: int) -> None:
        """Kill so many workers, evenly over the letters, and let the last ones finish."""
        for kill in range(1, kills + 1):
            self.wait(self.have_arrived(kill / (kills + 2)))
            self.kill()
        self.finish()

    def finish(self) -> None:
        self.wait(lambda: self._open() == 0)

    def found(self) -> Found:
        arrived = Counter(re.search(rb"Message-ID: <(.+)@", mail)[1].decode() for mail in list(self.server.taken))
        with self.it.app.app_context():
            rows = db.session.execute(
                select(Delivery.message_id, Delivery.state, Delivery.unknowns, Delivery.attempts)
            ).all()
            db.session.rollback()
        return Found(
            letters=len(rows),
            open=sum(row.state in OPEN for row in rows),
            lost=sum(row.state not in OPEN and row.message_id not in arrived for row in rows),
            twice=sum(arrived.values()) - len(arrived),
            unknown=sum(row.unknowns for row in rows),
            attempts=sum(row.attempts for row in rows),
            seconds=time.monotonic() - self.began,
        )

    def _open(self) -> int:
        with self.it.app.app_context():
            left = db.session.scalar(select(func.count(Delivery.id)).where(Delivery.state.in_(OPEN)))
            db.session.rollback()
            return int(left or 0)


@contextmanager
def scene(
    kind: Kind,
    letters: int,
    folder: Path,
    cluster: Path | None = None,
    server: RudeServer | None = None,
    env: Mapping[str, str] | None = None,
) -> Iterator[Scene]:
    """cluster: a PostgreSQL server's folder, where the kind needs one. env: of the workers, besides the usual."""
    address, name = None, f"kill_{os.getpid()}_{next(_numbers)}"
    if kind.on_postgres and cluster is not None:
        address = postgres.new_database(cluster, name)
    it = owed.install(folder, address)
    _owe(it, letters)
    made = Scene(kind, it, server or RudeServer(), letters, dict(env or {}))
    try:
        for _ in range(kind.workers):
            made.hire()
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.wait()
        made.server.stop()
        with it.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if address is not None and cluster is not None:
            postgres.drop_database(cluster, name)


_numbers = iter(range(1, 1_000_000))


def _owe(it: owed.Installation, letters: int) -> None:
    """Half of them as letters that are sent again when in doubt."""
    occasion_id = owed.fill(it, letters)
    with it.app.app_context(), writing():
        expansion.expand(occasion_id, clock.now())
        kept = {name: getattr(db.session.get_one(Occasion, occasion_id), name) for name in _ALIKE}
        other = Occasion(**kept, on_unknown=OnUnknown.RESEND)
        db.session.add(other)
        db.session.flush()
        db.session.execute(update(Delivery).where(Delivery.id % 2 == 0).values(occasion_id=other.id))


_ALIKE = ("kind", "letter", "subject", "due_at", "expires_at", "state", "priority", "facts")


class Doubtful(RudeServer):
    """Of some letters it never says whether it has taken them: it has, or it hasn't, and hangs up at once or later."""

    def __init__(self, every: int) -> None:
        """every: so manieth letter."""
        self._every = every
        self._count = 0
        self._counting = threading.Lock()
        super().__init__()

    def _take(self, connection: Any, file: Any) -> bool:
        with self._counting:
            self._count += 1
            doubt, rest = divmod(self._count, self._every)
        if rest:
            return super()._take(connection, file)
        octets = b""
        while not (b"\r\n" + octets).endswith(b"\r\n.\r\n"):
            octets += file.readline()
        if doubt % 2:
            self.taken.append(octets[:-3])
        if doubt % 4 > 1:
            self._ended.wait(3)
        return False


class Away(RudeServer):
    """It can go down, and come back at the same port."""

    def go_down(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(2)
        self.hang_up()

    def come_back(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()


def honest(it: Scene, kills: int) -> None:
    """Killed, and no more than that."""
    it.run_with(kills)


def emptied(it: Scene, kills: int) -> None:
    """The engine's tables are thrown away again and again; with those of the outbox nothing happens."""
    engine = create_engine(it.it.settings.SQLALCHEMY_DATABASE_URI)
    for part in range(1, EMPTIED + 1):
        it.wait(it.have_arrived(part / (EMPTIED + 2)))
        throw_away(engine)
        if part <= kills:
            it.kill()
    engine.dispose()
    it.finish()


def throw_away(engine: Engine) -> None:
    """Procrastinate's tables. Whoever uses them just then may get into a deadlock with us: then once more."""
    for tries_left in reversed(range(10)):
        try:
            with engine.begin() as connection:
                connection.execute(text("DROP SCHEMA IF EXISTS procrastinate CASCADE"))
        except OperationalError:
            if not tries_left:
                raise
        else:
            return


def away(it: Scene, kills: int, outage: float = OUTAGE) -> None:
    """The server is down for a minute; workers are killed before and after."""
    assert isinstance(it.server, Away)
    it.wait(it.have_arrived(1 / 3))
    it.server.go_down()
    time.sleep(outage)
    it.server.come_back()
    it.run_with(kills)


def jumping(it: Scene, kills: int) -> None:
    """The clock goes forward by a day, and then back by two."""
    for third, ahead in ((1, "+1d"), (2, "-1d")):
        it.wait(it.have_arrived(third / 4))
        (it.it.folder / "clock").write_text(ahead)
        if third <= kills:
            it.kill()
    it.finish()


def clock_of(folder: Path) -> dict[str, str]:
    """The environment of workers whose clock is what a file says."""
    file = folder / "clock"
    file.write_text("+0")
    return {
        "LD_PRELOAD": str(FAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def main(letters: int = LETTERS, kills: int = KILLS) -> bool:
    """Whether every figure is met."""
    figures = Figures()
    if not FAKETIME:
        print("The clock is left alone: that needs Debian's faketime. tools/install_bench", file=sys.stderr)
    with postgres.running() as cluster:
        for kind in KINDS:
            _all(kind, letters, kills, cluster, figures)
    print(f"kill: {figures.missed or 'no'} figure{'' if figures.missed == 1 else 's'} missed")
    return not figures.missed


def _all(kind: Kind, letters: int, kills: int, cluster: Path, figures: Figures) -> None:
    few, tenth, half = max(kills // 5, 1), letters // 10, letters // 2
    doubtful = Doubtful(every=max(tenth // DOUBTS, 2))
    run(kind, f"{kills} kills", letters, cluster, figures, lambda it: honest(it, kills))
    run(kind, "a server in doubt", tenth, cluster, figures, lambda it: honest(it, few), doubtful)
    run(kind, "a server away", tenth, cluster, figures, lambda it: away(it, few), Away())
    if FAKETIME:
        run(kind, "a day on and back", half, cluster, figures, lambda it: jumping(it, few), fake=True)
    if kind.engine == "procrastinate":
        run(kind, "its tables thrown away", half, cluster, figures, lambda it: emptied(it, few))


def run(
    kind: Kind,
    what: str,
    letters: int,
    cluster: Path,
    figures: Figures,
    act: Callable[[Scene], None],
    server: RudeServer | None = None,
    *,
    fake: bool = False,
) -> None:
    """One scene, and what is asked of it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        with scene(kind, letters, folder, cluster, server, clock_of(folder) if fake else {}) as it:
            act(it)
            found = it.found()
    print(f"{kind.name}, {what}, {letters:,} letters, {it.killed} killed, {found.seconds:.0f} s:")
    figures.exactly(letters, found.letters, "letters are owed")
    figures.exactly(0, found.attempts, "tries count against a letter")
    if server is None:
        figures.exactly(0, found.lost, "lost")
        figures.exactly(0, found.twice, f"twice ({found.unknown} unknown)")
    else:
        figures.at_most(found.unknown, found.lost + found.twice, f"lost ({found.lost}) or twice ({found.twice})")
