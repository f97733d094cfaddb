"""The calendar page in a real browser."""

import pytest

from tests.browser.driving import faults, fetch

PAGES = {
    "calendar": "/en/calendar",
    "calendar-month": "/fr/calendar?month=2023-05",
    "calendar-empty": "/en/calendar?month=2001-07",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_calendar_is_usable_by_everybody(browse, shots, name):
    page = browse(js=True)
    page.goto(PAGES[name])

    assert faults(page, also_desk=True) == []
    shots(name, PAGES[name])


def test_one_walks_from_month_to_month_and_to_an_action(page):
    page.goto("/en/calendar?month=2023-04")
    page.click("text=May 2023")
    assert page.text_content("h1") == "Actions in May 2023"
    assert not page.is_visible(".cal"), "a phone shows the list only"

    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.is_visible(".cal")
    page.click(".cal >> text=Protest CANSEC")
    assert page.url.endswith("/en/actions/protest-cansec")


def test_the_address_to_copy_is_a_calendar(page):
    page.goto("/fr/calendar")

    status, text = fetch(page.input_value("#feed-address"))

    assert status == 200
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
