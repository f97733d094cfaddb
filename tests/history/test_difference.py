"""Two texts, word by word."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.history.difference import pieces, shortened

WORDS = st.lists(st.sampled_from(["one", "two", "three", " ", "\n", ".", "\r\n", "é", "\u2028", "<b>"])).map("".join)


@given(WORDS | st.text(), WORDS | st.text())
@settings(max_examples=300)
def test_what_is_the_same_and_gone_makes_up_the_earlier_text_and_with_what_is_new_the_later(before, after):
    found = pieces(before, after)

    assert "".join(piece.text for piece in found if piece.kind != "new") == before
    assert "".join(piece.text for piece in found if piece.kind != "gone") == after


def test_one_word_is_one_change():
    found = pieces("We meet at seven, by the gate.", "We meet at eight, by the gate.")

    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "We meet at "),
        ("gone", "seven"),
        ("new", "eight"),
        ("same", ", by the gate."),
    ]


def test_words_beside_each_other_are_one_change_and_not_many():
    found = pieces("the red house", "the blue barn")

    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "the "),
        ("gone", "red house"),
        ("new", "blue barn"),
    ]


def test_long_unchanged_text_loses_its_middle_and_nothing_that_changed():
    same = "The same words again. " * 100

    found = shortened(pieces(f"{same}old {same}", f"{same}new {same}"))

    assert [piece.kind for piece in found] == ["same", "cut", "same", "gone", "new", "same", "cut", "same"]
    assert "".join(piece.text for piece in found if piece.kind != "new") == f"{same}old {same}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 10_000, "a " * 9_999 + "b "),
        ("ab " * 6_000, "ba " * 6_000),
        ("\n" * 20_000, "\n" * 19_000),
        ("".join(f"{n % 97} " for n in range(6_000)), "".join(f"{n % 89} " for n in range(6_000))),
        ("".join(f"{n % 7}\n" for n in range(9_000)), "".join(f"{n % 5}\n" for n in range(9_000))),
        ("".join(f"{n % 31} {n % 37}\n" for n in range(900)), "".join(f"{n % 29} {n % 41}\n" for n in range(900))),
    ],
)
def test_no_text_of_twenty_kilobytes_takes_long(before, after):
    began = time.monotonic()

    pieces(before, after)

    assert time.monotonic() - began < 5
