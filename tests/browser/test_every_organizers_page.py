"""What holds for every page of the organizers' area, looked at in a browser."""

import os

import pytest

from tests.browser.driving import axe, crawl_signed_in, overflow, sign_in


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1280, False)])
def test_axe_finds_nothing_and_nothing_is_too_wide(browse, site, width, dark):
    page = browse(js=True, width=width, dark=dark)
    sign_in(page, site)
    paths = crawl_signed_in(page, site)
    wrong = {}
    for path in paths:
        page.goto(path)
        wrong[path] = axe(page)
        if (pixels := overflow(page)) > 0:
            wrong[path].append(f"{pixels} pixels too wide for 320")
        page.set_viewport_size({"width": width, "height": 900})

    assert len(paths) > 10
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.skipif(
    not os.environ.get("SHOTS"), reason="makes pictures for people to look at, with SHOTS=1 (make shots)"
)
def test_pages_are_kept_as_pictures(organizer, site, shots):
    for path in ["/manage/login", *crawl_signed_in(organizer, site)]:
        shots(path.strip("/").replace("/", "-"), path)
