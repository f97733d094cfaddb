"""Every setting, typed and frozen, read once from the environment. Nothing else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadSetting(ValueError):
    """A setting is missing or can't be used. The message names it and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names are Flask's and its extensions' where they have one, so `app.config.from_object` is the whole hand-over."""

    SECRET_KEY: str = field(repr=False)  # signs stamps and organizers' cookies; at least 32 characters
    SQLALCHEMY_DATABASE_URI: str
    BASE_URL: str  # how the public reaches the site, without a slash at the end; absolute links come from it
    INSTANCE_DIR: Path  # database, locks, demo.json: what this installation is
    KEYS_DIR: Path  # `web` (public keys) and `worker` (private keys) below it; never in a backup of the database
    DEFAULT_LANGUAGE: str = "en"
    DEMO: bool = False

    MAIL_SERVER: str = "127.0.0.1"
    MAIL_PORT: int = 25
    MAIL_USERNAME: str | None = None
    MAIL_PASSWORD: str | None = field(default=None, repr=False)
    MAIL_USE_TLS: bool = False
    MAIL_DEFAULT_SENDER: str = "campaign@localhost"
    MAIL_CONNECTIONS: int = 4
    ENGINE: str = "embedded"
    RATE_LIMITS: bool = True
    PORT: int = 8000

    MAX_CONTENT_LENGTH: int = 64 * 1024  # octets of a request's body, on every route
    MAX_FORM_MEMORY_SIZE: int = 64 * 1024
    TESTING: bool = False

    ARGON2_MEMORY_KIB: int = 64 * 1024  # of organizers' passwords: what a guess costs
    ARGON2_ROUNDS: int = 3

    # Organizers' sessions: nothing outside /manage ever sees or sets a cookie.
    SESSION_COOKIE_NAME: str = "organizer"
    SESSION_COOKIE_PATH: str = "/manage"
    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"

    RATELIMIT_STORAGE_URI: str = "memory://"  # per process; nothing about visitors outlives it
    RATELIMIT_HEADERS_ENABLED: bool = False

    @property
    def SQLALCHEMY_ENGINE_OPTIONS(self) -> dict[str, object]:  # noqa: N802 -- Flask-SQLAlchemy's name
        options: dict[str, object] = {"hide_parameters": True}  # an error's words must not hold what a row was to hold
        if not self.SQLALCHEMY_DATABASE_URI.endswith((":memory:", "sqlite://")):  # there is but one connection then
            options["max_overflow"] = 64  # one for each of the server's threads (Procfile): none waits for another's
        return options

    @property
    def RATELIMIT_ENABLED(self) -> bool:  # noqa: N802 -- Flask-Limiter's name
        return self.RATE_LIMITS

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:  # noqa: N802 -- Flask's name
        return self.PREFERRED_URL_SCHEME == "https"

    @property
    def TRUSTED_HOSTS(self) -> list[str]:  # noqa: N802 -- Flask's name
        host = urlsplit(self.BASE_URL).hostname or ""
        return sorted(LOOPBACK - {"::1"} | {"[::1]"}) if host in LOOPBACK else [host]

    @property
    def PREFERRED_URL_SCHEME(self) -> str:  # noqa: N802 -- Flask's name
        return urlsplit(self.BASE_URL).scheme

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Raises BadSetting by the name of what is missing or malformed."""
        read = _Reader(env)
        instance = Path(read.text("INSTANCE_DIR", str(HERE / "instance"))).absolute()
        port = read.number("PORT", 8000, 1, 65535)
        server = read.text("MAIL_SERVER", "127.0.0.1")
        language = read.text("DEFAULT_LANGUAGE", "en")
        if language not in ("en", "fr", "es"):
            raise BadSetting(f"DEFAULT_LANGUAGE is {language!r}; it can be en, fr or es.")
        engine = read.text("ENGINE", "embedded")
        if engine != "embedded":
            raise BadSetting(f"ENGINE is {engine!r}; this version has the embedded engine only.")
        return cls(
            SECRET_KEY=read.secret("SECRET_KEY", at_least=32),
            SQLALCHEMY_DATABASE_URI=read.database("DATABASE_URL", instance),
            BASE_URL=read.url("BASE_URL", f"http://127.0.0.1:{port}"),
            INSTANCE_DIR=instance,
            KEYS_DIR=Path(read.text("KEYS_DIR", str(instance / "keys"))).absolute(),
            DEFAULT_LANGUAGE=language,
            DEMO=read.flag("DEMO", default=False),
            MAIL_SERVER=server,
            MAIL_PORT=read.number("MAIL_PORT", 25, 1, 65535),
            MAIL_USERNAME=read.text("MAIL_USERNAME", "") or None,
            MAIL_PASSWORD=read.secret("MAIL_PASSWORD") if read.has("MAIL_PASSWORD") else None,
            MAIL_USE_TLS=read.flag("MAIL_USE_TLS", default=server not in LOOPBACK),
            MAIL_DEFAULT_SENDER=read.sender("MAIL_DEFAULT_SENDER", "campaign@localhost"),
            MAIL_CONNECTIONS=read.number("MAIL_CONNECTIONS", 4, 1, 100),
            ENGINE=engine,
            RATE_LIMITS=read.flag("RATE_LIMITS", default=True),
            PORT=port,
        )


@dataclass(frozen=True)
class _Reader:
    env: Mapping[str, str]

    def has(self, name: str) -> bool:
        return name in self.env or f"{name}_FILE" in self.env

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def secret(self, name: str, at_least: int = 1) -> str:
        """The value of NAME, or what the file NAME_FILE holds."""
        value = self.env.get(name, "")
        if not value and (path := self.env.get(f"{name}_FILE")):
            try:
                value = Path(path).read_text().strip()
            except OSError as error:
                raise BadSetting(f"{name}_FILE names {path}, which can't be read: {error.strerror}.") from error
        if not value:
            raise BadSetting(f"{name} is missing. Set it, or {name}_FILE to a file that holds it.")
        if len(value) < at_least:
            raise BadSetting(f"{name} is too short: {at_least} characters or more, made by chance.")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
            raise BadSetting(f"{name} is {value!r}; it must be a whole number from {low} to {high}.")
        return int(value)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "on" if default else "off").lower()
        if value not in {"1", "on", "true", "yes", "0", "off", "false", "no"}:
            raise BadSetting(f"{name} is {value!r}; it can be on or off.")
        return value in {"1", "on", "true", "yes"}

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            is_plain = parts.port != 0 and not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
        except ValueError:
            is_plain = False
        if not is_plain or parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting(f"{name} is {value!r}; it must be like https://example.org, without a path.")
        return value

    def sender(self, name: str, default: str) -> str:
        value = self.text(name, default)
        local, _, domain = parseaddr(value)[1].rpartition("@")
        if not (local and domain and value.isprintable()):
            raise BadSetting(f"{name} is {value!r}; it must be like Name <mail@example.org>.")
        return value

    def database(self, name: str, instance: Path) -> str:
        value = self.text(name, "")
        if not value:
            return f"sqlite:///{instance / 'campaign.db'}"
        if not value.startswith("sqlite:///"):
            raise BadSetting(f"{name} must begin with sqlite:/// in this version.")
        return value
