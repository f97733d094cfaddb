"""Links into people's own calendars."""

from urllib.parse import parse_qs, urlsplit

import pytest

from campaign.calendars import subscribe
from campaign.columns import Texts
from tests import make

FEED = "https://example.org/fr/calendar.ics"


def query(link):
    return {name: value for name, [value] in parse_qs(urlsplit(link).query, strict_parsing=True).items()}


def test_a_feed_can_be_opened_copied_and_handed_to_google_and_outlook():
    ways = subscribe.to_feed(FEED, "Ottawa Against the Arms Fair")

    assert ways.address == FEED
    assert ways.webcal == "webcal://example.org/fr/calendar.ics"
    assert ways.google.startswith("https://www.google.com/calendar/render?")
    assert query(ways.google) == {"cid": ways.webcal}
    assert ways.outlook.startswith("https://outlook.live.com/calendar/0/addfromweb?")
    assert query(ways.outlook) == {"url": FEED, "name": "Ottawa Against the Arms Fair"}


@pytest.mark.parametrize("name", ["ا" * 120, "x" * 500, "&url=https://evil.example/", ""])
def test_addresses_stay_short_whatever_the_name(name):
    ways = subscribe.to_feed(FEED, name)

    assert all(len(link) < 256 for link in (ways.address, ways.webcal, ways.google, ways.outlook))
    assert query(ways.outlook)["url"] == FEED


def test_a_port_stays_in_the_address():
    assert subscribe.to_feed("http://127.0.0.1:8000/calendar.ics", "x").webcal == "webcal://127.0.0.1:8000/calendar.ics"


def test_an_action_is_handed_over_with_its_time_in_utc_its_place_and_page(app):
    action = make.action(slug="protest-cansec", title=Texts(en="Peace & bread, not war"))

    ways = subscribe.adding(action, "en", "https://example.org")

    assert ways.file == "https://example.org/en/actions/protest-cansec.ics"
    assert ways.google.startswith("https://calendar.google.com/calendar/render?action=TEMPLATE&")
    assert query(ways.google) == {
        "action": "TEMPLATE",
        "text": "Peace & bread, not war",
        "dates": "20230531T110000Z/20230531T133000Z",
        "ctz": "America/Toronto",
        "location": "EY Centre, 4899 Uplands Drive, Ottawa",
        "details": "https://example.org/en/actions/protest-cansec",
    }
    assert ways.outlook.startswith("https://outlook.live.com/calendar/0/deeplink/compose?")
    assert query(ways.outlook) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "Peace & bread, not war",
        "startdt": "2023-05-31T11:00:00Z",
        "enddt": "2023-05-31T13:30:00Z",
        "location": "EY Centre, 4899 Uplands Drive, Ottawa",
        "body": "https://example.org/en/actions/protest-cansec",
    }


def test_spaces_are_written_so_that_outlook_shows_them(app):
    assert "+" not in subscribe.adding(make.action(), "en", "https://example.org").outlook
