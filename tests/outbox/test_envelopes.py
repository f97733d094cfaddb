"""Signed envelope senders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.outbox.envelopes import LONGEST_LOCAL, Envelopes

OURS = Envelopes("campaign@example.org", b"k" * 32)


@given(st.integers(1, 2**31 - 1))
def test_an_address_of_ours_says_which_letter_it_was(delivery_id):
    address = OURS.sender(delivery_id)

    assert OURS.read(address) == OURS.read(f"<{address.upper()}>") == delivery_id
    assert len(address.partition("@")[0]) <= LONGEST_LOCAL


def test_nobody_can_make_one_up_or_turn_one_into_another():
    theirs = Envelopes("campaign@example.org", b"other key, of thirty-two octets.").sender(7)

    assert OURS.read(theirs) is None
    assert OURS.read(OURS.sender(7).replace("-7-", "-8-")) is None
    assert OURS.read(OURS.sender(7)[: -len("@example.org")]) is None
    assert OURS.read("campaign@example.org") is None


def test_an_address_without_room_for_a_number_is_refused():
    with pytest.raises(ValueError, match="aaaa"):
        Envelopes("a" * 40 + "@example.org", b"k" * 32)
