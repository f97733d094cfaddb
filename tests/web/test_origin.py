"""Where a form says that it comes from."""

import pytest

from campaign.web.origin import is_foreign


@pytest.mark.parametrize(
    ("origin", "site", "foreign"),
    [
        (None, None, False),
        (None, "same-origin", False),
        (None, "none", False),
        (None, "cross-site", True),
        ("http://localhost", None, False),
        ("http://localhost", "cross-site", True),
        ("https://evil.example", None, True),
        ("https://evil.example", "same-origin", True),
        ("http://localhost.evil.example", None, True),
        ("http://localhost:8001", None, True),
        ("null", None, True),
        ("null", "same-site", True),
        ("null", "same-origin", False),
        ("", None, True),
        ("nonsense", None, True),
        ("http://[", None, True),
        ("http://localhost@evil.example", None, True),
    ],
)
def test_a_foreign_origin_is_told_from_our_own_and_silence_is_no_offence(app, origin, site, foreign):
    with app.test_request_context(base_url="http://localhost"):
        assert is_foreign(origin, site) is foreign


def test_the_other_name_of_this_machine_is_our_own_too(app):
    with app.test_request_context(base_url="http://127.0.0.1:8000"):
        assert not is_foreign("http://127.0.0.1:8000", None)


def test_the_same_name_without_encryption_is_foreign(app, monkeypatch):
    monkeypatch.setitem(app.config, "BASE_URL", "https://localhost")
    monkeypatch.setitem(app.config, "PREFERRED_URL_SCHEME", "https")

    with app.test_request_context(base_url="http://localhost"):  # as a proxy hands it on
        assert not is_foreign("https://localhost", None)
        assert is_foreign("http://localhost", None)
