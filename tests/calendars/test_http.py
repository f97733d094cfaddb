"""What programs ask for that aren't asking nicely, and two processes that answer the same."""

import gzip
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.actions.parts import AgendaItem
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

ROOT = Path(__file__).parents[2]
FEEDS = [
    "/calendar.ics",
    "/fr/calendar/protest.ics",
    "/es/campaigns/arms-fair/calendar.ics?agenda=1",
    "/actions/protest.ics",
]


@pytest.fixture
def action(app):
    action = make.action(slug="protest", cause=make.campaign(slug="arms-fair"))
    action.agenda = [AgendaItem(minutes_from_start=50, text=Texts(en="Keynote", fr="Discours"))]
    return action


# ------------------------------------------------------------------ headers that change nothing


@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(
    "accept", ["text/html", "application/x-nothing", "*/*;q=0", "text/calendar;q=0", "", "nonsense", ";;,", "a" * 4000]
)
def test_whatever_one_would_rather_have_it_is_a_calendar(client, action, path, accept):
    response = client.get(path, headers={"Accept": accept, "Accept-Language": "tlh", "Accept-Charset": "utf-7"})

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.data.startswith(b"BEGIN:VCALENDAR\r\n")


@pytest.mark.parametrize(
    "asked", ["bytes=0-9", "bytes=-5", "bytes=9999999-", "bytes=5-1", "lines=1-2", "x", "bytes=0-0,5-9"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_range_gets_the_whole(client, action, asked, method):
    whole = client.get("/calendar.ics")

    response = client.open("/calendar.ics", method=method, headers={"Range": asked, "If-Range": whole.headers["ETag"]})

    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(whole.data))
    assert "Content-Range" not in response.headers


def test_who_has_it_all_is_told_so_whatever_part_they_ask_for(client, action):
    etag = client.get("/calendar.ics").headers["ETag"]

    assert client.get("/calendar.ics", headers={"Range": "bytes=0-9", "If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("header", ["If-Match", "If-Unmodified-Since"])
@pytest.mark.parametrize("value", ['"x"', "*", "Wed, 10 May 2000 14:00:00 GMT", "nonsense"])
def test_conditions_for_writing_are_not_asked_of_readers(client, action, header, value):
    assert client.get("/calendar.ics", headers={header: value}).status_code == 200


# ------------------------------------------------------------------ codings


@pytest.mark.parametrize(
    ("accepted", "coded"),
    [
        *(("identity;q=0, gzip", True), ("gzip;q=1.0, identity; q=0.5, *;q=0", True), ("*;q=0, gzip;q=0.001", True)),
        *(("identity;q=0", False), ("identity;q=0, br", False), ("gzip;q=0, identity;q=0", False), ("*;q=0", False)),
    ],
)
def test_who_takes_neither_form_gets_it_plain(client, action, accepted, coded):
    plain = client.get("/calendar.ics").data

    response = client.get("/calendar.ics", headers={"Accept-Encoding": accepted})

    assert response.status_code == 200
    assert (response.headers.get("Content-Encoding") == "gzip") is coded
    assert (gzip.decompress(response.data) if coded else response.data) == plain


@pytest.mark.parametrize("path", FEEDS)
def test_head_says_of_the_gzipped_form_what_get_says(client, action, path):
    packed = {"Accept-Encoding": "gzip"}
    get, head = client.get(path, headers=packed), client.head(path, headers=packed)

    assert head.data == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Content-Encoding", "Vary"):
        assert head.headers[name] == get.headers[name]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["If-None-Match", "If-Modified-Since", "Accept-Encoding", "Range", "Accept", "Cookie", "Host2"]),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
        st.lists(st.sampled_from(['"', "W/", "*", ",", " ", ";q=", "0", "gzip", "a", "\\"]), max_size=12).map("".join),
    ),
)
def test_no_header_breaks_it(client, header, value):
    response = client.get("/calendar.ics", headers={header: value.strip()})

    assert response.status_code in (200, 304)
    assert (response.status_code == 304) is not bool(response.data)
    assert "Set-Cookie" not in response.headers


# ------------------------------------------------------------------ the same everywhere

ELSEWHERE = """
import json, sys

from pathlib import Path
from campaign import create_app
from config import Settings
database, folder, keys, paths = json.loads(sys.argv[1])
app = create_app(Settings(
    SECRET_KEY="a key for tests only, 32 characters and more", SQLALCHEMY_DATABASE_URI=database,
    BASE_URL="http://localhost", INSTANCE_DIR=Path(folder), KEYS_DIR=Path(keys), TESTING=True))
answers = [app.test_client().get(path) for path in paths]
told = [[a.status_code, a.headers["ETag"], a.headers["Last-Modified"], a.data.decode()] for a in answers]
sys.stdout.write(json.dumps(told))
"""


def test_another_process_with_another_hash_seed_answers_with_the_same_bytes_tags_and_dates(
    client, action, settings, tmp_path
):
    for number, zone in enumerate(["Europe/Paris", "Africa/Cairo", "Asia/Kathmandu", "America/Lima", "UTC"]):
        make.action(cause=action.campaign, zone=zone, starts=datetime(2035, 5, 1 + number, 12))
    paths = [path for path in FEEDS if not path.startswith(("/calendar.ics", "/fr/"))]  # those with no window
    mine = [client.get(path) for path in paths]
    db.session.commit()

    given = [settings.SQLALCHEMY_DATABASE_URI, str(tmp_path / "elsewhere"), str(settings.KEYS_DIR), paths]

    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, json.dumps(given)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        capture_output=True,
        check=True,
    ).stdout

    here = [[one.status_code, one.headers["ETag"], one.headers["Last-Modified"], one.data.decode()] for one in mine]
    assert json.loads(told) == here
