"""Feeds as a calendar program meets them."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from campaign.actions.models import Kind
from campaign.actions.parts import AgendaItem
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

FEEDS = ["/calendar.ics", "/campaigns/arms-fair/calendar.ics", "/actions/protest-cansec.ics"]
EVERYWHERE = [prefix + feed for feed in FEEDS for prefix in ("", "/en", "/fr", "/es")]


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms-fair")


@pytest.fixture
def action(cause):
    return make.action(slug="protest-cansec", cause=cause)


@pytest.fixture
def other(cause):
    """One that stands in the way."""
    return make.action(slug="vigil", starts=datetime(2023, 5, 30, 19, 0), cause=cause)


def events(response):
    assert response.status_code == 200, response.text
    return {str(event["UID"]): event for event in Calendar.from_ical(response.data).walk("VEVENT")}


# ------------------------------------------------------------------ what stands where


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_feed_holds_the_action_by_its_one_uid(client, action, path):
    [event] = events(client.get(path)).values()

    assert event["UID"] == action.uid
    assert event.start == action.starts_at


def test_the_sites_feed_holds_every_campaign_and_a_campaigns_its_own(client, action):
    elsewhere = make.action(cause=make.campaign(slug="elsewhere"))

    assert set(events(client.get("/calendar.ics"))) == {action.uid, elsewhere.uid}
    assert set(events(client.get("/campaigns/arms-fair/calendar.ics"))) == {action.uid}
    assert set(events(client.get("/campaigns/elsewhere/calendar.ics"))) == {elsewhere.uid}


def test_actions_stand_in_the_order_of_time(client, action, other):
    assert list(events(client.get("/calendar.ics"))) == [other.uid, action.uid]


def test_drafts_stand_nowhere(client, cause, other):
    make.action(slug="secret", cause=cause, publish=False)

    assert set(events(client.get("/calendar.ics"))) == {other.uid}
    assert set(events(client.get("/campaigns/arms-fair/calendar.ics"))) == {other.uid}
    assert client.get("/actions/secret.ics").status_code == 404


def test_what_is_unlisted_has_its_own_file_only(client, cause, other):
    hidden = make.action(slug="hidden", cause=cause, unlisted=True)

    assert set(events(client.get("/calendar.ics"))) == {other.uid}
    assert set(events(client.get("/campaigns/arms-fair/calendar.ics"))) == {other.uid}
    assert set(events(client.get("/actions/hidden.ics"))) == {hidden.uid}


@pytest.mark.parametrize("path", ["/calendar.ics", "/es/calendar.ics"])
def test_a_new_site_has_an_empty_feed(client, app, path):
    response = client.get(path)

    assert events(response) == {}
    assert Calendar.from_ical(response.data)["X-WR-CALNAME"] == "Campaigns and actions"


def test_a_feed_is_named_for_its_campaign_and_points_home(client, action):
    feed = Calendar.from_ical(client.get("/fr/campaigns/arms-fair/calendar.ics").data)

    assert feed["X-WR-CALNAME"] == feed["NAME"] == "Ottawa Against the Arms Fair"
    assert feed["URL"] == "http://localhost/fr/campaigns/arms-fair"
    assert feed["SOURCE"] == "http://localhost/fr/campaigns/arms-fair/calendar.ics"
    assert feed["X-WR-TIMEZONE"] == "America/Toronto"


def test_addresses_come_from_the_settings_and_not_from_the_host(client, action):
    text = client.get("/calendar.ics", headers={"Host": "127.0.0.1"}).text

    assert "127.0.0.1" not in text
    assert "http://localhost/en/actions/protest-cansec" in text


def test_a_translated_title_is_in_the_feed_of_its_language(client, action):
    action.title = Texts(en="Protest CANSEC", fr="Manifestons contre CANSEC")

    titles = {
        path: str(next(iter(events(client.get(path)).values()))["SUMMARY"])
        for path in ("/calendar.ics", "/en/calendar.ics", "/fr/calendar.ics", "/es/calendar.ics")
    }

    assert titles == {
        "/calendar.ics": "Protest CANSEC",
        "/en/calendar.ics": "Protest CANSEC",
        "/fr/calendar.ics": "Manifestons contre CANSEC",
        "/es/calendar.ics": "Protest CANSEC",
    }


def test_on_request_the_agenda_stands_there_too(client, action):
    action.agenda = [AgendaItem(minutes_from_start=50, text=Texts(en="Keynote"))]

    feed = client.get("/calendar.ics?agenda=1")

    assert [str(event["SUMMARY"]) for event in events(feed).values()] == ["Protest CANSEC", "Protest CANSEC – Keynote"]
    assert Calendar.from_ical(feed.data)["SOURCE"] == "http://localhost/calendar.ics?agenda=1"
    assert len(events(client.get("/actions/protest-cansec.ics?agenda=1"))) == 2
    assert len(events(client.get("/calendar.ics?agenda=0"))) == 1


@pytest.mark.parametrize("prefix", ["", "/en", "/fr", "/es"])
def test_each_kind_of_action_has_a_feed(client, action, cause, prefix):
    vigil = make.action(cause=cause, kind=Kind.VIGIL)

    assert set(events(client.get(f"{prefix}/calendar/vigil.ics"))) == {vigil.uid}
    assert set(events(client.get(f"{prefix}/calendar/protest.ics"))) == {action.uid}
    assert events(client.get(f"{prefix}/calendar/training.ics")) == {}
    assert client.get(f"{prefix}/calendar/riot.ics").status_code == 404


def test_the_calendar_page_leads_to_the_feed_of_each_kind(client, action):
    page = client.get("/fr/calendar").text

    assert all(f'href="/fr/calendar/{kind}.ics"' in page for kind in Kind)


def test_without_a_language_a_campaign_and_its_actions_speak_their_own(client, cause, action):
    cause.language = "fr"
    action.title = Texts(en="Protest", fr="Manifestons")

    for path in ("/campaigns/arms-fair/calendar.ics", "/actions/protest-cansec.ics"):
        [event] = events(client.get(path)).values()
        assert event["SUMMARY"] == "Manifestons"


# ------------------------------------------------------------------ the window


def test_the_sites_feed_forgets_what_ended_sixty_days_ago_and_others_do_not(client, at, action):
    at.set(datetime(2023, 7, 30, 23, 59, tzinfo=UTC))  # the action ended on 31 May, 13:30 UTC
    assert set(events(client.get("/calendar.ics"))) == {action.uid}

    at.set(datetime(2023, 7, 31, 0, 0, tzinfo=UTC))

    assert set(events(client.get("/calendar.ics"))) == set()
    assert set(events(client.get("/campaigns/arms-fair/calendar.ics"))) == {action.uid}
    assert set(events(client.get("/actions/protest-cansec.ics"))) == {action.uid}


def test_a_cancelled_action_stays_in_the_sites_feed_until_its_day_has_passed(client, at, action):
    action.cancel(at())
    at.set(datetime(2023, 5, 31, 23, 59, tzinfo=UTC))
    [event] = events(client.get("/calendar.ics")).values()
    assert event["STATUS"] == "CANCELLED"

    at.set(datetime(2023, 6, 1, 0, 0, tzinfo=UTC))

    assert events(client.get("/calendar.ics")) == {}


def test_all_that_is_to_come_stands_there(client, cause):
    far = make.action(cause=cause, starts=datetime(2036, 5, 31, 7, 0))

    assert set(events(client.get("/calendar.ics"))) == {far.uid}


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_feed_says_what_it_is_and_sets_nothing(client, action, path):
    response = client.get(path, headers={"Accept": "text/html", "Accept-Language": "es"})

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["ETag"].startswith('"')
    assert "Set-Cookie" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_a_feed_is_looked_at_and_a_file_is_saved(client, action):
    disposition = {path: client.get(path).headers["Content-Disposition"] for path in FEEDS}

    assert list(disposition.values()) == [
        'inline; filename="calendar.ics"',
        'inline; filename="arms-fair.ics"',
        'attachment; filename="protest-cansec.ics"',
    ]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_head_is_get_without_the_body(client, action, path):
    get, head = client.get(path), client.head(path)

    assert head.status_code == 200
    assert head.data == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


def test_other_methods_are_refused(client, action):
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        assert client.open("/calendar.ics", method=method).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        *("/actions/nothing.ics", "/fr/actions/nothing.ics", "/campaigns/nothing/calendar.ics"),
        *("/actions/.ics", "/actions/protest-cansec", "/de/calendar.ics", "/actions/a%00b.ics", "/actions/%0d%0aX.ics"),
    ],
)
def test_what_is_not_there_is_not_found(client, action, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"


# ------------------------------------------------------------------ has it changed?


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_either_validator_gives_304(client, action, path, method):
    first = client.get(path)

    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = client.open(path, method=method, headers={name: value})

        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Cache-Control"] == "public, max-age=300"
        assert "Content-Type" not in again.headers


@pytest.mark.parametrize("asked", ["*", "W/{}", '"x", {}', '{},W/"y"', '"a","b" , W/{}'])
def test_an_etag_is_found_in_lists_and_when_it_is_weak(client, action, asked):
    etag = client.get("/calendar.ics").headers["ETag"]

    assert client.get("/calendar.ics", headers={"If-None-Match": asked.format(etag)}).status_code == 304


@pytest.mark.parametrize("asked", ['"x"', 'W/"x"', "", "nonsense", '"a","b"', "{}x"])
def test_another_etag_gives_the_feed(client, action, asked):
    etag = client.get("/calendar.ics").headers["ETag"].strip('"')

    assert client.get("/calendar.ics", headers={"If-None-Match": asked.format(etag)}).status_code == 200


@pytest.mark.parametrize("since", ["Wed, 10 May 2023 13:59:59 GMT", "nonsense", "", "0", "10 May"])
def test_an_older_or_unreadable_date_gives_the_feed(client, action, since):
    assert client.get("/calendar.ics", headers={"If-Modified-Since": since}).status_code == 200


def test_the_etag_counts_when_both_are_sent(client, action):
    late = "Fri, 01 Jan 2100 00:00:00 GMT"
    etag = client.get("/calendar.ics").headers["ETag"]

    def status(etag):
        headers = {"If-None-Match": etag, "If-Modified-Since": late}
        return client.get("/calendar.ics", headers=headers).status_code

    assert status('"old"') == 200
    assert status(etag) == 304


@pytest.mark.parametrize("path", EVERYWHERE)
def test_a_range_is_not_cut_out(client, action, path):
    assert client.get(path, headers={"Range": "bytes=0-9"}).status_code == 200


def _retitle(action, now):
    action.title = Texts(en="Another title")
    action.touch(now)


CHANGES = {
    "cancelled": lambda action, now: action.cancel(now),
    "postponed": lambda action, now: action.postpone(now),
    "moved": lambda action, now: action.move(datetime(2023, 6, 1, 7), datetime(2023, 6, 1, 9), "America/Toronto", now),
    "relocated": lambda action, now: action.relocate("Elsewhere", "1 Other Street", now),
    "retitled": _retitle,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("path", FEEDS)
def test_a_change_is_told_to_those_who_ask_by_either_validator(client, at, action, path, change):
    before = client.get(path)
    at.forward(timedelta(minutes=1))
    CHANGES[change](action, at())

    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    later = client.get(path, headers={"If-Modified-Since": before.headers["Last-Modified"]})

    assert after.status_code == later.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.last_modified == before.last_modified + timedelta(minutes=1)
    [event] = events(after).values()
    assert event["UID"] == action.uid
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == at()
    assert event["SEQUENCE"] == (0 if change == "retitled" else 1)


def test_a_feed_stays_the_same_while_nothing_happens(client, at, action):
    first = client.get("/calendar.ics")
    at.forward(timedelta(days=20))

    again = client.get("/calendar.ics")

    assert again.data == first.data
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Last-Modified"] == first.headers["Last-Modified"]


def test_the_midnight_that_moves_the_window_is_a_change(client, at, action, other):
    """`other` ended on 30 May in Ottawa, which is 31 May, 1:30, in UTC."""
    at.set(datetime(2023, 7, 30, 23, 0, tzinfo=UTC))
    before = client.get("/calendar.ics")

    at.set(datetime(2023, 8, 5, 12, 0, tzinfo=UTC))
    after = client.get("/calendar.ics", headers={"If-Modified-Since": before.headers["Last-Modified"]})

    assert before.last_modified == datetime(2023, 5, 10, 14, 0, tzinfo=UTC)
    assert after.status_code == 200
    assert after.last_modified == datetime(2023, 7, 31, 0, 0, tzinfo=UTC)


def test_an_action_that_others_can_not_see_does_not_change_a_feed(client, at, action, cause):
    before = client.get("/calendar.ics")
    make.action(cause=make.campaign(slug="quiet"), publish=False)

    after = client.get("/campaigns/arms-fair/calendar.ics"), client.get("/calendar.ics")

    assert set(events(after[0])) == set(events(before))
    assert set(events(after[1])) == set(events(before))


# ------------------------------------------------------------------ old names


@pytest.mark.parametrize("prefix", ["", "/fr"])
@pytest.mark.parametrize("query", ["", "?agenda=1"])
def test_an_old_name_leads_to_the_new_one(client, action, cause, prefix, query):
    db.session.add(FormerSlug(kind="action", slug="old-protest", subject_id=action.id))
    db.session.add(FormerSlug(kind="campaign", slug="old-fair", subject_id=cause.id))

    moved = (
        client.get(f"{prefix}/actions/old-protest.ics{query}"),
        client.get(f"{prefix}/campaigns/old-fair/calendar.ics{query}"),
    )

    assert [response.status_code for response in moved] == [301, 301]
    assert [response.headers["Location"] for response in moved] == [
        f"{prefix}/actions/protest-cansec.ics{query}",
        f"{prefix}/campaigns/arms-fair/calendar.ics{query}",
    ]


def test_an_old_name_that_is_somebody_elses_now_is_theirs(client, action, other):
    db.session.add(FormerSlug(kind="action", slug="vigil", subject_id=action.id))

    assert set(events(client.get("/actions/vigil.ics"))) == {other.uid}


def test_the_old_name_of_a_draft_is_not_found(client, cause):
    draft = make.action(slug="draft", cause=cause, publish=False)
    db.session.add(FormerSlug(kind="action", slug="older", subject_id=draft.id))

    assert client.get("/actions/older.ics").status_code == 404
