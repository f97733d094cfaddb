"""What protects each answer: scripts run below /manage only, and only our own."""

import pytest

from tests import make


@pytest.mark.parametrize("path", ["/manage/login", "/manage/", "/manage/nothing", "/manage/account"])
def test_organizers_pages_may_run_our_own_scripts_and_nothing_inline(client, path):
    make.account("Alice", make.team())

    policy = client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/en/", "/en/calendar", "/en/nothing", "/managers", "/calendar.ics", "/static/x.js"])
def test_no_other_page_may_run_any(client, path):
    make.campaign()

    assert "script-src" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/manage/login", "/manage/login/second"])
def test_scripts_are_files_of_ours(client, path):
    page = client.get(path, follow_redirects=True)

    assert "<script>" not in page.text
    assert 'style="' not in page.text
    assert page.text.count("<script ") == page.text.count('<script src="/static/')
