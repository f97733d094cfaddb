"""Whether anything has been committed, without reading."""

import sqlite3
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.commits import Commits

WRITE = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('INSERT INTO t VALUES (1)'); c.commit()"

RESTART = """
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[0])
"""


def opened(path, mode="wal"):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("CREATE TABLE IF NOT EXISTS t (n)")
    connection.execute("SELECT * FROM t").fetchall()
    return connection


@pytest.fixture
def path(tmp_path):
    return tmp_path / "campaign.db"


@pytest.fixture
def reader(path):
    connection = opened(path)
    yield connection
    connection.close()


def test_it_stays_while_nothing_is_committed(path, reader):
    commits, writer = Commits(reader), opened(path)
    before = commits.mark()

    reader.execute("SELECT * FROM t").fetchall()
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (1)")
    writer.execute("ROLLBACK")

    assert before is not None
    assert commits.mark() == before


def test_each_commit_of_another_process_changes_it(path, reader):
    commits = Commits(reader)
    marks = [commits.mark()]

    for _ in range(3):
        subprocess.run([sys.executable, "-c", WRITE, path], check=True)
        marks.append(commits.mark())

    assert len(set(marks)) == 4


@settings(max_examples=30)
@given(steps=st.lists(st.sampled_from(["write", "checkpoint", "truncate", "rollback"]), max_size=12))
def test_who_goes_by_it_never_misses_a_commit(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("db") / "campaign.db"
    reader, writer = opened(path), opened(path)
    commits = Commits(reader)
    known = commits.mark(), reader.execute("SELECT count(*) FROM t").fetchone()

    for step in steps:
        if step == "write":
            writer.execute("INSERT INTO t VALUES (1)")
        elif step == "rollback":
            for statement in ("BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)", "ROLLBACK"):
                writer.execute(statement)
        else:
            writer.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if step == 'truncate' else 'PASSIVE'})")
        mark, truth = commits.mark(), reader.execute("SELECT count(*) FROM t").fetchone()
        if mark == known[0]:
            assert known[1] == truth, step
        known = mark, truth
    reader.close()
    writer.close()


def test_the_locks_of_the_process_stay(path, reader):
    """Closing a descriptor of the shared file would drop them: a checkpoint could then take a reader's pages away."""
    writer = opened(path)
    writer.execute("INSERT INTO t VALUES (1)")
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM t").fetchall()

    for _ in range(3):
        Commits(reader)
    writer.execute("INSERT INTO t VALUES (2)")
    busy = subprocess.run([sys.executable, "-c", RESTART, path], capture_output=True, text=True, check=True).stdout

    assert busy.strip() == "1"
    assert reader.execute("SELECT n FROM t").fetchall() == [(1,)]


@pytest.mark.parametrize("name", ["campaign.db", ":memory:"])
def test_where_it_can_not_be_told_it_says_so(tmp_path, name):
    connection = opened(name if name == ":memory:" else tmp_path / name, "delete")

    assert Commits(connection).mark() is None
