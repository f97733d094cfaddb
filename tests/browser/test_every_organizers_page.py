"""What holds for every page of the organizers' area, looked at in a browser."""

import os

import pytest

from tests.browser.driving import axe, crawl_signed_in, overflow, sign_in


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_and_nothing_is_too_wide(browse, site, half):
    """All of axe on the phone in light; what colour or width may change on the desk and in the dark."""
    page = browse(js=True, width=390)
    sign_in(page, site)
    paths = crawl_signed_in(page, site)[half::2]
    wrong = {}
    for path in paths:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")  # no colour half-way
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(path)
        wrong[path] = axe(page)
        if (pixels := overflow(page)) > 0:
            wrong[path].append(f"{pixels} pixels too wide for 320")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        wrong[path] += axe(page, ["color-contrast", "target-size", "scrollable-region-focusable"])

    assert len(paths) > 10
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.skipif(
    not os.environ.get("SHOTS"), reason="makes pictures for people to look at, with SHOTS=1 (make shots)"
)
def test_pages_are_kept_as_pictures(organizer, site, shots):
    for path in ["/manage/login", *crawl_signed_in(organizer, site)]:
        shots(path.strip("/").replace("/", "-"), path)
