"""A real Chromium against the real site: server, worker and mailbox as `make run` starts them.

Site and browser are started once per process of the tests. With SHOTS=1 in the environment, pages given to `shots` are
kept as pictures in shots/.
"""

import os
import shutil
import socket
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.driving import ROOT, Site, Watch, sign_in

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
QUIET = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The running site with the demo content: .url, .email, .password, .mailbox"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    site = Site(tmp_path_factory.mktemp("site"), port)
    yield site
    assert site.stop() == 0


@pytest.fixture
def mailbox(site):
    """The supporters' inboxes."""
    return site.mailbox


@pytest.fixture(scope="session")
def browser():
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.fail("The browser tests need Chromium: `tools/install_browser` installs it, or says how.", pytrace=False)
    args = [*QUIET, *(["--no-sandbox"] if os.getuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture
def browse(browser, site):
    """browse(js=…, width=…, dark=…, lang=…) -> a new page in a browser profile of its own.

    Without JavaScript unless asked for. Fails at the end if a page asked another host for anything or broke its CSP.
    """
    opened = []

    def browse(*, js=False, width=390, dark=False, lang="en-CA"):
        context = browser.new_context(
            base_url=site.url,
            java_script_enabled=js,
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme="dark" if dark else "light",
            locale=lang,
        )
        context.set_default_timeout(10_000)
        opened.append((context, Watch(context, site.url)))
        return context.new_page()

    yield browse
    for context, _watch in opened:
        context.close()
    assert [line for _context, watch in opened for line in watch.trouble] == []


@pytest.fixture
def page(browse):
    """A phone without JavaScript."""
    return browse()


@pytest.fixture
def organizer(browse, site):
    """A page on which the demo's organizer is signed in."""
    page = browse(width=1280)
    sign_in(page, site)
    return page


@pytest.fixture
def shots(browse, site):
    """shots(name, path): that page at 390 and 1280 px, light and dark, as PNGs in shots/ (only with SHOTS=1)."""

    pages = {}

    def page_for(width, dark, *, signed_in):
        if (width, dark, signed_in) not in pages:
            page = pages[width, dark, signed_in] = browse(width=width, dark=dark)
            if signed_in:
                sign_in(page, site)
        return pages[width, dark, signed_in]

    def shots(name, path):
        if not os.environ.get("SHOTS"):
            return
        (ROOT / "shots").mkdir(exist_ok=True)
        signed_in = path.startswith("/manage/") and path != "/manage/login"
        for width in (390, 1280):
            for dark in (False, True):
                page = page_for(width, dark, signed_in=signed_in)
                page.goto(path)
                scheme = "dark" if dark else "light"
                page.screenshot(path=ROOT / "shots" / f"{name}-{width}-{scheme}.png", full_page=True)

    return shots
