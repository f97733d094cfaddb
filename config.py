"""Every setting, typed and frozen, read once from the environment. Nothing else reads it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).resolve().parent
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
POSTGRES = "postgresql+psycopg://"


class BadSetting(ValueError):
    """A setting is missing or can't be used. The message names it and says what would do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Names are Flask's and its extensions' where they have one, so `app.config.from_object` is the whole hand-over."""

    SECRET_KEY: str = field(repr=False)  # signs stamps and organizers' cookies; at least 32 characters
    SQLALCHEMY_DATABASE_URI: str = field(repr=False)  # may hold a password
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
    MAIL_BOUNCE_ADDRESS: str = ""  # whose mailbox gets what comes back; none: the sender's
    MAIL_VERP: bool = True  # a signed envelope sender for each letter, so that what comes back says which it was
    MAIL_DKIM_SELECTOR: str = ""  # under which the mail server signs; for `flask mail check`
    DNS_RESOLVER: str = ""  # "192.0.2.53" or "127.0.0.1:5353", for `flask mail check`; none: the system's
    ENGINE: str = "embedded"
    DATABASE_CONNECTIONS: int = 20  # of each process, to PostgreSQL; SQLite has one for each thread
    RATE_LIMITS: bool = True
    PORT: int = 8000

    MAX_CONTENT_LENGTH: int = 64 * 1024  # octets of a request's body, on every route
    MAX_FORM_MEMORY_SIZE: int = 66 * 1024  # Werkzeug reads 64 KiB at a time, and counts what is left of the last
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
        if self.is_postgres:
            kept = min(self.DATABASE_CONNECTIONS, 5)
            options |= {"pool_size": kept, "max_overflow": self.DATABASE_CONNECTIONS - kept, "pool_pre_ping": True}
            # As with SQLite, a lock is waited for for 30 s. Times come in UTC, whatever the server's habit.
            said = {"application_name": "campaign", "options": "-c lock_timeout=30s -c timezone=UTC"}
            options["connect_args"] = {"connect_timeout": 10, **said}
            options["execution_options"] = {"engine": self.ENGINE}  # how a transaction says that it leaves work
        elif not self.SQLALCHEMY_DATABASE_URI.endswith((":memory:", "sqlite://")):  # there is but one connection then
            options["max_overflow"] = 64  # one for each of the server's threads (Procfile): none waits for another's
        return options

    @property
    def is_postgres(self) -> bool:
        return self.SQLALCHEMY_DATABASE_URI.startswith(POSTGRES)

    @property
    def RATELIMIT_ENABLED(self) -> bool:  # noqa: N802 -- Flask-Limiter's name
        return self.RATE_LIMITS

    @property
    def SESSION_COOKIE_SECURE(self) -> bool:  # noqa: N802 -- Flask's name
        return self.PREFERRED_URL_SCHEME == "https"

    @property
    def TRUSTED_HOSTS(self) -> list[str]:  # noqa: N802 -- Flask's name
        host = (urlsplit(self.BASE_URL).hostname or "").removesuffix(".")
        ours = LOOPBACK - {"::1"} | {"[::1]"} if host in LOOPBACK else {host}
        return sorted(ours | {f"{name}." for name in ours if name})  # the same name in full; "." alone were all of them

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
        if engine not in ("embedded", "procrastinate"):
            raise BadSetting(f"ENGINE is {engine!r}; it can be embedded or procrastinate.")
        database = read.database("DATABASE_URL", instance)
        if engine == "procrastinate" and not database.startswith(POSTGRES):
            raise BadSetting(
                "ENGINE is procrastinate, which keeps its wake-ups in PostgreSQL, but the database is SQLite. "
                "Set DATABASE_URL to postgresql://…, or ENGINE to embedded."
            )
        return cls(
            SECRET_KEY=read.secret("SECRET_KEY", at_least=32),
            SQLALCHEMY_DATABASE_URI=database,
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
            MAIL_BOUNCE_ADDRESS=read.address("MAIL_BOUNCE_ADDRESS"),
            MAIL_VERP=read.flag("MAIL_VERP", default=True),
            MAIL_DKIM_SELECTOR=read.text("MAIL_DKIM_SELECTOR", ""),
            DNS_RESOLVER=read.text("DNS_RESOLVER", ""),
            ENGINE=engine,
            DATABASE_CONNECTIONS=read.number("DATABASE_CONNECTIONS", 20, 2, 1000),
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

    def address(self, name: str) -> str:
        """Plain, for an envelope; "" if it isn't set."""
        value = self.text(name, "")
        if value and not re.fullmatch(r"[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+", value):
            raise BadSetting(f"{name} is {value!r}; it must be like bounces@example.org.")
        return value

    def database(self, name: str, instance: Path) -> str:
        """With the driver that we use. No message quotes it: a password may stand in it."""
        value = self.text(name, "") or (self.secret(name) if f"{name}_FILE" in self.env else "")
        if not value:
            return f"sqlite:///{instance / 'campaign.db'}"
        if value.startswith("sqlite:///"):
            return value
        return postgres(name, value)


def postgres(name: str, value: str) -> str:
    """The address of a PostgreSQL database, with the driver that we use. Raises BadSetting by `name`."""
    scheme, found, rest = value.strip().partition("://")
    try:
        parts = urlsplit(f"postgresql://{rest}")
        is_whole = parts.port != 0 and len(parts.path) > 1 and not parts.fragment
    except ValueError:
        is_whole = False
    if not found or scheme not in ("postgresql", "postgresql+psycopg", "postgres") or not is_whole:
        raise BadSetting(
            f"{name} must be like sqlite:////path/to/campaign.db or postgresql://user:password@host/database."
        )
    return POSTGRES + rest
