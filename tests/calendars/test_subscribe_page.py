"""The page with every way to have a feed in one's own calendar."""

import struct
from io import BytesIO

import pytest
import zxingcpp
from bs4 import BeautifulSoup
from PIL import Image

from campaign.actions.models import Kind
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

PAGES = {
    "/fr/subscribe": "/fr/calendar",
    "/fr/subscribe/vigil": "/fr/calendar/vigil",
    "/fr/subscribe/campaigns/arms": "/fr/campaigns/arms/calendar",
}
PROGRAMS = ("iPhone", "Mac", "Google", "Outlook", "Thunderbird", "ICSx⁵", "GNOME", "KOrganizer", "Nextcloud")


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms")


def soup(response):
    assert response.status_code == 200
    return BeautifulSoup(response.text, "html.parser")


@pytest.mark.parametrize("path", PAGES)
def test_it_leads_to_its_feed_in_its_language_in_every_way(client, cause, path):
    feed = f"{PAGES[path]}.ics"

    page = soup(client.get(path))

    links = {link["href"] for link in page.main.select("a[href]")}
    assert page.find(id="feed-address")["value"] == f"http://localhost{feed}"
    assert f"webcal://localhost{feed}" in links
    assert any(link.startswith("https://www.google.com/calendar/render?cid=webcal%3A") for link in links)
    assert any(link.startswith("https://outlook.live.com/calendar/0/addfromweb?url=") for link in links)
    assert client.get(feed).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_its_picture_is_a_png_of_the_webcal_address_that_may_be_kept(client, cause, path):
    page = soup(client.get(path))
    image = page.main.find("img")

    picture = client.get(image["src"])

    assert image["src"] == f"{PAGES[path]}.png"
    assert image["alt"].endswith(f"webcal://localhost{PAGES[path]}.ics")
    assert (picture.mimetype, picture.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture.data[16:24]) == (int(image["width"]), int(image["height"]))
    [read] = zxingcpp.read_barcodes(Image.open(BytesIO(picture.data)).convert("L"))
    assert read.text == f"webcal://localhost{PAGES[path]}.ics"
    assert picture.headers["Cache-Control"] == "public, max-age=86400"
    again = client.get(image["src"], headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304


def test_every_program_is_explained_in_two_lines(client, cause):
    said = soup(client.get("/en/subscribe")).main

    for program in PROGRAMS:
        [entry] = [div for div in said.select("dl > div") if program in div.dt.get_text()][:1]
        assert len(list(entry.dd.stripped_strings)) == 2, program
    assert "some only once a day" in said.get_text()
    assert "you hear it sooner by email" in said.get_text()


def test_it_leads_to_the_feeds_of_each_campaign_and_kind_and_to_other_languages(client, cause):
    make.campaign(slug="elsewhere", name=Texts(en="Elsewhere"))

    links = {link["href"] for link in soup(client.get("/en/subscribe/vigil")).main.select("a[href]")}

    assert {"/en/subscribe", "/en/subscribe/campaigns/arms", "/en/subscribe/campaigns/elsewhere"} <= links
    assert {f"/en/subscribe/{kind}" for kind in Kind if kind is not Kind.VIGIL} <= links
    assert {"/fr/subscribe/vigil", "/es/subscribe/vigil"} <= links


@pytest.mark.parametrize("path", ["/en/calendar", "/en/campaigns/arms"])
def test_calendar_and_campaign_lead_to_it(client, cause, path):
    links = {link["href"] for link in soup(client.get(path)).main.select("a[href]")}

    assert ("/en/subscribe" if "calendar" in path else "/en/subscribe/campaigns/arms") in links


def test_an_old_name_leads_to_the_new_one(client, cause):
    db.session.add(FormerSlug(kind="campaign", slug="old", subject_id=cause.id))

    moved = client.get("/es/subscribe/campaigns/old")

    assert (moved.status_code, moved.location) == (301, "/es/subscribe/campaigns/arms")
    assert client.get("/es/subscribe/campaigns/nothing").status_code == 404
    assert client.get("/es/subscribe/riot").status_code == 404
    assert client.get("/es/campaigns/nothing/calendar.png").status_code == 404
