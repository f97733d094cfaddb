"""The real `flask worker`, as an operating system treats it: killed, told to stop, started without keys."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from campaign import create_app, keyfiles, tokens
from campaign.extensions import db
from campaign.outbox import posting, sealed
from campaign.outbox.models import OnUnknown
from campaign.sealing import Sealer
from config import Settings
from tests.mailbox import HANG
from tests.outbox.rude import RudeServer

ROOT = Path(__file__).resolve().parents[2]
KILLS, LETTERS, CONNECTIONS = 4, 500, 4

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path, mailbox):
    made = Installation(tmp_path, mailbox.port)
    yield made
    made.end()


class Installation:
    """A database, keys and a worker of its own, in processes of their own."""

    def __init__(self, folder, port):
        self.folder = folder
        self.settings = Settings(
            SECRET_KEY="a key for tests only, 32 characters and more",
            SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'campaign.db'}",
            BASE_URL="http://localhost",
            INSTANCE_DIR=folder,
            KEYS_DIR=folder / "keys",
            MAIL_DEFAULT_SENDER="campaign@example.org",
        )
        self.env = {
            **os.environ,
            "SECRET_KEY": self.settings.SECRET_KEY,
            "INSTANCE_DIR": str(folder),
            "MAIL_PORT": str(port),
            "MAIL_CONNECTIONS": str(CONNECTIONS),
            "MAIL_DEFAULT_SENDER": "campaign@example.org",
            "PYTHONUNBUFFERED": "1",
        }
        self.log = folder / "worker.log"
        self._running = []

    def prepare(self):
        keyfiles.make(self.settings.KEYS_DIR)
        app = create_app(self.settings)
        with app.app_context():
            db.create_all()
        return app

    def owe(self, app, number, policy=OnUnknown.RESEND):
        """Owed by the real clock, since that is the worker's."""
        sealer = Sealer(self.settings.KEYS_DIR)
        with app.app_context():
            for each in range(number):
                key = f"organizer:{tokens.new()}"
                posting.post(
                    "accounts/password_changed",
                    kind="account",
                    subject=key,
                    person_key=key,
                    to_sealed=sealed.seal(sealer, key, to=f"p{each}@example.org", name="", link="http://localhost/x"),
                    language="en",
                    now=datetime.now(UTC),
                    on_unknown=policy,
                )
            db.session.commit()

    def start(self):
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker"], cwd=ROOT, env=self.env, stderr=log
            )
        self._running.append(process)
        return process

    def rows(self, what="state, message_id, unknowns"):
        with sqlite3.connect(self.folder / "campaign.db", timeout=30) as connection:
            found = connection.execute(f"SELECT {what} FROM deliveries").fetchall()
        connection.close()
        return found

    def end(self):
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it didn't come about in time"
        time.sleep(0.01)


def test_killed_again_and_again_workers_lose_no_letter_and_send_none_twice(tmp_path):
    server = RudeServer()
    installation = Installation(tmp_path, server.port)
    app = installation.prepare()
    installation.owe(app, LETTERS // 2, OnUnknown.PRESUME)
    installation.owe(app, LETTERS // 2, OnUnknown.RESEND)

    for kill in range(1, KILLS + 1):
        process = installation.start()
        wait_for(lambda kill=kill: len(server.taken) > kill * LETTERS // (KILLS + 2))
        process.kill()
        process.wait()
    installation.start()
    wait_for(lambda: all(state in ("sent", "presumed") for state, _, _ in installation.rows()))
    installation.end()
    server.stop()

    arrived = Counter(re.search(rb"Message-ID: <(.+)@", message)[1].decode() for message in server.taken)
    rows = installation.rows()
    assert arrived == Counter(message_id for _, message_id, _ in rows)
    assert sum(unknowns for _, _, unknowns in rows) <= KILLS * CONNECTIONS


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_finishes_what_is_out_and_gives_back_the_rest(installation, mailbox, told):
    app = installation.prepare()
    installation.owe(app, LETTERS)
    process = installation.start()
    wait_for(lambda: len(mailbox.letters) > 20)

    process.send_signal(told)

    assert process.wait(timeout=60) == 0
    states = Counter(state for state, _, _ in installation.rows())
    assert states["sent"] == len(mailbox.letters) == len(mailbox.seen)
    assert states["queued"] == LETTERS - states["sent"] > 0
    assert list((installation.folder / "workers").iterdir()) == []


def test_told_twice_it_doesnt_wait_for_a_server_that_doesnt_answer(installation, mailbox):
    app = installation.prepare()
    installation.owe(app, 3)
    mailbox.answers["DOT"] = HANG
    process = installation.start()
    wait_for(lambda: mailbox.seen)

    process.send_signal(signal.SIGTERM)
    time.sleep(0.7)
    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=20) == 0
    assert Counter(state for state, _, _ in installation.rows())["sending"] >= 1


def test_a_letter_that_is_owed_while_it_sleeps_goes_out_within_two_seconds(installation, mailbox):
    app = installation.prepare()
    installation.start()
    wait_for(lambda: "at work" in installation.log.read_text())
    time.sleep(1)

    installation.owe(app, 1)
    began = time.monotonic()
    wait_for(lambda: mailbox.letters)

    assert time.monotonic() - began < 2


def test_its_log_names_nobody(installation, mailbox):
    app = installation.prepare()
    installation.owe(app, 12)
    mailbox.answers["RCPT"] = "550 5.1.1 <p1@example.org> is not here"
    mailbox.answers["DOT"] = ["554 5.7.1 p1@example.org"] * 8
    installation.start()
    wait_for(lambda: len(mailbox.tries) >= 8)
    time.sleep(0.5)

    log = installation.log.read_text()
    assert "@" not in log
    assert "organizer:" not in log
    assert "Traceback" not in log


def test_it_makes_the_keys_when_it_first_starts(installation):
    app = installation.prepare()
    shutil.rmtree(installation.settings.KEYS_DIR)

    installation.start()
    wait_for(lambda: "at work" in installation.log.read_text())

    assert (installation.settings.KEYS_DIR / "worker" / "epoch-1.key").exists()
    assert app is not None


def test_it_refuses_in_words_to_start_without_the_keys_of_what_is_sealed(installation):
    app = installation.prepare()
    installation.owe(app, 1)
    shutil.rmtree(installation.settings.KEYS_DIR / "worker")
    (installation.settings.KEYS_DIR / "worker").mkdir(mode=0o700)

    assert installation.start().wait(timeout=60) == 1

    log = installation.log.read_text()
    assert "without its old keys, what is sealed can't be opened" in log
    assert "Traceback" not in log


def test_it_refuses_in_words_to_start_without_a_database(installation):
    keyfiles.make(installation.settings.KEYS_DIR)

    assert installation.start().wait(timeout=60) == 1

    log = installation.log.read_text()
    assert "flask db upgrade" in log
    assert "Traceback" not in log


def test_it_refuses_in_words_to_start_with_a_sender_that_is_none(installation):
    installation.prepare()
    installation.env["MAIL_DEFAULT_SENDER"] = "nobody"

    assert installation.start().wait(timeout=60) == 1

    assert "MAIL_DEFAULT_SENDER is 'nobody'" in installation.log.read_text()
