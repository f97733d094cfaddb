"""A message's end and the note that it is out, in one system call: no kill can come between."""

import os
import platform
import socket
import sys

import pytest

from campaign.outbox import at_once
from campaign.outbox.at_once import Writer
from campaign.outbox.composing import Mail
from campaign.outbox.journal import Journal, Mark, read
from campaign.outbox.talk import run
from campaign.outbox.transport import Connection, Server
from tests.outbox.rude import RudeServer

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in at_once._NUMBERS,
    reason="io_submit is Linux's, and known here for x86_64 and aarch64",
)
LINE = b"S 7 0\n"


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    yield ours, theirs
    ours.close()
    theirs.close()


@pytest.fixture
def file(tmp_path):
    number = os.open(tmp_path / "journal", os.O_RDWR | os.O_CREAT)
    yield number
    os.close(number)


def content(file):
    return os.pread(file, 1000, 0)


def test_both_are_written_and_again(pair, file):
    ours, theirs = pair
    writer = Writer()

    assert writer.write(ours.fileno(), b"so long\r\n.\r\n", file, LINE, 0) == (12, True)
    assert writer.write(ours.fileno(), b".\r\n", file, b"S 8 0\n", len(LINE)) == (3, True)

    assert theirs.recv(100) == b"so long\r\n.\r\n.\r\n"
    assert content(file) == LINE + b"S 8 0\n"


def test_a_socket_that_is_full_takes_what_fits(pair, file):
    ours, _theirs = pair

    taken, is_noted = Writer().write(ours.fileno(), b"x" * 10_000_000, file, LINE, 0)

    assert 0 < taken < 10_000_000
    assert is_noted


def test_where_nobody_listens_any_more_nothing_is_taken(pair, file):
    ours, theirs = pair
    theirs.close()

    assert Writer().write(ours.fileno(), b".\r\n", file, LINE, 0) == (0, True)


def test_a_line_that_cant_be_written_is_told(pair, tmp_path):
    ours, _theirs = pair
    (tmp_path / "journal").touch()
    only_to_read = os.open(tmp_path / "journal", os.O_RDONLY)

    done = Writer().write(ours.fileno(), b".\r\n", only_to_read, LINE, 0)

    os.close(only_to_read)
    assert done in ((3, False), None)


def test_where_there_is_no_such_call_nothing_is_done(pair, file, monkeypatch):
    monkeypatch.setattr(at_once, "_NUMBERS", {})
    ours, _theirs = pair

    assert Writer().write(ours.fileno(), b".\r\n", file, LINE, 0) is None
    assert content(file) == b""


@pytest.mark.parametrize("has_it", [True, False])
def test_a_letter_is_noted_as_handed_over_with_that_call_and_without(file, monkeypatch, has_it):
    if not has_it:
        monkeypatch.setattr(at_once, "_NUMBERS", {})
    server, journal, marks = RudeServer(), Journal(file), []
    connection = Connection(Server("127.0.0.1", server.port, "us@example.org"))

    def note(mark):
        marks.append(mark)
        journal.note(mark, 7)

    mail = Mail("ada@example.org", b"Subject: Hello\r\n\r\nHello\r\n")
    code = run(connection.conversation(mail, note, "", lambda to, message: journal.hand_over(7, to, message)))
    connection.close()
    server.stop()

    assert code == 250
    assert len(server.taken) == 1
    assert marks == ([] if has_it else [Mark.DOT, Mark.HANDED_OVER])
    assert read(content(file).decode()) == {7: (Mark.HANDED_OVER, 0)}
