"""A message's end and the note that it is out, in one system call: no kill can come between."""

import ctypes
import mmap
import os
import platform
import socket
import subprocess
import sys

import pytest

from campaign.outbox import at_once
from campaign.outbox.at_once import Writer
from campaign.outbox.composing import Mail
from campaign.outbox.journal import Journal, Mark, read
from campaign.outbox.talk import run
from campaign.outbox.transport import Connection, Server
from tests.outbox import handing_over
from tests.outbox.rude import RudeServer

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in at_once._NUMBERS,
    reason="io_submit is Linux's, and known here for x86_64 and aarch64",
)
KILLS = 60  # one in seven of them finds two that aren't one


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


@pytest.fixture
def memory():
    made = mmap.mmap(-1, mmap.PAGESIZE)
    made[:3] = b"???"
    return made


def second_octet(memory):
    return ctypes.addressof(ctypes.c_char.from_buffer(memory)) + 1


def test_both_are_written_and_again(pair, memory):
    ours, theirs = pair
    writer = Writer()

    assert writer.write(ours.fileno(), b"so long\r\n.\r\n", second_octet(memory)) == (12, True)
    assert writer.write(ours.fileno(), b".\r\n", second_octet(memory) + 1) == (3, True)

    assert theirs.recv(100) == b"so long\r\n.\r\n.\r\n"
    assert memory[:4] == b"?\0\0\0"


def test_a_socket_that_is_full_takes_what_fits(pair, memory):
    ours, _theirs = pair

    taken, is_noted = Writer().write(ours.fileno(), b"x" * 10_000_000, second_octet(memory))

    assert 0 < taken < 10_000_000
    assert is_noted


def test_where_nobody_listens_any_more_nothing_is_taken(pair, memory):
    ours, theirs = pair
    theirs.close()

    assert Writer().write(ours.fileno(), b".\r\n", second_octet(memory)) == (0, True)


def test_a_note_that_cant_be_made_is_told(pair):
    ours, _theirs = pair

    assert Writer().write(ours.fileno(), b".\r\n", 8) == (3, False)  # at that address there is no memory


def test_where_there_is_no_such_call_nothing_is_done(pair, memory, monkeypatch):
    monkeypatch.setattr(at_once, "_NUMBERS", {})
    ours, _theirs = pair

    assert Writer().write(ours.fileno(), b".\r\n", second_octet(memory)) is None
    assert memory[:3] == b"???"


def test_of_a_process_that_is_killed_over_it_what_was_taken_is_noted_and_nothing_else(tmp_path):
    command = [sys.executable, "-m", handing_over.__name__, str(tmp_path / "journal"), str(KILLS)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    sent_and_noted = [line.split() for line in done.stdout.splitlines()]
    assert len(sent_and_noted) == KILLS
    assert [sent for sent, _ in sent_and_noted] == [noted for _, noted in sent_and_noted]


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
    assert read(os.pread(file, 1000, 0).decode()) == {7: (Mark.HANDED_OVER, 0)}
