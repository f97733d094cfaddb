"""Passkeys: adding one, signing in with it, removing it; and what no browser of an organizer would send."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.credentials import passkeys
from campaign.credentials.models import Passkey as Row
from campaign.credentials.passkeys import NotProven, Site
from campaign.extensions import db
from tests import make
from tests.clients import Visitor
from tests.credentials.devices import (
    Passkey,
    add_passkey,
    b64,
    codes_on,
    give_password,
    is_in,
    options,
    set_up_app,
    soup,
)


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(app, team):
    add_passkey(Visitor(app).sign_in(make.account("Noor", team)))  # somebody else has one, too
    return make.account("Alice", team)


@pytest.fixture
def owner(app, alice):
    """Her own browser, signed in."""
    return Visitor(app).sign_in(alice)


def test_a_passkey_signs_in_without_address_and_password(client, owner, alice):
    passkey, _page = add_passkey(owner)

    page = sign_in(client, passkey)

    assert (page.status_code, page.location) == (303, "/manage/")
    assert "Signed in as Alice" in client.get("/manage/").text


def test_it_leads_to_where_one_wanted_to_go(client, owner, team):
    passkey, _page = add_passkey(owner)
    client.get("/manage/teams/")

    assert sign_in(client, passkey).location == "/manage/teams/"


def test_the_first_comes_with_codes_on_paper_and_the_second_without(owner):
    _first, page = add_passkey(owner)
    _second, next_page = add_passkey(owner, name="key")

    assert len(codes_on(page)) == 10
    assert next_page.status_code == 303


def test_they_are_listed_by_the_names_that_they_were_given(client, owner, at):
    passkey, _page = add_passkey(owner, name="<b>phone</b>")
    add_passkey(owner, name="blue key")
    at.forward(timedelta(minutes=1))
    sign_in(client, passkey)

    page = client.get("/manage/account")

    listed = [row.get_text("|", strip=True) for row in soup(page).select("#second-step li")]
    assert listed == [
        "<b>phone</b>|(last used on Wednesday 10 May 2023)|Remove|<b>phone</b>",
        "blue key|(added on Wednesday 10 May 2023, not used yet)|Remove|blue key",
    ]


def test_the_passkeys_of_one_person_have_one_handle_and_others_another(owner, alice):
    add_passkey(owner)
    add_passkey(owner, name="key")

    handles = [passkey.handle for passkey in passkeys.of(alice)]

    assert handles[0] == handles[1]
    assert len(db.session.scalars(db.select(Row.handle).distinct()).all()) == 2
    assert alice.email.encode() not in handles[0]


def test_a_browser_is_told_which_passkeys_there_are_already(owner):
    passkey, _page = add_passkey(owner)

    page = owner.post("/manage/account/passkeys/new", data={"name": "again", "password": make.PASSWORD})

    asked = json.loads(soup(page).find("form", {"data-passkey": "create"})["data-options"])
    assert [one["id"] for one in asked["excludeCredentials"]] == [b64(passkey.id)]
    assert asked["excludeCredentials"][0]["transports"] == ["internal"]
    assert "authenticatorAttachment" not in asked["authenticatorSelection"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "password": make.PASSWORD}, "Enter a name"),
        ({"name": "x" * 61, "password": make.PASSWORD}, "Use at most 60 characters."),
        ({"name": "phone", "password": "wrong"}, "That isn’t your password."),
        ({"name": "phone", "password": ""}, "Enter your password."),
    ],
)
def test_adding_one_takes_a_name_and_the_password(owner, alice, data, words):
    page = owner.post("/manage/account/passkeys/new", data=data)

    assert page.status_code == 422
    assert words in page.text
    assert passkeys.of(alice) == []


def test_removing_one_takes_the_password_and_it_signs_in_no_more(client, owner, alice):
    passkey, _page = add_passkey(owner)
    row = passkeys.of(alice)[0].id

    refused = owner.post(f"/manage/account/passkeys/{row}/remove", data={"password": "wrong"})
    left = len(passkeys.of(alice))
    done = owner.post(f"/manage/account/passkeys/{row}/remove", data={"password": make.PASSWORD})

    assert (refused.status_code, left, done.status_code) == (422, 1, 303)
    assert sign_in(client, passkey).status_code == 422
    assert give_password(client, alice).location == "/manage/"


def test_removing_the_app_leaves_passkeys_and_codes(owner, alice):
    add_passkey(owner)
    set_up_app(owner)

    owner.post("/manage/account/app/remove", data={"password": make.PASSWORD})

    assert "10 are left" in owner.get("/manage/account").text


def test_nobody_sees_or_removes_somebody_elses(owner, alice, app, team):
    add_passkey(owner)
    row = passkeys.of(alice)[0].id
    bob = Visitor(app).sign_in(make.account("Bob", team))

    asked = bob.get(f"/manage/account/passkeys/{row}/remove")
    done = bob.post(f"/manage/account/passkeys/{row}/remove", data={"password": make.PASSWORD})

    assert (asked.status_code, done.status_code) == (404, 404)
    assert len(passkeys.of(alice)) == 1


def test_their_owner_is_told_by_mail(owner, alice, worker, mailbox):
    add_passkey(owner)
    owner.post(f"/manage/account/passkeys/{passkeys.of(alice)[0].id}/remove", data={"password": make.PASSWORD})
    worker.run_until_idle()

    assert [letter.subject for letter in mailbox.to(alice.email)] == [
        "A passkey was added to your account",
        "A passkey was removed from your account",
    ]


def test_one_that_doesnt_verify_its_owner_doesnt_sign_in_alone(client, owner):
    passkey, _page = add_passkey(owner, Passkey(verifies=False))

    assert sign_in(client, passkey).status_code == 422
    assert not is_in(client)


def test_an_answer_works_once(app, client, owner):
    passkey, _page = add_passkey(owner)
    answer = passkey.get(options(client))
    kept = client.get_cookie("organizer", path="/manage").value
    client.post("/manage/login/passkey", data={"credential": answer})
    thief = Visitor(app)
    thief.csrf_token = client.csrf_token
    thief.set_cookie("organizer", kept, path="/manage")

    page = thief.post("/manage/login/passkey", data={"credential": answer})

    assert is_in(client)
    assert page.status_code == 422


def test_an_answer_to_another_browsers_challenge_is_refused(app, client, owner):
    passkey, _page = add_passkey(owner)
    other = Visitor(app)
    options(client)

    page = client.post("/manage/login/passkey", data={"credential": passkey.get(options(other))})

    assert page.status_code == 422


def test_an_answer_that_comes_too_late_is_refused(client, owner, at):
    passkey, _page = add_passkey(owner)
    answer = passkey.get(options(client))

    at.forward(timedelta(minutes=6))

    assert client.post("/manage/login/passkey", data={"credential": answer}).status_code == 422


def test_a_copy_of_a_passkey_that_counts_is_noticed(app, client, owner):
    passkey = Passkey()
    passkey.counter = 5
    add_passkey(owner, passkey)
    passkey.counter = 6
    first = sign_in(client, passkey)

    again = sign_in(Visitor(app), passkey)

    assert (first.status_code, again.status_code) == (303, 422)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost.evil.example"},
        {"host": "evil.example"},
        {"handle": b64(b"somebody else")},
        {"id": b"unknown"},
    ],
    ids=str,
)
def test_what_was_signed_for_something_else_is_refused(client, owner, wrong):
    passkey, _page = add_passkey(owner)
    vars(passkey).update(wrong)

    assert sign_in(client, passkey).status_code == 422
    assert not is_in(client)


def test_somebody_elses_signature_under_ones_own_id_is_refused(client, owner, app, team):
    hers, _page = add_passkey(owner)
    thief, _page = add_passkey(Visitor(app).sign_in(make.account("Bob", team)))
    thief.id, thief.handle = hers.id, hers.handle

    assert sign_in(client, thief).status_code == 422


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"host": "evil.example"}], ids=str)
def test_one_made_for_another_site_isnt_added(owner, alice, wrong):
    _passkey, page = add_passkey(owner, Passkey(**wrong))

    assert page.status_code == 422
    assert "Nothing was added." in page.text
    assert passkeys.of(alice) == []


def test_one_that_somebody_else_has_isnt_added(owner, alice, app, team):
    passkey, _page = add_passkey(Visitor(app).sign_in(make.account("Bob", team)))

    _passkey, page = add_passkey(owner, passkey)

    assert page.status_code == 409
    assert passkeys.of(alice) == []


def test_none_is_added_without_the_password_having_been_given(owner, alice):
    asked = options(owner)
    asked["user"] = {"id": b64(b"x")}

    page = owner.post("/manage/account/passkeys", data={"credential": Passkey().create(asked)})

    assert page.status_code == 422
    assert passkeys.of(alice) == []


def test_who_signs_in_next_needs_the_password_for_a_passkey_too(client, alice, team):
    bob = make.account("Bob", team)
    client.sign_in(bob)
    page = client.post("/manage/account/passkeys/new", data={"name": "Bob’s", "password": make.PASSWORD})
    asked = json.loads(soup(page).find("form", {"data-passkey": "create"})["data-options"])
    client.post("/manage/logout")

    client.sign_in(alice)
    page = client.post("/manage/account/passkeys", data={"credential": Passkey().create(asked)})

    assert page.status_code == 422
    assert passkeys.of(alice) == []


def test_another_site_cannot_send_an_answer(client, owner):
    passkey, _page = add_passkey(owner)
    answer = passkey.get(options(client))
    client.csrf_token = None

    assert client.post("/manage/login/passkey", data={"credential": answer}).status_code == 400
    assert not is_in(client)


def test_who_was_put_out_doesnt_come_in_by_passkey(client, owner, alice):
    passkey, _page = add_passkey(owner)
    alice.active = False

    assert sign_in(client, passkey).status_code == 422


def test_twenty_are_enough(owner, alice):
    for number in range(20):
        db.session.add(
            Row(
                organizer_id=alice.id,
                name=f"key {number}",
                credential_id=b"%d" % number,
                public_key=b"",
                handle=b"h",
                transports=[],
                added_on=alice.created_at.date(),
            )
        )

    page = owner.post("/manage/account/passkeys/new", data={"name": "one more", "password": make.PASSWORD})

    assert page.status_code == 409
    assert "Remove one that you don’t use any more." in page.text


def test_at_a_bare_number_the_page_says_why_there_are_none(owner):
    page = owner.get("/manage/account/passkeys/new", base_url="http://127.0.0.1")
    login = Visitor(owner.application).get("/manage/login", base_url="http://127.0.0.1")

    assert page.status_code in (200, 302)
    assert "passkeys" not in login.text


@pytest.mark.parametrize(
    "given", ["", "null", "[]", "{}", '{"id": 1}', "x" * 30000, '{"id":"","rawId":"","response":{}}']
)
def test_nonsense_is_refused_in_words(client, alice, given):
    options(client)

    page = client.post("/manage/login/passkey", data={"credential": given})

    assert page.status_code == 422
    assert "That passkey doesn’t sign in" in page.text


SITE = Site("localhost", ("http://localhost",))
nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
answers = st.fixed_dictionaries(
    {
        "id": st.just("AAAA") | nonsense,
        "rawId": st.just("AAAA") | nonsense,
        "type": st.just("public-key") | nonsense,
        "response": nonsense
        | st.fixed_dictionaries(
            {
                "clientDataJSON": st.binary(max_size=30).map(b64) | nonsense,
                "attestationObject": st.binary(max_size=60).map(b64) | nonsense,
                "authenticatorData": st.binary(max_size=60).map(b64) | nonsense,
                "signature": st.binary(max_size=30).map(b64) | nonsense,
                "transports": nonsense,
                "userHandle": nonsense,
            }
        ),
    }
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers.map(json.dumps) | st.text(max_size=50))
def test_whatever_comes_is_refused_and_breaks_nothing(app, answer):
    now = make.clock.now()
    who = make.Organizer(id=1, email="x@example.org")

    with pytest.raises(NotProven):
        passkeys.check(answer, SITE, b"challenge", now)
    with pytest.raises(NotProven):
        passkeys.add(who, "x", answer, SITE, b"challenge", now)


def sign_in(client, passkey):
    """As the script does."""
    return client.post("/manage/login/passkey", data={"credential": passkey.get(options(client))})
