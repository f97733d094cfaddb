"""The benchmark of mail, in short: what it counts is right wherever it runs. How fast that is, `make bench` says."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from bench import mail_throughput
from bench.figures import Figures
from campaign import clock
from tests.outbox.rude import RudeServer

pytestmark = pytest.mark.slow
LETTERS = 240


class Taker:
    def __init__(self, server):
        self.port = server.port
        self._server = server

    @property
    def taken(self):
        return len(self._server.taken)


@contextmanager
def rude(_folder):
    """In place of Postfix's smtp-sink, so that nobody has to install it."""
    server = RudeServer(EHLO=b"250-rude\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
    yield Taker(server)
    server.stop()


def test_a_worker_sends_every_letter_once_and_says_so_in_every_row(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC))  # the worker's is the real one
    figures = Figures()

    mail_throughput.run("SQLite", tmp_path, None, 1, LETTERS, figures, sink=rude)

    said = capsys.readouterr().out
    assert "MISSED" not in said.split("\n", 2)[2]  # whatever the rate is on a machine that does other things too
    assert f"exactly {LETTERS:,} " in said
    assert f"exactly {2 * LETTERS:,} " in said
