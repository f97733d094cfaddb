"""Programs that live and die together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STARTER = """
import os, sys
from pathlib import Path
import tools.processes
from tools.processes import Stopped, run_together, stop_on_signals
tools.processes.PATIENCE = 2
stop_on_signals()
try:
    print("ended:", run_together(dict(line.split(": ", 1) for line in sys.argv[1:]), dict(os.environ), Path.cwd()))
except Stopped:
    print("ended before it began")
"""
SLEEPER = "echo $$ >> pids; exec sleep 60"


def is_running(pid):
    """A process that ended, but was not yet reaped by whoever adopted it, runs no more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(found):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("waited too long")


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*commands, before=(), wait=True):
        line = [*before, sys.executable, "-c", STARTER, *commands]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            line, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        if wait:
            wait_for(lambda: len(pids(tmp_path)) == len(commands))
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def pids(folder):
    path = folder / "pids"
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def shell(script):
    return f"sh -c '{script}'"


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all(start, tmp_path, name):
    process = start(f"a: {shell(SLEEPER)}", f"b: {shell(SLEEPER)}")

    process.send_signal(name)
    said, _ = process.communicate(timeout=60)

    assert said == "ended: \n"
    assert process.returncode == 0
    assert not any(map(is_running, pids(tmp_path)))


def test_when_one_ends_the_others_are_stopped_and_it_is_named(start, tmp_path):
    once_it_runs = "until test -s pids; do sleep 0.05; done; echo $$ >> pids; exit 3"
    process = start(f"site: {shell(SLEEPER)}", f"worker: {shell(once_it_runs)}")

    said, _ = process.communicate(timeout=60)

    assert said == "ended: worker ended by itself (exit status 3)\n"
    assert not any(map(is_running, pids(tmp_path)))


def test_a_program_that_will_not_stop_is_ended_all_the_same(start, tmp_path):
    deaf = 'trap "" TERM; echo $$ >> pids; while :; do sleep 1; done'
    process = start(f"deaf: {shell(deaf)}", f"b: {shell(SLEEPER)}")

    process.terminate()
    process.communicate(timeout=60)

    assert not any(map(is_running, pids(tmp_path)))


def test_a_parent_that_blocks_signals_for_a_moment_has_not_forsaken_them(start, tmp_path, monkeypatch):
    monkeypatch.setenv("MAKELEVEL", "1")
    process = start(f"a: {shell(SLEEPER)}")
    wait_for(lambda: pids(tmp_path))

    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    time.sleep(0.3)  # longer than from one look to the next
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    time.sleep(1)

    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_to_make_alone_stops_all(tmp_path, name):
    (tmp_path / "Makefile").write_text('run:\n\t@exec "$$PYTHON" -c "$$STARTER" "a: sh sleeper"\n')
    (tmp_path / "sleeper").write_text(SLEEPER)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHON": sys.executable, "STARTER": STARTER}
    make = subprocess.Popen(["make", "run"], cwd=tmp_path, env=env, start_new_session=True, stdout=subprocess.PIPE)
    wait_for(lambda: pids(tmp_path))

    make.send_signal(name)
    make.communicate(timeout=60)

    wait_for(lambda: not any(map(is_running, pids(tmp_path))))
