"""The page of a campaign."""

from datetime import datetime

from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from tests import make


def test_it_shows_its_own_actions_and_articles_only(client):
    cause, other = make.campaign(slug="arms"), make.campaign()
    make.action(cause=cause)
    make.action(cause=other, title=Texts(en="Elsewhere"))
    make.article(cause)
    make.article(other, title=Texts(en="Other reading"))

    page = client.get("/en/campaigns/arms").text

    assert "<h1>No arms for repression</h1>" in page
    assert "Protest CANSEC" in page
    assert "What Canada sells to Peru" in page
    assert "Elsewhere" not in page
    assert "Other reading" not in page
    assert "/campaigns/arms/calendar.ics" in page


def test_an_action_of_another_year_is_listed_with_its_year(client):
    cause = make.campaign(slug="arms")
    make.action(cause=cause, starts=datetime(2024, 5, 29, 7, 0))

    assert "Wednesday 29 May 2024, 7:00 am" in client.get("/en/campaigns/arms").text


def test_states_stand_in_the_list_in_words(client, at):
    cause = make.campaign(slug="arms")
    make.action(cause=cause, title=Texts(en="Off")).cancel(at())
    make.action(cause=cause, title=Texts(en="Later")).postpone(at())
    make.action(cause=cause, title=Texts(en="Crowded"), capacity=3, seats_taken=3)

    page = client.get("/en/campaigns/arms").text

    assert "Cancelled</span>" in page
    assert "Postponed</span>" in page
    assert "Full</span>" in page
    assert "#rsvp" not in page


def test_without_actions_it_says_what_to_do(client):
    make.campaign(slug="arms")

    assert "No actions are planned at the moment." in client.get("/en/campaigns/arms").text


def test_an_old_slug_leads_to_the_new_one(client):
    cause = make.campaign(slug="arms")
    db.session.add(FormerSlug(kind="campaign", slug="old", subject_id=cause.id))

    page = client.get("/en/campaigns/old")

    assert (page.status_code, page.location) == (301, "/en/campaigns/arms")
    assert client.get("/en/campaigns/never").status_code == 404
