"""Colours that everybody can read."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign.campaigns import look
from campaign.columns import Texts
from tests import make

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
PAGES = ["/en/campaigns/arms", "/en/actions/protest", "/fr/articles/peru", "/en/", "/en/calendar"]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#12463F", "#12463f"),
        ("12463f", "#12463f"),
        (" #abc ", "#aabbcc"),
        ("red", None),
        ("#12345", None),
        ("#12463g", None),
        ("#１２463f", None),
        ("", None),
        ("#12463f;}", None),
    ],
)
def test_a_colour_is_read_as_people_write_it(typed, read):
    assert look.read(typed) == read


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_what_other_programs_measure(one, other, ratio):
    assert look.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert look.contrast(other, one) == look.contrast(one, other)


def test_a_colour_that_is_too_pale_lacks_contrast_as_text_as_control_and_under_white():
    assert [flaw.on for flaw in look.flaws("#ffd400")] == ["light", "control", "button"]
    assert [flaw.on for flaw in look.flaws("#777777")] == ["light", "button"]
    assert look.flaws("#12463f") == []


@given(COLOURS)
def test_the_nearest_colour_passes_and_is_itself_when_that_passes(colour):
    nearest = look.nearest(colour)

    assert look.flaws(nearest) == []
    assert look.nearest(nearest) == nearest
    assert (nearest == colour) is (not look.flaws(colour))


@given(COLOURS)
def test_whatever_accent_passes_all_that_follows_from_it_can_be_read(colour):
    made = look.of(look.nearest(colour))

    for tokens, grounds in ((made.light, look.LIGHT), (made.dark, look.DARK)):
        every = {**grounds, **tokens}
        for text, ground in [
            *[("primary", each) for each in ("paper", "surface", "sunk", "tint")],
            *[("ink", each) for each in ("paper", "surface", "sunk", "tint")],
            ("on-primary", "primary"),
            ("on-deep", "deep"),
            ("on-deep-muted", "deep"),
            ("ember-bright", "deep"),
            ("on-ember", "ember-bright"),
        ]:
            assert look.contrast(every[text], every[ground]) >= 4.5, (colour, text, ground)
        assert look.contrast(every["on-primary"], every["primary-hover"]) >= 4.5


def test_the_grounds_that_are_measured_are_those_of_the_stylesheet():
    css = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()
    light, dark = css.split("prefers-color-scheme: dark")

    for name, colour in look.LIGHT.items():
        assert re.search(rf"--{name}: {colour};", light), name
    for name, colour in look.DARK.items():
        assert re.search(rf"--{name}: {colour};", dark if f"--{name}:" in dark else light), name


# ------------------------------------------------------------------ on pages


@pytest.fixture
def cause(app):
    cause = make.campaign(slug="arms", accent="#5b2a86")
    make.action(cause=cause, slug="protest")
    make.article(cause, slug="peru", title=Texts(en="Peru", fr="Pérou"))
    return cause


def sheets(page):
    return re.findall(r'<link rel="stylesheet" href="([^"]*)"', page.text)


@pytest.mark.parametrize("address", PAGES)
def test_every_public_page_of_the_campaign_wears_it(client, cause, address):
    page = client.get(address)

    assert sheets(page)[1:] == [f"/looks/5b2a86-{look.version('#5b2a86')}.css"]
    assert f'<meta name="theme-color" content="{look.of("#5b2a86").light["deep"]}">' in page.text


def test_pages_about_ones_own_rsvp_wear_it_too(client, cause):
    action = make.action(cause=cause)
    rsvp = make.rsvp(action)

    assert len(sheets(client.get(f"/en/rsvps/{rsvp.token}"))) == 2


def test_a_campaign_without_an_accent_has_the_sites_own_colours(client):
    make.campaign(slug="arms")

    assert len(sheets(client.get("/en/campaigns/arms"))) == 1


def test_of_two_campaigns_each_wears_its_own(client, cause):
    make.campaign(slug="other", accent="#0b4f8a")

    assert "0b4f8a" in sheets(client.get("/en/campaigns/other"))[1]
    assert "5b2a86" in sheets(client.get("/en/campaigns/arms"))[1]
    assert len(sheets(client.get("/en/"))) == 1


def test_the_stylesheet_may_be_kept_for_ever(client, cause):
    address = sheets(client.get("/en/campaigns/arms"))[1]

    answer = client.get(address)
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers
    assert "--primary:#5b2a86" in answer.text
    assert "prefers-color-scheme:dark" in answer.text
    assert again.status_code == 304


@pytest.mark.parametrize(
    "name", ["5b2a86-0000000000", "5B2A86-x", "ffd400-x", "zzzzzz-x", "abc-x", "5b2a86-", "5b2a86%3B-x", "%00-x"]
)
def test_no_other_stylesheet_is_there(client, cause, name):
    assert client.get(f"/looks/{name}.css").status_code == 404


def test_a_new_colour_shows_at_once(client, cause):
    before = client.get("/en/campaigns/arms")
    client.sign_in(make.account("Alice", cause.team))

    client.post(f"/manage/campaigns/{cause.id}/look", data={"accent": "#0b4f8a"})

    assert "5b2a86" in sheets(before)[1]
    assert "0b4f8a" in sheets(client.get("/en/campaigns/arms"))[1]


# ------------------------------------------------------------------ organizers


@pytest.fixture
def alice(client, cause):
    return client.sign_in(make.account("Alice", cause.team))


def test_a_colour_that_cannot_be_read_is_refused_with_what_failed_and_what_would_pass(alice, cause):
    page = alice.post(f"/manage/campaigns/{cause.id}/look", data={"accent": "#ffd400"})

    assert page.status_code == 422
    assert "Words in this colour on our light ground have a contrast of 1.2 to 1; they need 4.5." in page.text
    assert "Ticks and borders in it on the same ground have 1.2 to 1; they need 3.0." in page.text
    assert "White words on a button of this colour have 1.4 to 1; they need 4.5." in page.text
    assert f"The nearest colour that passes is {look.nearest('#ffd400')}." in page.text
    assert 'value="#ffd400"' in page.text
    assert cause.accent == "#5b2a86"


def test_what_is_proposed_can_be_taken(alice, cause):
    better = look.nearest("#ffd400")

    proposed = alice.get(f"/manage/campaigns/{cause.id}/look?accent={better[1:]}")
    page = alice.post(f"/manage/campaigns/{cause.id}/look", data={"accent": better})

    assert f'value="{better}"' in proposed.text
    assert page.status_code == 303
    assert cause.accent == better


@pytest.mark.parametrize("typed", ["red", "#12", "x" * 21, "#12463f\x00;", "}body{display:none"])
def test_what_is_no_colour_is_refused_in_words(alice, cause, typed):
    page = alice.post(f"/manage/campaigns/{cause.id}/look", data={"accent": typed})

    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert cause.accent == "#5b2a86"


def test_an_empty_field_gives_the_sites_own_colours(alice, cause):
    alice.post(f"/manage/campaigns/{cause.id}/look", data={"accent": ""})

    assert cause.accent == ""


def test_it_can_be_seen_first_and_nothing_is_kept(alice, cause):
    page = alice.post(f"/manage/campaigns/{cause.id}/look", data={"accent": "#0b4f8a", "preview": "yes"})
    swatch = alice.get(sheets(page)[1])

    assert page.status_code == 200
    assert ".swatch--light{" in swatch.text
    assert "--primary:#0b4f8a" in swatch.text
    assert swatch.headers["Content-Type"] == "text/css; charset=utf-8"
    assert cause.accent == "#5b2a86"


@pytest.mark.parametrize("accent", ["ffd400", "ffffff", "000000"])
def test_a_swatch_of_a_colour_that_cannot_be_used_shows_the_nearest(alice, accent):
    swatch = alice.get(f"/manage/campaigns/looks/{accent}.css")

    assert f"--primary:{look.nearest('#' + accent)}" in swatch.text


def test_an_outsider_colours_nothing(client, cause):
    client.sign_in(make.account("Charlie", make.team("Rivals")))

    assert client.post(f"/manage/campaigns/{cause.id}/look", data={"accent": "#0b4f8a"}).status_code == 404
    assert cause.accent == "#5b2a86"
