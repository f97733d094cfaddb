"""Everything at once, as khal (with vdirsyncer) and calcurse show it: date by date what the database says."""

import threading
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from campaign.actions.models import Status
from tests.interop import commands
from tests.interop.commands import Shown

pytestmark = pytest.mark.interop

PREFIX = {Status.CANCELLED: "Cancelled: ", Status.POSTPONED: "Postponed: "}
STATES = {Status.PUBLISHED: "CONFIRMED", Status.POSTPONED: "TENTATIVE", Status.CANCELLED: "CANCELLED"}


@pytest.fixture
def address(app):
    """Where the site listens."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def expected(actions, *, whole=True):
    return {
        Shown(
            action.starts_local.date() if action.all_day else action.starts_at,
            action.ends_local.date() if action.all_day else action.ends_at,
            f"{PREFIX.get(action.status, '')}{action.title['en']}",
            *((action.place, STATES[action.status]) if whole else ()),
        )
        for action in actions
    }


def plan(actions, *, whole=True):
    """The items of each agenda, which last until the end."""
    return {
        Shown(
            action.starts_at + timedelta(minutes=item.minutes_from_start),
            action.ends_at,
            f"{action.title['en']} – {item.text['en']}",
            *((action.place, STATES[action.status]) if whole else ()),
        )
        for action in actions
        for item in action.agenda
    }


def test_khal_shows_what_vdirsyncer_fetched_and_fetches_it_once(actions, address, tmp_path):
    commands.fetched_by_vdirsyncer(f"{address}/en/campaigns/arms/calendar.ics?agenda=1", tmp_path)

    shown = commands.khal_shows(tmp_path, "2023-05-01", "2024-06-30")

    assert {Shown(s.start, s.end, s.title, s.place, s.status) for s in shown} == expected(actions) | plan(actions)
    long = next(action for action in actions if "平和" in action.title["en"])
    [description] = [one.description for one in shown if one.title == long.title["en"]]
    assert description == f"{long.summary['en']}\n\nhttp://localhost/en/actions/{long.slug}"


def test_calcurse_shows_the_same(client, actions, tmp_path):
    feed = client.get("/en/campaigns/arms/calendar.ics?agenda=1").data

    assert commands.calcurse_shows(feed, tmp_path) == expected(actions, whole=False) | plan(actions, whole=False)


def test_calcurse_shows_french_to_who_subscribes_in_french(client, actions, tmp_path):
    feed = client.get("/fr/campaigns/arms/calendar.ics").data

    titles = {shown.title for shown in commands.calcurse_shows(feed, tmp_path)}

    assert "Summer in Ottawa (fr)" in titles
    assert len(titles) == len({action.title["en"] for action in actions})
