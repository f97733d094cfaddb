"""A team's settings."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from campaign.accounts.membership import Level
from campaign.fields import LineField
from campaign.outbox import composing
from campaign.outbox.composing import From, Marks
from campaign.outbox.letters import Letter
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


def test_the_language_it_begins_in_is_that_of_its_invitations_and_proposed_for_campaigns(client, team):
    client.sign_in(make.account("Alice", team))

    client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, "language": "fr"})

    assert team.language == "fr"
    assert '<option selected value="fr">' in client.get("/manage/campaigns/new").text


@pytest.mark.parametrize("sent", ["de", "", "FR"])
def test_a_language_that_isnt_ours_is_refused(client, team, sent):
    client.sign_in(make.account("Alice", team))

    assert client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, "language": sent}).status_code == 422
    assert team.language == "en"


@pytest.mark.parametrize(
    "name",
    [
        "Heron",
        "Heron, Owl & Crane",
        'The "Herons"',
        "back\\slash",
        "Ottawa contra la feria de armas ñ",
        "Оттава против оружия",
        "集会 🕊",
        "A <b@example.org>",
        "=?utf-8?q?Hi=0ABcc=3A_x?=",
        "x" * 78,
        "é" * 78,
    ],
)
def test_mail_is_from_the_teams_own_name_and_the_sites_address(client, worker, mailbox, team, name):
    client.sign_in(make.account("Alice", team))
    page = client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, "sender_name": name})
    action = make.action(team)
    make.rsvp(action, "ada@example.org", state="sealed")

    worker.run_until_idle()

    [letter] = mailbox.to("ada@example.org")
    assert page.status_code == 303
    assert sender_of(letter) == (name, "campaign@example.org")


def sender_of(letter):
    """As RFC 2047 has it read: space between encoded words is none. (Python's newer parser leaves it in names.)"""
    name, address = parseaddr(message_from_bytes(letter.raw)["from"])
    return str(make_header(decode_header(name))), address


def test_without_one_it_is_from_the_sites_name(client, worker, mailbox, team):
    make.rsvp(make.action(team), "ada@example.org", state="sealed")

    worker.run_until_idle()

    [letter] = mailbox.to("ada@example.org")
    assert letter.headers["from"] == "campaign@example.org"


@pytest.mark.parametrize("typed", ["x" * 79, "é" * 200])
def test_a_sender_is_one_line_of_a_mail(client, team, typed):
    client.sign_in(make.account("Alice", team))

    page = client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, "sender_name": typed})

    assert page.status_code == 422
    assert "Use at most 78 characters." in page.text
    assert team.sender_name == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Heron\r\nBcc: eve@example.org", "Heron Bcc: eve@example.org"),
        ("He\x00ron\x07", "He ron"),
        ("\u202enoreH\u202c \u2066x\u2069", "noreH x"),
        ("  ", ""),
    ],
)
def test_what_would_break_or_turn_the_line_is_taken_out(client, team, typed, kept):
    client.sign_in(make.account("Alice", team))

    client.post(f"/manage/teams/{team.id}/edit", data={**GIVEN, "sender_name": typed})

    assert team.sender_name == kept


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=78))
def test_whatever_name_a_form_lets_through_makes_a_mail(app, typed):
    name = kept(typed)

    skeleton = composing.compose(Letter("Hello", "Body"), Marks(), From("a@example.org", shown=name))

    assert b"a@example.org" in skeleton.head


class Line(Form):
    line = LineField()


def kept(typed):
    """What a form keeps of a line."""
    return Line(MultiDict({"line": typed})).line.data


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
