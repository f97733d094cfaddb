"""An authenticator app: setting it up and removing it."""

from datetime import timedelta

import pytest

from campaign.credentials import authenticators, factors
from campaign.credentials.locking import vault_of
from campaign.credentials.models import Authenticator, RecoveryCode
from campaign.extensions import db
from tests import make
from tests.clients import Visitor
from tests.credentials.devices import (
    code,
    codes_on,
    errors_on,
    give_password,
    is_in,
    secret_on,
    set_up_app,
    soup,
)


@pytest.fixture
def alice(app):
    team = make.team()
    set_up_app(Visitor(app).sign_in(make.account("Noor", team)))  # somebody else has an app, too
    return make.account("Alice", team)


@pytest.fixture
def signed_in(client, alice):
    return client.sign_in(alice)


def test_an_app_counts_once_a_code_has_come_back(client, signed_in, alice):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    secret = secret_on(client.get("/manage/account/app"))
    before = authenticators.is_set_up(alice)

    page = client.post("/manage/account/app", data={"code": code(secret)})

    assert before is False
    assert page.status_code == 200
    assert authenticators.is_set_up(alice)


def test_the_first_app_comes_with_ten_codes_on_paper(client, signed_in, alice):
    _secret, codes = set_up_app(client)

    assert len(set(codes)) == 10
    assert "10 are left" in client.get("/manage/account").text


def test_the_secret_can_be_scanned_or_typed(client, signed_in):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})

    page = soup(client.get("/manage/account/app"))

    assert page.select_one("img.qr")["src"].startswith("data:image/png;base64,")
    assert [len(span.text) for span in page.select(".secret span")] == [4] * 8


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}-{1} ", "{0}{1}"])
def test_a_code_may_be_typed_in_groups(client, signed_in, alice, typed):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    digits = code(secret_on(client.get("/manage/account/app")))

    client.post("/manage/account/app", data={"code": typed.format(digits[:3], digits[3:])})

    assert authenticators.is_set_up(alice)


@pytest.mark.parametrize("wrong", ["", "000000", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "x" * 5000, "\0\0\0\0\0\0"])
def test_a_wrong_code_leaves_the_same_secret_on_the_page(client, signed_in, alice, wrong):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    secret = secret_on(client.get("/manage/account/app"))

    page = client.post("/manage/account/app", data={"code": wrong})

    assert page.status_code == 422
    assert page.text.startswith("<!doctype html>")
    assert "Enter" in errors_on(page)
    assert secret_on(page) == secret
    assert not authenticators.is_set_up(alice)


def test_who_never_enters_a_code_signs_in_as_before(app, client, signed_in, alice):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})

    other = Visitor(app).sign_in(alice)

    assert is_in(other)
    assert "Not finished" in client.get("/manage/account").text


def test_an_hour_later_the_secret_is_a_new_one(client, signed_in, alice, at):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    secret = secret_on(client.get("/manage/account/app"))
    for _ in range(3):
        at.forward(timedelta(minutes=20))
        client.get("/manage/")

    page = client.post("/manage/account/app", data={"code": code(secret)})

    assert page.location == "/manage/account/app/new"
    assert not authenticators.is_set_up(alice)


def test_the_password_is_asked_for_before_a_secret_is_shown(client, signed_in):
    page = client.post("/manage/account/app/new", data={"password": "not her password"})

    assert page.status_code == 422
    assert "That isn’t your password." in errors_on(page)
    assert client.get("/manage/account/app").location == "/manage/account/app/new"


def test_a_second_app_is_set_up_after_the_first_is_removed(client, signed_in):
    _secret, _codes = set_up_app(client)

    page = client.post("/manage/account/app/new", data={"password": make.PASSWORD})

    assert page.status_code == 409
    assert client.get("/manage/account/app").location == "/manage/account"


def test_removing_it_takes_the_password_and_takes_the_codes_away(app, client, signed_in, alice):
    set_up_app(client)

    refused = client.post("/manage/account/app/remove", data={"password": "not her password"})
    still_there = authenticators.is_set_up(alice)
    done = client.post("/manage/account/app/remove", data={"password": make.PASSWORD})

    assert refused.status_code == 422
    assert still_there
    assert done.status_code == 303
    assert not authenticators.is_set_up(alice)
    assert db.session.query(RecoveryCode).filter_by(organizer_id=alice.id).count() == 0
    assert give_password(Visitor(app), alice).location == "/manage/"


def test_nobody_removes_what_isnt_there(client, signed_in):
    assert client.get("/manage/account/app/remove").status_code == 404
    assert client.post("/manage/account/app/remove", data={"password": make.PASSWORD}).status_code == 404


def test_the_database_alone_tells_no_secret(client, signed_in, alice):
    secret, codes = set_up_app(client)

    rows = db.session.execute(db.select(Authenticator.secret_sealed)).scalars().all()
    digests = db.session.scalars(db.select(RecoveryCode.digest)).all()

    assert not any(secret.encode() in row for row in rows)
    assert not any(part.encode() in digest for digest in digests for whole in codes for part in whole.split("-"))


def test_a_secret_moved_to_another_account_opens_nothing(app, client, signed_in, alice):
    secret, _codes = set_up_app(client)
    noor = db.session.query(Authenticator).filter(Authenticator.organizer_id != alice.id).one()
    mine = db.session.get(Authenticator, alice.id)
    noor.secret_sealed = mine.secret_sealed
    other = Visitor(app)
    give_password(other, db.session.get(type(alice), noor.organizer_id))

    page = other.post("/manage/login/second", data={"code": code(secret)})

    assert page.status_code == 422


def test_its_owner_is_told_by_mail(client, signed_in, alice, worker, mailbox):
    set_up_app(client)
    client.post("/manage/account/app/remove", data={"password": make.PASSWORD})
    worker.run_until_idle()

    subjects = [letter.subject for letter in mailbox.to(alice.email)]

    assert subjects == [
        "An authenticator app was added to your account",
        "The authenticator app was removed from your account",
    ]


def test_new_codes_take_the_password_and_the_old_ones_stop_working(app, client, signed_in, alice, worker, mailbox):
    _secret, old = set_up_app(client)

    refused = client.post("/manage/account/recovery", data={"password": "wrong"})
    page = client.post("/manage/account/recovery", data={"password": make.PASSWORD})
    other = Visitor(app)
    give_password(other, alice)
    tried = other.post("/manage/login/recovery", data={"code": old[0]})
    done = other.post("/manage/login/recovery", data={"code": codes_on(page)[0]})
    worker.run_until_idle()

    assert refused.status_code == 422
    assert not set(codes_on(page)) & set(old)
    assert tried.status_code == 422
    assert done.status_code == 303
    assert "You have new recovery codes" in [letter.subject for letter in mailbox.to(alice.email)]


def test_codes_are_for_who_has_a_second_step(client, signed_in):
    page = client.post("/manage/account/recovery", data={"password": make.PASSWORD})

    assert page.status_code == 409
    assert "Set up an app" in client.get("/manage/account/recovery").text


def test_too_many_wrong_passwords_are_refused_for_a_while(client, signed_in):
    for _ in range(10):
        assert client.post("/manage/account/app/new", data={"password": "wrong"}).status_code == 422

    page = client.post("/manage/account/app/new", data={"password": make.PASSWORD})

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 15 * 60


def test_with_another_secret_key_no_code_works_and_nothing_breaks(app, client, signed_in, alice, at, monkeypatch):
    secret, codes = set_up_app(client)
    at.forward(timedelta(minutes=2))
    monkeypatch.setitem(app.extensions, "credentials", vault_of("another key, 32 characters and more"))
    other = Visitor(app)
    give_password(other, alice)

    by_app = other.post("/manage/login/second", data={"code": code(secret)})
    on_paper = other.post("/manage/login/recovery", data={"code": codes[0]})

    assert (by_app.status_code, on_paper.status_code) == (422, 422)


def test_with_another_secret_key_what_was_begun_is_begun_anew(app, client, signed_in, monkeypatch):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    monkeypatch.setitem(app.extensions, "credentials", vault_of("another key, 32 characters and more"))

    assert client.get("/manage/account/app").location == "/manage/account/app/new"


def test_what_nobody_finished_is_dropped_at_night_and_what_counts_stays(client, signed_in, alice, at):
    client.post("/manage/account/app/new", data={"password": make.PASSWORD})
    at.forward(timedelta(hours=1))

    factors.tidy(at())

    assert db.session.get(Authenticator, alice.id) is None
    assert db.session.query(Authenticator).count() == 1
