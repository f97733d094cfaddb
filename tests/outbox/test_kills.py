"""The short form of `make bench BENCH=kill` beyond SQLite, of which `test_worker_process.py` has one."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import kill
from tests.installations import SERVER
from tools import postgres

LETTERS, KILLS = 300, 4

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _now(at, monkeypatch):
    """The workers' clock is the real one."""
    at.set(datetime.now(UTC))
    monkeypatch.setattr(kill, "PATIENCE", 120)


@pytest.fixture
def cluster():
    folder = Path(os.environ[SERVER])
    postgres.start(folder, hasty=True)
    return folder


@pytest.mark.parametrize(("kind", "act"), [(kill.KINDS[1], kill.honest), (kill.KINDS[2], kill.emptied)])
def test_two_workers_that_are_killed_again_and_again_lose_no_letter_and_send_none_twice(kind, act, cluster, tmp_path):
    with kill.scene(kind, LETTERS, tmp_path, cluster) as it:
        act(it, KILLS)
        found = it.found()

    assert it.killed == KILLS
    assert (found.letters, found.open, found.attempts) == (LETTERS, 0, 0)
    assert (found.lost, found.twice) == (0, 0)
    assert found.unknown <= KILLS * kill.CONNECTIONS
