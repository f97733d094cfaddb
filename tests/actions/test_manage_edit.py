"""Everything on an action's page, and its address."""

from datetime import datetime, time, timedelta

import pytest

from campaign.actions.models import Level
from campaign.actions.parts import AgendaItem
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from tests import make
from tests.actions.writing import WHEN, edited, parsed
from tests.clients import sent_by


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


def test_everything_on_the_page_can_be_written_without_a_script(alice, draft):
    page = alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))

    assert page.status_code == 303
    assert draft.summary == Texts(en="Meet us at the gates.")
    assert [(item.minutes_from_start, item.text["en"]) for item in draft.agenda] == [
        (-15, "Marshals meet"),
        (50, "The minister’s keynote"),
    ]
    [point] = draft.meeting_points
    assert (point.name["en"], point.minutes_from_start, point.address) == ("Bus stop", -30, "Uplands Drive")
    [figure] = draft.key_figures
    assert (figure.figure["en"], figure.text["en"]) == ("49", "deaths")
    assert {block.kind.value: block.text["en"] for block in draft.blocks} == {"bring": "Water.", "access": "Ramp."}
    assert (draft.latitude, draft.longitude) == (45.3236, -75.657)
    assert draft.capacity == 40
    assert draft.unlisted


def test_the_form_shows_what_there_is_and_saving_it_as_it_is_changes_nothing(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))
    before = content_of(draft)

    shown = sent_by(alice.get(f"/manage/actions/{draft.id}/edit"))
    alice.fill_in(f"/manage/actions/{draft.id}/edit", shown)

    assert content_of(draft) == before


def test_rows_keep_their_identity_and_their_other_languages(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))
    draft.agenda[0].text = Texts(en="Marshals meet", fr="Les responsables se réunissent")
    kept = draft.agenda[0].id

    shown = sent_by(alice.get(f"/manage/actions/{draft.id}/edit"))
    shown["agenda-0-text"] = "Marshals gather"
    alice.fill_in(f"/manage/actions/{draft.id}/edit", shown)

    assert draft.agenda[0].id == kept
    assert draft.agenda[0].text == Texts(en="Marshals gather", fr="Les responsables se réunissent")


def test_an_emptied_row_is_dropped(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))

    shown = sent_by(alice.get(f"/manage/actions/{draft.id}/edit"))
    shown |= {"agenda-0-time": "", "agenda-0-text": "", "points-0-name": "", "points-0-time": ""}
    shown |= {"points-0-address": "", "block_bring": ""}
    alice.fill_in(f"/manage/actions/{draft.id}/edit", shown)

    assert [item.text["en"] for item in draft.agenda] == ["The minister’s keynote"]
    assert draft.meeting_points == []
    assert [block.kind.value for block in draft.blocks] == ["access"]


def test_a_row_of_another_action_is_not_touched(alice, draft, team):
    other = make.action(make.team("Rivals"), publish=False)
    other.agenda = [AgendaItem(minutes_from_start=0, text=Texts(en="Theirs"))]
    db.session.flush()

    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"agenda-0-id": str(other.agenda[0].id)})

    assert [item.text["en"] for item in other.agenda] == ["Theirs"]
    assert [item.text["en"] for item in draft.agenda] == ["Marshals meet", "The minister’s keynote"]


@pytest.mark.parametrize("name", ["agenda", "points", "figures"])
def test_another_row_is_added_without_a_script_and_nothing_typed_is_lost(alice, draft, name):
    before = content_of(draft)
    typed = edited(draft, title="Half-written, without") | {"starts-day": "99", "add": name}

    page = alice.fill_in(f"/manage/actions/{draft.id}/edit", typed)

    soup = parsed(page)
    assert page.status_code == 200
    assert soup.find(id="errors") is None
    assert soup.find("input", {"name": "title"})["value"] == "Half-written, without"
    assert soup.find("input", {"name": "starts-day"})["value"] == "99"
    rows = {tag["name"].split("-")[1] for tag in soup.find_all("input") if (tag.get("name") or "").startswith(name)}
    assert len(rows) == {"agenda": 3, "points": 2, "figures": 2}[name]
    assert content_of(draft) == before


def test_the_plan_moves_with_a_draft_whose_start_is_changed_only_where_its_hours_are(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))

    shown = sent_by(alice.get(f"/manage/actions/{draft.id}/edit")) | {"starts-time": "8:00"}
    alice.fill_in(f"/manage/actions/{draft.id}/edit", shown)

    assert [draft.at_minute(item.minutes_from_start).time() for item in draft.agenda] == [time(6, 45), time(7, 50)]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"agenda-0-time": ""}, "agenda-0-time", "Enter a time for this line of the plan."),
        ({"agenda-1-text": ""}, "agenda-1-text", "Enter what happens then."),
        ({"agenda-1-time": "soon"}, "agenda-1-time", "Write the time like 7:00 or 19:30."),
        ({"points-0-name": ""}, "points-0-name", "Enter a name for this meeting point."),
        ({"figures-0-text": ""}, "figures-0-text", "Enter what the figure counts."),
        ({"figures-0-figure": ""}, "figures-0-figure", "Enter the figure."),
        ({"position": "here"}, "position", "Write latitude and longitude like 45.3236, -75.6570."),
        ({"capacity": "lots"}, "capacity", "Enter a whole number from 1 to 100000."),
        ({"capacity": "0"}, "capacity", "Enter a whole number from 1 to 100000."),
        (
            {"level": "count"},
            "capacity",
            "To keep places for people, they must be asked for an address: choose reminders.",
        ),
        ({"slug": "Not OK"}, "slug", "Use small letters a to z, digits, and single hyphens between them."),
        ({"slug": "taken"}, "slug", "Another action has this address, or had it. Choose a different one."),
        ({"why": "x" * 8001}, "why", "Use at most 8000 characters."),
        ({"block_media": "x" * 3001}, "block_media", "Use at most 3000 characters."),
    ],
)
def test_what_cannot_be_is_refused_in_words_beside_the_field(alice, draft, changes, field, words):
    before = content_of(draft)

    page = alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | changes)

    soup = parsed(page)
    assert page.status_code == 422
    assert [link.text for link in soup.find(id="errors").find_all("a", href=f"#{field}")] == [words]
    assert soup.find(id=field)["aria-invalid"] == "true"
    assert content_of(draft) == before


def test_fewer_places_than_are_taken_cannot_be(alice, draft):
    draft.capacity, draft.seats_taken = 50, 30

    page = alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"capacity": "29"})

    assert page.status_code == 422
    assert "30 places are taken already." in page.text
    assert draft.capacity == 50


def test_time_and_place_of_what_is_public_are_not_changed_by_editing(alice, cause, at):
    action = make.action(cause=cause, slug="march")

    page = alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action) | WHEN | {"starts-day": "30"})

    assert page.status_code == 303
    assert action.starts_local == datetime(2023, 5, 31, 7, 0)
    assert action.venue == "EY Centre"
    assert action.summary == Texts(en="Meet us at the gates.")
    assert "starts-day" not in alice.get(f"/manage/actions/{action.id}/edit").text


def test_a_changed_text_of_what_is_public_is_seen_by_browsers_and_calendars(alice, cause, at):
    action = make.action(cause=cause, slug="march")
    before = action.changed_at
    at.forward(timedelta(minutes=10))

    alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action, title="March on the fair"))

    assert action.changed_at > before
    assert cause.changed_at == action.changed_at
    assert "March on the fair" in alice.get("/en/actions/march").text


def test_the_level_stays_once_somebody_has_answered(alice, cause):
    action = make.action(cause=cause, slug="march")
    make.rsvp(action, state="unverified")

    page = alice.get(f"/manage/actions/{action.id}/edit")
    alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action) | {"level": "count", "capacity": ""})

    assert "Somebody has answered, so this stays." in page.text
    assert action.level is Level.REMINDERS


def test_the_level_can_be_chosen_until_then(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"level": "count", "capacity": ""})

    assert draft.level is Level.COUNT


def test_a_changed_address_leads_on_from_the_old_one(alice, cause):
    action = make.action(cause=cause, slug="march")

    alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action) | {"slug": "march-on-the-fair"})

    moved = alice.get("/en/actions/march")
    assert (moved.status_code, moved.location) == (301, "/en/actions/march-on-the-fair")
    assert alice.get("/actions/march.ics").status_code == 301


def test_it_can_change_back(alice, cause):
    action = make.action(cause=cause, slug="march")

    for slug in ("second", "march"):
        alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action) | {"slug": slug})

    assert alice.get("/en/actions/march").status_code == 200
    assert alice.get("/en/actions/second").location == "/en/actions/march"


def test_nobody_takes_an_address_that_leads_somewhere(alice, cause, draft):
    action = make.action(cause=cause, slug="vigil")
    alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action) | {"slug": "vigil-at-dusk"})

    page = alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"slug": "vigil"})

    assert page.status_code == 422
    assert draft.slug == "march"


def test_the_address_of_a_draft_was_nobodys_to_know(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"slug": "elsewhere"})

    assert draft.slug == "elsewhere"
    assert db.session.scalars(db.select(FormerSlug)).all() == []


def test_an_address_left_empty_stays(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"slug": ""})

    assert draft.slug == "march"


def content_of(action):
    """All that is kept of an action and of the rows that belong to it."""
    db.session.refresh(action)
    rows = [action, *action.agenda, *action.meeting_points, *action.key_figures, *action.blocks]
    return [{column.key: getattr(row, column.key) for column in row.__table__.columns} for row in rows]
