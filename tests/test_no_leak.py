"""Nothing that names a supporter lies anywhere in the clear: after an RSVP, confirming, reminding, cancelling.

What is looked for is one supporter's address, name, links, network address and browser, in whatever
spelling; where it is looked for is all that an installation writes: database, its log, the mail queue,
the worker's folder, and whatever is logged.
"""

import base64
import json
import logging
import quopri
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from campaign import keyfiles, sealing
from campaign.accounts.models import Team
from campaign.databases import empty_log
from campaign.extensions import db
from campaign.messages import notices
from campaign.outbox.models import OPEN, Delivery
from campaign.rsvps.models import Rsvp
from campaign.rsvps.opening import Entered
from campaign.sealing import Keyring, Sealer
from tests import make
from tests.installations import read_aside
from tests.rsvps.forms import send, with_address

pytestmark = pytest.mark.sqlite  # reads the database's file

ADDRESS = "Xenia.Quill@Sample-Poste.example"
NAME = "Xéniakwil"
NETWORK = "203.0.113.77"
BROWSER = "Quaintfox/7.31 (a rare one)"
EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)
LINK = re.compile(r"http://localhost/en/rsvps/([\w-]{27})")
UNSUBSCRIBE = re.compile(r"<http://localhost/unsubscribe/([\w-]{27})>")


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


@pytest.fixture
def browser(client):
    """The supporter's: it tells where it comes from and what it is, as browsers do."""
    client.environ_base |= {"REMOTE_ADDR": NETWORK, "HTTP_USER_AGENT": BROWSER}
    return client


@pytest.fixture
def lying_about(settings, tmp_path, caplog):
    """Names of the places where any of the secrets lies."""
    caplog.set_level("DEBUG")

    def search(*secrets):
        db.session.commit()
        written = read_aside(*_written(settings.INSTANCE_DIR, tmp_path))
        places = {str(path): octets for path, octets in written.items()}
        places["dump of the database"] = _dump(settings.INSTANCE_DIR / "campaign.db")
        ours = [record for record in caplog.records if record.name != "mail.log"]  # that is the tests' mail server
        places["what was logged"] = repr([(record.getMessage(), record.__dict__) for record in ours]).encode()
        assert any(name.endswith("campaign.db") for name in places)
        return {
            (name, secret)
            for name, content in places.items()
            for secret in secrets
            for spelling in _spellings(secret)
            if spelling.lower() in content.lower()
        }

    return search


def test_from_the_form_to_the_farewell_nothing_that_names_a_supporter_lies_in_the_clear(
    browser, action, worker, mailbox, at, lying_about
):
    found = set()
    secrets = [ADDRESS, NAME, NETWORK, BROWSER, ADDRESS.partition("@")[0], ADDRESS.partition("@")[2]]

    send(browser, action, with_address(action, ADDRESS, name=NAME, party_size="2", reminders="yes"))
    found |= lying_about(*secrets)
    worker.run_until_idle()
    [to_confirm] = mailbox.to(ADDRESS)
    token = LINK.search(to_confirm.text)[1]
    unsubscribe = UNSUBSCRIBE.search(to_confirm.headers["List-Unsubscribe"])[1]
    secrets += [token, unsubscribe]
    found |= lying_about(*secrets)
    assert browser.get(f"/en/rsvps/{token}").status_code == 200
    assert browser.post(f"/en/rsvps/{token}/confirm").status_code == 303
    found |= lying_about(*secrets)
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    reminder = mailbox.to(ADDRESS)[-1]
    found |= lying_about(*secrets)
    assert browser.post(f"/en/rsvps/{token}/change", data={"answer": "yes", "party_size": "3"}).status_code == 303
    assert browser.post(f"/en/rsvps/{token}/cancel").status_code == 303
    found |= lying_about(*secrets)
    worker.run_until_idle()
    assert len(mailbox.to(ADDRESS)) == 3
    found |= lying_about(*secrets)

    assert found == set()
    assert NAME in reminder.text


def test_with_the_mail_server_down_the_queue_holds_nothing_in_the_clear_and_the_log_names_nobody(
    browser, action, worker, mailbox, lying_about
):
    mailbox.answers = {"RCPT": lambda address: f"450 4.2.1 {address} later, says {ADDRESS}"}
    send(browser, action, with_address(action, ADDRESS, name=NAME))

    worker.run_until_idle()

    [waiting] = db.session.scalars(db.select(Delivery)).all()
    assert waiting.state in OPEN
    assert waiting.to_sealed is not None
    assert lying_about(ADDRESS, NAME, NETWORK, BROWSER) == set()


def test_a_server_that_refuses_for_good_and_repeats_the_address_is_not_quoted(
    browser, action, worker, mailbox, lying_about
):
    mailbox.answers = {"RCPT": lambda address: f"550 5.1.1 no such person: {address}"}
    send(browser, action, with_address(action, ADDRESS, name=NAME))

    worker.run_until_idle()

    [ended] = db.session.scalars(db.select(Delivery)).all()
    assert (ended.state.value, ended.to_sealed, ended.next_at) == ("failed", None, None)
    assert lying_about(ADDRESS, NAME) == set()


def test_the_search_finds_what_does_lie_in_the_clear(app, settings, lying_about):
    make.team(name=ADDRESS)
    make.team(name=base64.b64encode(b"To: " + ADDRESS.encode()).decode())
    logging.getLogger("campaign").warning("could not write to %s", NAME)

    found = lying_about(ADDRESS, NAME, NETWORK)
    db.session.execute(db.delete(Team))
    db.session.commit()
    empty_log()

    assert ("dump of the database", ADDRESS) in found
    assert ("what was logged", NAME) in found
    assert {secret for _, secret in found} == {ADDRESS, NAME}
    assert not [name for name, _ in lying_about(ADDRESS) if name != "what was logged"]


def test_refused_forms_and_wrong_links_leave_no_trace(browser, action, lying_about):
    token = "x" * 26 + "A"

    send(browser, action, with_address(action, ADDRESS, name=NAME, answer="perhaps"))
    send(browser, action, with_address(action, ADDRESS + "@", name=NAME))
    send(browser, action, with_address(action, ADDRESS, website="x", name=NAME))
    browser.get(f"/en/rsvps/{token}")
    browser.post(f"/unsubscribe/{token}")

    assert lying_about(ADDRESS, NAME, NETWORK, BROWSER, token) == set()


def test_no_time_finer_than_a_day_is_left_of_what_a_supporter_did(browser, action, worker, mailbox, at):
    moments = []
    at.set(datetime(2023, 5, 10, 14, 37, 21, tzinfo=UTC))
    send(browser, action, with_address(action, ADDRESS, reminders="yes"))
    moments.append(at())
    at.forward(timedelta(minutes=3, seconds=11))
    worker.run_until_idle()
    moments.append(at())
    token = LINK.search(mailbox.to(ADDRESS)[0].text)[1]
    at.forward(timedelta(hours=1, seconds=7))
    browser.post(f"/en/rsvps/{token}/confirm")
    moments.append(at())
    at.forward(timedelta(hours=2, seconds=5))
    browser.post(f"/en/rsvps/{token}/cancel")
    moments.append(at())
    worker.run_until_idle()

    kept = [
        value
        for table in ("rsvps", "deliveries", "occasions", "unsubscribe_links", "action_keys")
        for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()
        for value in map(str, row.values())
    ]
    clocks = {f"{moment:%H:%M}" for moment in moments} | {f"{moment + timedelta(hours=48):%H:%M}" for moment in moments}
    assert not [value for value in kept if any(clock in value for clock in clocks)]
    assert any("2023-05-10" in value for value in kept)


def test_after_cancelling_the_last_copy_of_the_address_is_gone_even_for_the_worker(
    browser, action, worker, mailbox, keyring
):
    rsvp = make.rsvp(action, ADDRESS)
    token, id_ = rsvp.token, rsvp.id

    browser.post(f"/en/rsvps/{token}/cancel")
    worker.run_until_idle()

    assert len(mailbox.to(ADDRESS)) == 1
    assert db.session.get(Rsvp, id_).box is None
    assert {delivery.to_sealed for delivery in db.session.scalars(db.select(Delivery))} == {None}


def test_what_is_erased_is_gone_from_the_file_after_the_nightly_purge(app, action, worker, settings, at):
    rsvp = make.rsvp(action, ADDRESS)
    box, index = bytes(rsvp.box), bytes(rsvp.blind_index)
    db.session.commit()
    files = [settings.INSTANCE_DIR / name for name in ("campaign.db", "campaign.db-wal")]
    before = b"".join(read_aside(*files).values())
    at.set(action.ends_at + timedelta(days=8))

    with worker.at_work():
        worker.worker.purge()

    after = b"".join(read_aside(*files).values())
    assert box[-64:] in before
    assert index in before
    assert box[-64:] not in after
    assert index not in after


WEB_PROCESS = """
import json, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from datetime import datetime
from pathlib import Path
from campaign import clock, create_app
from campaign.extensions import db
from config import Settings
from tests import make
from tests.clients import Visitor
from tests.rsvps.forms import send, with_address
folder = Path(sys.argv[1])
app = create_app(Settings(
    SECRET_KEY="k" * 40, SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'campaign.db'}", BASE_URL="http://localhost",
    INSTANCE_DIR=folder, KEYS_DIR=folder / "keys", TESTING=True,
))
clock.now = lambda: datetime.fromisoformat("2023-05-10T14:00:00+00:00")
with app.app_context():
    db.create_all()
    action = make.action()
    db.session.commit()
    page = send(Visitor(app), action, with_address(action, sys.argv[2]))
    box, rsvp_id, action_id = db.session.execute(db.text("SELECT box, id, action_id FROM rsvps")).one()
keys = [path for path in opened if path.startswith(str(folder / "keys"))]
print(json.dumps({"status": page.status_code, "box": box.hex(), "id": rsvp_id, "action": action_id, "keys": keys}))
"""


def test_the_web_process_reads_no_private_key_and_cannot_open_what_it_sealed(tmp_path):
    folder = tmp_path / "web"
    folder.mkdir()
    keyfiles.make(folder / "keys")

    ran = subprocess.run(
        [sys.executable, "-c", WEB_PROCESS, str(folder), ADDRESS],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    box = bytes.fromhex(said["box"])
    assert said["status"] == 200
    assert {path.rpartition("keys")[2] for path in said["keys"]} == {"/web/intake-1.pub"}
    assert Entered.open(Keyring(folder / "keys"), box, said["action"], said["id"]).email == ADDRESS
    sealer = Sealer(folder / "keys")
    assert [name for name in dir(sealer) if not name.startswith("_")] == ["seal"]
    with pytest.raises(TypeError):
        sealing._SUITE.decrypt(box[5:], sealer._key, b"")


def _written(*folders):
    """All files of an installation but the key files, which hold nothing but keys."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file() and path.parent.parent.name != "keys")


def _dump(path):
    """The database as text: bytes that a page of the file breaks in two lie together here."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        dumped = "\n".join(connection.iterdump()).encode()
    connection.close()
    return dumped


def _spellings(secret):
    """The ways in which text turns up in files and logs."""
    plain = secret.encode()
    yield plain
    yield plain.hex().encode()
    yield secret.encode("utf-16-le")
    yield quote(secret).encode()
    yield quote(secret, safe="@").encode()
    yield quopri.encodestring(plain, quotetabs=False).strip()
    yield json.dumps(secret)[1:-1].encode()
    yield repr(plain)[2:-1].encode()
    for shift in range(3):  # base64 of a text that holds it, wherever it begins
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[4:-4]
