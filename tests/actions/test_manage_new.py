"""A first draft."""

from datetime import datetime

import pytest

from campaign.accounts.membership import Level as Membership
from campaign.actions.models import Action, Status
from campaign.columns import Texts
from campaign.extensions import db
from tests import make
from tests.actions.writing import begun, by_slug, parsed


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    make.action(make.team("Other people"), slug="taken")
    return make.campaign(team)


@pytest.fixture
def draft(cause):
    return make.action(cause=cause, publish=False, slug="march")


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_a_first_draft_is_kept_and_nobody_else_sees_it(alice, cause):
    page = alice.post("/manage/actions/new", data=begun(cause))

    action = by_slug("protest-cansec")
    assert page.status_code == 303
    assert page.location == f"/manage/actions/{action.id}"
    assert action.status is Status.DRAFT
    assert action.starts_at.isoformat() == "2023-05-31T11:00:00+00:00"
    assert action.ends_local == datetime(2023, 5, 31, 9, 30)
    assert action.uid.endswith("@localhost")
    assert "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)" in alice.get(page.location).text
    assert alice.get("/en/actions/protest-cansec").status_code == 404
    assert action.uid not in alice.get("/calendar.ics").text


def test_a_title_that_somebody_has_gets_an_address_of_its_own(alice, cause):
    alice.post("/manage/actions/new", data=begun(cause, title="Taken"))

    assert by_slug("taken-2").title == Texts(en="Taken")


def test_a_title_without_latin_letters_gets_an_address_too(alice, cause):
    alice.post("/manage/actions/new", data=begun(cause, title="Мир"))

    assert by_slug("action").title == Texts(en="Мир")


def test_the_form_proposes_the_campaigns_zone_and_city(alice, team):
    make.campaign(team, zone="America/Vancouver", city="Vancouver")

    page = parsed(alice.get("/manage/actions/new"))

    assert page.find(id="zone").find("option", selected=True)["value"] == "America/Vancouver"
    assert page.find(id="city")["value"] == "Vancouver"


def test_without_a_campaign_the_page_says_what_comes_first(alice):
    page = alice.get("/manage/actions/new")

    assert "A campaign comes first" in page.text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"title": " "}, "title", "Enter a title."),
        ({"title": "x" * 121}, "title", "Use at most 120 characters."),
        ({"starts-day": "32"}, "starts", "There is no such date. Check the day and the month."),
        ({"starts-month": "6"}, "starts", "There is no such date. Check the day and the month."),
        ({"starts-time": ""}, "starts", "Enter a time, such as 7:00 or 19:30."),
        ({"ends-time": "6:59"}, "ends", "It ends before it starts. If it ends on another day, give that day."),
        ({"ends-time": "7:00"}, "ends", "It ends before it starts. If it ends on another day, give that day."),
        (
            {"ends-day": "1", "ends-month": "8", "ends-year": "2023"},
            "ends",
            "It can last 60 days at most: people’s addresses are kept until it is over.",
        ),
        ({"ends-day": "31"}, "ends", "The date needs a day, a month and a year."),
        ({"zone": "Europe/Nowhere"}, "zone", "Choose a time zone from the list."),
        (
            {"starts-day": "12", "starts-month": "3", "starts-time": "2:30", "ends-time": "4:00"},
            "starts",
            "The clocks go forward over that hour, so there is no such time. Do you mean 3:30 am?",
        ),
        (
            {"starts-day": "12", "starts-month": "3", "starts-time": "1:30", "ends-time": "2:15"},
            "ends",
            "The clocks go forward over that hour, so there is no such time. Do you mean 3:15 am?",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_words_beside_the_field_and_kept(alice, cause, changes, field, words):
    page = alice.post("/manage/actions/new", data=begun(cause, **changes))

    soup = parsed(page)
    assert page.status_code == 422
    assert soup.title.text.startswith("Error: ")
    summary = soup.find(id="errors")
    assert "autofocus" in summary.attrs
    assert [link.text for link in summary.find_all("a", href=f"#{field}")] == [words]
    assert words in soup.find(id=f"{field}-e").text
    assert soup.find(id=field)
    kept = {tag["name"]: tag["value"] for tag in soup.find_all("input", value=True) if tag.get("name")}
    typed = {name: value for name, value in begun(cause, **changes).items() if name in kept}
    normal = {"starts-time": {"6:59": "06:59", "2:30": "02:30", "1:30": "01:30"}}
    for name, value in typed.items():
        assert kept[name] in (value, f"0{value}", normal.get(name, {}).get(value), value.strip()), name
    assert db.session.scalar(db.select(Action.id).where(Action.slug == "protest-cansec")) is None


def test_a_clock_change_during_the_action_is_no_mistake(alice, cause):
    night = {"starts-day": "12", "starts-month": "3", "starts-time": "1:00", "ends-time": "4:00"}

    page = alice.post("/manage/actions/new", data=begun(cause, **night))

    assert page.status_code == 303
    action = by_slug("protest-cansec")
    assert (action.ends_at - action.starts_at).total_seconds() == 2 * 3600


def test_a_campaign_of_other_people_cannot_be_written_for(alice, cause):
    foreign = make.campaign(make.team("Rivals"))

    page = alice.post("/manage/actions/new", data=begun(foreign))

    assert page.status_code == 422
    assert db.session.scalar(db.select(Action.id).where(Action.campaign_id == foreign.id)) is None


def test_a_moderator_cannot_write_for_the_team(client, team, cause):
    client.sign_in(make.account("Bob", team, level=Membership.MODERATOR))

    page = client.post("/manage/actions/new", data=begun(cause))

    assert page.status_code == 422
    assert db.session.scalar(db.select(Action.id).where(Action.campaign_id == cause.id)) is None
