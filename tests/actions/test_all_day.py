"""Whole days: how an organizer says so, and where they are shown."""

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.columns import Texts
from campaign.messages import planning
from campaign.messages.models import Rule, RuleKind
from campaign.outbox.models import OccasionState
from tests import make
from tests.actions.writing import WHEN, begun, by_slug, edited

FRIDAY = {"starts-day": "2", "starts-month": "6", "starts-year": "2023"}
SUNDAY = {"ends-day": "4", "ends-month": "6", "ends-year": "2023"}
DAYS = {**FRIDAY, "starts-time": "", "ends-time": "", "all_day": "y"}


@pytest.fixture
def team(app):
    make.action(make.team("Other people"))
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def camp(cause):
    """Published: from Friday to Sunday."""
    starts = datetime(2023, 6, 2)
    return make.action(cause=cause, slug="camp", title=Texts(en="Peace camp"), starts=starts, hours=72, all_day=True)


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


@pytest.mark.parametrize(
    ("ends", "last", "words"),
    [
        ({}, datetime(2023, 6, 3), "Friday 2 June 2023, all day"),
        (SUNDAY, datetime(2023, 6, 5), "Friday 2 – Sunday 4 June 2023"),
    ],
)
def test_whole_days_are_given_by_the_first_and_the_last(alice, cause, ends, last, words):
    page = alice.post("/manage/actions/new", data=begun(cause, **DAYS, **ends))

    made = by_slug("protest-cansec")
    assert made.all_day
    assert (made.starts_local, made.ends_local) == (datetime(2023, 6, 2), last)
    assert words in alice.get(page.location).text


def test_hours_that_were_typed_beside_whole_days_do_not_count(alice, cause):
    alice.post("/manage/actions/new", data=begun(cause, **{**DAYS, "starts-time": "19:77", "ends-time": "8:00"}))

    assert by_slug("protest-cansec").starts_local == datetime(2023, 6, 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends-day": "1", "ends-month": "6", "ends-year": "2023"}, "Its last day is before its first."),
        ({"ends-day": "2", "ends-month": "8", "ends-year": "2023"}, "It can last 60 days at most"),
        ({"starts-day": ""}, "The date needs a day, a month and a year."),
        ({"starts-day": "31"}, "There is no such date."),
        ({"all_day": []}, "Enter a time, such as 7:00 or 19:30."),
    ],
)
def test_days_that_cannot_be_are_refused_in_words(alice, cause, changes, words):
    page = alice.post("/manage/actions/new", data=begun(cause, **{**DAYS, **changes}))

    assert page.status_code == 422
    assert words in page.text


def test_from_midnight_to_midnight_are_hours_unless_one_says_that_they_are_days(alice, cause):
    times = {"starts-time": "0:00", "ends-time": "0:00", "ends-day": "3", "ends-month": "6", "ends-year": "2023"}

    alice.post("/manage/actions/new", data=begun(cause, **FRIDAY, **times))

    assert not by_slug("protest-cansec").all_day


def test_a_day_that_begins_when_the_clocks_jump_over_midnight_is_no_missing_hour(alice, cause):
    spring = {"starts-day": "28", "starts-month": "4", "starts-year": "2023", "zone": "Africa/Cairo"}

    alice.post("/manage/actions/new", data=begun(cause, **{**DAYS, **spring}))

    assert by_slug("protest-cansec").starts_at == datetime(2023, 4, 27, 22, tzinfo=UTC)


def test_the_form_shows_what_was_kept_and_whole_days_can_become_hours(alice, cause):
    draft = make.action(cause=cause, publish=False, starts=datetime(2023, 6, 2), hours=72, all_day=True)
    form = BeautifulSoup(alice.get(f"/manage/actions/{draft.id}/edit").text, "html.parser")
    shown = {name: form.find(attrs={"name": name})["value"] for name in ("starts-day", "ends-day", "starts-time")}
    assert shown == {"starts-day": "2", "ends-day": "4", "starts-time": ""}
    assert form.find(id="all_day").has_attr("checked")

    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft) | {"all_day": None})

    assert not draft.all_day
    assert draft.starts_local == datetime(2023, 5, 31, 7)


def test_moving_whole_days_is_shown_in_days_and_told_in_days(alice, camp, worker, mailbox):
    make.rsvp(camp, "ada@example.org")
    days = {**{name: WHEN[name] for name in ("zone", "venue", "address", "city")}, **DAYS, **SUNDAY}
    days |= {"starts-day": "9", "ends-day": "11", "reason": "Rain"}

    page = alice.fill_in(f"/manage/actions/{camp.id}/move", days)
    assert "Friday 2 – Sunday 4 June 2023" in page.text
    assert "Friday 9 – Sunday 11 June 2023" in page.text
    again = BeautifulSoup(page.text, "html.parser").find("form", action=f"/manage/actions/{camp.id}/move")
    sent = {field["name"]: field["value"] for field in again.find_all("input")}
    alice.fill_in(f"/manage/actions/{camp.id}/move", {**sent, "confirm": "yes"})
    worker.run_until_idle()
    worker.run_until_idle()

    assert (camp.starts_local, camp.ends_local, camp.all_day) == (datetime(2023, 6, 9), datetime(2023, 6, 12), True)
    letter = mailbox.to("ada@example.org")[-1]
    assert letter.subject == "Moved: Friday 9 – Sunday 11 June 2023"
    assert "now: Friday 9 – Sunday 11 June 2023" in letter.text


def test_a_day_more_is_a_new_date_to_those_who_come(alice, camp, at):
    camp.move(camp.starts_local, camp.ends_local + timedelta(days=1), camp.zone, at(), all_day=True)

    page = alice.get("/en/actions/camp").text

    assert "Friday 2 – Monday 5 June 2023" in page
    assert "Before, it was to be:" in page
    assert "Friday 2 – Sunday 4 June 2023" in page


def test_its_page_says_days_and_no_hour(client, camp):
    page = BeautifulSoup(client.get("/en/actions/camp").text, "html.parser")

    when = page.find("dl", class_="keyfacts").find("dd")
    assert when.get_text(" ", strip=True) == "Friday 2 – Sunday 4 June 2023"
    assert when.find("time")["datetime"] == "2023-06-02"
    assert "12:00 am" not in page.get_text()


def test_search_engines_are_told_days_and_the_last_one_is_counted_in(client, camp):
    page = BeautifulSoup(client.get("/en/actions/camp").text, "html.parser")

    event = json.loads(page.find("script", type="application/ld+json").text)
    assert (event["startDate"], event["endDate"]) == ("2023-06-02", "2023-06-04")


def test_an_action_of_several_days_says_in_the_list_until_when(client, cause, camp):
    make.action(cause=cause, starts=datetime(2023, 6, 9, 18), hours=42)
    make.action(cause=cause, starts=datetime(2023, 6, 20), hours=24, all_day=True)

    times = BeautifulSoup(client.get("/en/calendar").text, "html.parser").select(".agenda time")

    assert [time.text for time in times if time.text != "7:00 am"] == [
        "Friday 2 – Sunday 4 June 2023",
        "Friday 9 June 2023, 6:00 pm to Sunday 11 June 2023, 12:00 pm",
        "All day",
    ]


def test_a_feed_has_dates(client, camp):
    lines = client.get("/actions/camp.ics").text.splitlines()

    assert "DTSTART;VALUE=DATE:20230602" in lines
    assert "DTEND;VALUE=DATE:20230605" in lines
    assert "BEGIN:VTIMEZONE" not in lines


def test_links_into_other_calendars_are_about_days(client, camp):
    page = client.get("/en/actions/camp").text

    assert "dates=20230602%2F20230605" in page
    assert "startdt=2023-06-02&amp;enddt=2023-06-05&amp;allday=true" in page


def test_reminders_come_the_evening_before_and_in_the_morning_of_the_first_day(camp, at):
    rules = [
        Rule(action_id=camp.id, kind=RuleKind.REMINDER, letter="messages/reminder", days=days, at_local=time(hour))
        for days, hour in ((1, 18), (0, 6))
    ]

    timings = [planning.timing(rule, camp, at()) for rule in rules]

    assert [timing["due_at"] for timing in timings] == [
        datetime(2023, 6, 1, 22, tzinfo=UTC),
        datetime(2023, 6, 2, 10, tzinfo=UTC),
    ]
    assert {timing["state"] for timing in timings} == {OccasionState.PLANNED}
    assert {timing["expires_at"] for timing in timings} == {datetime(2023, 6, 3, 4, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2023, 6, 1, 3, 30, tzinfo=UTC), 2),  # the evening of 31 May
        (datetime(2023, 6, 2, 3, 30, tzinfo=UTC), 1),
        (datetime(2023, 6, 2, 4, tzinfo=UTC), 0),
        (datetime(2023, 6, 5, 3, 30, tzinfo=UTC), -2),  # its last evening
    ],
)
def test_days_to_go_are_counted_on_its_own_calendar(camp, now, days):
    assert camp.days_to_go(now) == days
