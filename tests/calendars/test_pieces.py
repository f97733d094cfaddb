"""Making a feed's bytes again from what they were."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.calendars import pieces

HEAD = b"BEGIN:VCALENDAR\r\n"
versions = st.dictionaries(
    st.sampled_from(["a", "bc", "def", "g", "hi", "jkl", "mno", "p", "qr", "s"]), st.integers(1, 3), max_size=10
)


def event(key):
    return ("Europe/Paris", key[1]), f"{key[0]}{key[1]}".encode() * (1 + len(key[0]) % 3)


def feed(keys):
    made = pieces.whole(keys, [event(key) for key in keys])
    return HEAD + b"".join(made.texts), made


@given(versions, versions, st.randoms(use_true_random=False))
def test_what_is_patched_is_what_would_be_made_anew(before, after, order):
    had, wanted = list(before.items()), list(after.items())
    order.shuffle(wanted)
    body, made = feed(had)
    cut = made.cut(len(HEAD))

    copied = pieces.runs(wanted, cut)
    new = {key: event(key) for key in (wanted[run.at] for run in copied if run.place is None)}
    patched = pieces.patched(wanted, cut, body, copied, new)

    expected, whole = feed(wanted)
    assert HEAD + b"".join(patched.texts) == expected
    assert (list(patched.needs), list(patched.lengths)) == (list(whole.needs), list(whole.lengths))
    assert patched.keys == whole.keys
    assert new.keys() == set(wanted) - set(had)


def test_one_change_among_many_is_three_pieces():
    keys = [(f"action-{number}", 1) for number in range(100)]
    body, made = feed(keys)
    changed = [*keys[:50], ("action-50", 2), *keys[51:]]

    copied = pieces.runs(changed, made.cut(len(HEAD)))

    assert copied == [(0, 0, 50), (50, None, 1), (51, 51, 49)]
    assert b"".join(made.texts[:50]) == body[len(HEAD) :][: sum(made.lengths[:50])]


def test_what_is_no_more_is_left_out():
    keys = [("a", 1), ("b", 1), ("c", 1)]
    body, made = feed(keys)

    cut, wanted = made.cut(len(HEAD)), [("a", 1), ("b", 2), ("c", 1)]

    patched = pieces.patched(wanted, cut, body, pieces.runs(wanted, cut), {})

    assert patched.keys == [("a", 1), ("c", 1)]
    assert b"".join(patched.texts) == event(("a", 1))[1] + event(("c", 1))[1]
