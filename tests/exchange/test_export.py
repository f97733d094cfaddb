"""Everything of a campaign as a file."""

from datetime import datetime

import pytest
from icalendar import Calendar

from campaign.accounts.membership import Level
from campaign.campaigns import slugs
from campaign.columns import Texts
from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, slug="arms")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def export(client, cause, query=""):
    return client.get(f"/manage/exchange/campaigns/{cause.id}.ics{query}")


def events(response):
    return {str(event["UID"]): event for event in Calendar.from_ical(response.data).walk("VEVENT")}


def test_it_holds_all_that_was_ever_public_and_no_drafts(alice, cause, at):
    over = make.action(cause=cause, starts=datetime(2021, 5, 31, 7))
    unlisted = make.action(cause=cause, unlisted=True)
    cancelled = make.action(cause=cause)
    cancelled.cancel(at())
    make.action(cause=cause, publish=False)
    make.action(cause=make.campaign(cause.team))

    found = events(export(alice, cause))

    assert found.keys() == {over.uid, unlisted.uid, cancelled.uid}
    assert found[cancelled.uid]["STATUS"] == "CANCELLED"


def test_drafts_are_in_it_on_request(alice, cause):
    draft = make.action(cause=cause, publish=False)

    assert events(export(alice, cause, "?drafts=1"))[draft.uid]["STATUS"] == "TENTATIVE"


def test_it_speaks_the_campaigns_language_and_is_saved_under_its_name(alice, cause):
    cause.language = "fr"
    action = make.action(cause=cause, title=Texts(en="Vigil", fr="Veillée"))

    response = export(alice, cause)

    assert events(response)[action.uid]["SUMMARY"] == "Veillée"
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="arms.ics"'
    assert response.headers["Cache-Control"] == "no-store"


def test_who_comes_is_nowhere_in_it(alice, cause):
    action = make.action(cause=cause)
    make.rsvp(action, "ada@example.org", name="Ada Lovelace", party_size=7)

    text = export(alice, cause).text

    for word in ("ada@example.org", "Ada", "ATTENDEE", "alice@example.org", "team@example.org"):
        assert word not in text


def test_moderators_may_have_it_and_outsiders_not(app, client, team, cause):
    bob = client.sign_in(make.account("Bob", team, level=Level.MODERATOR))
    charlie = type(client)(app).sign_in(make.account("Charlie", make.team("Other people")))

    assert export(bob, cause).status_code == 200
    assert export(charlie, cause).status_code == 404


def test_the_overview_leads_to_all_of_it(alice, cause):
    page = alice.get("/manage/exchange/").text

    assert f'href="/manage/exchange/campaigns/{cause.id}.ics"' in page
    assert f'href="/manage/exchange/campaigns/{cause.id}.ics?drafts=1"' in page
    assert f'href="/manage/exchange/imports/new?campaign={cause.id}"' in page
    assert 'href="/en/subscribe/campaigns/arms"' in page
    assert f'href="/manage/exchange/campaigns/{cause.id}.ics"' in alice.get("/manage/campaigns/").text


def test_who_has_no_campaign_is_told_so(client):
    client.sign_in(make.account("Dina", make.team("New people")))

    assert "A campaign comes first" in client.get("/manage/exchange/").text


def test_a_new_name_and_address_leave_the_uid_as_it_was(alice, cause):
    action = make.action(cause=cause, slug="old")
    before = events(export(alice, cause)).keys()
    slugs.change("action", action, "new", was_public=True)
    action.title = Texts(en="Another name")

    after = events(export(alice, cause))

    assert after.keys() == before
    assert after[action.uid]["SUMMARY"] == "Another name"
    assert events(alice.get("/actions/new.ics")).keys() == before
    assert alice.get("/fr/actions/old.ics").location == "/fr/actions/new.ics"
