"""Who is in a team: invited, given a level, removed, gone."""

import re
from datetime import timedelta

import pytest

from campaign.accounts import joining
from campaign.accounts.membership import Level, Membership
from campaign.accounts.models import Invitation, Organizer, Team
from campaign.extensions import db
from campaign.outbox.models import Delivery
from tests import make
from tests.accounts.test_signing_in import token_on
from tests.clients import Visitor

NOOR = {"email": "Noor@Example.org", "level": "organizer"}
FILLED_IN = {"name": "Noor", "password": "four words, well chosen", "again": "four words, well chosen"}


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(team):
    return make.account("Alice", team)


@pytest.fixture
def bob(team):
    return make.account("Bob", team, level=Level.ORGANIZER)


@pytest.fixture
def owner(app, alice):
    """Alice's browser, signed in."""
    return Visitor(app).sign_in(alice)


@pytest.fixture
def link(owner, team, worker, mailbox):
    """The path in the letter to Noor."""
    owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)
    worker.run_until_idle()
    return link_in(mailbox.to("noor@example.org")[-1])


def test_an_invitation_is_a_letter_that_names_the_team_and_carries_a_link(owner, team, worker, mailbox):
    page = owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)
    worker.run_until_idle()

    [letter] = mailbox.letters
    listed = owner.get(page.location).text
    assert page.status_code == 303
    assert letter.to == "noor@example.org"
    assert letter.subject == "An invitation to the team Heron collective"
    assert link_in(letter).startswith("/manage/invitations/")
    assert "noor@example.org" in listed
    assert "Wednesday 17 May 2023" in listed


def test_who_has_no_account_makes_one_and_is_in_the_team(client, team, link):
    asked = client.get(link)

    page = client.post(link, data=FILLED_IN | {"csrf_token": token_on(asked)})

    noor = named("noor@example.org")
    assert "Heron collective" in asked.text
    assert "team_name" not in asked.text
    assert page.status_code == 303
    assert db.session.get(Membership, (noor.id, team.id)).level is Level.ORGANIZER
    assert db.session.scalars(db.select(Team)).all() == [team]
    assert "Signed in as Noor" in client.get(page.location).text


def test_a_password_that_is_too_short_is_refused_and_the_link_still_works(client, link):
    token = token_on(client.get(link))

    page = client.post(link, data=FILLED_IN | {"password": "short", "csrf_token": token})

    assert page.status_code == 422
    assert 'value="Noor"' in page.text
    assert client.get(link).status_code == 200


def test_who_has_an_account_signs_in_and_joins(client, team, link):
    noor = make.account("Noor", make.team("Other people"))
    asked = client.get(link)

    token = token_on(client.get("/manage/login"))
    back = client.post(
        "/manage/login", data={"email": noor.email, "password": make.PASSWORD, "csrf_token": token}
    ).location
    page = client.post(link, data={"csrf_token": token_on(client.get(link))})

    assert "has an account here" in asked.text
    assert back == link
    assert page.status_code == 303
    assert db.session.get(Membership, (noor.id, team.id)).level is Level.ORGANIZER
    assert client.get(link).status_code == 404


def test_an_account_is_not_joined_by_who_merely_has_the_link(app, client, team, link):
    noor = make.account("Noor")
    charlie = Visitor(app).sign_in(make.account("Charlie", make.team("Rivals")))

    unsigned = client.post(link, data=FILLED_IN | {"csrf_token": token_on(client.get("/manage/login"))})
    other = charlie.post(link, data=FILLED_IN)

    assert (unsigned.status_code, other.status_code) == (409, 409)
    assert "you are signed in as Charlie" in other.text
    assert db.session.scalars(db.select(Membership).where(Membership.organizer_id == noor.id)).all() == []
    assert client.get(link).status_code == 200


def test_joining_needs_the_token_of_the_page(app, client, team, link):
    noor = Visitor(app).sign_in(make.account("Noor"))
    noor.csrf_token = None

    assert noor.post(link).status_code == 400
    assert db.session.query(Membership).filter_by(team_id=team.id).count() == 1


def test_a_link_works_once_and_for_a_week(client, at, link):
    at.forward(timedelta(days=7))

    token = token_on(client.get("/manage/login"))
    assert client.get(link).status_code == 404
    assert client.post(link, data=FILLED_IN | {"csrf_token": token}).status_code == 404


def test_a_withdrawn_invitation_leads_nowhere(owner, client, team, link):
    page = owner.post(withdrawal(team))

    assert page.status_code == 303
    assert client.get(link).status_code == 404
    assert "/withdraw" not in owner.get("/manage/teams/").text


def test_a_letter_that_waits_is_taken_back_with_its_invitation(owner, team, worker, mailbox):
    owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)

    owner.post(withdrawal(team))
    worker.run_until_idle()

    assert mailbox.letters == []
    assert db.session.scalars(db.select(Delivery.to_sealed)).all() == [None]


def test_another_teams_invitation_cannot_be_withdrawn(app, team, link):
    charlie = Visitor(app).sign_in(make.account("Charlie", rivals := make.team("Rivals")))

    page = charlie.post(withdrawal(rivals))

    assert page.status_code == 404
    assert db.session.query(Invitation).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": ""}, "Enter an email address."),
        ({"email": "nonsense"}, "Enter an email address like name@example.org."),
        ({"email": "noor@example.org\r\nBcc: x@example.org"}, "Enter an email address like name@example.org."),
        ({"email": "alice@example.org"}, "Who has this address is in the team already."),
        ({"level": ""}, "Choose what they may do."),
        ({"level": "god"}, "Choose what they may do."),
    ],
)
def test_what_cannot_be_invited_is_refused_in_words(owner, team, changes, words):
    page = owner.post(f"/manage/teams/{team.id}/invite", data=NOOR | changes)

    assert page.status_code == 422
    assert page.text.count(words) == 2  # in the summary and at the field
    assert db.session.query(Invitation).count() == 0


def test_nobody_is_invited_twice_at_a_time(owner, team):
    owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)

    page = owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)

    assert page.status_code == 422
    assert "has an invitation already" in page.text


def test_a_team_cannot_send_mail_to_everybody(owner, team):
    for number in range(joining.MOST_WAITING):
        owner.post(f"/manage/teams/{team.id}/invite", data=NOOR | {"email": f"n{number}@example.org"})

    page = owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)

    assert page.status_code == 422
    assert db.session.query(Invitation).count() == joining.MOST_WAITING


def test_nor_by_withdrawing_and_inviting_again(owner, team):
    for number in range(30):
        owner.post(f"/manage/teams/{team.id}/invite", data=NOOR | {"email": f"n{number}@example.org"})
        db.session.query(Invitation).delete()

    page = owner.post(f"/manage/teams/{team.id}/invite", data=NOOR)

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3600


def test_an_owner_changes_what_a_member_may_do(owner, team, bob):
    page = owner.post(f"/manage/teams/{team.id}/members/{bob.id}", data={"level": "moderator"})

    assert page.status_code == 303
    assert level(bob, team) is Level.MODERATOR


@pytest.mark.parametrize("typed", ["", "god", "OWNER"])
def test_a_level_that_there_is_not_is_refused(owner, team, bob, typed):
    page = owner.post(f"/manage/teams/{team.id}/members/{bob.id}", data={"level": typed})

    assert page.status_code == 422
    assert level(bob, team) is Level.ORGANIZER


def test_who_is_removed_sees_nothing_of_the_team_at_once(app, owner, team, bob):
    theirs = Visitor(app).sign_in(bob)
    action = make.action(team)

    page = owner.post(f"/manage/teams/{team.id}/members/{bob.id}/remove")

    assert page.status_code == 303
    assert theirs.get(f"/manage/actions/{action.id}").status_code == 404
    assert "You are in no team." in theirs.get("/manage/teams/").text


def test_a_member_leaves(app, team, alice, bob):
    theirs = Visitor(app).sign_in(bob)

    page = theirs.post(f"/manage/teams/{team.id}/leave")

    assert page.status_code == 303
    assert level(bob, team) is None
    assert level(alice, team) is Level.OWNER


@pytest.mark.parametrize("way", ["leave", "members/{id}", "members/{id}/remove"])
def test_a_team_always_keeps_an_owner(owner, team, alice, bob, way):
    make.account("Dina", make.team("Other people"))  # an owner, of another team

    page = owner.post(f"/manage/teams/{team.id}/{way.format(id=alice.id)}", data={"level": "moderator"})

    assert page.status_code == 409
    assert "A team needs an owner." in page.text
    assert level(alice, team) is Level.OWNER


def test_one_of_two_owners_may_go(owner, team, alice, bob):
    owner.post(f"/manage/teams/{team.id}/members/{bob.id}", data={"level": "owner"})

    page = owner.post(f"/manage/teams/{team.id}/leave")

    assert page.status_code == 303
    assert level(alice, team) is None
    assert level(bob, team) is Level.OWNER


@pytest.mark.parametrize("number", [987654321, 2**31, 10**30])
def test_who_is_in_another_team_or_nowhere_is_no_member(owner, team, number):
    charlie = make.account("Charlie", make.team("Rivals"))

    for nobody in (charlie.id, number):
        assert owner.get(f"/manage/teams/{team.id}/members/{nobody}").status_code == 404
        assert owner.post(f"/manage/teams/{team.id}/members/{nobody}/remove").status_code == 404


def test_only_owners_are_offered_what_only_they_may(app, team, bob, link):
    shown = Visitor(app).sign_in(bob).get("/manage/teams/").text

    assert "noor@example.org" not in shown
    assert "Invite somebody" not in shown
    assert f"/manage/teams/{team.id}/members/" not in shown
    assert f"/manage/teams/{team.id}/leave" in shown


def link_in(letter):
    return re.search(r"http://localhost(/manage/invitations/\S+)", letter.text)[1]


def withdrawal(team):
    """Where the only invitation that there is would be withdrawn by `team`."""
    return f"/manage/teams/{team.id}/invitations/{db.session.scalar(db.select(Invitation.digest)).hex()}/withdraw"


def named(email):
    return db.session.scalars(db.select(Organizer).where(Organizer.email == email)).one()


def level(organizer, team):
    membership = db.session.get(Membership, (organizer.id, team.id))
    return membership and membership.level
