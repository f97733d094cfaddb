"""The server itself, as the Procfile starts it: who sends slowly keeps nobody else out."""

import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from campaign.extensions import db
from tests import make

ROOT = Path(__file__).parents[2]
SLOW = 30  # senders; a few times what one would reckon with


@pytest.fixture
def address(app, settings):
    """Where a server listens that answers from the tests' database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(port),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": settings.SQLALCHEMY_DATABASE_URI,
        "INSTANCE_DIR": str(settings.INSTANCE_DIR),
        "KEYS_DIR": str(settings.KEYS_DIR),
    }
    command = shlex.split(line.removeprefix("web:").replace("${PORT:-8000}", str(port)))
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def test_a_crowd_of_slow_senders_keeps_nobody_from_reading_or_answering(address):
    action = make.action(starts=datetime(2099, 5, 31, 7, 0))
    db.session.commit()
    page, form = f"{address}/en/actions/{action.slug}", f"{address}/en/actions/{action.slug}/rsvp"
    stamp = BeautifulSoup(read(page), "html.parser").find("input", {"name": "stamp"})["value"]
    answer = urllib.parse.urlencode({"answer": "yes", "party_size": "1", "stamp": stamp}).encode()

    with ExitStack() as crowd:
        for _ in range(SLOW):
            crowd.enter_context(begin_to_send(form))
        time.sleep(1)  # for all of them to be let in
        seen, thanked = read(page), read(form, answer)

    assert "Will you come?" in seen
    assert "Thank you, your answer counts" in thanked


def begin_to_send(form):
    parts = urllib.parse.urlsplit(form)
    sender = socket.create_connection((parts.hostname, parts.port))
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 60000\r\n"
    sender.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\nanswer=yes&".encode())
    return sender


def read(address, data=None):
    with urllib.request.urlopen(address, data, timeout=20) as response:
        return response.read().decode()


def wait_for(address):
    until = time.monotonic() + 30
    while True:
        try:
            return read(address)
        except urllib.error.HTTPError:
            return None
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
