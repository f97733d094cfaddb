"""A database in which a letter is owed to very many people, workers that send it, and what takes the mail."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from flask import Flask
from sqlalchemy import insert

from bench import serving
from campaign import clock, create_app, keyfiles, tokens
from campaign.accounts.models import Team
from campaign.actions.models import Action, Level, Status
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.databases import writing
from campaign.extensions import db
from campaign.outbox.models import Kind, Occasion, OnUnknown, Priority
from campaign.rsvps.models import Answer, Rsvp, State
from campaign.rsvps.opening import Person, vault_of
from campaign.sealing import Keyring, Vault
from config import Settings
from tools import postgres

AT_ONCE = 5_000  # rows of one INSERT
SINK = "/usr/sbin/smtp-sink"


@dataclass(frozen=True)
class Installation:
    """A site of its own in a folder that goes away."""

    app: Flask
    settings: Settings
    folder: Path

    def env(self, port: int, connections: int) -> dict[str, str]:
        """Of a worker that hands its mail in at `port`."""
        return {
            **os.environ,
            "SECRET_KEY": self.settings.SECRET_KEY,
            "INSTANCE_DIR": str(self.folder),
            "DATABASE_URL": self.settings.SQLALCHEMY_DATABASE_URI,
            "BASE_URL": self.settings.BASE_URL,
            "MAIL_PORT": str(port),
            "MAIL_CONNECTIONS": str(connections),
            "MAIL_DEFAULT_SENDER": self.settings.MAIL_DEFAULT_SENDER,
            "PYTHONUNBUFFERED": "1",
        }


@contextmanager
def _sqlite() -> Iterator[None]:
    yield None  # a file of its own in each installation's folder


@contextmanager
def _postgres() -> Iterator[str]:
    """Not hasty: what is committed survives a power cut, as on SQLite."""
    with postgres.running() as folder:
        yield postgres.new_database(folder, "bench")


DATABASES: Mapping[str, Callable[[], AbstractContextManager[str | None]]] = {
    "SQLite": _sqlite,
    "PostgreSQL": _postgres,
}


def install(folder: Path, database: str | None = None) -> Installation:
    """Its tables, empty, and its keys. database: an address; none for SQLite in the folder."""
    settings = Settings(
        SECRET_KEY="of a benchmark, thrown away with it",
        SQLALCHEMY_DATABASE_URI=database or f"sqlite:///{folder / 'campaign.db'}",
        BASE_URL="http://localhost",
        INSTANCE_DIR=folder,
        KEYS_DIR=folder / "keys",
        MAIL_DEFAULT_SENDER="Campaign office <campaign@example.org>",
    )
    keyfiles.make(settings.KEYS_DIR)
    app = create_app(settings)
    with app.app_context():
        db.create_all()
    return Installation(app, settings, folder)


def fill(it: Installation, people: int) -> int:
    """An action to which so many come who can be written to; a reminder of it is due now. Returns that occasion."""
    with it.app.app_context():
        with writing():
            action = _action(clock.now().replace(microsecond=0))
            db.session.add(action)
            db.session.flush()
            vault, action_id = vault_of(action.id, Keyring(it.settings.KEYS_DIR)), action.id
        for first in range(0, people, AT_ONCE):
            rows = [_row(vault, action_id, number) for number in range(first, min(first + AT_ONCE, people))]
            with writing():
                db.session.execute(insert(Rsvp), rows)
        with writing():
            occasion_id = _occasion(action_id)
        _let_time_pass()
        return occasion_id


def _let_time_pass() -> None:
    """People answered days ago: a server has tidied up behind them long since."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
                connection.exec_driver_sql(statement)


def _action(now: datetime) -> Action:
    name = Texts(en="Vigil at the gates")
    team = Team(name="Heron collective", reply_address="team@example.org", postal_address="12 Elm St", created_at=now)
    cause = Campaign(
        team=team, slug="c", name=name, claim=name, lede=name, about=name, zone="America/Toronto",
        created_at=now, changed_at=now,
    )  # fmt: skip
    action = Action(
        campaign=cause, uid="vigil@example.org", slug="vigil", title=name, venue="EY Centre", city="Ottawa",
        address="4899 Uplands Drive, Ottawa", status=Status.PUBLISHED, level=Level.REMINDERS,
        created_at=now, changed_at=now,
    )  # fmt: skip
    starts = datetime.combine(now.date() + timedelta(days=30), datetime.min.time()).replace(hour=18)
    action.set_time(starts, starts + timedelta(hours=2), "America/Toronto")
    return action


def _row(vault: Vault, action_id: int, number: int) -> dict[str, object]:
    rsvp_id, manage = tokens.new(), tokens.new()
    person = Person(
        to=f"p{number}@example.org", name=f"Person {number}" if number % 3 else "", manage=manage,
        unsubscribe=tokens.new(), language="en", entered_at=clock.now().isoformat(),
    )  # fmt: skip
    return {
        "id": rsvp_id, "action_id": action_id, "answer": Answer.YES, "party_size": 1, "language": "en",
        "state": State.CONFIRMED, "reminders": True, "unsubscribed": False, "answered_on": clock.now().date(),
        "box": person.seal(vault, action_id, rsvp_id), "manage_digest": tokens.digest(manage),
    }  # fmt: skip


def _occasion(action_id: int) -> int:
    now = clock.now()
    occasion = Occasion(
        kind=Kind.REMINDER, letter="messages/reminder", subject=f"action:{action_id}", due_at=now,
        expires_at=now + timedelta(days=20), priority=Priority.REMINDER, on_unknown=OnUnknown.PRESUME, facts={},
    )  # fmt: skip
    db.session.add(occasion)
    db.session.flush()
    return occasion.id


class Taker(Protocol):
    """A mail server."""

    port: int

    @property
    def taken(self) -> int:
        """How many messages."""


class Sink:
    """Postfix's smtp-sink: takes mail as fast as it comes and throws it away."""

    def __init__(self, port: int, counts: Path) -> None:
        self.port = port
        self._counts = counts

    @property
    def taken(self) -> int:
        """Messages, as it counts them."""
        with self._counts.open("rb") as file:
            file.seek(max(self._counts.stat().st_size - 200, 0))
            found = re.findall(rb"mesg=(\d+)\r", file.read())
        return int(found[-1]) if found else 0


@contextmanager
def sink(folder: Path) -> Iterator[Sink]:
    port, counts = serving.free_port(), folder / "sink.txt"
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    with counts.open("wb") as file:
        process = subprocess.Popen([SINK, *user, "-c", f"127.0.0.1:{port}", "1000"], stdout=file)
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield Sink(port, counts)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@contextmanager
def workers(it: Installation, port: int, connections: int, count: int) -> Iterator[tuple[list[serving.Server], float]]:
    """So many real `flask worker`s, and when the first of them was at work."""
    logs = [it.folder / f"worker-{number}.log" for number in range(count)]
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    with ExitStack() as stack:
        running = []
        for log in logs:
            file = stack.enter_context(log.open("wb"))
            running.append(subprocess.Popen(command, cwd=serving.ROOT, env=it.env(port, connections), stderr=file))
            stack.callback(_stop, running[-1])
        began = 0.0
        while (ready := sum("at work" in log.read_text() for log in logs)) < count:
            if any(process.poll() is not None for process in running):
                raise RuntimeError("\n".join(log.read_text() for log in logs))
            began = began or (time.monotonic() if ready else 0.0)
            time.sleep(0.005)
        yield [serving.Server(port, process.pid) for process in running], began or time.monotonic()
    said = [line for log in logs for line in log.read_text().splitlines() if not line.startswith("INFO")]
    if said:
        raise RuntimeError("\n".join(said))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def missing() -> list[str]:
    """Programs that have to be installed first."""
    return [] if shutil.which(SINK) else ["smtp-sink (Debian: postfix)"]
