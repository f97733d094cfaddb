"""A worker's journal: what whoever takes over reads in it."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.outbox.journal import Journal, Mark, read


@pytest.fixture
def file(tmp_path):
    """Opened as `Presence` opens it."""
    made = os.open(tmp_path / "journal", os.O_RDWR | os.O_CREAT)
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

    assert os.fstat(file).st_size == 4096
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
    journal.settle([1])

    assert journal.is_empty
    assert marks_in(file) == {}

    journal.note(Mark.DOT, 2)
    assert not journal.is_empty
    assert marks_in(file) == {2: (Mark.DOT, 0)}


def test_a_letter_whose_number_is_the_longest_has_room(file, journal):
    journal.note(Mark.ANSWERED, 2**63 - 1, 250)

    assert marks_in(file) == {2**63 - 1: (Mark.ANSWERED, 250)}


def test_with_many_letters_on_their_way_it_grows_and_keeps_what_was_noted(file, journal):
    for number in range(300):
        journal.note(Mark.HANDED_OVER, number)

    assert marks_in(file) == dict.fromkeys(range(300), (Mark.HANDED_OVER, 0))
    assert os.fstat(file).st_size == 3 * 4096


@pytest.mark.parametrize("room", [0, 100])
def test_a_disk_that_is_full_is_told_and_what_is_noted_stays(file, journal, monkeypatch, room):
    for number in range(128):
        journal.note(Mark.HANDED_OVER, number)
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda to, what, place: write(to, what[:room], place))
    with pytest.raises(OSError, match="space"):
        journal.note(Mark.DOT, 200)
    monkeypatch.undo()

    journal.settle([7])
    journal.note(Mark.DOT, 201)
    journal.note(Mark.DOT, 202)

    assert marks_in(file) == {
        **{number: (Mark.HANDED_OVER, 0) for number in range(128) if number != 7},
        201: (Mark.DOT, 0),
        202: (Mark.DOT, 0),
    }


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([*Mark, "settled"]))))
def test_whatever_is_noted_and_settled_what_is_out_reads_as_it_was_noted_last(tmp_path_factory, moves):
    file = os.open(tmp_path_factory.getbasetemp() / "any", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    journal, known = Journal(file), {}

    for delivery, move in moves:
        if move == "settled":
            journal.settle([delivery])
            known.pop(delivery, None)
        else:
            journal.note(move, delivery, 250)
            known[delivery] = move, 250

    assert marks_in(file) == known
    assert journal.is_empty == (not known)
    os.close(file)
