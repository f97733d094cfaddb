"""Plain text for mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.outbox.wrapping import WIDTH, clean, on_one_line, wrap

LINK = "https://example.org/en/rsvps/" + "x" * 90


@given(st.text(st.characters(exclude_categories=["Cs", "Zs"]) | st.just(" "), max_size=400))
def test_wrapping_changes_nothing_but_spaces(text):
    line = on_one_line(text)

    assert " ".join(" ".join(wrap(line)).split()) == line


@given(st.lists(st.text("abc-’ü", min_size=1, max_size=30), max_size=60).map(" ".join))
def test_no_line_is_longer_than_72_unless_it_is_one_word(line):
    for each in wrap(line):
        assert len(each) <= WIDTH or " " not in each.strip()


def test_a_link_stays_whole():
    assert LINK in wrap(f"Everything about it stands here: {LINK} and nowhere else.")


def test_hyphens_and_hard_spaces_dont_break():
    line = "aaaa " * 13 + "well-known 7\u00a0h\u202f30 ok"

    assert wrap(line)[1] in ("well-known 7\u00a0h\u202f30 ok", "7\u00a0h\u202f30 ok")


@pytest.mark.parametrize("item", ["- ", "* ", "1. ", "12) ", "  • "])
def test_an_item_of_a_list_hangs_under_its_first_word(item):
    first, second = wrap(item + "word " * 20)[:2]

    assert first.startswith(item.rstrip())
    assert second == " " * len(item) + second.strip()


@pytest.mark.parametrize("line", ["", " ", "\t"])
def test_an_empty_line_stays_one_line(line):
    assert wrap(line) == [""]


def test_what_a_terminal_would_obey_is_taken_out():
    assert clean("a\x00b\x1b[31mc\x7f\x9bd\r\ne\rf\u2028g\th\ud800") == "ab[31mcd\ne\nf\ng h"


def test_a_subject_is_one_line():
    assert on_one_line("  New\r\nBcc: x@example.org\t\x00!") == "New Bcc: x@example.org !"
