"""Several programs that live and die together."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

PATIENCE = 25.0  # seconds that a program may take to stop
TICK = 0.2
LOOKS = 3  # in a row, until it is believed: who starts a program blocks all signals for a moment (vfork)
STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """SIGINT or SIGTERM came. Like KeyboardInterrupt, it passes every `except Exception`."""


def stop_on_signals() -> None:
    """From here on both signals raise Stopped in the main thread, the first time; later ones change nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped

    for name in STOPPING:
        signal.signal(name, stop)


def ignore_signals() -> None:
    """Nothing interrupts from here on: we are stopping already."""
    for name in STOPPING:
        signal.signal(name, signal.SIG_IGN)


def run_together(commands: Mapping[str, str], env: Mapping[str, str], folder: Path) -> str:
    """Start each command (a line for the shell) and wait until one of them ends, a signal comes or `make` is gone.

    Then all are stopped: SIGTERM, and SIGKILL for what still runs after 25 seconds. They stay in our process
    group, so that whatever ends the whole group ends them too. Returns why it was, "" for a signal or `make`.
    """
    parent = os.getppid()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            running[name] = subprocess.Popen(["/bin/sh", "-c", f"exec {command}"], cwd=folder, env=env)
        signs = 0  # that we are forsaken
        while (signs := signs + 1 if forsaken(parent) else 0) < LOOKS:
            for name, process in running.items():
                if process.poll() is not None:
                    return f"{name} ended by itself (exit status {process.returncode})"
            time.sleep(TICK)
    except Stopped:
        pass
    finally:
        ignore_signals()
        stop(list(running.values()))
    return ""


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, then end those that don't."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def forsaken(parent: int) -> bool:
    """Is the `make` that started us gone, or waiting for us to go?

    An interrupt meant for `make` alone (not typed at the terminal) is not handed on: make blocks the signal and waits
    for its children, for ever. Linux shows the blocked signals of a process; elsewhere Ctrl-C and SIGTERM do.
    """
    if "MAKELEVEL" not in os.environ:
        return False
    if os.getppid() != parent:
        return True
    try:
        status = Path(f"/proc/{parent}/status").read_text()
    except OSError:
        return False
    blocked = next((line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:")), "0")
    return bool(int(blocked, 16) & (1 << (signal.SIGINT - 1)))
