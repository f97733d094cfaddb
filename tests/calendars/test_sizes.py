"""How large the feeds are, and who is told before Google stops reading."""

import pytest

from campaign.calendars import sizes
from campaign.columns import Texts
from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, slug="arms")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def test_a_small_feed_says_its_size_and_warns_nobody(alice, cause):
    make.action(cause=cause)

    page = alice.get("/manage/exchange/").text

    size = round(len(alice.get("/campaigns/arms/calendar.ics").data) / 1000, 1)
    assert f"{size} kB" in page
    assert "stops reading" not in page
    assert "almost too large" not in alice.get("/manage/").text


def test_before_google_stops_reading_organizers_are_told_and_offered_each_campaigns_own(alice, cause, monkeypatch):
    make.action(cause=cause)
    monkeypatch.setattr(sizes, "ALMOST_TOO_LARGE", len(alice.get("/en/calendar.ics").data))

    page = alice.get("/manage/exchange/").text

    assert "Google stops reading near 1,000 kB" in page
    assert "Offer each campaign’s own calendar instead" in page
    assert 'href="/en/subscribe/campaigns/arms"' in page
    assert "almost too large for Google" in alice.get("/manage/").text


def test_the_language_in_which_it_is_largest_counts(app, client, cause, at, monkeypatch):
    make.action(cause=cause, title=Texts(en="Vigil", fr="Veillée" * 20))
    monkeypatch.setattr(sizes, "LOOK_CLOSER", 0)

    english, french = (client.get(f"/{lang}/calendar.ics").data for lang in ("en", "fr"))

    [site, one] = sizes.of_feeds(app.extensions["shelf"], [cause], "http://localhost", at())

    assert site.octets == len(french) > len(english)
    assert one.octets == len(client.get("/fr/campaigns/arms/calendar.ics").data)


def test_nothing_is_ever_cut_off(client, cause):
    for number in range(30):
        make.action(cause=cause, summary=Texts(en="x" * 40_000), title=Texts(en=f"Action {number}"))

    feed = client.get("/calendar.ics")

    assert len(feed.data) > 1_000_000
    assert feed.data.count(b"BEGIN:VEVENT") == 30
