"""What holds for every page of the organizers' area, looked at in a browser."""

import os

import pytest

from tests.browser.driving import crawl_signed_in, faults, sign_in


@pytest.fixture(scope="module")
def paths(browser, site):
    """Every page that links lead an organizer to; of those alike but for a number, the first."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    sign_in(page, site)
    yield crawl_signed_in(page, site)
    context.close()


@pytest.mark.parametrize("half", [0, 1])
def test_axe_finds_nothing_and_nothing_is_too_wide(browse, site, paths, half):
    page = browse(js=True)
    sign_in(page, site)
    wrong = {}
    for path in paths[half::2]:
        page.goto(path)
        wrong[path] = faults(page)

    assert len(wrong) > 10
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.skipif(
    not os.environ.get("SHOTS"), reason="makes pictures for people to look at, with SHOTS=1 (make shots)"
)
def test_pages_are_kept_as_pictures(paths, shots):
    for path in ["/manage/login", *paths]:
        shots(path.strip("/").replace("/", "-"), path)
