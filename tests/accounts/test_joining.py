"""Becoming an organizer by an invitation."""

from datetime import timedelta

import pytest

from campaign.accounts import joining
from campaign.accounts.membership import Level, Membership
from campaign.accounts.models import Invitation, Organizer, Team
from campaign.errors import Conflict
from campaign.extensions import db
from tests import make
from tests.accounts.test_signing_in import sign_in, token_on

FILLED_IN = {
    "name": "Dina P.",
    "password": "four words, well chosen",
    "again": "four words, well chosen",
    "team_name": "Ottawa Against the Arms Fair",
    "reply_address": "Team@Example.org",
    "postal_address": "12 Sample Street\r\nOttawa",
}


@pytest.fixture
def link(app):
    return invite(app, "dina@example.org")


def test_the_command_prints_a_link_of_this_site_and_keeps_only_its_digest(app, link):
    kept = db.session.scalars(db.select(Invitation)).one()

    assert link.startswith("http://localhost/manage/invitations/")
    assert link.rpartition("/")[2].encode() not in kept.digest


def test_the_page_behind_it_makes_an_owner_with_a_team_who_is_signed_in(client, link):
    page = accept(client, link)

    assert page.status_code == 303
    assert client.get("/manage/").status_code == 200
    dina = db.session.scalars(db.select(Organizer)).one()
    assert (dina.email, dina.name) == ("dina@example.org", "Dina P.")
    assert dina.password.startswith("$argon2id$")
    team = db.session.scalars(db.select(Team)).one()
    assert (team.name, team.reply_address) == ("Ottawa Against the Arms Fair", "team@example.org")
    assert team.postal_address == "12 Sample Street\nOttawa"
    assert db.session.get(Membership, (dina.id, team.id)).level is Level.OWNER


def test_she_can_sign_in_from_then_on(client, link):
    accept(client, link)
    client.post("/manage/logout", data={"csrf_token": token_on(client.get("/manage/"))})

    assert sign_in(client, "dina@example.org", FILLED_IN["password"]).status_code == 302


def test_a_link_works_once(app, client, link):
    accept(client, link)
    db.session.execute(db.update(Organizer).values(email="somebody-else@example.org"))

    assert client.get(path_of(link)).status_code == 404
    assert client.post(path_of(link), data={"csrf_token": token_on(client.get("/manage/"))}).status_code == 404


def test_a_link_is_too_old_after_a_week(client, at, link):
    at.forward(timedelta(days=7))

    assert client.get(path_of(link)).status_code == 404


@pytest.mark.parametrize("token", ["x", "A" * 27, "a" * 400, "'; drop table teams", "ü" * 27])
def test_a_link_that_is_none_of_ours_is_the_same_page_as_one_that_is_too_old(client, at, link, token):
    foreign = client.get(f"/manage/invitations/{token}")
    at.forward(timedelta(days=7))

    assert foreign.status_code == 404
    assert foreign.text == client.get(path_of(link)).text


def test_looking_at_the_page_uses_nothing_up(client, link):
    for _ in range(3):
        assert client.get(path_of(link)).status_code == 200

    assert db.session.scalars(db.select(Invitation)).one()
    assert db.session.scalars(db.select(Organizer)).all() == []


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Enter your name"),
        ("name", " \t ", "Enter your name"),
        ("password", "short", "Use at least 12 characters"),
        ("again", "another", "The two passwords differ."),
        ("team_name", "", "Enter the name of your team."),
        ("team_name", "x" * 121, "Use at most 120 characters."),
        ("reply_address", "nonsense", "Enter an email address like name@example.org."),
        ("postal_address", "x" * 301, "Use at most 300 characters."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_the_rest_is_kept(client, link, field, typed, words):
    page = accept(client, link, **{field: typed})

    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert page.text.count(words) == 2  # in the summary and at the field
    assert field == "name" or 'value="Dina P."' in page.text
    assert FILLED_IN["password"] not in page.text
    assert db.session.scalars(db.select(Organizer)).all() == []


def test_the_addresses_can_follow_later_but_nothing_is_published_before(client, link):
    accept(client, link, reply_address="", postal_address="")

    page = client.get("/manage/")

    assert "has no reply and postal address" in page.text
    assert not db.session.scalars(db.select(Team)).one().can_publish


def test_a_new_invitation_takes_the_earlier_one_back(app, client, link):
    newer = invite(app, "dina@example.org")

    assert client.get(path_of(link)).status_code == 404
    assert client.get(path_of(newer)).status_code == 200


def test_who_has_an_account_is_not_invited_again(app):
    make.account("Alice", make.team())
    db.session.commit()

    result = app.test_cli_runner().invoke(args=["accounts", "invite-owner", "ALICE@example.org"])

    assert result.exit_code == 1
    assert "There is an account with this email address already" in result.output


def test_an_account_made_in_the_meantime_keeps_its_password(app, client, link):
    make.account("Dina", make.team())

    page = accept(client, link)

    assert page.status_code == 409
    assert db.session.scalars(db.select(Organizer)).one().name == "Dina"


def test_what_is_no_address_is_not_invited(app):
    result = app.test_cli_runner().invoke(args=["accounts", "invite-owner", "nonsense"])

    assert result.exit_code == 1
    assert "Error" in result.output


def test_accepting_while_somebody_else_is_signed_in_makes_it_the_new_ones_session(client, link):
    alice = make.account("Alice", make.team())
    client.sign_in(alice).csrf_token = None

    accept(client, link)

    assert "Signed in as Dina P." in client.get("/manage/").text


def test_two_accounts_never_share_an_address(app, at):
    team = make.team()
    make.account("Alice", team)

    with pytest.raises(Conflict):
        joining.create_organizer("Alice@Example.org", "Alice", make.PASSWORD, team, Level.OWNER, at())


def invite(app, email):
    return app.test_cli_runner().invoke(args=["accounts", "invite-owner", email]).output.strip()


def path_of(link):
    return link.removeprefix("http://localhost")


def accept(client, link, **changes):
    token = token_on(client.get(path_of(link)))
    return client.post(path_of(link), data={**FILLED_IN, **changes, "csrf_token": token})
