"""The app once a run; the database emptied after each test; the clock stands still until a test moves it.

Tests run on SQLite; what is marked `both` runs on PostgreSQL too, and what is marked `postgres` there alone. With
`--postgres` everything runs on PostgreSQL, but for what is marked `sqlite`.
"""

import os
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from campaign import clock
from campaign.extensions import limiter
from campaign.outbox import liveness
from campaign.sealing import Keyring
from tests.clients import Visitor
from tests.installations import POSTGRES, SERVER, SQLITE, Installations, empty
from tests.mailbox import Mailbox
from tests.working import TestWorker
from tools import postgres

hypothesis_settings.register_profile("patient", deadline=None)  # a busy machine is no failure
hypothesis_settings.load_profile("patient")


class FixedClock:
    """Stands at `instant`. `set` puts it elsewhere, `forward` moves it by a timedelta."""

    def __init__(self):
        self.instant = datetime(2023, 5, 10, 14, 0, tzinfo=UTC)

    def __call__(self):
        return self.instant

    def set(self, instant):
        self.instant = instant

    def forward(self, step):
        self.instant += step


@pytest.fixture(autouse=True)
def at(monkeypatch):
    """The clock: Wednesday 10 May 2023, 10:00 am in Ottawa, three weeks before the protest."""
    fixed = FixedClock()
    monkeypatch.setattr(clock, "now", fixed)
    return fixed


def pytest_addoption(parser):
    parser.addoption("--postgres", action="store_true", help="run everything on PostgreSQL instead of SQLite")


def pytest_configure(config):
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of dozens of processes would compile all of ours anew
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script: what we start would be
        signal.signal(signal.SIGINT, signal.default_int_handler)  # deaf to it, too
    if not hasattr(config, "workerinput"):  # of xdist's: they share the server of who started them
        os.environ[SERVER] = str(postgres.make_folder())


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        postgres.stop(Path(os.environ[SERVER]))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """What takes long comes first, so that a run doesn't end with all but one waiting for it; and what needs a browser
    stays together, so that one of several processes starts it."""
    items.sort(
        key=lambda item: 0 if item.get_closest_marker("browser") else 1 if item.get_closest_marker("slow") else 2
    )


def pytest_generate_tests(metafunc):
    marked = metafunc.definition.get_closest_marker
    if "dialect" not in metafunc.fixturenames or marked("sqlite"):
        return
    if marked("postgres") or metafunc.config.option.postgres:
        metafunc.parametrize("dialect", [POSTGRES], indirect=True)
    elif marked("both"):
        metafunc.parametrize("dialect", [SQLITE, POSTGRES], indirect=True)


@pytest.fixture(autouse=True)
def _dead_at_once(monkeypatch):
    """A worker that nobody sees is dead, without the while in which one elsewhere could be heard of again."""
    monkeypatch.setattr(liveness, "GRACE", 0)


@pytest.fixture
def dialect(request):
    """Which database this test is about: "sqlite" or "postgres"."""
    return getattr(request, "param", SQLITE)


@pytest.fixture(scope="session")
def installations(tmp_path_factory):
    made = Installations(tmp_path_factory.mktemp("installations"))
    yield made
    made.close()


@pytest.fixture
def settings(installations, dialect):
    return installations.settings(dialect)


@pytest.fixture
def app(installations, dialect):
    """The application, with a context pushed and an empty database."""
    application = installations.app(dialect)
    with application.app_context():
        yield application
        limiter.reset()
        empty()
        application.extensions["kept"].clear()
        application.extensions["shelf"].clear()


@pytest.fixture
def client(app):
    """A visitor's browser, without cookies to begin with."""
    return Visitor(app)


@pytest.fixture
def keyring(app, settings):
    """What only the worker has: the private keys."""
    return Keyring(settings.KEYS_DIR)


@pytest.fixture
def mailbox():
    """A mail server: `mailbox.to("ada@example.org")` are her letters. See its class for how to make it misbehave."""
    started = Mailbox().start()
    yield started
    started.stop()


@pytest.fixture
def worker(app, keyring, mailbox, at, tmp_path):
    """`worker.run_until_idle()`: take in, plan, expand, send, as far as the fixed clock allows."""
    started = TestWorker(app, keyring, tmp_path / "workers", mailbox.port, at)
    yield started
    started.end()
