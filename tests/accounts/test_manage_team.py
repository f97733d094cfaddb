"""A team's settings."""

import pytest

from campaign.accounts.membership import Level
from tests import make

GIVEN = {"name": "Heron", "reply_address": "Hello@Example.org", "postal_address": "PO Box 7\r\nOttawa"}


@pytest.fixture
def team(app):
    make.team("Other people")
    return make.team()


def test_an_owner_changes_what_stands_in_each_mail(client, team):
    client.sign_in(make.account("Alice", team))

    page = client.post(f"/manage/teams/{team.id}/edit", data=GIVEN)

    assert page.status_code == 303
    assert (team.name, team.reply_address, team.postal_address) == ("Heron", "hello@example.org", "PO Box 7\nOttawa")
    assert "hello@example.org" in client.get(page.location).text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("reply_address", ""),
        ("reply_address", "nonsense"),
        ("reply_address", "a@example.org\r\nBcc: b@example.org"),
        ("postal_address", " \r\n "),
    ],
)
def test_what_cannot_stand_in_a_mail_is_refused(client, team, field, typed):
    client.sign_in(make.account("Alice", team))
    before = getattr(team, field)

    page = client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, field: typed})

    assert page.status_code == 422
    assert getattr(team, field) == before


@pytest.mark.parametrize("level", [Level.ORGANIZER, Level.MODERATOR])
def test_a_member_sees_it_and_cannot_change_it(client, team, level):
    client.sign_in(make.account("Bob", team, level=level))

    shown = client.get("/manage/teams/")
    page = client.post(f"/manage/teams/{team.id}/edit", data=GIVEN)

    assert "Bob" in shown.text
    assert f"/manage/teams/{team.id}/edit" not in shown.text
    assert page.status_code == 403
    assert team.name == "Heron collective"


def test_an_outsider_finds_no_such_team(client, team):
    client.sign_in(make.account("Charlie", make.team("Rivals")))

    page = client.post(f"/manage/teams/{team.id}/edit", data=GIVEN)

    assert page.status_code == 404
    assert team.name == "Heron collective"
