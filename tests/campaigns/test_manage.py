"""Campaigns, for their organizers."""

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import db
from tests import make


@pytest.fixture
def team(app):
    make.campaign(make.team("Other people"), slug="taken")
    return make.team()


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_an_owner_begins_the_first_campaign_of_a_new_installation(alice, team):
    page = alice.post("/manage/campaigns/new", data=filled_in(team))

    cause = by_slug("ottawa-against-the-arms-fair")
    assert page.status_code == 303
    assert page.location == "/manage/actions/new"
    assert cause.team_id == team.id
    assert cause.name == Texts(en="Ottawa Against the Arms Fair")
    assert (cause.zone, cause.city, cause.language) == ("America/Toronto", "Ottawa", "en")
    assert alice.get(f"/en/campaigns/{cause.slug}").status_code == 200


def test_it_is_written_in_the_language_that_was_chosen(alice, team):
    alice.post("/manage/campaigns/new", data=filled_in(team, language="fr", name="Ottawa sans armes"))

    cause = by_slug("ottawa-sans-armes")
    assert cause.language == "fr"
    assert cause.claim == Texts(fr="No arms for repression")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "Enter the name of the campaign."),
        ({"claim": ""}, "claim", "Enter what it is for, in a few words."),
        ({"zone": "nowhere"}, "zone", "Choose a time zone from the list."),
        ({"about": "x" * 1001}, "about", "Use at most 1000 characters."),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field_and_the_rest_kept(alice, team, changes, field, words):
    page = alice.post("/manage/campaigns/new", data=filled_in(team, **changes))

    soup = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 422
    assert [link.text for link in soup.find(id="errors")("a", href=f"#{field}")] == [words]
    assert soup.find(id="city")["value"] == "Ottawa"


def test_nobody_begins_one_for_a_team_that_isnt_theirs(alice):
    rivals = make.team("Rivals")

    page = alice.post("/manage/campaigns/new", data=filled_in(rivals))

    assert page.status_code == 422
    assert db.session.scalars(db.select(Campaign).where(Campaign.team_id == rivals.id)).all() == []


def test_a_moderator_begins_none(client, team):
    client.sign_in(make.account("Mo", team, level=Level.MODERATOR))

    assert client.post("/manage/campaigns/new", data=filled_in(team)).status_code == 422


def test_texts_are_changed_in_its_own_language_only(alice, team):
    cause = make.campaign(team, name=Texts(en="Old name", fr="Vieux nom"))

    page = alice.fill_in(f"/manage/campaigns/{cause.id}/edit", filled_in(team, name="New name", slug=cause.slug))

    assert page.status_code == 303
    assert cause.name == Texts(en="New name", fr="Vieux nom")


def test_a_changed_address_leads_on_from_the_old_one(alice, team):
    cause = make.campaign(team, slug="old")

    alice.fill_in(f"/manage/campaigns/{cause.id}/edit", filled_in(team, slug="new"))

    assert alice.get("/en/campaigns/old").location == "/en/campaigns/new"


def test_an_address_that_somebody_has_is_refused(alice, team):
    cause = make.campaign(team, slug="mine")

    page = alice.fill_in(f"/manage/campaigns/{cause.id}/edit", filled_in(team, slug="taken"))

    assert page.status_code == 422
    assert cause.slug == "mine"


def test_texts_are_translated_beside_the_original(alice, team):
    cause = make.campaign(team)

    alice.fill_in(f"/manage/campaigns/{cause.id}/translations/es", {"name": "Ottawa contra la feria", "claim": ""})

    assert cause.name["es"] == "Ottawa contra la feria"
    assert "es" not in cause.claim
    assert "Ottawa contra la feria" in alice.get(f"/es/campaigns/{cause.slug}").text


def test_an_outsider_finds_no_such_campaign(client, team):
    cause = make.campaign(team)
    client.sign_in(make.account("Charlie", make.team("Rivals")))

    page = client.post(f"/manage/campaigns/{cause.id}/edit", data=filled_in(team, name="Ours now"))

    assert page.status_code == 404
    assert cause.name == Texts(en="Ottawa Against the Arms Fair")


def filled_in(team, **changes):
    return {
        "team": str(team.id),
        "language": "en",
        "name": "Ottawa Against the Arms Fair",
        "claim": "No arms for repression",
        "lede": "What we ask.",
        "about": "Who we are.",
        "city": "Ottawa",
        "zone": "America/Toronto",
        **changes,
    }


def by_slug(slug):
    return db.session.scalars(db.select(Campaign).where(Campaign.slug == slug)).one()
