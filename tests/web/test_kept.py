"""Pages are rendered once and handed out until something changes, and never a moment longer."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import template_rendered
from sqlalchemy import update

from campaign import versions
from campaign.actions.models import Action
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

pytestmark = pytest.mark.both

PAGES = ["/en/", "/en/calendar", "/en/campaigns/arms-fair", "/en/actions/protest-cansec", "/en/articles/why"]


@pytest.fixture
def action(app):
    cause = make.campaign(slug="arms-fair")
    action = make.action(slug="protest-cansec", cause=cause)
    make.article(cause, slug="why", about=[action])
    return action


@pytest.fixture
def renderings(app):
    seen = []

    def note(_app, template, **_more):
        seen.append(template.name)

    with template_rendered.connected_to(note, app):
        yield seen


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_rendered_once(client, action, renderings, path):
    first = client.get(path)

    again = client.get(path)

    assert len(renderings) == 1
    assert (again.status_code, again.data) == (200, first.data)
    assert dict(again.headers) == dict(first.headers)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_is_told_so_unrendered(client, action, renderings, path, method):
    etag = client.get(path).headers["ETag"]

    again = client.open(path, method=method, headers={"If-None-Match": etag})

    assert len(renderings) == 1
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert "Content-Type" not in again.headers
    assert "default-src 'none'" in again.headers["Content-Security-Policy"]


def test_head_of_what_is_kept_has_every_header_and_no_body(client, action):
    get = client.get("/en/")

    head = client.head("/en/")

    assert head.data == b""
    assert dict(head.headers) == dict(get.headers)


def _retitle(action):
    action.title = Texts(en="Another title")


def _count(action):
    db.session.execute(update(Action).values(public_count=214))


def _rename_the_campaign(action):
    action.campaign.name = Texts(en="Another name")


def _move_the_article(action):
    make.article(action.campaign, slug="news", title=Texts(en="News"), about=[action])


@pytest.mark.parametrize("change", [_retitle, _count, _rename_the_campaign, _move_the_article])
def test_a_change_is_seen_by_the_next_who_asks(client, action, change):
    before = client.get("/en/actions/protest-cansec")
    change(action)

    after = client.get("/en/actions/protest-cansec", headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert after.data != before.data


def test_what_no_page_shows_leaves_pages_alone(client, action, renderings):
    client.get("/en/")
    make.rsvp(action, "ada@example.org")
    make.account("Alice", action.campaign.team)
    numbers = versions.read(db.session)

    client.get("/en/")

    assert renderings.count("site/index.html") == 1
    assert numbers == versions.read(db.session)


def test_numbers_only_grow_even_when_the_clock_goes_back(app, action, at):
    db.session.commit()
    before = versions.read(db.session)
    at.set(datetime(2020, 1, 1, tzinfo=UTC))

    action.touch(at())
    db.session.commit()

    after = versions.read(db.session)
    assert after.pages > before.pages
    assert after.feeds > before.feeds


def test_what_was_rolled_back_is_never_seen(client, action, renderings):
    client.get("/en/")
    action.title = Texts(en="Never")
    db.session.flush()
    db.session.rollback()

    client.get("/en/")

    assert len(renderings) == 1


def test_a_page_made_while_something_changes_is_made_again(app, client, action, renderings):
    """It is kept under the number that was read before it was made."""

    def change(_app, template, **_more):
        if len(renderings) == 1:
            with db.engine.begin() as elsewhere:
                versions.raise_(elsewhere, feeds=True)

    with template_rendered.connected_to(change, app):
        client.get("/en/")
    client.get("/en/")
    client.get("/en/")

    assert len(renderings) == 2


def test_time_alone_makes_a_page_another(client, action, at):
    at.set(datetime(2023, 5, 31, 13, 29, tzinfo=UTC))
    open_ = client.get("/en/actions/protest-cansec")

    at.forward(timedelta(minutes=1))
    over = client.get("/en/actions/protest-cansec")

    assert 'name="answer"' in open_.text
    assert 'name="answer"' not in over.text


def test_a_host_that_is_not_ours_gets_nothing_that_is_kept(client, action):
    client.get("/en/")

    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 400


def test_ports_that_somebody_makes_up_push_out_no_host(client, action, renderings):
    for port in range(8000, 8020):
        assert client.get("/en/", headers={"Host": f"127.0.0.1:{port}"}).status_code == 200
    client.get("/en/")

    client.get("/en/")

    assert len(renderings) == 2  # once for each name


def test_an_address_with_a_query_is_answered_anew(client, action, renderings):
    for number in range(3):
        assert client.get(f"/en/?x={number}").status_code == 200

    assert len(renderings) == 3


def test_a_page_that_is_not_there_is_not_kept(client, action):
    assert client.get("/en/actions/new").status_code == 404
    make.action(slug="new", cause=action.campaign)

    assert client.get("/en/actions/new").status_code == 200


def test_an_old_address_is_never_answered_from_what_stood_there(client, action):
    client.get("/en/actions/protest-cansec")
    action.slug = "renamed"

    assert client.get("/en/actions/protest-cansec").status_code == 404
