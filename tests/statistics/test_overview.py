"""An action's overview: how it does, at a glance."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.messages import notices
from campaign.statistics import mailings
from tests import make

EVENING_BEFORE = datetime(2023, 5, 30, 22, 0, tzinfo=UTC)  # 18:00 in Ottawa


@pytest.fixture
def action(app, at):
    action = make.action(publish=False)
    notices.publish(action, at())
    return action


@pytest.fixture
def alice(client, action):
    return client.sign_in(make.account("Alice", action.campaign.team))


@pytest.fixture
def overview(client, action):
    """The page, for who signs in now: sessions end while the clock moves."""
    account = make.account("Alice", action.campaign.team)

    def page(query=""):
        client.csrf_token = None
        client.delete_cookie("organizer", path="/manage")
        answer = client.sign_in(account).get(f"/manage/actions/{action.id}{query}")
        return BeautifulSoup(answer.text, "html.parser")

    return page


def words(element):
    return " ".join(element.get_text(" ").split())


def test_before_anybody_has_answered_it_says_what_to_do(overview, action):
    assert "Share the page: every answer counts here, without names." in overview().text


def test_numbers_stand_first(overview, action, at):
    make.rsvp(action, party_size=3)
    at.forward(timedelta(days=10))
    make.rsvp(action, "ada@example.org")
    make.rsvp(action, answer="maybe", party_size=2)

    shown = [words(item) for item in overview().select(".kpis li")]

    assert shown == [
        "Coming 2 1 more in seven days",
        "People, with guests 4 no limit",
        "Maybe 1 2 people",
        "Days to go 11 next message: Tue 30 May, 6:00 pm",
    ]


def test_days_to_go_are_counted_where_the_action_is(overview, action, at):
    at.set(datetime(2023, 5, 31, 3, 0, tzinfo=UTC))  # the evening before in Ottawa, and the same day in Greenwich

    assert words(overview().select(".kpis li")[3]).startswith("Days to go 1 ")


def test_answers_by_day_are_a_chart_with_its_table_and_the_days_with_a_message_are_marked(overview, action, worker, at):
    make.rsvp(action, "ada@example.org")
    at.set(EVENING_BEFORE)
    worker.run_until_idle()
    make.rsvp(action)

    page = overview()

    assert [words(column) for column in page.select(".cols .hot")] == ["Tuesday 30 May 2023: 1 , message sent"]
    assert len(page.select(".cols li")) == 21
    rows = [[words(cell) for cell in row(["th", "td"])] for row in page.select(".chart .data tbody tr")]
    assert rows[0] == ["Wednesday 10 May 2023", "1", "1", "–"]
    assert rows[-1] == ["Tuesday 30 May 2023", "1", "2", "sent"]
    assert page.find(class_="legend").find(class_="hot").text == "Day with a message"


def test_the_total_so_far_is_the_other_view(overview, action, at):
    make.rsvp(action)
    at.forward(timedelta(days=1))
    make.rsvp(action)

    page = overview("?chart=total")

    assert [words(column) for column in page.select(".cols li")][-1] == "Thursday 11 May 2023: 2"
    assert page.select_one(".views [aria-current]").text == "Total so far"


def test_a_letter_to_one_person_is_no_message_to_all(action, worker):
    make.rsvp(action, "ada@example.org", state="sealed")

    worker.run_until_idle()

    assert mailings.days(action) == set()


@pytest.mark.parametrize(
    ("goal", "people", "bar", "said"),
    [(350, 20, "v5", "20 of 350 people, 5 percent"), (3, 20, "v100", "20 of 3 people, 666 percent")],
)
def test_progress_to_the_goal_is_a_bar_and_words(overview, action, goal, people, bar, said):
    action.goal = goal
    make.rsvp(action, party_size=people)

    meter = overview().find(class_="meterbar")

    assert (meter["aria-label"], bar in meter["class"]) == (said, True)


def test_one_short_of_the_goal_is_not_all_of_it(overview, action):
    action.goal = 21
    make.rsvp(action, party_size=20)

    page = overview()

    assert "95%" in page.text
    assert "Reached." not in page.text


def test_the_goal_is_the_teams_own_affair(alice, action):
    page = alice.fill_in(f"/manage/actions/{action.id}/edit", {"goal": "357"})

    assert page.status_code == 303
    assert action.goal == 357
    assert "357" not in alice.get(f"/en/actions/{action.slug}").text
    assert "357" not in alice.get(f"/actions/{action.slug}.ics").text


@pytest.mark.parametrize("typed", ["0", "-1", "1000001", "many", "1.5"])
def test_a_goal_is_a_whole_number(alice, action, typed):
    page = alice.fill_in(f"/manage/actions/{action.id}/edit", {"goal": typed})

    assert page.status_code == 422
    assert "Enter a whole number from 1 to 1000000." in page.text


def test_an_action_without_a_goal_shows_none(overview, action):
    assert overview().find(class_="meterbar") is None


def test_answers_by_language_are_a_chart(overview, action):
    make.rsvp(action, lang="fr", party_size=2)
    make.rsvp(action, lang="es")

    rows = overview().find("table", attrs={"aria-labelledby": "answered-in"}).tbody("tr")

    assert [words(row) for row in rows] == ["Français 2", "Español 1"]
