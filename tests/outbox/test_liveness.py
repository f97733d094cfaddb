"""Who is at work, as the operating system knows it."""

import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from campaign.extensions import db
from campaign.outbox import liveness
from campaign.outbox.liveness import Presence
from tests.installations import POSTGRES

AT_WORK = """
import sys, time
from pathlib import Path
from sqlalchemy import create_engine
from campaign.outbox.liveness import Presence
here = Presence(Path(sys.argv[1]), create_engine(sys.argv[2]) if len(sys.argv) > 2 else None)
print(here.name, flush=True)
time.sleep(60)
"""


def test_one_sees_oneself_and_others_until_they_leave(tmp_path):
    here, there = Presence(tmp_path), Presence(tmp_path)

    assert here.sees(here.name)
    assert here.sees(there.name)
    there.leave()
    here.leave()
    assert list(tmp_path.iterdir()) == []


def test_nobody_of_that_name_was_ever_there(tmp_path):
    here = Presence(tmp_path)

    assert not here.sees("nobody")
    assert not here.sees("")
    here.leave()


def test_a_process_that_is_killed_is_seen_to_be_gone_and_swept_up(tmp_path):
    here = Presence(tmp_path)
    process = subprocess.Popen([sys.executable, "-c", AT_WORK, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    name = process.stdout.readline().strip()
    assert here.sees(name)
    assert here.gone() == []

    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    assert not here.sees(name)
    assert here.gone() == [name]
    here.sweep([name])
    assert [path.stem for path in tmp_path.iterdir()] == [here.name]
    here.leave()


@pytest.fixture
def database(installations):
    """Where workers of several machines see each other."""
    with installations.app(POSTGRES).app_context():
        yield db.engine


@pytest.fixture
def patience(monkeypatch):
    """As little of it as a test has."""
    monkeypatch.setattr(liveness, "GRACE", 0.2)
    return lambda: time.sleep(0.25)


def cut_off(database):
    """Everybody who holds a lock in this database; others of the same server are other tests'."""
    with database.connect() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


def wait_until_gone(here, name, patience):
    """The server has to notice, too."""
    until = time.monotonic() + 60
    while here.sees(name):
        assert time.monotonic() < until
        patience()


def test_a_worker_of_another_machine_is_seen_until_it_has_been_gone_for_a_while(database, tmp_path, patience):
    here, there = Presence(tmp_path / "here", database), Presence(tmp_path / "there", database)

    assert here.sees(there.name)
    assert here.noted_by(there.name) is None
    there.leave()
    assert here.sees(there.name)
    wait_until_gone(here, there.name, patience)
    here.leave()


def test_a_process_that_is_killed_elsewhere_is_seen_to_be_gone(database, tmp_path, patience):
    here = Presence(tmp_path / "here", database)
    address = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", AT_WORK, str(tmp_path / "there"), address], stdout=subprocess.PIPE, text=True
    )
    name = process.stdout.readline().strip()
    patience()
    assert here.sees(name)

    process.kill()
    process.wait()
    process.stdout.close()

    assert here.sees(name)
    wait_until_gone(here, name, patience)
    here.leave()


def test_who_was_cut_off_from_the_database_is_seen_again_before_anybody_gives_them_up(database, tmp_path, patience):
    here, there = Presence(tmp_path / "here", database), Presence(tmp_path / "there", database)
    cut_off(database)
    here.stay()
    assert here.sees(there.name)

    there.stay()
    patience()

    assert here.sees(there.name)
    here.leave()
    there.leave()


def test_on_this_machine_the_operating_system_is_asked_and_no_database(database, tmp_path, patience):
    here, there = Presence(tmp_path, database), Presence(tmp_path, database)
    cut_off(database)

    patience()

    assert here.sees(there.name)
    there.leave()
    here.leave()
