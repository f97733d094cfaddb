"""Who comes, for organizers: numbers, never names."""

import pytest
from bs4 import BeautifulSoup

from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team):
    action = make.action(team)
    make.rsvp(make.action(team), "noise@example.org")
    return action


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_answers_are_counted_by_kind_verified_and_unverified_apart(alice, action):
    make.rsvp(action, "ada@example.org", party_size=3)
    make.rsvp(action, answer="maybe")
    make.rsvp(action, "eve@example.org", state="pending")

    page = parsed(alice.get(f"/manage/actions/{action.id}/rsvps"))

    rows = [[cell.text for cell in row(["th", "td"])] for row in page.find("table", class_="data").tbody("tr")]
    assert rows == [
        ["Coming", "1", "0", "1", "3"],
        ["Maybe", "0", "1", "1", "1"],
        ["Can’t come", "0", "0", "0", "–"],
        ["Not confirmed yet", "–", "–", "1", "1"],
        ["Cancelled", "–", "–", "0", "–"],
    ]


def test_no_name_or_address_stands_on_any_page(alice, action):
    make.rsvp(action, "ada@example.org", name="Ada Lovelace")

    for page in ("", "/rsvps", "/messages", "/edit"):
        text = alice.get(f"/manage/actions/{action.id}{page}").text
        assert "ada@example.org" not in text
        assert "Lovelace" not in text


def test_days_and_languages_are_charts_with_their_numbers_in_words(alice, action):
    make.rsvp(action, lang="fr", party_size=2)
    make.rsvp(action)

    page = parsed(alice.get(f"/manage/actions/{action.id}/rsvps"))

    column = page.find("ol", class_="cols").find("li")
    assert "Wednesday 10 May 2023: 2" in column.text
    assert "v50" in column["class"]  # of a scale that ends at four
    languages = page.find(attrs={"aria-labelledby": "languages"})
    assert [row.get_text(" ", strip=True) for row in languages.tbody("tr")] == ["Français 2", "English 1"]
    assert not page.find_all(style=True)
    assert not page("svg")


def test_the_total_so_far_is_another_view_of_the_same_days(alice, action):
    make.rsvp(action)

    page = parsed(alice.get(f"/manage/actions/{action.id}/rsvps?chart=total"))

    assert page.find("a", string="Total so far")["aria-current"] == "true"


def test_before_anybody_answers_the_page_says_what_to_do(alice, team, action):
    draft = make.action(team, publish=False)

    assert "Share the page" in alice.get(f"/manage/actions/{action.id}/rsvps").text
    assert "It is a draft" in alice.get(f"/manage/actions/{draft.id}/rsvps").text


def test_an_outsider_sees_no_counts(client, action):
    client.sign_in(make.account("Charlie", make.team("Other people")))

    assert client.get(f"/manage/actions/{action.id}/rsvps").status_code == 404


def parsed(page):
    return BeautifulSoup(page.text, "html.parser")
