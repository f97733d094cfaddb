"""Publish, postpone, move, cancel: asked first, told once."""

from datetime import datetime, timedelta

import pytest

from campaign.accounts.membership import Level as Membership
from campaign.actions.models import Level, Status
from campaign.calendars import entries
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages.models import Rule
from campaign.outbox.models import Occasion
from tests import make
from tests.actions.writing import WHEN, edited, parsed
from tests.clients import Visitor, sent_by

THERE = WHEN | {"starts-day": "7", "starts-month": "6", "venue": "City Hall", "address": "110 Laurier Avenue, Ottawa"}


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def draft(cause):
    return make.action(cause=cause, publish=False, slug="march")


@pytest.fixture
def action(cause):
    """Published; Ada comes and wants reminders, somebody without an address comes too."""
    action = make.action(cause=cause, slug="protest")
    make.rsvp(action, "ada@example.org", party_size=2)
    make.rsvp(action)
    make.rsvp(make.action(cause=cause), "noise@example.org")
    return action


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_publishing_asks_first_and_reads_every_time_back_in_words(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))

    page = alice.get(f"/manage/actions/{draft.id}/publish")

    assert "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)" in page.text
    assert "Wednesday 31 May 2023, 9:30 am, Ottawa time (EDT)" in page.text
    assert "Wednesday 31 May 2023, 6:45 am: Marshals meet" in page.text
    assert "Bus stop, Wednesday 31 May 2023, 6:30 am" in page.text
    assert draft.status is Status.DRAFT


def test_a_published_action_has_its_page_and_its_reminders(alice, draft):
    page = alice.post(f"/manage/actions/{draft.id}/publish")

    assert page.status_code == 303
    assert "Published." in alice.get(page.location).text
    assert draft.status is Status.PUBLISHED
    assert alice.get("/en/actions/march").status_code == 200
    assert draft.uid in alice.get("/calendar.ics").text
    assert len(db.session.scalars(db.select(Rule).where(Rule.action_id == draft.id)).all()) == 5


def test_publishing_twice_is_publishing_once(alice, draft):
    alice.post(f"/manage/actions/{draft.id}/publish")

    page = alice.post(f"/manage/actions/{draft.id}/publish")

    assert page.status_code == 409
    assert "published already" in page.text
    assert len(draft.announced) == 1


@pytest.mark.parametrize("missing", ["reply_address", "postal_address"])
def test_nothing_is_published_without_the_teams_addresses(alice, team, draft, missing):
    setattr(team, missing, "")

    asked = alice.get(f"/manage/actions/{draft.id}/publish")
    page = alice.post(f"/manage/actions/{draft.id}/publish")

    assert "Give the team a reply address and a postal address first" in asked.text
    assert parsed(asked).find("button", string="Publish") is None
    assert page.status_code == 409
    assert draft.status is Status.DRAFT


def test_what_counts_only_says_that_nobody_can_be_told(alice, draft):
    draft.level = Level.COUNT

    page = alice.get(f"/manage/actions/{draft.id}/publish")

    assert "Nobody is asked for an address" in page.text


def test_a_member_may_publish_and_a_moderator_may_not(app, team, draft):
    moderator = Visitor(app).sign_in(make.account("Mo", team, level=Membership.MODERATOR))
    bob = Visitor(app).sign_in(make.account("Bob", team, level=Membership.ORGANIZER))

    assert moderator.post(f"/manage/actions/{draft.id}/publish").status_code == 403
    assert bob.post(f"/manage/actions/{draft.id}/publish").status_code == 303


def test_those_who_answered_are_told_once_why_it_is_cancelled(alice, worker, mailbox, action):
    page = alice.post(f"/manage/actions/{action.id}/cancel", data={"reason": "Storm"})
    worker.run_until_idle()
    worker.run_until_idle()

    assert page.status_code == 303
    assert action.status is Status.CANCELLED
    [letter] = mailbox.to("ada@example.org")
    assert "Storm" in letter.text
    assert mailbox.to("noise@example.org") == []


def test_cancelling_asks_first_and_says_how_many_are_told(alice, action):
    page = alice.get(f"/manage/actions/{action.id}/cancel")

    assert "This can’t be undone." in page.text
    assert "1 person who answered is told by mail." in page.text
    assert action.status is Status.PUBLISHED


@pytest.mark.parametrize("verb", ["cancel", "postpone"])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_without_a_reason_nothing_is_called_off(alice, action, verb, reason):
    page = alice.post(f"/manage/actions/{action.id}/{verb}", data={"reason": reason})

    assert page.status_code == 422
    assert parsed(page).find(id="reason")["aria-invalid"] == "true"
    assert action.status is Status.PUBLISHED


def test_what_is_cancelled_stays_cancelled(alice, action):
    alice.post(f"/manage/actions/{action.id}/cancel", data={"reason": "Storm"})
    shown = sent_by(alice.get(f"/manage/actions/{action.id}/move"))

    for verb, data in (
        ("cancel", {"reason": "Again"}),
        ("postpone", {"reason": "Later"}),
        ("publish", {}),
        ("move", THERE | {"reason": "Elsewhere", "confirm": "yes"}),
    ):
        assert alice.post(f"/manage/actions/{action.id}/{verb}", data=shown | data).status_code == 409, verb
    assert action.status is Status.CANCELLED
    assert len(db.session.scalars(db.select(Occasion).where(Occasion.kind == "notice")).all()) == 1


@pytest.mark.parametrize(("verb", "data"), [("cancel", {"reason": "x"}), ("postpone", {"reason": "x"})])
def test_a_draft_is_neither_cancelled_nor_postponed(alice, draft, verb, data):
    assert alice.post(f"/manage/actions/{draft.id}/{verb}", data=data).status_code == 409
    assert draft.status is Status.DRAFT


def test_a_draft_is_not_moved(alice, draft):
    page = alice.fill_in(f"/manage/actions/{draft.id}/move", THERE | {"reason": "x", "confirm": "yes"})

    assert page.status_code == 409
    assert draft.starts_local == datetime(2023, 5, 31, 7, 0)


def test_postponing_tells_those_who_answered_and_waits_for_a_date(alice, worker, mailbox, action):
    page = alice.post(f"/manage/actions/{action.id}/postpone", data={"reason": "The minister is ill"})
    worker.run_until_idle()

    assert page.status_code == 303
    assert action.status is Status.POSTPONED
    [letter] = mailbox.to("ada@example.org")
    assert "The minister is ill" in letter.text
    assert "Set the new date" in alice.get(f"/manage/actions/{action.id}").text


def test_a_move_is_shown_in_words_old_and_new_before_anybody_is_told(alice, action):
    page = alice.fill_in(f"/manage/actions/{action.id}/move", THERE | {"reason": "The fair has moved"})

    assert page.status_code == 200
    struck, told = parsed(page)("s"), parsed(page).find("button", value="yes").text
    assert [words.text for words in struck] == [
        "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)",
        "EY Centre, 4899 Uplands Drive, Ottawa",
    ]
    assert "Wednesday 7 June 2023, 7:00 am, Ottawa time (EDT)" in page.text
    assert "City Hall, 110 Laurier Avenue, Ottawa" in page.text
    assert told == "Move it and tell 1 person"
    assert action.starts_local == datetime(2023, 5, 31, 7, 0)


def test_a_move_that_is_confirmed_is_told_once_from_what_to_what(alice, worker, mailbox, action):
    first = alice.fill_in(f"/manage/actions/{action.id}/move", THERE | {"reason": "The fair has moved"})
    again = {tag["name"]: tag["value"] for tag in parsed(first).main("input", type="hidden")}

    page = alice.fill_in(f"/manage/actions/{action.id}/move", again | {"confirm": "yes"})
    worker.run_until_idle()

    assert page.status_code == 303
    assert action.starts_local == datetime(2023, 6, 7, 7, 0)
    assert (action.venue, action.address) == ("City Hall", "110 Laurier Avenue, Ottawa")
    [letter] = mailbox.to("ada@example.org")
    assert "31 May 2023" in letter.text
    assert "7 June 2023" in letter.text
    assert "The fair has moved" in letter.text


def test_on_second_thoughts_the_form_comes_back_as_it_was(alice, action):
    page = alice.fill_in(f"/manage/actions/{action.id}/move", THERE | {"reason": "Hm", "confirm": "change"})

    assert parsed(page).find(id="starts")["value"] == "7"
    assert parsed(page).find(id="reason")["value"] == "Hm"
    assert action.starts_local == datetime(2023, 5, 31, 7, 0)


def test_a_postponed_action_gets_its_new_date_by_a_move(alice, action):
    alice.post(f"/manage/actions/{action.id}/postpone", data={"reason": "x"})

    alice.fill_in(f"/manage/actions/{action.id}/move", THERE | {"reason": "A date at last", "confirm": "yes"})

    assert action.status is Status.PUBLISHED
    assert action.starts_local == datetime(2023, 6, 7, 7, 0)


def test_a_postponed_action_can_be_back_on_at_its_old_date(alice, action):
    alice.post(f"/manage/actions/{action.id}/postpone", data={"reason": "x"})

    page = alice.fill_in(f"/manage/actions/{action.id}/move", WHEN | {"reason": "It is on", "confirm": "yes"})

    assert page.status_code == 303
    assert action.status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"starts-day": "31", "starts-month": "6"}, "starts", "There is no such date. Check the day and the month."),
        ({"ends-time": "6:00"}, "ends", "It ends before it starts. If it ends on another day, give that day."),
        ({"zone": "Mars/Olympus"}, "zone", "Choose a time zone from the list."),
        ({"reason": ""}, "reason", "Enter a reason. One sentence is enough."),
    ],
)
def test_a_move_to_what_cannot_be_is_refused_even_if_confirmed(alice, action, changes, field, words):
    data = THERE | {"reason": "x", "confirm": "yes"} | changes

    page = alice.fill_in(f"/manage/actions/{action.id}/move", data)

    assert page.status_code == 422
    assert [link.text for link in parsed(page).find(id="errors").find_all("a", href=f"#{field}")] == [words]
    assert action.starts_local == datetime(2023, 5, 31, 7, 0)


def test_a_move_to_where_it_is_already_is_none(alice, action):
    page = alice.fill_in(f"/manage/actions/{action.id}/move", WHEN | {"reason": "x", "confirm": "yes"})

    assert page.status_code == 422
    assert "That is when and where it takes place already." in page.text
    assert action.revision == 0


VANCOUVER = THERE | {"zone": "America/Vancouver", "city": "Vancouver", "reason": "The fair has moved"}


def test_a_move_to_another_city_calls_each_time_by_its_own(alice, worker, mailbox, action):
    first = alice.fill_in(f"/manage/actions/{action.id}/move", VANCOUVER)
    alice.fill_in(f"/manage/actions/{action.id}/move", VANCOUVER | {"confirm": "yes"})
    worker.run_until_idle()

    shown = parsed(first).find("dl", class_="facts").text
    [letter] = mailbox.to("ada@example.org")
    told = " ".join(letter.text.split())
    public = " ".join(parsed(alice.get("/en/actions/protest")).main.text.split())
    own = " ".join(parsed(alice.get(f"/manage/actions/{action.id}")).main.text.split())
    entry = entries.of_action(action, "en", "http://localhost")
    assert "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)" in shown
    assert "Wednesday 7 June 2023, 7:00 am, Vancouver time (PDT)" in shown
    assert "- Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)" in told
    assert "now: Wednesday 7 June 2023, 7:00 am to 9:30 am, Vancouver time (PDT)" in told
    assert "Wednesday 7 June 2023, 7:00 am Vancouver time (PDT)" in public
    for page in (public, own):
        assert "Wednesday 31 May 2023, 7:00 am Ottawa time (EDT)" in page
    assert entry.description.startswith("Moved from Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT).")


def test_a_new_zone_that_is_called_by_the_old_city_is_pointed_out(alice, action):
    words = "is still called by Ottawa"

    forgotten = alice.fill_in(f"/manage/actions/{action.id}/move", VANCOUVER | {"city": "Ottawa"})
    changed = alice.fill_in(f"/manage/actions/{action.id}/move", VANCOUVER)

    assert words in forgotten.text
    assert words not in changed.text


def test_another_city_alone_is_a_move(alice, action):
    data = WHEN | {"city": "Gatineau", "reason": "Over the river", "confirm": "yes"}

    alice.fill_in(f"/manage/actions/{action.id}/move", data)

    assert [date.city for date in action.announced] == ["Ottawa", "Gatineau"]
    assert [date.city for date in action.earlier] == ["Ottawa"]


def test_another_spelling_of_the_city_is_no_move(alice, action):
    alice.fill_in(f"/manage/actions/{action.id}/edit", edited(action, city="Ottawa (Odawa)"))

    assert [date.city for date in action.announced] == ["Ottawa (Odawa)"]
    assert action.revision == 0


def test_what_is_over_offers_no_more_decisions(alice, at, action):
    at.set(action.ends_at + timedelta(days=1))
    alice.csrf_token = None
    visitor = alice.sign_in(make.account("Noor", action.campaign.team))

    page = visitor.get(f"/manage/actions/{action.id}")

    assert "It is over" in page.text
    assert "Cancel the action" not in page.text


@pytest.mark.parametrize("verb", ["publish", "postpone", "move", "cancel"])
def test_an_outsider_sees_no_such_action(client, action, verb):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    page = client.post(f"/manage/actions/{action.id}/{verb}", data=THERE | {"reason": "x", "confirm": "yes"})

    assert page.status_code == 404
    assert action.status is Status.PUBLISHED
    assert action.starts_local == datetime(2023, 5, 31, 7, 0)


def test_the_list_has_what_is_coming_drafts_and_what_is_past(alice, cause, draft, action):
    make.action(cause=cause, starts=datetime(2023, 4, 1, 12), title=Texts(en="Spring vigil"))

    page = parsed(alice.get("/manage/actions/"))
    sections = {section["aria-labelledby"]: section.text for section in page("section")}

    assert "3 people coming" in sections["coming"]
    assert "Draft" in sections["drafts"]
    assert "Spring vigil" in sections["past"]


def test_an_empty_list_says_what_to_do(alice, cause):
    page = alice.get("/manage/actions/")

    assert "No actions yet" in page.text
    assert "Write the first action" in page.text
