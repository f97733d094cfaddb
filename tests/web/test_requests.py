"""How a request begins."""

import sqlite3
from io import BytesIO
from urllib.parse import urlencode

import pytest

from campaign.databases import PRAGMAS
from campaign.extensions import db
from campaign.rsvps.models import Rsvp
from tests import make
from tests.rsvps.forms import filled_in, send, with_address

pytestmark = pytest.mark.sqlite  # looks on at its locks


class WritingMeanwhile:
    """A body that arrives while somebody else wants to write."""

    def __init__(self, octets, database):
        self._octets = BytesIO(octets)
        self._other = sqlite3.connect(database, timeout=0, isolation_level=None)

    def read(self, size=-1):
        self._other.execute("BEGIN IMMEDIATE")
        self._other.execute("ROLLBACK")
        return self._octets.read(size)


@pytest.fixture
def database(settings):
    return settings.SQLALCHEMY_DATABASE_URI.removeprefix("sqlite:///")


@pytest.fixture
def impatient(app):
    """Connections that wait for a lock for a millisecond only, and none of them left to the next test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("campaign.databases.PRAGMAS", (*PRAGMAS, "PRAGMA busy_timeout=1"))
        db.engine.dispose()
        yield
        db.session.rollback()
    db.engine.dispose()


def test_who_sends_slowly_keeps_nobody_from_writing(client, database):
    action = make.action()
    body = urlencode(filled_in(action)).encode()

    page = client.post(
        f"/en/actions/{action.slug}/rsvp",
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input": WritingMeanwhile(body, database), "CONTENT_LENGTH": str(len(body))},
    )

    assert page.status_code == 200
    assert db.session.scalar(db.select(db.func.count(Rsvp.id))) == 1


def test_who_can_never_write_is_told_to_come_back_and_nothing_is_kept(client, database, impatient, caplog):
    action = make.action()
    fields = with_address(action)
    db.session.commit()
    other = sqlite3.connect(database, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    page = send(client, action, fields)
    other.close()

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "60"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Nothing of what you sent was kept" in page.text
    assert "ada@" not in caplog.text
    assert db.session.scalar(db.select(db.func.count(Rsvp.id))) == 0


@pytest.mark.parametrize("address", ["/nothing", "/en/", "/static/nothing"])
def test_what_leads_nowhere_waits_for_no_lock(client, database, address):
    other = sqlite3.connect(database, timeout=0, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    try:
        assert client.post(address, data={"a": "b"}).status_code in (404, 405)
    finally:
        other.close()
