"""Signing in when a password isn't enough: a code of the app, or one on paper."""

from datetime import timedelta

import pytest

from campaign.extensions import db
from tests import make
from tests.clients import Visitor
from tests.credentials.devices import (
    Passkey,
    add_passkey,
    code,
    errors_on,
    give_password,
    is_in,
    options,
    set_up_app,
    token_on,
)


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(team):
    return make.account("Alice", team)


@pytest.fixture
def app_of_alice(app, alice, at):
    """Her app's secret and her codes; half a minute and more has passed since."""
    given = set_up_app(Visitor(app).sign_in(alice))
    at.forward(timedelta(minutes=5))
    return given


@pytest.fixture
def secret(app_of_alice):
    return app_of_alice[0]


@pytest.fixture
def codes(app_of_alice):
    return app_of_alice[1]


def test_the_password_alone_opens_nothing(client, alice, secret):
    page = give_password(client, alice)

    assert page.location == "/manage/login/second"
    assert not is_in(client)
    assert client.get("/manage/actions/").location == "/manage/login"
    assert client.post("/manage/account", data={"name": "Eve", "language": "en"}).location == "/manage/login"
    assert alice.name == "Alice"


def test_a_code_of_the_app_opens(client, alice, secret):
    give_password(client, alice)

    page = client.post("/manage/login/second", data={"code": code(secret)})

    assert (page.status_code, page.location) == (303, "/manage/")
    assert is_in(client)


def test_afterwards_one_is_where_one_wanted_to_go(client, team, alice, secret):
    action = make.action(team)
    client.get(f"/manage/actions/{action.id}/rsvps")
    give_password(client, alice)

    page = client.post("/manage/login/second", data={"code": code(secret)})

    assert page.location == f"/manage/actions/{action.id}/rsvps"


def test_who_has_no_second_step_is_in_at_once(client, team, secret):
    bob = make.account("Bob", team)

    assert give_password(client, bob).location == "/manage/"


@pytest.mark.parametrize("step", [-1, 1])
def test_a_clock_may_be_half_a_minute_wrong(client, alice, secret, at, step):
    give_password(client, alice)

    client.post("/manage/login/second", data={"code": code(secret, at() + step * timedelta(seconds=30))})

    assert is_in(client)


@pytest.mark.parametrize("step", [-3, 3, 100])
def test_a_code_of_another_time_is_refused(client, alice, secret, at, step):
    give_password(client, alice)

    page = client.post("/manage/login/second", data={"code": code(secret, at() + step * timedelta(seconds=30))})

    assert page.status_code == 422
    assert not is_in(client)


def test_a_code_works_once(app, client, alice, secret):
    digits = code(secret)
    for visitor in (client, other := Visitor(app)):
        give_password(visitor, alice)
    client.post("/manage/login/second", data={"code": digits})

    page = other.post("/manage/login/second", data={"code": digits})

    assert page.status_code == 422
    assert is_in(client)
    assert not is_in(other)


def test_an_older_code_than_the_last_is_refused(app, client, alice, secret, at):
    older = code(secret, at() - timedelta(seconds=30))
    for visitor in (client, other := Visitor(app)):
        give_password(visitor, alice)
    client.post("/manage/login/second", data={"code": code(secret)})

    assert other.post("/manage/login/second", data={"code": older}).status_code == 422


def test_the_code_that_set_the_app_up_signs_nobody_in(app, alice, client):
    secret, _codes = set_up_app(client.sign_in(alice))
    other = Visitor(app)
    give_password(other, alice)

    assert other.post("/manage/login/second", data={"code": code(secret)}).status_code == 422


def test_somebody_elses_code_is_refused(app, client, alice, secret, team, at):
    bobs, _codes = set_up_app(Visitor(app).sign_in(make.account("Bob", team)))
    at.forward(timedelta(minutes=2))
    give_password(client, alice)

    assert client.post("/manage/login/second", data={"code": code(bobs)}).status_code == 422


@pytest.mark.parametrize("wrong", ["", "000000", "١٢٣٤٥٦", "1" * 5000, "\0"])
def test_a_wrong_code_is_said_in_words(client, alice, secret, wrong):
    give_password(client, alice)

    page = client.post("/manage/login/second", data={"code": wrong})

    assert page.status_code == 422
    assert "code" in errors_on(page)
    assert not is_in(client)


def test_ten_wrong_codes_are_enough_for_a_while(client, alice, secret):
    give_password(client, alice)
    for number in range(10):
        assert client.post("/manage/login/second", data={"code": f"{number:06}"}).status_code == 422

    page = client.post("/manage/login/second", data={"code": code(secret)})

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 15 * 60
    assert not is_in(client)


def test_beginning_again_gives_no_more_tries(app, client, alice, secret):
    for number in range(10):
        visitor = Visitor(app)
        give_password(visitor, alice)
        visitor.post("/manage/login/second", data={"code": f"{number:06}"})
    give_password(client, alice)

    assert client.post("/manage/login/second", data={"code": code(secret)}).status_code == 429


def test_many_networks_have_fifty_tries_a_day_between_them(client, alice, secret):
    for number in range(50):
        client.csrf_token = None
        give_password(client, alice)
        far = {"REMOTE_ADDR": f"203.0.{number}.7"}
        assert client.post("/manage/login/second", data={"code": "x"}, environ_base=far).status_code == 422

    page = client.post(
        "/manage/login/second", data={"code": code(secret)}, environ_base={"REMOTE_ADDR": "198.51.100.9"}
    )

    assert page.status_code == 429


def test_ten_minutes_after_the_password_one_begins_again(client, alice, secret, at):
    give_password(client, alice)
    at.forward(timedelta(minutes=11))

    page = client.post("/manage/login/second", data={"code": code(secret)})

    assert page.location == "/manage/login"
    assert "That took too long. Begin again." in client.get("/manage/login").text
    assert not is_in(client)


def test_a_new_password_ends_what_was_begun_with_the_old(app, client, alice, secret, codes):
    give_password(client, alice)
    owner = Visitor(app)
    give_password(owner, alice)
    owner.post("/manage/login/recovery", data={"code": codes[0]})
    owner.csrf_token = None
    owner.csrf_token = token_on(owner.get("/manage/account/password"))
    new = "another four words, please"
    owner.post("/manage/account/password", data={"password": make.PASSWORD, "new": new, "again": new})

    page = client.post("/manage/login/second", data={"code": code(secret)})

    assert page.location == "/manage/login"
    assert not is_in(client)


def test_somebody_put_out_meanwhile_gets_no_further(client, alice, secret):
    give_password(client, alice)
    alice.active = False

    assert client.post("/manage/login/second", data={"code": code(secret)}).location == "/manage/login"


@pytest.mark.parametrize("way", ["second", "recovery", "second/passkey"])
def test_without_the_password_there_is_no_second_step(client, alice, secret, codes, way):
    client.get("/manage/login")
    client.csrf_token = token_on(client.get("/manage/login"))

    page = client.post(f"/manage/login/{way}", data={"code": code(secret), "credential": "{}"})

    assert page.location == "/manage/login"
    assert not is_in(client)


def test_a_wrong_password_doesnt_tell_whether_there_is_a_second_step(client, team, alice, secret):
    make.account("Bob", team)

    with_one = give_password(client, alice, "wrong")
    without = give_password(client, type("Bob", (), {"email": "bob@example.org"}), "wrong")

    assert with_one.status_code == without.status_code == 422


def test_a_code_on_paper_opens_once(app, client, alice, codes, worker, mailbox):
    for visitor in (client, other := Visitor(app)):
        give_password(visitor, alice)
    done = client.post("/manage/login/recovery", data={"code": codes[0]})

    again = other.post("/manage/login/recovery", data={"code": codes[0]})
    worker.run_until_idle()

    assert done.status_code == 303
    assert is_in(client)
    assert again.status_code == 422
    assert not is_in(other)
    [letter] = [letter for letter in mailbox.to(alice.email) if "recovery" in letter.subject]
    assert "9 are left" in letter.text
    assert codes[0] not in letter.text


def test_a_code_on_paper_may_be_typed_as_it_is_read(client, alice, codes):
    give_password(client, alice)

    client.post("/manage/login/recovery", data={"code": f" {codes[3].upper().replace('-', ' ')} "})

    assert is_in(client)


@pytest.mark.parametrize("wrong", ["", "aaaa-aaaa-aaaa-aaaa", "x" * 5000, "é", "\0"])
def test_what_is_on_no_paper_opens_nothing(client, alice, codes, wrong):
    give_password(client, alice)

    page = client.post("/manage/login/recovery", data={"code": wrong})

    assert page.status_code == 422
    assert not is_in(client)


def test_somebody_elses_paper_opens_nothing(app, client, alice, codes, team):
    _secret, bobs = set_up_app(Visitor(app).sign_in(make.account("Bob", team)))
    give_password(client, alice)

    assert client.post("/manage/login/recovery", data={"code": bobs[0]}).status_code == 422


def test_a_passkey_is_a_second_step_even_if_it_verifies_nobody(app, client, team):
    bob = make.account("Bob", team)
    passkey, _page = add_passkey(Visitor(app).sign_in(bob), Passkey(verifies=False))
    sent = give_password(client, bob)

    asked = options(client, "/manage/login/second/passkey")
    page = client.post("/manage/login/second/passkey", data={"credential": passkey.get(asked)})

    assert sent.location == "/manage/login/second"
    assert page.status_code == 303
    assert is_in(client)


def test_somebody_elses_passkey_is_no_second_step(app, client, team, alice, secret):
    passkey, _page = add_passkey(Visitor(app).sign_in(make.account("Bob", team)))
    give_password(client, alice)

    asked = options(client, "/manage/login/second/passkey")
    page = client.post("/manage/login/second/passkey", data={"credential": passkey.get(asked)})

    assert page.status_code == 422
    assert not is_in(client)


def test_a_challenge_for_signing_in_is_none_for_the_second_step(app, client, team):
    bob = make.account("Bob", team)
    passkey, _page = add_passkey(Visitor(app).sign_in(bob))
    give_password(client, bob)

    answer = passkey.get(options(client, "/manage/login/second/passkey"))
    page = client.post("/manage/login/passkey", data={"credential": answer})

    assert page.status_code == 422
    assert not is_in(client)


def test_a_reset_by_mail_still_asks_for_the_second_step(client, alice, secret, worker, mailbox):
    client.csrf_token = token_on(client.get("/manage/login"))
    client.post("/manage/reset", data={"email": alice.email})
    worker.run_until_idle()
    [letter] = [letter for letter in mailbox.to(alice.email) if letter.subject == "A new password"]
    link = next(line for line in letter.text.splitlines() if line.startswith("http://"))
    new = "another four words, please"
    client.post(link.removeprefix("http://localhost"), data={"password": new, "password_confirm": new})

    page = give_password(client, alice, new)

    assert page.location == "/manage/login/second"


def test_the_operator_takes_lost_factors_away_and_their_owner_is_told(app, client, alice, secret, worker, mailbox):
    elsewhere = Visitor(app)
    give_password(elsewhere, alice)
    elsewhere.post("/manage/login/second", data={"code": code(secret)})
    db.session.commit()

    done = app.test_cli_runner().invoke(args=["accounts", "reset-factors", "ALICE@example.org"])
    worker.run_until_idle()

    assert done.exit_code == 0, done.output
    assert not is_in(elsewhere)
    assert give_password(client, alice).location == "/manage/"
    assert "Signing in asks for your password alone again" in [one.subject for one in mailbox.to(alice.email)]


def test_the_operator_is_told_of_an_unknown_address(app):
    done = app.test_cli_runner().invoke(args=["accounts", "reset-factors", "nobody@example.org"])

    assert done.exit_code == 1
    assert "There is no account with the address nobody@example.org." in done.output
