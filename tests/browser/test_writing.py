"""The way of an article without JavaScript: written, seen, given a photo and figures, published, replied to."""

import tomllib

import pytest

from tests.browser.driving import ROOT, axe, fetch
from tests.photos import pictures

CONTENT = ROOT / "campaign" / "demo" / "content" / "articles"
SLUG = "what-canada-sells-to-peru"


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "ada.jpg"
    path.write_bytes(pictures.with_notes(width=1600, height=900))
    return path


def test_the_reference_article_is_made_by_hand_and_answered(organizer, page, photo):
    given = tomllib.loads((CONTENT / f"{SLUG}.toml").read_text())
    [table] = given["figures"]

    # a photo, refused first
    organizer.goto("/manage/photos/new")
    organizer.set_input_files("[name=file]", photo)
    organizer.click("main form button")
    assert organizer.title().startswith("Error: ")
    assert organizer.evaluate("document.activeElement.id") == "errors"
    organizer.set_input_files("[name=file]", photo)
    organizer.fill("[name=alt]", "Two halves, red and blue.")
    organizer.fill("[name=credit]", "Photo: us")
    organizer.click("main form button")
    assert "The picture is kept" in organizer.inner_text(".notices")

    # a draft, its text seen before it is saved
    organizer.goto("/manage/articles/new")
    organizer.fill("[name=title]", given["title"]["en"])
    organizer.fill("[name=author]", given["author"]["en"])
    organizer.click("text=Save the draft")
    organizer.fill("[name=summary]", given["summary"]["en"])
    organizer.fill("[name=body]", (CONTENT / f"{SLUG}.en.md").read_text())
    for at, source in enumerate(given["sources"]):
        organizer.click("text=Add another source")
        organizer.fill(f"[name=sources-{at}-text]", source["text"]["en"])
        organizer.fill(f"[name=sources-{at}-address]", source["address"])
    organizer.select_option("[name=category]", label="News Updates")
    organizer.select_option("[name=photo]", index=1)
    organizer.click("button >> text=Preview")
    organizer.wait_for_selector("#seen:focus")
    assert "There is no figures table 1." in organizer.inner_text("#seen")
    assert organizer.locator("#seen figure.quote").count() == 1

    # figures, wrong in one line first
    organizer.click("button >> text=Save and add figures")
    organizer.fill("[name=title]", table["title"]["en"])
    organizer.fill("[name=csv]", "Year,Value\n2017,many")
    organizer.click("button >> text=Save >> nth=-1")
    assert "Line 2: “many” is no number." in organizer.inner_text(".error-summary")
    organizer.fill("[name=csv]", "Year,Value\n" + "\n".join(",".join(row) for row in table["rows"]))
    organizer.select_option("[name=currency]", "CAD")
    organizer.select_option("[name=source_number]", "1")
    organizer.click("button >> text=Save >> nth=-1")

    # published, read, replied to
    organizer.click("nav.tabs >> text=Overview")
    organizer.click("main >> text=Publish")
    organizer.click("button >> text=Publish")
    assert "Published." in organizer.inner_text(".notices")
    public = organizer.get_attribute("text=Public page", "href")
    page.goto(public)
    assert page.inner_text("h1") == given["title"]["en"]
    assert "$2,403,611.89" in page.inner_text("figure.chart")
    assert page.locator("ol.sources li").count() == len(given["sources"])
    assert page.locator("aside.callout").count() == 1
    assert page.evaluate("document.querySelector('.lead-photo img').naturalWidth") > 0

    page.click("text=Send my reply")
    assert page.title().startswith("Error: ")
    page.wait_for_selector("#errors:focus")
    page.fill("[name=text]", "My aunt was there.\n\nThank you.")
    page.fill("[name=name]", "Ines")
    page.click("text=Send my reply")
    assert "held for approval" in page.inner_text("h1")
    link = page.input_value("#link")

    organizer.goto("/manage/replies/")
    assert "First under this name" in organizer.inner_text(".queue")
    organizer.click(".queue >> text=Approve")
    organizer.click("nav.tabs >> text=Approved")
    organizer.click("text=Answer")
    organizer.fill("[name=text]", "See you at the gate.")
    organizer.click("text=Publish the answer")

    page.goto(public)
    assert "Team" in page.inner_text(".comments > li > ul")
    assert "My aunt was there." in page.inner_text(".comments")
    page.goto(link)
    page.click("button >> text=Delete my reply")
    page.goto(public)
    assert "My aunt was there." not in page.inner_text("main")


def test_a_photo_with_a_place_comes_out_with_nothing_in_it(site, organizer):
    organizer.goto("/manage/photos/")
    addresses = organizer.locator(".gallery source").first.get_attribute("srcset").split()[::2]

    for address in addresses:
        status, content = fetch(site.url + address)
        assert status == 200
        assert content[12:16] in (b"VP8 ", b"VP8L")  # no extended format: there is nowhere to note anything
        assert b"Ada" not in content


def test_axe_finds_nothing_on_pages_that_links_do_not_lead_to(browse, site):
    page = browse(js=True)
    page.goto(f"/en/articles/{SLUG}")
    page.click("text=Send my reply")
    found = {"refused": axe(page)}
    page.fill("[name=text]", "Words.")
    page.fill("[name=name]", "Ada")
    page.click("text=Send my reply")
    found["thanks"] = axe(page)
    page.goto(page.input_value("#link"))
    found["mine"] = axe(page)
    page.click("button >> text=Delete my reply")
    found["deleted"] = axe(page)

    assert {name: violations for name, violations in found.items() if violations} == {}
