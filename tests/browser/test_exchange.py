"""Calendars in and out, in a real browser without JavaScript."""

import pytest

from tests.browser.driving import axe, fetch, overflow, sign_in
from tests.exchange.files import BAD_EVENTS, calendar, event

FILE = calendar(
    event(
        "LOCATION:City Hall\\, 110 Laurier Avenue",
        uid="browser-1",
        title="A vigil from elsewhere",
        start="20351204T180000Z",
        end=None,
    ),
    event(uid="browser-2", title="Days in camp", start="DTSTART;VALUE=DATE:20350604", end="DTEND;VALUE=DATE:20350607"),
    *(BAD_EVENTS[name][0] for name in ("private", "no start")),
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "elsewhere.ics"
    path.write_bytes(FILE)
    return path


def test_an_organizer_imports_a_calendar_that_they_looked_at(browse, site, file):
    page = browse(js=True, width=390)
    sign_in(page, site)
    page.goto("/manage/exchange/imports/new")
    page.set_input_files("[name=file]", file)
    page.click("text=Look at it")

    assert page.text_content("h1") == "What would be taken over"
    assert axe(page) == []
    assert overflow(page) <= 0
    assert "Tuesday 4 December 2035, 1:00 pm to 2:00 pm, Ottawa time (EST)" in page.text_content("main")

    page.uncheck("text=Days in camp")
    page.click("text=Take over what is ticked, as drafts")

    assert page.is_visible("text=1 draft is there now.")
    assert page.is_visible("text=A vigil from elsewhere")
    assert not page.is_visible("text=Days in camp")


def test_an_address_that_no_host_has_is_refused_by_the_running_worker(browse, site):
    page = browse(js=True, width=390)
    sign_in(page, site)
    page.goto("/manage/exchange/imports/new")
    page.fill("[name=address]", "https://calendar.invalid/calendar.ics")
    page.click("text=Fetch it")
    for _ in range(40):
        if page.is_visible("text=There is no host called calendar.invalid."):
            break
        page.wait_for_timeout(500)
        page.reload()

    assert page.is_visible("text=There is no host called calendar.invalid.")
    assert axe(page) == []
    page.click("text=Forget it")
    assert page.text_content("h1") == "Calendars in and out"


def test_the_page_with_every_way_to_subscribe(browse, shots):
    page = browse(js=True, width=390)
    page.goto("/en/calendar")
    page.click("text=Step by step for each program")

    assert page.url.endswith("/en/subscribe")
    assert axe(page) == []
    assert overflow(page) <= 0
    status, text = fetch(page.input_value("#feed-address"))
    assert (status, text[:15]) == (200, b"BEGIN:VCALENDAR")
    assert page.evaluate("document.querySelector('figure img').naturalWidth") > 100
    shots("subscribe", "/en/subscribe")
