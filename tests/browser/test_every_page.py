"""What holds for every public page, looked at in a browser."""

import gzip
import json
import os
import re
import subprocess
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from tests.browser.driving import ROOT, crawl, faults, fetch, overflow


def but_for_alike(paths):
    """How to subscribe is said of each kind of action by the same page."""
    return [path for path in paths if not re.fullmatch(r"/../subscribe/(?!protest)\w+", path)]


@pytest.fixture(scope="module")
def paths(site):
    """Every public page that links lead to, in three languages."""
    return crawl(site)


def test_pages_are_reached_by_links_in_every_language(paths):
    for language in ("en", "fr", "es"):
        assert f"/{language}/" in paths
        assert f"/{language}/actions/protest-cansec" in paths
        assert f"/{language}/articles/what-canada-sells-to-peru" in paths


def test_axe_finds_nothing_and_nothing_is_too_wide(browse, paths):
    """In English; the first page of each kind is looked at by all of axe on a desk, too."""
    page = browse(js=True)
    kinds, wrong = set(), {}
    for path in but_for_alike(paths):
        if path.startswith("/en/"):
            page.goto(path)
            kind = path.split("/")[2]
            wrong[path] = faults(page, also_desk=kind not in kinds)
            kinds.add(kind)

    assert len(wrong) > 10
    assert {path: found for path, found in wrong.items() if found} == {}


def test_nothing_is_wider_than_the_window_in_longer_languages(browse, paths):
    page = browse()
    too_wide = {}
    for path in but_for_alike(paths):
        if not path.startswith("/en/"):
            page.goto(path)
            for width in (320, 768):
                if (pixels := overflow(page, width)) > 0:
                    too_wide[path, width] = pixels

    assert too_wide == {}


def test_pages_are_valid_html(site, paths, tmp_path):
    for path in paths:
        name = path.strip("/").replace("/", "-") + ".html"
        (tmp_path / name).write_bytes(fetch(site.url + path)[1])
    folder = ROOT / "tests" / "interop"
    command = [folder / "node_modules/.bin/html-validate", "--config", folder / "htmlvalidate.json", "-f", "json"]

    ended = subprocess.run([*command, tmp_path], capture_output=True, text=True, timeout=120, check=False)

    results = json.loads(ended.stdout)
    found = [(r["filePath"].rpartition("/")[2], m["line"], m["message"]) for r in results for m in r["messages"]]
    assert found == []


def test_a_page_weighs_less_than_60_kilobytes_without_photos(site, paths):
    def weight(address):
        return len(gzip.compress(fetch(urljoin(site.url, address))[1]))

    shared = {}
    for path in paths:
        links = BeautifulSoup(fetch(site.url + path)[1], "html.parser").select("link[href]")
        for link in links:
            if {"stylesheet", "preload", "icon"} & set(link["rel"]):
                shared[link["href"]] = shared.get(link["href"]) or weight(link["href"])

        assert weight(path) + sum(shared.values()) < 60_000, path
    assert len(shared) >= 3


def test_no_script_no_inline_style_no_cookie(browse, site, paths):
    for path in paths:
        html = fetch(site.url + path)[1].decode()
        assert not re.search(r"<script(?! type=\"application/ld\+json\")|\sstyle=|\son\w+=\"", html), path

    page = browse(js=True)
    for path in paths[:5]:
        page.goto(path)
    assert page.context.cookies() == []


def test_the_first_tab_stop_skips_to_the_content(browse):
    page = browse(width=1280)
    page.goto("/en/")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url.endswith("#main")


@pytest.mark.skipif(
    not os.environ.get("SHOTS"), reason="makes pictures for people to look at, with SHOTS=1 (make shots)"
)
def test_pages_are_kept_as_pictures(shots, paths):
    for path in paths:
        if path.startswith("/en/"):
            shots(path.strip("/").replace("/", "-"), path)
