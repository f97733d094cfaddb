"""One's own account: name, language, password, address, and the browsers in which one is signed in."""

from datetime import timedelta

import pytest

from campaign.accounts.models import SignedIn
from campaign.extensions import db
from campaign.profiles.wording import ago
from tests import make
from tests.clients import Visitor
from tests.credentials.devices import code, errors_on, give_password, is_in, set_up_app, soup, token_on

NEW = "another four words, please"


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def alice(team):
    make.account("Noor", team)
    return make.account("Alice", team)


@pytest.fixture
def signed_in(client, alice):
    return client.sign_in(alice)


@pytest.fixture
def elsewhere(app, alice):
    """Another browser of hers."""
    return Visitor(app).sign_in(alice)


def test_name_and_language_are_ones_own_to_change(client, signed_in, alice):
    page = client.post("/manage/account", data={"name": " Alicia  M. ", "language": "fr"})

    assert page.status_code == 303
    assert (alice.name, alice.language) == ("Alicia M.", "fr")
    assert '<html lang="fr">' in client.get("/manage/account").text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "language": "en"}, "Enter your name"),
        ({"name": "x" * 81, "language": "en"}, "Use at most 80 characters."),
        ({"name": "Alice", "language": "de"}, "Choose a language."),
        ({"name": "Alice"}, "Choose a language."),
    ],
)
def test_what_is_wrong_is_said_and_kept_in_the_form(client, signed_in, alice, data, words):
    page = client.post("/manage/account", data=data)

    assert page.status_code == 422
    assert words in errors_on(page)
    assert (soup(page).find(id="name")["value"], alice.name) == (data["name"], "Alice")


def test_a_name_is_text(client, signed_in):
    client.post("/manage/account", data={"name": "<script>alert(1)</script>", "language": "en"})

    assert "<script>alert" not in client.get("/manage/account").text


def test_a_new_password_signs_in_and_the_old_one_no_more(app, client, signed_in, alice, worker, mailbox):
    page = change_password(client, make.PASSWORD, NEW, NEW)
    worker.run_until_idle()

    assert page.status_code == 303
    assert is_in(client)
    assert give_password(Visitor(app), alice, make.PASSWORD).status_code == 422
    assert give_password(Visitor(app), alice, NEW).status_code == 302
    assert "Your password was changed" in [letter.subject for letter in mailbox.to(alice.email)]


def test_a_new_password_ends_every_other_session(client, signed_in, elsewhere):
    before = is_in(elsewhere)

    change_password(client, make.PASSWORD, NEW, NEW)

    assert before
    assert not is_in(elsewhere)
    assert len(db.session.scalars(db.select(SignedIn)).all()) == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "words"),
    [
        ("wrong", NEW, NEW, "That isn’t your password."),
        ("", NEW, NEW, "Enter your password."),
        (make.PASSWORD, "short", "short", "Use at least 12 characters"),
        (make.PASSWORD, NEW, "something else", "The two passwords differ."),
        (make.PASSWORD, "alice@example.org", "alice@example.org", "Don’t use your email address"),
        (make.PASSWORD, "x" * 201, "x" * 201, "Use at most 200 characters."),
        ("x" * 60000, NEW, NEW, "That isn’t your password."),
    ],
)
def test_a_password_that_wont_do_is_said_in_words(client, signed_in, alice, old, new, again, words):
    before = alice.password

    page = change_password(client, old, new, again)

    assert page.status_code == 422
    assert words in errors_on(page)
    assert alice.password == before


def test_a_link_to_a_new_password_is_void_once_the_password_is_another(app, client, signed_in, alice, worker, mailbox):
    link = reset_link(app, alice, worker, mailbox)

    change_password(client, make.PASSWORD, NEW, NEW)
    page = Visitor(app).get(link)

    assert page.status_code == 302
    assert give_password(Visitor(app), alice, NEW).status_code == 302


def test_wrong_passwords_are_counted(client, signed_in, alice):
    for _ in range(10):
        change_password(client, "wrong", NEW, NEW)

    assert change_password(client, make.PASSWORD, NEW, NEW).status_code == 429


def test_the_new_address_confirms_and_the_old_one_is_told(app, client, signed_in, elsewhere, alice, worker, mailbox):
    asked = ask_for_address(client, "Alice@New.example")
    worker.run_until_idle()
    link = link_in(mailbox.to("alice@new.example")[-1])
    before, shown = alice.email, client.get(link)

    client.post(link)
    worker.run_until_idle()

    assert asked.status_code == 303
    assert before == "alice@example.org"
    assert "alice@new.example" in shown.text
    assert alice.email == "alice@new.example"
    assert is_in(client)
    assert not is_in(elsewhere)
    assert "Your account has another address" in [letter.subject for letter in mailbox.to("alice@example.org")]
    assert give_password(Visitor(app), alice).status_code == 302


def test_looking_at_the_link_changes_nothing(client, signed_in, alice, worker, mailbox):
    ask_for_address(client, "alice@new.example")
    worker.run_until_idle()

    client.get(link_in(mailbox.to("alice@new.example")[-1]))

    assert alice.email == "alice@example.org"


def test_a_stranger_who_gets_the_letter_can_do_nothing_with_it(app, client, signed_in, alice, team, worker, mailbox):
    ask_for_address(client, "stranger@example.net")
    worker.run_until_idle()
    [letter] = mailbox.to("stranger@example.net")
    link = link_in(letter)
    charlie = Visitor(app).sign_in(make.account("Charlie", make.team("Others")))

    unsigned = Visitor(app).get(link)
    page = charlie.post(link)

    assert "Alice" not in letter.text
    assert unsigned.location == "/manage/login"
    assert page.status_code == 404
    assert alice.email == "alice@example.org"


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=30)])
def test_the_link_works_for_a_day(app, client, signed_in, alice, worker, mailbox, at, later):
    ask_for_address(client, "alice@new.example")
    worker.run_until_idle()
    at.forward(later)

    page = Visitor(app).sign_in(alice).get(link_in(mailbox.to("alice@new.example")[-1]))

    assert page.status_code == 404


def test_the_link_works_once_and_a_newer_one_replaces_it(client, signed_in, alice, worker, mailbox):
    ask_for_address(client, "first@new.example")
    ask_for_address(client, "second@new.example")
    worker.run_until_idle()
    first, second = (link_in(mailbox.to(f"{name}@new.example")[-1]) for name in ("first", "second"))

    replaced = client.post(first)
    client.post(second)
    client.csrf_token = token_on(client.get("/manage/account"))
    again = client.post(second)

    assert (replaced.status_code, again.status_code) == (404, 404)
    assert alice.email == "second@new.example"


def test_who_asks_isnt_told_who_else_has_an_account(client, signed_in, alice, worker, mailbox):
    free = ask_for_address(client, "alice@new.example")
    seen_free = [client.get("/manage/account").text for _ in range(2)]
    taken = ask_for_address(client, "noor@example.org")
    seen_taken = [client.get("/manage/account").text for _ in range(2)]
    worker.run_until_idle()

    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert [page.replace("alice@new.example", "noor@example.org") for page in seen_free] == seen_taken
    assert mailbox.to("noor@example.org") == []


def test_an_address_that_was_taken_meanwhile_is_refused(client, signed_in, alice, team, worker, mailbox):
    ask_for_address(client, "bob@example.org")
    worker.run_until_idle()
    make.account("Bob", team)

    page = client.post(link_in(mailbox.to("bob@example.org")[-1]))

    assert page.status_code == 409
    assert alice.email == "alice@example.org"


def test_a_link_to_a_new_password_at_the_old_address_is_void(app, client, signed_in, alice, worker, mailbox):
    link = reset_link(app, alice, worker, mailbox)
    ask_for_address(client, "alice@new.example")
    worker.run_until_idle()
    client.post(link_in(mailbox.to("alice@new.example")[-1]))

    thief = Visitor(app)
    thief.post(link, data={"password": NEW, "password_confirm": NEW, "csrf_token": ""})

    assert thief.get(link).status_code == 302
    assert give_password(Visitor(app), alice).status_code == 302


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("", make.PASSWORD, "Enter an email address."),
        ("nobody", make.PASSWORD, "Enter an email address like name@example.org."),
        ("alice@example.org", make.PASSWORD, "That is the address you have."),
        ("a@example.org\nBcc: b@example.org", make.PASSWORD, "Enter an email address like name@example.org."),
        ("alice@new.example", "wrong", "That isn’t your password."),
    ],
)
def test_what_is_wrong_with_an_address_is_said(client, signed_in, email, password, words):
    page = ask_for_address(client, email, password)

    assert page.status_code == 422
    assert words in errors_on(page)


def test_five_letters_in_an_hour_are_enough(client, signed_in):
    for number in range(5):
        assert ask_for_address(client, f"a{number}@new.example").status_code == 303

    page = ask_for_address(client, "more@new.example")

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3600


def test_every_browser_is_listed_with_when_and_nothing_else(client, alice, app, at):
    Visitor(app).sign_in(alice)
    at.forward(timedelta(minutes=20))
    client.sign_in(alice)
    at.forward(timedelta(minutes=5))

    page = client.get("/manage/account", headers={"User-Agent": "Netscape"})

    listed = [" ".join(row.get_text(" ", strip=True).split()) for row in soup(page).select("#sessions ~ ul li > span")]
    assert listed == [
        "This browser Signed in 5 minutes ago, last used just now",
        "Another browser Signed in 25 minutes ago, last used 25 minutes ago",
    ]
    assert "Netscape" not in page.text
    assert "127.0.0.1" not in page.text


def test_a_browser_can_be_signed_out_from_afar(client, signed_in, elsewhere, alice, worker, mailbox):
    page = client.post(other_session(client))
    worker.run_until_idle()

    assert page.status_code == 303
    assert not is_in(elsewhere)
    assert is_in(client)
    assert "You were signed out in other browsers" in [letter.subject for letter in mailbox.to(alice.email)]


def test_an_ended_session_can_do_nothing_more(client, signed_in, elsewhere, alice):
    client.post(other_session(client))

    page = elsewhere.post("/manage/account", data={"name": "Eve", "language": "en"})

    assert page.location == "/manage/login"
    assert alice.name == "Alice"


def test_nobody_ends_somebody_elses_session(app, client, signed_in, elsewhere, team):
    bob = Visitor(app).sign_in(make.account("Bob", team))

    page = bob.post(other_session(client))

    assert page.status_code == 404
    assert is_in(elsewhere)


@pytest.mark.parametrize("key", ["00", "zz", "ab" * 32, "%00", "é"])
def test_what_is_no_session_is_not_found(client, signed_in, key):
    assert client.post(f"/manage/account/sessions/{key}/end").status_code == 404


def test_signing_out_this_one_from_the_list_is_signing_out(client, signed_in):
    mine = soup(client.get("/manage/account")).select_one("#sessions ~ ul form")["action"]

    page = client.post(mine)

    assert page.location == "/manage/login"
    assert not is_in(client)


def test_signing_out_everywhere_else(client, signed_in, elsewhere, alice, worker, mailbox):
    page = client.post("/manage/account/sessions/end", data={"which": "others"})
    worker.run_until_idle()

    assert page.location == "/manage/account"
    assert is_in(client)
    assert not is_in(elsewhere)
    assert len(mailbox.to(alice.email)) == 1


def test_signing_out_everywhere_and_here(client, signed_in, elsewhere):
    page = client.post("/manage/account/sessions/end", data={"which": "all"})

    assert page.location == "/manage/login"
    assert not is_in(client)
    assert not is_in(elsewhere)
    assert db.session.scalars(db.select(SignedIn)).all() == []


def test_nobody_elses_sessions_end_with_ones_own(app, client, signed_in, team):
    bob = Visitor(app).sign_in(make.account("Bob", team))

    client.post("/manage/account/sessions/end", data={"which": "all"})

    assert is_in(bob)


@pytest.mark.parametrize("path", ["/manage/account", "/manage/"])
def test_a_second_step_is_suggested_until_there_is_one(client, signed_in, path):
    before = client.get(path).text

    set_up_app(client)

    assert "Your password alone opens" in before
    assert "Your password alone opens" not in client.get(path).text


def test_who_has_few_codes_left_is_reminded_of_new_ones(app, client, signed_in, alice):
    _secret, codes = set_up_app(client)
    for used in codes[:7]:
        visitor = Visitor(app)
        give_password(visitor, alice)
        visitor.post("/manage/login/recovery", data={"code": used})

    assert "3 recovery codes are left to you" in client.get("/manage/").text
    assert "few" in soup(client.get("/manage/account")).find(id="second-step").text


def test_signing_in_as_somebody_else_ends_the_session_before(app, client, signed_in, team, at):
    bob = make.account("Bob", team)
    secret, _codes = set_up_app(Visitor(app).sign_in(bob))
    at.forward(timedelta(minutes=2))
    before = client.get_cookie("organizer", path="/manage").value
    client.post("/manage/logout")
    give_password(client, bob)

    client.post("/manage/login/second", data={"code": code(secret)})
    assert "Signed in as Bob" in client.get("/manage/").text
    client.set_cookie("organizer", before, path="/manage")

    assert not is_in(client)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (119, "just now"),
        (120, "2 minutes ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (7 * 3600 + 3599, "7 hours ago"),
    ],
)
def test_how_long_ago_is_said_in_words(app, seconds, words):
    with app.test_request_context():
        assert ago(timedelta(seconds=seconds)) == words


def test_old_wishes_are_forgotten_by_the_nightly_purge(client, signed_in, at, keyring):
    from campaign.privacy import worker
    from campaign.profiles.models import AddressChange

    ask_for_address(client, "alice@new.example")
    at.forward(timedelta(days=2))

    worker.purge(at(), keyring)

    assert db.session.scalars(db.select(AddressChange)).all() == []


def change_password(client, old, new, again):
    page = client.post("/manage/account/password", data={"password": old, "new": new, "again": again})
    if page.status_code == 303:
        client.csrf_token = token_on(client.get("/manage/account"))
    return page


def ask_for_address(client, email, password=make.PASSWORD):
    return client.post("/manage/account/address", data={"email": email, "password": password})


def other_session(client):
    """Where the second of the list is ended."""
    return soup(client.get("/manage/account")).select("#sessions ~ ul form")[1]["action"]


def link_in(letter):
    return next(line for line in letter.text.splitlines() if line.startswith("http://")).removeprefix(
        "http://localhost"
    )


def reset_link(app, account, worker, mailbox):
    visitor = Visitor(app)
    visitor.csrf_token = token_on(visitor.get("/manage/login"))
    visitor.post("/manage/reset", data={"email": account.email})
    worker.run_until_idle()
    [letter] = [letter for letter in mailbox.to(account.email) if letter.subject == "A new password"]
    return link_in(letter)
