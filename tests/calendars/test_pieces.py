"""Making a feed's bytes again from what they were."""

from hypothesis import given
from hypothesis import strategies as st

from campaign.calendars import pieces
from campaign.calendars.pieces import Cut

HEAD = b"BEGIN:VCALENDAR\r\n"
versions = st.dictionaries(
    st.sampled_from(["a", "bc", "def", "g", "hi", "jkl", "mno", "p", "qr", "s"]), st.integers(1, 3), max_size=10
)


def event(key):
    uid, version = pieces.uid_and_version(key)
    return ("Europe/Paris", version), f"{uid}{version}".encode() * (1 + len(uid) % 3)


def feed(keys):
    made = pieces.whole(keys, [event(key) for key in keys])
    return HEAD + b"".join(made.texts), made


@given(versions, versions, st.randoms(use_true_random=False))
def test_what_is_patched_is_what_would_be_made_anew(before, after, order):
    had, wanted = ([pieces.key(*each) for each in some.items()] for some in (before, after))
    order.shuffle(wanted)
    body, made = feed(had)
    cut = made.cut_from(len(HEAD))

    copied = pieces.runs(wanted, cut)
    new = {key: event(key) for key in (wanted[run.at] for run in copied if run.place is None)}
    patched = pieces.patched(wanted, cut, body, copied, new)

    expected, whole = feed(wanted)
    assert HEAD + b"".join(patched.texts) == expected
    assert [patched.cut.kinds[number] for number in patched.cut.numbers] == [event(key)[0] for key in wanted]
    assert (patched.cut.keys, patched.cut.lengths) == (whole.cut.keys, whole.cut.lengths)
    assert patched.cut.digests == whole.cut.digests
    assert new.keys() == set(wanted) - set(had)


@given(versions.filter(bool), st.integers(0, 1000))
def test_a_cut_is_read_as_it_was_stored(before, start):
    _, made = feed([pieces.key(*each) for each in before.items()])
    cut = made.cut_from(start)

    assert Cut.of_columns(*cut.columns()) == cut


def test_one_change_among_many_is_three_pieces():
    keys = [pieces.key(f"action-{number}", 1) for number in range(100)]
    body, made = feed(keys)
    changed = [*keys[:50], pieces.key("action-50", 2), *keys[51:]]

    copied = pieces.runs(changed, made.cut_from(len(HEAD)))

    assert copied == [(0, 0, 50), (50, None, 1), (51, 51, 49)]
    assert b"".join(made.texts[:50]) == body[len(HEAD) :][: sum(made.cut.lengths[:50])]


def test_what_is_no_more_is_left_out():
    keys = ["1 a", "1 b", "1 c"]
    body, made = feed(keys)
    cut, wanted = made.cut_from(len(HEAD)), ["1 a", "2 b", "1 c"]

    patched = pieces.patched(wanted, cut, body, pieces.runs(wanted, cut), {})

    assert patched.cut.keys == ["1 a", "1 c"]
    assert b"".join(patched.texts) == event("1 a")[1] + event("1 c")[1]
