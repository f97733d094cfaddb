"""Signing in and out."""

import sqlite3
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaign import create_app
from campaign.accounts import passwords
from campaign.accounts.models import Organizer, SignedIn
from campaign.extensions import db
from config import Settings
from tests import make
from tests.clients import Visitor

pytestmark = pytest.mark.both


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(team):
    make.account("Noor", team)  # somebody else has an account too
    return make.account("Alice", team)


def test_the_right_password_leads_to_what_is_next(client, alice):
    page = client.sign_in(alice).get("/manage/")

    assert page.status_code == 200
    assert "Alice" in page.text


@pytest.mark.parametrize("email", ["ALICE@Example.ORG", " alice@example.org "])
def test_an_address_is_the_same_in_capitals_and_among_spaces(client, alice, email):
    page = sign_in(client, email, make.PASSWORD)

    assert page.status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.org", "not her password"),
        ("nobody@example.org", make.PASSWORD),
        ("not an address", make.PASSWORD),
        ("alice@example.org", ""),
        ("", ""),
        ("alice@example.org\0", make.PASSWORD),
        ("alice@example.org", "x" * 5000),
    ],
)
def test_what_was_wrong_is_not_said(client, alice, email, password):
    page = sign_in(client, email, password)

    assert page.status_code == 422
    said = BeautifulSoup(page.text, "html.parser").find(id="errors").get_text(" ", strip=True)
    assert said == "There is a problem This email address and password don’t belong together."
    assert client.get("/manage/").status_code == 302


def test_an_unknown_address_gets_the_same_bytes_as_a_wrong_password(client, alice):
    known = sign_in(client, "alice@example.org", "not her password")
    unknown = sign_in(client, "carol@example.org", "not her password")

    assert without_token(known.text).replace("alice@", "carol@") == without_token(unknown.text)
    assert sorted(name for name, _ in known.headers) == sorted(name for name, _ in unknown.headers)


def test_somebody_who_was_put_out_cannot_sign_in(client, alice):
    alice.active = False

    assert sign_in(client, alice.email, make.PASSWORD).status_code == 422


def test_an_unsigned_visitor_is_sent_to_sign_in_and_then_back_to_where_they_were(client, team, alice):
    action = make.action(team)

    sent = client.get(f"/manage/actions/{action.id}/rsvps?chart=total")
    page = sign_in(client, alice.email, make.PASSWORD)

    assert sent.status_code == 302
    assert sent.location == "/manage/login"
    assert page.location == f"/manage/actions/{action.id}/rsvps?chart=total"


def test_an_unsigned_post_is_sent_to_sign_in_and_does_nothing(client, team):
    action = make.action(team)

    page = client.post(f"/manage/actions/{action.id}/cancel", data={"reason": "Storm"})

    assert page.status_code == 303
    assert page.location == "/manage/login"
    assert action.status == "published"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/en/calendar", "javascript:alert(1)"]
)
def test_the_visitor_does_not_say_where_to_go(client, alice, elsewhere):
    by_address = sign_in(client, alice.email, make.PASSWORD, address=f"/manage/login?next={elsewhere}")
    client.post("/manage/logout", data={"csrf_token": token_on(client.get("/manage/"))})
    by_form = sign_in(client, alice.email, make.PASSWORD, next=elsewhere)

    assert by_address.location == "/manage/"
    assert by_form.location == "/manage/"


def test_signing_out_ends_the_session_on_the_server(client, alice):
    client.sign_in(alice)
    kept = client.get_cookie("organizer", path="/manage").value

    page = client.post("/manage/logout")
    client.set_cookie("organizer", kept, path="/manage")

    assert page.status_code == 302
    assert client.get("/manage/").status_code == 302
    assert db.session.scalars(db.select(SignedIn)).all() == []


def test_signing_out_here_leaves_other_browsers_signed_in(app, client, alice):
    elsewhere = Visitor(app).sign_in(alice)

    client.sign_in(alice).post("/manage/logout")

    assert elsewhere.get("/manage/").status_code == 200


def test_another_site_cannot_sign_somebody_out(client, alice):
    client.sign_in(alice).csrf_token = None

    page = client.post("/manage/logout")

    assert "Sign out?" in page.text
    assert client.get("/manage/").status_code == 200


def test_half_an_hour_without_a_click_ends_the_session(client, at, alice):
    client.sign_in(alice)

    at.forward(timedelta(minutes=31))

    assert client.get("/manage/").status_code == 302


def test_each_click_puts_the_end_off_up_to_eight_hours(client, at, alice):
    client.sign_in(alice)

    for _ in range(19):
        at.forward(timedelta(minutes=25))
        assert client.get("/manage/").status_code == 200
    at.forward(timedelta(minutes=5))

    assert client.get("/manage/").status_code == 302


def test_a_refused_form_counts_as_a_click(client, at, team, alice):
    client.sign_in(alice)

    for _ in range(3):
        at.forward(timedelta(minutes=25))
        page = client.post("/manage/actions/new", data={"title": ""})
        assert page.status_code == 422


def test_a_row_of_a_session_that_ran_out_yesterday_is_cleared_away_at_the_next_signing_in(app, client, at, alice):
    client.sign_in(alice)
    at.forward(timedelta(days=1))

    Visitor(app).sign_in(alice)

    assert len(db.session.scalars(db.select(SignedIn)).all()) == 1


def test_the_cookie_alone_names_nobody(client, alice):
    client.sign_in(alice)
    row = db.session.scalars(db.select(SignedIn)).one()
    row.organizer_id = db.session.scalars(db.select(Organizer.id).where(Organizer.name == "Noor")).one()

    assert client.get("/manage/").status_code == 302


def test_the_cookie_is_for_manage_only_and_out_of_reach_of_scripts(client, alice):
    page = client.get("/manage/login")

    cookie = page.headers["Set-Cookie"]
    assert "Path=/manage" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["/en/", "/en/calendar", "/calendar.ics", "/en/nothing", "/managers", "/health"])
def test_no_other_page_sets_a_cookie_or_differs_by_one(client, alice, path):
    make.campaign()
    client.sign_in(alice)
    session = client.get_cookie("organizer", path="/manage").value

    page = client.get(path, headers={"Cookie": f"organizer={session}"})

    assert "Set-Cookie" not in page.headers
    assert "Cookie" not in page.headers.get("Vary", "")


def test_a_form_without_its_token_is_refused(client, team, alice):
    action = make.action(team)
    client.sign_in(alice).csrf_token = None

    page = client.post(f"/manage/actions/{action.id}/cancel", data={"reason": "Storm"})

    assert page.status_code == 400
    assert action.status == "published"


def test_the_token_of_a_form_is_a_new_one_after_signing_in(client, alice):
    before = token_on(client.get("/manage/login"))
    client.sign_in(alice)
    client.csrf_token = before

    assert client.post("/manage/logout").status_code == 200  # asks again: the token isn't this session's


@pytest.mark.parametrize("way", [{"headers": {"Authentication-Token": "x"}}, {"query_string": {"auth_token": "x"}}])
def test_nothing_but_the_session_signs_in(app, client, alice, way):
    with app.test_request_context():
        token = alice.get_auth_token()
    for name, given in way.items():
        way[name] = dict.fromkeys(given, token)

    assert client.get("/manage/", **way).status_code == 302


def test_a_json_body_gets_no_other_answer_than_a_form(client, alice):
    page = client.post("/manage/login", json={"email": alice.email, "password": make.PASSWORD})

    assert page.status_code == 400
    assert page.content_type.startswith("text/html")


def test_ten_wrong_tries_are_enough_for_a_while(client, alice):
    for _ in range(10):
        assert sign_in(client, alice.email, "not her password").status_code == 422

    page = sign_in(client, alice.email, make.PASSWORD)

    assert page.status_code == 429
    assert sign_in(client, "noor@example.org", make.PASSWORD).status_code == 302


def test_another_spelling_of_the_address_is_no_way_to_more_tries(client, alice):
    for spelling in ("alice@example.org", "alice@\uff45xample.org"):
        answers = [sign_in(client, spelling, "not her password").status_code for _ in range(6)]

    assert answers == [422] * 4 + [429] * 2


def test_signing_in_often_is_no_wrong_try(client, alice):
    for _ in range(12):
        client.csrf_token = None
        assert sign_in(client, alice.email, make.PASSWORD).status_code == 302
        client.delete_cookie("organizer", path="/manage")


def test_somebody_elsewhere_cannot_lock_an_organizer_out(client, alice):
    for _ in range(11):
        far_away = sign_in(client, alice.email, "guess", environ_base={"REMOTE_ADDR": "203.0.113.7"})

    page = sign_in(client, alice.email, make.PASSWORD, environ_base={"REMOTE_ADDR": "198.51.100.9"})

    assert far_away.status_code == 429
    assert page.status_code == 302


def test_passwords_are_kept_as_argon2id_with_64_mebibytes_and_three_rounds(tmp_path):
    settings = Settings(
        SECRET_KEY="a key for tests only, 32 characters and more",
        SQLALCHEMY_DATABASE_URI="sqlite://",
        BASE_URL="https://example.org",
        INSTANCE_DIR=tmp_path,
        KEYS_DIR=tmp_path / "keys",
    )

    with create_app(settings).app_context():
        kept = passwords.hashed(make.PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def sign_in(client, email, password, *, address="/manage/login", environ_base=None, **more):
    """As the form does, whatever becomes of it."""
    client.csrf_token = None
    data = {"csrf_token": token_on(client.get("/manage/login")), "email": email, "password": password, **more}
    return client.post(address, data=data, environ_base=environ_base or {})


def token_on(page):
    return BeautifulSoup(page.text, "html.parser").find("input", {"name": "csrf_token"})["value"]


def without_token(text):
    soup = BeautifulSoup(text, "html.parser")
    for token in soup.find_all("input", {"name": "csrf_token"}):
        token.decompose()
    return str(soup)


@pytest.mark.sqlite
def test_who_only_tries_passwords_keeps_nobody_from_writing(client, alice, settings):
    page = client.get("/manage/login")
    db.session.commit()
    other = sqlite3.connect(settings.SQLALCHEMY_DATABASE_URI.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # who waits for this lock, waits for half a minute and is told 503

    try:
        fields = {"email": alice.email, "password": "not her password", "csrf_token": token_on(page)}
        assert client.post("/manage/login", data=fields).status_code == 422
    finally:
        other.close()
