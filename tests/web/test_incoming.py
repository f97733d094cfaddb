"""Headers that ask under a condition, or for a name spelt otherwise: whatever they say, nothing breaks by them."""

from datetime import date

import pytest

from campaign import ROOT
from campaign.photos.keeping import FOLDER
from config import Settings
from tests import make

NO_DATES = ["Fri, 31 Dec 9999 23:59:59 -0100", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"]
LATE = "Fri, 01 Jan 2100 00:00:00 GMT"
FILE = f"/static/build/{min((ROOT / 'static/build').glob('*.css')).name}"
PHOTO = "/photos/abcdefghijklmnopqrstuvwxyzA-480.webp"
DATED = ["/calendar.ics", "/actions/protest.ics", "/en/articles.atom", FILE]
ALL = [*DATED, PHOTO, "/en/", "/en/actions/protest", "/en/articles/why", "/en/calendar", "/en/calendar.png", "/manage/"]


@pytest.fixture(autouse=True)
def site(app, settings):
    action = make.action(slug="protest", cause=make.campaign())
    make.article(action.campaign, slug="why", published_on=date(2023, 5, 1))
    photo = settings.INSTANCE_DIR / FOLDER / PHOTO.removeprefix("/photos/")
    photo.parent.mkdir(parents=True, exist_ok=True)
    photo.write_bytes(b"a picture")
    yield
    photo.unlink()


def got(client, path, headers=None):
    return client.get(path, headers=headers, buffered=True)  # a file is closed again


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
@pytest.mark.parametrize("value", NO_DATES)
def test_a_date_that_can_not_be_read_is_as_good_as_not_sent(client, path, header, value):
    expected = got(client, path)

    answer = got(client, path, {header: value})

    assert answer.status_code == expected.status_code in (200, 302)
    assert len(answer.data) == len(expected.data)


@pytest.mark.parametrize("value", NO_DATES)
def test_the_first_who_asks_may_send_such_a_date(client, value):
    for path in ALL:
        assert got(client, path, {"If-Modified-Since": value}).status_code in (200, 302)


@pytest.mark.parametrize("validator", [*NO_DATES, '"another"', "nonsense", ""])
def test_who_can_not_say_what_they_have_a_part_of_gets_the_whole(client, validator):
    answer = got(client, FILE, {"Range": "bytes=0-9", "If-Range": validator})

    assert answer.status_code == 200
    assert len(answer.data) > 10


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_who_can_say_it_gets_the_other_part(client, header):
    validator = got(client, FILE).headers[header]

    answer = got(client, FILE, {"Range": "bytes=0-9", "If-Range": validator})

    assert (answer.status_code, len(answer.data)) == (206, 10)


@pytest.mark.parametrize("path", DATED)
def test_a_date_that_can_be_read_still_counts(client, path):
    assert got(client, path, {"If-Modified-Since": LATE}).status_code == 304


@pytest.mark.parametrize("path", DATED)
@pytest.mark.parametrize("tags", [",", '"x', "", '"*"', "W/*", 'W/"*"', '"x", W/*'])
def test_tags_that_are_none_of_ours_count_before_a_date(client, path, tags):
    assert got(client, path, {"If-None-Match": tags}).status_code == 200
    assert got(client, path, {"If-None-Match": tags, "If-Modified-Since": LATE}).status_code == 200


@pytest.mark.parametrize("path", DATED)
def test_a_bare_asterisk_stands_for_everything(client, path):
    assert got(client, path, {"If-None-Match": "*"}).status_code == 304


def test_an_asterisk_may_have_room_around_it(client):
    assert got(client, "/calendar.ics", {"If-None-Match": " *\t"}).status_code == 304


@pytest.mark.parametrize("host", ["LOCALHOST", "localhost.", "LocalHost.:8000", "localhost:80"])
@pytest.mark.parametrize("path", ["/en/", "/calendar.ics", "/manage/login"])
def test_our_name_is_ours_however_it_is_spelt(client, host, path):
    for _ in ("the first time", "from memory"):
        assert got(client, path, {"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "EVIL.EXAMPLE", "evil.example.", ".", "..", "localhost..", ".localhost", "x.localhost"),
        *("localhost.evil.example", "localhost.:", "localhost .", "localhost,evil.example", "evil@localhost", ""),
    ],
)
def test_any_other_name_is_not(client, host):
    got(client, "/en/")

    assert got(client, "/en/", {"Host": host}).status_code == 400


@pytest.mark.parametrize(
    ("base", "trusted"),
    [
        ("https://Example.org", ["example.org", "example.org."]),
        ("https://example.org.", ["example.org", "example.org."]),
        ("", [""]),
    ],
)
def test_a_site_trusts_its_own_name_alone(settings, base, trusted):
    hosts = Settings(**{**vars(settings), "BASE_URL": base}).TRUSTED_HOSTS

    assert hosts == trusted
