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
        *(("DATABASE_URL", url) for url in ["postgresql://", "postgresql://host", "postgresql:///", "postgres//h/d"]),
        *(("DATABASE_URL", url) for url in ["postgresql://h:0/d", "postgresql://h:x/d", "sqlite://"]),
        *(("DATABASE_CONNECTIONS", number) for number in ["0", "1", "many"]),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_by_name(name, value):
    with pytest.raises(BadSetting, match=name.removesuffix("_FILE")):
        settings(**{name: value})


def test_nothing_but_a_secret_has_to_be_set():
    assert settings().BASE_URL == "http://127.0.0.1:8000"
    with pytest.raises(BadSetting, match="SECRET_KEY"):
        Settings.from_env({})


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgres_is_asked_for_in_any_spelling_and_reached_by_one_driver(scheme, tmp_path):
    address = "user:pass%40word@db.example.org:5433/campaign?sslmode=verify-full"
    file = tmp_path / "address"
    file.write_text(f"{scheme}://{address}\n")

    said, in_a_file = settings(DATABASE_URL=f"{scheme}://{address}"), settings(DATABASE_URL_FILE=str(file))

    assert said.SQLALCHEMY_DATABASE_URI == in_a_file.SQLALCHEMY_DATABASE_URI == f"postgresql+psycopg://{address}"
    assert said.is_postgres
    assert "pass%40word" not in repr(said)


def test_a_password_in_a_bad_address_of_a_database_is_not_quoted():
    with pytest.raises(BadSetting) as refused:
        settings(DATABASE_URL="mysql://user:opensesame@host/db")

    assert "opensesame" not in str(refused.value)


def test_a_process_has_so_many_connections_and_no_more():
    options = settings(DATABASE_URL="postgresql://host/db", DATABASE_CONNECTIONS="3").SQLALCHEMY_ENGINE_OPTIONS

    assert options["pool_size"] + options["max_overflow"] == 3


def test_the_engine_for_many_machines_wants_the_database_for_them():
    with pytest.raises(BadSetting, match=r"ENGINE is procrastinate.*the database is SQLite.*DATABASE_URL"):
        settings(ENGINE="procrastinate")

    assert settings(ENGINE="procrastinate", DATABASE_URL="postgresql://host/db").ENGINE == "procrastinate"


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
