"""A worker's journal: what whoever takes over reads in it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.outbox.journal import Journal, Mark, read


@pytest.fixture
def file(tmp_path):
    """Opened as `Presence` opens it."""
    made = os.open(tmp_path / "journal", os.O_RDWR | os.O_APPEND | os.O_CREAT)
    yield made
    os.close(made)


@pytest.fixture
def journal(file):
    return Journal(file)


def marks_in(file):
    return read(os.pread(file, 100_000, 0).decode())


def test_of_each_letter_the_last_mark_stands(file, journal):
    for mark, code in ((Mark.DOT, 0), (Mark.HANDED_OVER, 0), (Mark.ANSWERED, 250)):
        journal.note(mark, 7, code)
    journal.note(Mark.DOT, 8)

    assert marks_in(file) == {7: (Mark.ANSWERED, 250), 8: (Mark.DOT, 0)}


def test_it_has_no_more_lines_than_letters_were_on_their_way_at_once(file, journal):
    for number in range(0, 30_000, 3):
        for delivery in range(number, number + 3):
            journal.note(Mark.HANDED_OVER, delivery)
        journal.settle([number, number + 1, number + 2])

    assert os.fstat(file).st_size == 3 * 32
    assert marks_in(file) == {}


def test_what_is_recorded_leaves_its_line_to_the_next_and_nobody_elses(file, journal):
    journal.note(Mark.HANDED_OVER, 1)
    journal.note(Mark.HANDED_OVER, 2)

    journal.settle([1])
    journal.note(Mark.DOT, 3)

    assert marks_in(file) == {2: (Mark.HANDED_OVER, 0), 3: (Mark.DOT, 0)}


def test_a_letter_that_is_sent_again_has_one_line(file, journal):
    journal.note(Mark.HANDED_OVER, 2)
    journal.note(Mark.ANSWERED, 1, 451)
    journal.settle([1])

    journal.note(Mark.HANDED_OVER, 3)
    journal.note(Mark.HANDED_OVER, 1)

    assert marks_in(file) == dict.fromkeys((1, 2, 3), (Mark.HANDED_OVER, 0))


def test_it_is_empty_once_everything_is_recorded(file, journal):
    journal.note(Mark.ANSWERED, 1, 250)
    journal.clear()

    assert os.fstat(file).st_size == 0

    journal.note(Mark.DOT, 2)
    assert marks_in(file) == {2: (Mark.DOT, 0)}


def test_a_letter_whose_number_is_the_longest_has_room(file, journal):
    journal.note(Mark.ANSWERED, 2**63 - 1, 250)

    assert marks_in(file) == {2**63 - 1: (Mark.ANSWERED, 250)}


def test_a_disk_that_is_full_takes_no_line_from_anybody(file, journal, monkeypatch):
    journal.note(Mark.HANDED_OVER, 1)
    monkeypatch.setattr(os, "pwrite", _no_room)
    with pytest.raises(OSError, match="full"):
        journal.note(Mark.DOT, 2)
    journal.settle([1])  # its line can't be emptied, so it stays its
    monkeypatch.undo()

    journal.note(Mark.DOT, 2)
    journal.note(Mark.DOT, 1)

    assert marks_in(file) == {1: (Mark.DOT, 0), 2: (Mark.DOT, 0)}


def _no_room(*_):
    raise OSError("full")


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([*Mark, "settled"]))))
def test_whatever_is_noted_and_settled_what_is_out_reads_as_it_was_noted_last(tmp_path_factory, moves):
    file = os.open(tmp_path_factory.getbasetemp() / "any", os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC)
    journal, known = Journal(file), {}

    for delivery, move in moves:
        if move == "settled":
            journal.settle([delivery])
            known.pop(delivery, None)
        else:
            journal.note(move, delivery, 250)
            known[delivery] = move, 250

    assert marks_in(file) == known
    assert os.fstat(file).st_size <= 6 * 32
    os.close(file)
