"""What may stand between braces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.messages import placeholders

VALUES = {"name": "Ada", "title": "{place}", "day": "Wednesday"}


@pytest.mark.parametrize(
    ("text", "name", "filled"),
    [
        ("Hello {name}, see you on {day}.", "Ada", "Hello Ada, see you on Wednesday."),
        ("See you there, {name}!", "", "See you there!"),
        ("{name}, bring a drum.", "", "Bring a drum."),
        ("One.\n{name}: two.", "", "One.\nTwo."),
        ("Salut\u00a0{name} !", "", "Salut !"),
        ("{title}", "Ada", "{place}"),
        ("{nobody} and { day } and {} stay", "Ada", "{nobody} and { day } and {} stay"),
    ],
)
def test_it_is_filled_in_once_and_a_missing_name_leaves_no_trace(text, name, filled):
    assert placeholders.fill(text, {**VALUES, "name": name}) == filled


def test_what_is_not_known_is_named_with_its_line():
    text = "Hello {name},\n\n{{ config }} {% x %} {nmae}\n{day}"

    assert placeholders.unknown(text, placeholders.IN_BODY) == [(3, "{ config }"), (3, "{% x %}"), (3, "{nmae}")]


@given(st.text(alphabet="{}%name #\n", max_size=60))
def test_a_text_without_a_known_placeholder_stays_what_it_is(text):
    if all(found != "{name}" for _, found in placeholders.unknown(text, ())):
        assert placeholders.fill(text, {"name": "Ada"}) == text
