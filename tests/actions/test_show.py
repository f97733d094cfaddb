"""The page of an action."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign import clock
from campaign.actions.models import Level
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.articles.models import LinkKind
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices
from tests import make


@pytest.fixture
def action(app):
    return make.action(
        slug="protest-cansec",
        summary=Texts(en="Meet us at the gates."),
        why=Texts(en="Because *arms* kill."),
        who=Texts(en="Everyone."),
        directions=Texts(en="By the airport."),
        agenda=[
            AgendaItem(minutes_from_start=50, text=Texts(en="The minister’s keynote")),
            AgendaItem(minutes_from_start=-15, text=Texts(en="Marshals meet")),
        ],
        meeting_points=[MeetingPoint(name=Texts(en="South Keys"), minutes_from_start=-40, address="Bank Street")],
        blocks=[Block(kind=BlockKind.BRING, text=Texts(en="- Water\n- A sign"))],
        key_figures=[KeyFigure(figure=Texts(en="49"), text=Texts(en="deaths"))],
    )


def _words(page):
    return re.sub(r"\s+", " ", BeautifulSoup(page.text, "html.parser").main.get_text(" "))


def _event(page):
    [block] = BeautifulSoup(page.text, "html.parser").find_all("script")
    assert block["type"] == "application/ld+json"
    return json.loads(block.string)


def test_it_tells_all_that_is_needed_to_come(client, action):
    make.article(action.campaign, about=[action], title=Texts(en="The figures"), slug="figures")

    page = client.get("/en/actions/protest-cansec")

    words = _words(page)
    for fact in (
        "31 Wednesday May 2023",
        "When Wednesday 31 May 2023, 7:00 am Ottawa time (EDT)",
        "Where EY Centre, 4899 Uplands Drive, Ottawa",
        "Who Everyone.",
        "Because arms kill.",
        "49 deaths",
        "6:45 am Marshals meet 7:50 am The minister’s keynote",
        "By the airport.",
        "6:20 am · South Keys · Bank Street",
        "What to bring Water A sign",
        "Why The figures",
    ):
        assert fact in words
    assert page.status_code == 200
    assert 'datetime="2023-05-31T07:00-04:00"' in page.text
    assert 'href="/en/articles/figures"' in page.text


def test_maps_calendars_and_sharing_are_plain_links(client, action):
    page = BeautifulSoup(client.get("/en/actions/protest-cansec").text, "html.parser")

    links = {link["href"] for link in page.find_all("a")}
    assert "geo:0,0?q=4899%20Uplands%20Drive%2C%20Ottawa" in links
    assert "https://www.openstreetmap.org/search?query=4899%20Uplands%20Drive%2C%20Ottawa" in links
    assert any(link.endswith("/en/actions/protest-cansec.ics") for link in links)
    assert any(link.startswith("https://calendar.google.com/") for link in links)
    assert any(link.startswith("mailto:?") and "http%3A//localhost/en/actions/protest-cansec" in link for link in links)
    assert page.find("input", id="page-address")["value"] == "http://localhost/en/actions/protest-cansec"


def test_links_to_other_sites_say_nothing_of_this_one(client, action):
    page = BeautifulSoup(client.get("/en/actions/protest-cansec").text, "html.parser")

    foreign = [link for link in page.find_all("a") if link["href"].startswith("https:")]
    assert foreign
    assert all("noreferrer" in link["rel"] for link in foreign)


def test_the_form_stands_there_while_rsvps_are_taken(client, action):
    page = BeautifulSoup(client.get("/en/actions/protest-cansec").text, "html.parser")

    form = page.find("form")
    assert form["method"] == "post"
    assert form["action"] == "/en/actions/protest-cansec/rsvp#errors"
    names = {field["name"] for field in form.find_all("input")}
    assert names == {"answer", "name", "email", "party_size", "reminders", "consent", "stamp", "website"}
    assert not form.find("input", {"name": "reminders"}).has_attr("checked")
    assert not form.find("input", {"name": "consent"}).has_attr("checked")


def test_an_action_that_only_counts_asks_for_nothing_else(client):
    make.action(slug="count", level=Level.COUNT)

    form = BeautifulSoup(client.get("/en/actions/count").text, "html.parser").find("form")

    assert {field["name"] for field in form.find_all("input")} == {"answer", "party_size", "stamp", "website"}


# ------------------------------------------------------------------ states


def test_when_it_is_over_it_takes_no_rsvps_and_says_so(client, action, at):
    at.set(action.ends_at - timedelta(seconds=1))
    assert "<form" in client.get("/en/actions/protest-cansec").text

    at.set(action.ends_at)
    page = client.get("/en/actions/protest-cansec")

    assert page.status_code == 200
    assert "<form" not in page.text
    assert "This action is over" in page.text


def test_a_cancelled_one_says_so_first_and_keeps_its_date(client, action):
    notices.cancel(action, "Storm", clock.now())

    page = client.get("/en/actions/protest-cansec")

    assert "<title>Cancelled: Protest CANSEC" in page.text
    assert "When Cancelled. It was planned for: Wednesday 31 May 2023, 7:00 am" in _words(page)
    assert "<form" not in page.text
    assert _event(page)["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_postponed_one_says_that_a_date_will_follow(client, action):
    notices.postpone(action, "Storm", clock.now())

    page = client.get("/en/actions/protest-cansec")

    assert "When Postponed. The new date will stand here. It was planned for: Wednesday 31 May" in _words(page)
    assert "<form" not in page.text
    assert _event(page)["eventStatus"] == "https://schema.org/EventPostponed"


def test_a_moved_one_names_every_date_that_it_had(client, action, at):
    for day, venue in ((1, "EY Centre"), (2, "City Hall")):
        at.forward(timedelta(minutes=5))
        start = datetime(2023, 6, day, 8, 0)
        end = start + timedelta(hours=2)
        notices.move(action, start, end, action.zone, venue, action.address, "Ottawa", "Storm", clock.now())

    page = client.get("/en/actions/protest-cansec")

    assert (
        "When Moved. Now: Friday 2 June 2023, 8:00 am Ottawa time (EDT) "
        "Before, it was to be: Wednesday 31 May 2023, 7:00 am · EY Centre, 4899 Uplands Drive, Ottawa "
        "Before, it was to be: Thursday 1 June 2023, 8:00 am · EY Centre, 4899 Uplands Drive, Ottawa "
        "Where City Hall, 4899 Uplands Drive, Ottawa"
    ) in _words(page)
    assert "<form" in page.text
    assert _event(page)["eventStatus"] == "https://schema.org/EventRescheduled"
    assert "7:45 am Marshals meet 8:50 am" in _words(page)


def test_a_full_one_shows_no_form(client):
    make.action(slug="full", capacity=5, seats_taken=5)

    page = client.get("/en/actions/full")

    assert page.status_code == 200
    assert "All places are taken" in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize(
    ("people", "words"),
    [
        (0, "Fewer than 10 people are coming so far."),
        (9, "Fewer than 10 people are coming so far."),
        (10, "10 or more people are coming so far."),
        (20, "10 or more people are coming so far."),
        (21, "More than 20 people are coming so far."),
        (200, "More than 100 people are coming so far."),
        (214, "More than 200 people are coming so far."),
        (1_900, "More than 1,000 people are coming so far."),
    ],
)
def test_how_many_come_is_told_in_steps(client, action, people, words):
    action.public_count = people

    page = client.get("/en/actions/protest-cansec")

    assert words in _words(page)
    assert "214" not in page.text


# ------------------------------------------------------------------ who finds it


def test_a_draft_has_no_page(client):
    make.action(slug="draft", publish=False)

    assert client.get("/en/actions/draft").status_code == 404


def test_an_unlisted_one_has_a_page_that_asks_not_to_be_indexed(client, action):
    action.unlisted = True

    page = client.get("/en/actions/protest-cansec")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert "canonical" not in page.text


def test_an_old_slug_leads_to_the_new_one_for_good(client, action):
    db.session.add(FormerSlug(kind="action", slug="old", subject_id=action.id))

    page = client.get("/fr/actions/old")

    assert page.status_code == 301
    assert page.location == "/fr/actions/protest-cansec"


def test_a_slug_that_is_in_use_again_belongs_to_the_one_that_uses_it(client, action):
    db.session.add(FormerSlug(kind="action", slug="protest-cansec", subject_id=make.action().id))

    assert client.get("/en/actions/protest-cansec").status_code == 200


def test_the_old_slug_of_a_draft_leads_nowhere(client):
    draft = make.action(slug="draft", publish=False)
    db.session.add(FormerSlug(kind="action", slug="old", subject_id=draft.id))

    assert client.get("/en/actions/old").status_code == 404


def test_search_engines_are_told_the_same_facts(client, action):
    event = _event(client.get("/en/actions/protest-cansec"))

    assert event["@type"] == "Event"
    assert event["name"] == "Protest CANSEC"
    assert event["startDate"] == "2023-05-31T07:00-04:00"
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert event["location"]["address"] == "4899 Uplands Drive, Ottawa"
    assert event["url"] == "http://localhost/en/actions/protest-cansec"


def test_what_happened_is_told_apart_from_why(client, action):
    article = make.article(action.campaign, about=[action], title=Texts(en="A report"))
    article.links[0].kind = LinkKind.WHAT_HAPPENED

    assert "What happened A report" in _words(client.get("/en/actions/protest-cansec"))


def test_a_draft_article_is_not_shown_on_its_action(client, action):
    make.article(action.campaign, about=[action], title=Texts(en="Half written"), publish=False)

    assert "Half written" not in client.get("/en/actions/protest-cansec").text


def test_winter_time_is_called_winter_time(client):
    make.action(slug="winter", starts=datetime(2024, 1, 31, 7, 0))

    assert "Ottawa time (EST)" in client.get("/en/actions/winter").text


def test_the_page_is_the_same_for_an_hour_and_need_not_be_sent_twice(client, action, at):
    at.set(datetime(2023, 5, 10, 14, 0, tzinfo=UTC))
    first = client.get("/en/actions/protest-cansec")
    at.forward(timedelta(minutes=59))
    again = client.get("/en/actions/protest-cansec", headers={"If-None-Match": first.headers["ETag"]})
    at.forward(timedelta(minutes=1))
    next_hour = client.get("/en/actions/protest-cansec", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "no-cache"
    assert again.status_code == 304
    assert again.data == b""
    assert "Content-Security-Policy" in again.headers
    assert next_hour.status_code == 200
