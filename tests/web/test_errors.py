"""What becomes of what goes wrong."""

import pytest

from campaign.rsvps import booking
from tests import make


@pytest.fixture
def rsvp(app):
    return make.rsvp(make.action(), "ada@example.org", name="Ada", state="pending")


@pytest.fixture
def broken(app, rsvp, monkeypatch):
    """Confirming breaks, in a way that quotes what it was given; as on a live site, nobody sees the traceback."""

    token = rsvp.token

    def breaks(_rsvp, now):
        raise LookupError(f"ada@example.org {token} {now}")

    monkeypatch.setattr(booking, "confirm", breaks)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)


def test_what_breaks_is_told_to_the_log_without_a_value(client, rsvp, broken, caplog):
    token = rsvp.token

    page = client.post(f"/en/rsvps/{token}/confirm")

    assert page.status_code == 500
    assert "Something broke" in page.text
    assert "POST rsvps.confirm broke: LookupError" in caplog.text
    assert "ada" not in caplog.text.lower()
    assert token not in caplog.text
    assert not any(record.exc_info for record in caplog.records)


def test_a_page_that_broke_is_protected_like_any_other(client, rsvp, broken):
    page = client.post(f"/en/rsvps/{rsvp.token}/confirm")

    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/en", "/en/"),
        ("/fr/articles?a=1&b=%C3%A9", "/fr/articles/?a=1&b=%C3%A9"),
        ("/en//articles/", "/en/articles/"),
        ("/manage", "/manage/"),
    ],
)
def test_a_slash_too_many_or_too_few_leads_on_whatever_the_host_says(client, asked, location):
    page = client.get(asked, headers={"Host": "127.0.0.1:9999", "X-Forwarded-Host": "evil.example"})

    assert page.status_code == 308
    assert page.headers["Location"] == location
    assert "127.0.0.1" not in page.text
