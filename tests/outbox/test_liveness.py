"""Who is at work, as the operating system knows it."""

import os
import signal
import subprocess
import sys

from campaign.outbox.liveness import Presence

AT_WORK = """
import sys, time
from pathlib import Path
from campaign.outbox.liveness import Presence
print(Presence(Path(sys.argv[1])).name, flush=True)
time.sleep(60)
"""


def test_one_sees_oneself_and_others_until_they_leave(tmp_path):
    here, there = Presence(tmp_path), Presence(tmp_path)

    assert here.sees(here.name)
    assert here.sees(there.name)
    there.leave()
    assert not here.sees(there.name)
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
