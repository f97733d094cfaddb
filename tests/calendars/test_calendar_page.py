"""The calendar page: what is coming up, and a month at a time."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from campaign.columns import Texts
from tests import make


@pytest.fixture
def cause(app):
    return make.campaign(slug="arms-fair")


def look(response):
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "html.parser")


def titles(page):
    return [link.get_text() for link in page.select(".agenda h2 a")]


def grid(page):
    """The titles by the number of their day."""
    cells = [cell for cell in page.select(".cal td") if cell.find("b")]
    return {
        int(cell.b.contents[0]): [link.get_text() for link in cell.select("a")] for cell in cells if cell.select("a")
    }


def test_without_a_month_all_that_is_coming_up_is_listed_beside_this_month(client, cause):
    make.action(title=Texts(en="Over"), starts=datetime(2023, 5, 9, 9, 0), cause=cause)
    make.action(title=Texts(en="This month"), cause=cause)
    make.action(title=Texts(en="Next month"), starts=datetime(2023, 6, 9, 9, 0), cause=cause)

    page = look(client.get("/en/calendar"))

    assert page.h1.get_text() == "What’s coming up"
    assert titles(page) == ["This month", "Next month"]
    assert page.caption.get_text() == "May 2023"
    assert grid(page) == {9: ["Over"], 31: ["This month"]}


def test_a_month_lists_what_its_grid_shows(client, cause):
    make.action(title=Texts(en="Before"), cause=cause)
    make.action(title=Texts(en="Vigil"), starts=datetime(2023, 6, 9, 19, 0), cause=cause)
    make.action(title=Texts(en="After"), starts=datetime(2023, 7, 1, 9, 0), cause=cause)

    page = look(client.get("/en/calendar?month=2023-06"))

    assert page.h1.get_text() == "Actions in June 2023"
    assert titles(page) == ["Vigil"]
    assert grid(page) == {9: ["Vigil"]}


def test_an_action_is_on_the_days_of_its_own_wall_clock(client, cause):
    make.action(
        title=Texts(en="Late in Vancouver"),
        zone="America/Vancouver",
        starts=datetime(2023, 5, 31, 22, 0),
        hours=1,
        cause=cause,
    )
    make.action(
        title=Texts(en="Early in Auckland"),
        zone="Pacific/Auckland",
        starts=datetime(2023, 6, 1, 1, 0),
        hours=1,
        cause=cause,
    )

    assert grid(look(client.get("/en/calendar?month=2023-05"))) == {31: ["Late in Vancouver"]}
    assert grid(look(client.get("/en/calendar?month=2023-06"))) == {1: ["Early in Auckland"]}


def test_an_action_over_several_days_is_on_each_but_not_on_one_that_begins_as_it_ends(client, cause):
    make.action(title=Texts(en="Camp"), starts=datetime(2023, 5, 30, 12, 0), hours=60, cause=cause)

    assert grid(look(client.get("/en/calendar?month=2023-05"))) == {30: ["Camp"], 31: ["Camp"]}
    assert grid(look(client.get("/en/calendar?month=2023-06"))) == {1: ["Camp"]}


def test_an_action_longer_than_a_month_is_on_every_day_of_it(client, cause):
    make.action(title=Texts(en="Peace camp"), starts=datetime(2023, 4, 1, 12, 0), hours=24 * 100, cause=cause)

    assert set(grid(look(client.get("/en/calendar?month=2023-05")))) == set(range(1, 32))


def test_drafts_and_unlisted_ones_are_not_shown(client, cause):
    make.action(cause=cause, publish=False)
    make.action(cause=cause, unlisted=True)

    page = look(client.get("/en/calendar?month=2023-05"))

    assert titles(page) == []
    assert grid(page) == {}


def test_what_is_off_says_so_in_list_and_grid(client, cause, at):
    make.action(title=Texts(en="Vigil"), cause=cause).cancel(at())
    make.action(title=Texts(en="March"), starts=datetime(2023, 5, 30, 9), cause=cause).postpone(at())

    page = look(client.get("/en/calendar"))

    assert [tag.get_text() for tag in page.select(".agenda .tag--warn")] == ["Postponed", "Cancelled"]
    assert [link.parent.get_text() for link in page.select(".cal a")] == ["30March (Postponed)", "31Vigil (Cancelled)"]


def test_today_is_marked_by_the_campaigns_clock(client, cause, at):
    at.set(datetime(2023, 6, 1, 2, 0, tzinfo=UTC))  # still 31 May in Ottawa

    page = look(client.get("/en/calendar"))

    [today] = page.select('[aria-current="date"]')
    assert today.get_text() == "31 (today)"


def test_weeks_begin_on_monday_and_days_of_other_months_stay_empty(client, cause):
    make.action(starts=datetime(2023, 4, 30, 9), cause=cause)

    page = look(client.get("/en/calendar?month=2023-05"))

    assert [cell.abbr["title"] for cell in page.select(".cal th")][::6] == ["Monday", "Sunday"]
    assert [len(row.select("td")) for row in page.select(".cal tbody tr")] == [7] * 5
    assert [cell.get_text() for cell in page.select(".cal td.out")] == [""] * 4


@pytest.mark.parametrize(
    ("lang", "month", "caption", "monday"),
    [("fr", "2023-08", "Août 2023", "Lundi"), ("es", "2023-08", "Agosto de 2023", "Lunes")],
)
def test_months_and_days_are_named_in_the_pages_language(client, cause, lang, month, caption, monday):
    page = look(client.get(f"/{lang}/calendar?month={month}"))

    assert page.caption.get_text() == caption
    assert page.select_one(".cal th abbr")["title"] == monday


# ------------------------------------------------------------------ from month to month


def test_links_lead_to_the_months_around(client, cause):
    page = look(client.get("/en/calendar?month=2023-12"))

    around = {link.get_text(): link["href"] for link in page.select(".pager a")}
    assert around == {"November 2023": "/en/calendar?month=2023-11", "January 2024": "/en/calendar?month=2024-01"}


def test_links_end_where_the_calendar_ends(client, cause):
    first, last = (look(client.get(f"/en/calendar?month={month}")) for month in ("2000-01", "2099-12"))

    assert [link["rel"] for link in first.select(".pager a")] == [["next"]]
    assert [link["rel"] for link in last.select(".pager a")] == [["prev"]]


def test_the_language_links_stay_in_the_month(client, cause):
    page = look(client.get("/en/calendar?month=2023-06"))

    assert page.select_one('.lang a[lang="fr"]')["href"] == "/fr/calendar?month=2023-06"


@pytest.mark.parametrize(
    "month",
    [
        *("2023-13", "2023-00", "2023-6", "202306", "2023-06-01", "1999-12", "2100-01", "0000-01", "may", " 2023-06"),
        *("２０２３-06", "2023-06\n", "-1", "2023-06%00", "'"),
    ],
)
def test_what_is_no_month_is_not_found_and_told_how_months_are_written(client, cause, month):
    response = client.get("/en/calendar", query_string={"month": month})

    assert response.status_code == 404
    assert "like 2023-05" in response.text


def test_an_empty_month_is_no_month_asked_for(client, cause):
    assert look(client.get("/en/calendar?month=")).h1.get_text() == "What’s coming up"


# ------------------------------------------------------------------ nothing there


def test_an_empty_month_leads_to_the_next_that_is_not(client, cause):
    make.action(starts=datetime(2023, 8, 6, 9), cause=cause)

    page = look(client.get("/en/calendar?month=2023-06"))

    assert "No actions are planned in June 2023." in page.select_one(".empty").get_text()
    assert page.select_one(".empty a")["href"] == "/en/calendar?month=2023-08"
    assert page.find("meta", {"name": "robots"})["content"] == "noindex"


def test_an_empty_month_of_the_past_speaks_of_the_past(client, cause):
    page = look(client.get("/en/calendar?month=2023-04"))

    assert "There were no actions in April 2023." in page.select_one(".empty").get_text()


def test_when_nothing_is_planned_the_page_offers_to_subscribe(client, cause):
    page = look(client.get("/en/calendar"))

    assert "No actions are planned at the moment." in page.select_one(".empty").get_text()
    assert page.select_one(".empty a")["href"] == "#subscribe"


def test_a_new_site_has_a_calendar_page(client, app):
    assert look(client.get("/en/calendar")).select(".empty")


# ------------------------------------------------------------------ subscribing


def test_the_page_offers_the_sites_feed(client, cause):
    page = look(client.get("/fr/calendar"))

    links = [link["href"] for link in page.select("#subscribe ~ * .btn")]
    assert links[0] == "webcal://localhost/fr/calendar.ics"
    assert [link.split("?")[0] for link in links[1:]] == [
        "https://www.google.com/calendar/render",
        "https://outlook.live.com/calendar/0/addfromweb",
    ]
    assert page.find(id="feed-address")["value"] == "http://localhost/fr/calendar.ics"


def test_links_to_others_do_not_tell_where_one_comes_from(client, cause):
    page = look(client.get("/en/calendar"))

    assert all(link["rel"] == ["noreferrer"] for link in page.select('a[href^="https://"]'))


def test_a_campaigns_page_offers_its_own_feed(client, cause):
    make.campaign(slug="elsewhere")

    page = look(client.get("/en/campaigns/arms-fair"))

    assert page.find(id="feed-address")["value"] == "http://localhost/en/campaigns/arms-fair/calendar.ics"


def test_an_actions_page_offers_its_file(client, cause):
    make.action(slug="protest-cansec", cause=cause)

    page = look(client.get("/en/actions/protest-cansec"))

    links = [link["href"] for link in page.select("section[aria-labelledby=calendar] .btn")]
    assert links[0] == "http://localhost/en/actions/protest-cansec.ics"
    assert [link.split("?")[0] for link in links[1:]] == [
        "https://calendar.google.com/calendar/render",
        "https://outlook.live.com/calendar/0/deeplink/compose",
    ]


def test_the_page_sets_no_cookie_and_is_asked_for_anew(client, cause):
    response = client.get("/en/calendar")

    assert "Set-Cookie" not in response.headers
    assert client.get("/en/calendar", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
