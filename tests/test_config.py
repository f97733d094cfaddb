"""Settings from the environment: what can't be used stops the process, by name."""

import pytest

from config import BadSetting, Settings

SECRET = "a key for tests only, 32 characters and more"


def settings(**env):
    return Settings.from_env({"SECRET_KEY": SECRET, **env})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("BASE_URL", url) for url in ["ftp://example.org", "example.org", "https://", "https://example.org/path"]),
        *(("BASE_URL", url) for url in ["http://[", "https://example.org:99999", "https://example.org:0"]),
        *(("BASE_URL", url) for url in ["https://somebody@example.org", "https://example.org?a", "https://a.org#b"]),
        *(("MAIL_DEFAULT_SENDER", sender) for sender in ["example.org", "us@", "Us <us>", "us@a.org\nBcc: it@b.org"]),
        *(("PORT", port) for port in ["0", "65536", "８０００", "http"]),
        *(("RATE_LIMITS", "maybe"), ("DEFAULT_LANGUAGE", "de"), ("ENGINE", "other"), ("DATABASE_URL", "mysql://x")),
        *(("SECRET_KEY", "short"), ("MAIL_PASSWORD_FILE", "/nowhere")),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(BadSetting, match=name.removesuffix("_FILE")):
        settings(**{name: value})


def test_nothing_but_a_secret_has_to_be_set():
    assert settings().BASE_URL == "http://127.0.0.1:8000"
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        Settings.from_env({})


@pytest.mark.parametrize("url", ["https://example.org", "http://[::1]:8000", "https://exämple.org", "http://a.onion/"])
def test_an_address_is_taken_as_it_is_but_for_a_slash_at_its_end(url):
    address = settings(BASE_URL=url).BASE_URL

    assert address == url.rstrip("/")


def test_secrets_stay_out_of_what_is_printed(tmp_path):
    password = tmp_path / "password"
    password.write_text("open sesame\n")

    printed = repr(settings(MAIL_PASSWORD_FILE=str(password)))

    assert SECRET not in printed
    assert "sesame" not in printed
