"""The app once a run; the database emptied after each test; the clock stands still until a test moves it."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings as hypothesis_settings

from campaign import clock, create_app, keyfiles
from campaign.extensions import db, limiter
from campaign.sealing import Keyring
from config import Settings
from tests.clients import Visitor
from tests.mailbox import Mailbox
from tests.working import TestWorker

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


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    instance = tmp_path_factory.mktemp("instance")
    return Settings(
        SECRET_KEY="a key for tests only, 32 characters and more",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{instance / 'campaign.db'}",
        BASE_URL="http://localhost",
        INSTANCE_DIR=instance,
        KEYS_DIR=instance / "keys",
        MAIL_DEFAULT_SENDER="campaign@example.org",
        TESTING=True,
        ARGON2_MEMORY_KIB=8,  # as cheap as it goes: tests sign in hundreds of times
        ARGON2_ROUNDS=1,
    )


@pytest.fixture(scope="session")
def _application(settings):
    keyfiles.make(settings.KEYS_DIR)
    app = create_app(settings)
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def app(_application):
    """The application, with a context pushed and an empty database."""
    with _application.app_context():
        yield _application
        limiter.reset()
        db.session.rollback()
        db.session.connection(execution_options={"writes": True})
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()
        _application.extensions["kept"].clear()
        _application.extensions["shelf"].clear()


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
