"""`make run`, from the first start to beginning anew."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = ("BASE_URL", "DATABASE_URL", "INSTANCE_DIR", "KEYS_DIR", "MAIL_SERVER", "PORT", "SECRET_KEY")

pytestmark = pytest.mark.slow


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_open(url):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) == 0


class Run:
    """`python -m tools.run` with an instance folder of its own."""

    def __init__(self, folder):
        self.instance = folder / "an instance"
        self.port = free_port()
        self.log = folder / "log"
        self.process = None

    def command(self, *arguments, **settings):
        env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        env |= {"INSTANCE_DIR": str(self.instance), "PORT": str(self.port), **settings}
        return {"args": [sys.executable, "-m", "tools.run", *arguments], "cwd": ROOT, "env": env}

    def start(self, **settings):
        with self.log.open("w") as log:
            self.process = subprocess.Popen(**self.command(**settings), stdout=log, stderr=log)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and not self.is_well():
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)

    def is_well(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            error.close()
        except OSError:
            pass
        return False

    def stop(self, name=signal.SIGTERM):
        self.process.send_signal(name)
        return self.process.wait(40)

    def ask(self, *arguments, **settings):
        """A start that is expected to end at once."""
        done = subprocess.run(
            **self.command(*arguments, **settings), capture_output=True, text=True, timeout=90, check=False
        )
        assert "Traceback" not in done.stderr
        return done

    @property
    def notes(self):
        return json.loads((self.instance / "demo.json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("run"))
    run.start()
    yield run
    if run.process.poll() is None:
        run.stop()


def test_the_notes_say_where_everything_is(run):
    assert set(run.notes) == {"url", "mailbox", "email", "password"}
    assert run.notes["url"] == f"http://127.0.0.1:{run.port}"
    assert is_open(run.notes["mailbox"])
    for word in run.notes.values():
        assert word in run.log.read_text()


def test_what_is_secret_is_for_its_owner_only(run):
    for path in [run.instance, *run.instance.glob("demo.json"), run.instance / "secret_key"]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def test_a_second_start_and_a_reset_are_refused_while_it_runs(run):
    again, reset = run.ask(PORT=str(free_port())), run.ask("--reset")

    for refused in (again, reset):
        assert refused.returncode == 1
        assert f"It is running already, at {run.notes['url']}" in refused.stderr
    assert run.is_well()


def test_a_taken_port_is_named_and_another_proposed(run, tmp_path):
    refused = Run(tmp_path).ask(PORT=str(run.port))

    assert refused.returncode == 1
    assert f"Port {run.port} is taken" in refused.stderr
    assert "make run PORT=" in refused.stderr


@pytest.mark.parametrize(("name", "value"), [("PORT", "eighty"), ("PORT", "70000"), ("BASE_URL", "example.org")])
def test_a_bad_setting_is_named(tmp_path, name, value):
    refused = Run(tmp_path).ask(**{name: value})

    assert refused.returncode == 1
    assert name in refused.stderr


def test_a_reset_leaves_a_database_elsewhere_alone(tmp_path):
    elsewhere = tmp_path / "real.db"
    elsewhere.touch()

    refused = Run(tmp_path).ask("--reset", DATABASE_URL=f"sqlite:///{elsewhere}")

    assert refused.returncode == 1
    assert "Nothing was thrown away" in refused.stderr
    assert elsewhere.exists()


def test_it_stops_whole_keeps_its_data_and_begins_anew_when_told(run):
    first = run.notes
    assert run.stop(signal.SIGINT) == 0
    assert not any(map(is_open, [first["url"], first["mailbox"]]))

    run.start(MAIL_SERVER="127.0.0.1", MAIL_PORT=str(free_port()))
    assert run.notes == first | {"mailbox": None}
    assert run.stop() == 0

    assert run.ask("--reset").returncode == 0
    assert run.notes["password"] != first["password"]
    assert not (run.instance / "mailbox").exists()
