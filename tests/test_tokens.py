"""Links that can't be guessed, and what is stored of them."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from campaign import tokens


def test_a_new_token_carries_160_bits_in_27_characters_of_base64url():
    token = tokens.new()

    assert len(token) == 27
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token.isascii()


def test_a_thousand_tokens_are_all_different_and_all_well_formed():
    made = [tokens.new() for _ in range(1000)]

    assert len(set(made)) == 1000
    assert all(tokens.is_well_formed(token) for token in made)


def test_what_is_stored_of_a_token_is_its_sha_256():
    token = tokens.new()

    assert tokens.digest(token) == hashlib.sha256(token.encode()).digest()
    assert len(tokens.digest(token)) == 32


@given(st.text(max_size=40))
def test_any_text_has_a_digest_and_few_are_well_formed(text):
    assert len(tokens.digest(text)) == 32
    assert tokens.is_well_formed(text) == (len(text) == 27 and _is_what_20_octets_give(text))


def test_a_token_with_a_line_end_a_foreign_digit_or_a_stray_bit_is_not_well_formed():
    token = tokens.new()

    assert not tokens.is_well_formed(token + "\n")
    assert not tokens.is_well_formed(token[:-1])
    assert not tokens.is_well_formed("\u0661" + token[1:])
    assert not tokens.is_well_formed(token[:-1] + "B")


def test_octets_are_as_many_as_asked_for_and_never_the_same():
    assert len(tokens.octets(12)) == 12
    assert tokens.octets(32) != tokens.octets(32)


def _is_what_20_octets_give(text):
    import base64

    try:
        octets = base64.urlsafe_b64decode(text.encode("ascii") + b"=")
    except ValueError:
        return False
    return len(octets) == 20 and base64.urlsafe_b64encode(octets).rstrip(b"=").decode() == text
