"""Feeds are made once per version, for all processes together, and are never stale."""

import gzip
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from campaign import clock
from campaign.calendars import ical, pieces, shelf
from campaign.calendars.ical import Written
from campaign.calendars.made import Made
from campaign.calendars.shelf import Shelf
from campaign.columns import Texts
from campaign.databases import writing
from campaign.extensions import db
from tests import make

FEEDS = ["/calendar.ics", "/fr/calendar.ics", "/campaigns/arms-fair/calendar.ics", "/actions/protest-cansec.ics"]


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms-fair")


@pytest.fixture
def action(cause):
    make.action(slug="vigil", cause=cause, starts=datetime(2023, 5, 30, 19, 0))
    return make.action(slug="protest-cansec", cause=cause)


@pytest.fixture
def rendered(monkeypatch):
    """The UIDs of each VEVENT that is rendered."""
    seen = []
    written = ical.written

    def note(entries, sender=None):
        seen.append(entries[0].uid)
        return written(entries, sender)

    monkeypatch.setattr(ical, "written", note)
    return seen


@pytest.fixture
def store(tmp_path):
    return Shelf(tmp_path / "calendars", "shape")


# ------------------------------------------------------------------ what is rendered


def test_a_change_renders_one_event_once_a_language(client, action, rendered):
    for path in FEEDS:
        client.get(path)
    assert len(rendered) == 4  # two actions, two languages
    del rendered[:]
    action.title = Texts(en="Another title")
    action.touch(clock.now())

    for path in FEEDS:
        assert "Another title" in client.get(path).text

    assert rendered == [action.uid, action.uid]


def test_another_process_finds_what_one_has_made(app, client, action, rendered):
    first = client.get("/calendar.ics")
    app.extensions["kept"].clear()

    again = client.get("/calendar.ics")

    assert again.data == first.data
    assert len(rendered) == 2


def test_a_change_in_one_campaign_is_none_of_anothers_feed(client, action, rendered):
    other = make.action(cause=make.campaign(slug="other"))
    before = client.get("/campaigns/other/calendar.ics")
    action.cancel(clock.now())

    after = client.get("/campaigns/other/calendar.ics")

    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert after.headers["Last-Modified"] == before.headers["Last-Modified"]
    assert rendered == [other.uid]


def test_what_is_no_longer_listed_leaves_at_once(client, action):
    client.get("/calendar.ics")
    action.unlisted = True
    action.touch(clock.now())

    assert action.uid not in client.get("/calendar.ics").text


def test_a_feed_follows_what_another_process_commits(app, client, action):
    """Through a session that shares nothing with the visitor's."""
    before = client.get("/calendar.ics")

    with app.app_context(), writing():
        db.session.merge(action, load=True).relocate("Elsewhere", "1 Other Street", clock.now())

    assert "Elsewhere" in client.get("/calendar.ics", headers={"If-None-Match": before.headers["ETag"]}).text


def test_an_update_of_the_code_makes_everything_anew(tmp_path):
    old, new = (Shelf(tmp_path / "calendars", shape) for shape in ("old", "new"))
    old.feed("/calendar.ics", "1", lambda: Made([b"old"], None))

    assert new.feed("/calendar.ics", "1", lambda: Made([b"new"], None)).body == b"new"
    assert shelf.shape("https://a.example") != shelf.shape("https://b.example")


# ------------------------------------------------------------------ one at a time


def test_one_alone_makes_a_feed_while_others_wait(tmp_path):
    made = []

    def make_slowly():
        made.append(1)
        time.sleep(0.2)
        return Made([b"x"], None)

    shelves = [Shelf(tmp_path / "calendars", "shape") for _ in range(4)]  # as of four processes
    threads = [threading.Thread(target=each.feed, args=("/calendar.ics", "1", make_slowly)) for each in shelves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert made == [1]


def test_a_making_that_fails_leaves_the_way_free(store):
    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        store.feed("/calendar.ics", "1", fail)

    assert store.feed("/calendar.ics", "1", lambda: Made([b"x"], None)).body == b"x"


def test_events_come_in_the_order_asked_for_whatever_was_there(store):
    def render(uids):
        return iter([(uid, Written(("", 0), uid.encode())) for uid in reversed(uids)])

    first = store.events("en", ["1 b", "1 a"], render)
    second = store.events("en", ["1 c", "1 a", "2 b"], render)

    assert list(first.texts) == [b"b", b"a"]
    assert list(second.texts) == [b"c", b"a", b"b"]


def test_of_many_events_only_what_is_new_is_rendered_and_the_bytes_are_those_of_a_first_making(tmp_path):
    many = [f"1 action-{number}" for number in range(shelf.MANY + 1)]
    changed = [*many[5:20], "2 action-20", "1 newcomer", *many[21:]]
    rendered = []

    def making(store, keys):
        def render(uids):
            rendered.append(len(uids))
            known = dict(map(pieces.uid_and_version, keys))
            return iter([(uid, Written(("Europe/Paris", 2020), f"{uid * 20} {known[uid]}".encode())) for uid in uids])

        events = store.events("en", keys, render, "/calendar.ics")
        return Made([b"front ", *events.texts, b" back"], None, events.cut_from(len(b"front ")))

    patched, anew = (Shelf(tmp_path / name, "shape") for name in ("patched", "anew"))
    patched.feed("/calendar.ics", "1", lambda: making(patched, many))
    after = patched.feed("/calendar.ics", "2", lambda: making(patched, changed))
    expected = anew.feed("/calendar.ics", "2", lambda: making(anew, changed))

    assert (after.body, after.etag) == (expected.body, expected.etag)
    assert rendered == [len(many), 2, len(changed)]


# ------------------------------------------------------------------ when it changed


def test_two_changes_within_one_second_share_no_date_and_none_is_in_the_future(client, at, action):
    client.get("/calendar.ics")
    action.touch(at())
    action.title = Texts(en="Second")
    second = client.get("/calendar.ics")
    action.touch(at())
    action.title = Texts(en="Third")
    third = client.get("/calendar.ics")
    at.forward(timedelta(seconds=5))
    later = client.get("/calendar.ics")

    assert "Last-Modified" not in second.headers  # it would lie ahead
    assert third.data != second.data
    assert later.data == third.data
    assert later.last_modified == datetime(2023, 5, 10, 14, 0, 2, tzinfo=UTC)


def test_who_has_the_date_of_the_first_change_of_a_second_is_told_of_the_next(client, at, action):
    first = client.get("/calendar.ics")
    action.title = Texts(en="Second")
    action.touch(at())

    again = client.get("/calendar.ics", headers={"If-Modified-Since": first.headers["Last-Modified"]})
    at.forward(timedelta(minutes=1))
    later = client.get("/calendar.ics", headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert [again.status_code, later.status_code] == [200, 200]


# ------------------------------------------------------------------ gzip


def zipped(client, path, **headers):
    return client.get(path, headers={"Accept-Encoding": "gzip", **headers})


def test_a_form_that_is_gzipped_has_an_etag_of_its_own(client, action):
    plain, packed = client.get("/calendar.ics"), zipped(client, "/calendar.ics")

    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data)
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Last-Modified"] == plain.headers["Last-Modified"]
    assert {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"}


@pytest.mark.parametrize("mine", ["plain", "packed"])
@pytest.mark.parametrize("coding", ["gzip", "identity"])
def test_who_has_either_form_is_told_so_by_its_own_tag(client, action, mine, coding):
    forms = {"plain": client.get("/calendar.ics"), "packed": zipped(client, "/calendar.ics")}
    etag = forms[mine].headers["ETag"]

    again = client.get("/calendar.ics", headers={"Accept-Encoding": coding, "If-None-Match": etag})

    assert (again.status_code, again.headers["ETag"]) == (304, etag)
    assert "Content-Encoding" not in again.headers


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [
        ("gzip", True), ("GZIP;q=0.1", True), ("br, gzip, deflate", True), ("*", True), ("x-gzip", True),
        ("", False), ("identity", False), ("gzip;q=0", False), ("*;q=0", False), ("br", False),
        ("gzip;q=0, *", False), (", ,", False), ("gzip;q=nonsense", False),
    ],
)  # fmt: skip
def test_gzip_goes_to_those_who_take_it(client, action, accepted, coded):
    response = client.get("/calendar.ics", headers={"Accept-Encoding": accepted})

    assert response.status_code == 200
    assert ("Content-Encoding" in response.headers) is coded


def test_a_large_feed_is_gzipped_when_nobody_waits(store, tmp_path):
    body = b"x" * shelf.LARGE

    copy = store.feed("/calendar.ics", "1", lambda: Made([body], None))
    deadline = time.monotonic() + 20
    while copy.packed is None and time.monotonic() < deadline:
        time.sleep(0.01)
    elsewhere = Shelf(tmp_path / "calendars", "shape").feed("/calendar.ics", "1", lambda: Made([b"never"], None))

    assert gzip.decompress(copy.packed) == body
    assert (elsewhere.body, elsewhere.packed) == (body, copy.packed)


def test_what_is_huge_is_read_from_its_file_even_when_that_has_gone(store, tmp_path):
    body = b"x" * shelf.HUGE
    old = store.feed("/calendar.ics", "1", lambda: Made([body], None))

    new = store.feed("/calendar.ics", "2", lambda: Made([body + b"y"], None))

    assert len(list((tmp_path / "calendars").glob("*.ics"))) == 1
    assert (old.body, old.size, new.size) == (body, shelf.HUGE, shelf.HUGE + 1)
    assert old.held == len(old.packed or b"")


def test_files_of_what_nobody_can_fetch_any_more_go(store, tmp_path):
    for number in range(3):
        store.feed("/calendar.ics", str(number), lambda: Made([b"%d" % number + b"x" * shelf.LARGE], None))  # noqa: B023

    assert len(list((tmp_path / "calendars").glob("*.ics"))) == 1


# ------------------------------------------------------------------ trouble


def test_when_a_feed_can_not_be_made_its_last_good_bytes_are_served(client, action, monkeypatch):
    good = client.get("/calendar.ics")
    action.touch(clock.now())
    monkeypatch.setattr(ical, "around", _no_disk)

    in_trouble = client.get("/calendar.ics")

    assert (in_trouble.status_code, in_trouble.data) == (200, good.data)


def test_after_trouble_the_truth_is_served_again(client, action, monkeypatch):
    client.get("/calendar.ics")
    action.title = Texts(en="Another title")
    action.touch(clock.now())
    with monkeypatch.context() as trouble:
        trouble.setattr(ical, "around", _no_disk)
        client.get("/calendar.ics")

    assert "Another title" in client.get("/calendar.ics").text


def _no_disk(*_given):
    raise OSError("No space left on device")
