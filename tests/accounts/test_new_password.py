"""A new password by letter."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from campaign.extensions import db
from campaign.outbox.models import Delivery, Occasion
from tests import make
from tests.accounts.test_signing_in import sign_in, token_on, without_token
from tests.clients import Visitor

NEW = "another four words, well chosen"


@pytest.fixture
def alice(app):
    team = make.team()
    make.account("Noor", team)
    return make.account("Alice", team)


def test_the_letter_leads_to_a_page_that_sets_a_new_password(client, worker, mailbox, alice):
    ask(client, "alice@example.org")
    worker.run_until_idle()
    [letter] = mailbox.to("alice@example.org")
    link = link_in(letter)

    page = client.post(link, data=twice(NEW) | {"csrf_token": token_on(client.get(link))})

    assert page.status_code == 302
    assert "Your password is a new one now" in client.get("/manage/login").text
    assert sign_in(client, alice.email, make.PASSWORD).status_code == 422
    assert sign_in(client, alice.email, NEW).status_code == 302


def test_the_link_is_made_of_the_sites_own_address(client, worker, mailbox, alice):
    ask(client, "alice@example.org", headers={"X-Forwarded-Host": "evil.example"})
    worker.run_until_idle()

    [letter] = mailbox.to("alice@example.org")

    assert "http://localhost/manage/reset/" in letter.text


def test_an_unknown_address_gets_the_same_page_and_no_letter(client, alice):
    known = ask(client, "alice@example.org")
    unknown = ask(client, "carol@example.org")

    assert known.status_code == unknown.status_code == 200
    assert without_token(known.text).replace("alice@", "carol@") == without_token(unknown.text)
    assert "a letter with a link is on its way" in known.text
    assert len(db.session.scalars(db.select(Delivery)).all()) == 1


def test_what_is_no_address_gets_the_same_page_too(client, alice):
    page = ask(client, "nonsense")

    assert page.status_code == 200
    assert db.session.scalars(db.select(Delivery)).all() == []


def test_the_letter_that_waits_holds_neither_address_nor_link_for_who_reads_the_database(client, alice):
    ask(client, "alice@example.org")

    delivery = db.session.scalars(db.select(Delivery)).one()
    occasion = db.session.scalars(db.select(Occasion)).one()

    assert b"alice" not in delivery.to_sealed
    assert occasion.facts == {}


def test_a_new_password_ends_every_session_and_is_told_by_letter(app, client, worker, mailbox, alice):
    elsewhere = Visitor(app).sign_in(alice)
    link = asked_link(client, worker, mailbox)

    client.post(link, data=twice(NEW) | {"csrf_token": token_on(client.get(link))})
    worker.run_until_idle()

    assert elsewhere.get("/manage/").status_code == 302
    told = mailbox.to("alice@example.org")[-1]
    assert "password was changed" in told.subject


def test_a_link_works_once(client, worker, mailbox, alice):
    link = asked_link(client, worker, mailbox)
    client.post(link, data=twice(NEW) | {"csrf_token": token_on(client.get(link))})

    page = client.get(link)

    assert page.status_code == 302
    assert "That link doesn’t work, or was used" in client.get(page.location).text


@pytest.mark.parametrize("token", ["x", "a" * 300, "..", "%00", "WyJhIiwiYiJd.ZGVm.abc"])
def test_a_token_that_is_none_of_ours_leads_back_to_asking(client, alice, token):
    page = client.get(f"/manage/reset/{token}")

    assert page.status_code in (302, 404)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "Use at least 12 characters"),
        ("x" * 201, "x" * 201, "Use at most 200 characters"),
        (NEW, NEW + "!", "The two passwords differ."),
        ("alice@example.org", "alice@example.org", "Don’t use your email address"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "one character over and over"),
        ("", "", "Enter a password."),
    ],
)
def test_a_bad_password_is_refused_in_words_beside_the_field(client, worker, mailbox, alice, first, second, words):
    link = asked_link(client, worker, mailbox)

    page = client.post(link, data=twice(first, second) | {"csrf_token": token_on(client.get(link))})

    assert page.status_code == 422
    assert words in page.text
    assert sign_in(client, alice.email, make.PASSWORD).status_code == 302


def test_looking_at_the_link_changes_nothing(client, worker, mailbox, alice):
    link = asked_link(client, worker, mailbox)

    for _ in range(3):
        assert client.get(link).status_code == 200

    assert sign_in(client, alice.email, make.PASSWORD).status_code == 302


def test_a_letter_that_could_not_be_sent_for_two_hours_is_not_sent(client, worker, mailbox, at, alice):
    ask(client, "alice@example.org")

    at.forward(timedelta(hours=3))
    worker.run_until_idle()

    assert mailbox.to("alice@example.org") == []


def test_asking_over_and_over_stops(client, alice):
    answers = [ask(client, "alice@example.org").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert ask(client, "noor@example.org").status_code == 200


def test_another_spelling_of_the_address_is_no_way_to_more_letters(client, alice, worker, mailbox):
    for spelling in ("alice@example.org", "Alice@EXAMPLE.org", "alice@\uff45xample.org", "alice@example\u3002org"):
        answers = [ask(client, spelling).status_code for _ in range(6)]

    worker.run_until_idle()

    assert answers == [429] * 6
    assert len(mailbox.to("alice@example.org")) == 5


def test_twenty_letters_in_two_hours_are_enough_wherever_they_are_asked_for(client, alice):
    everywhere = [{"REMOTE_ADDR": f"198.51.{network}.7"} for network in range(8)]

    answers = [ask(client, alice.email, environ_base=where).status_code for where in everywhere for _ in range(3)]

    assert answers == [200] * 20 + [429] * 4


def test_as_much_is_written_whether_somebody_has_the_address_or_not_and_nothing_of_nobody_stays(client, alice):
    written = []

    def note(_connection, _cursor, statement, *_more):
        if statement.startswith(("BEGIN IMMEDIATE", "SELECT pg_advisory", "INSERT")):
            written.append(statement.split("(")[0])

    event.listen(db.engine, "after_cursor_execute", note)
    ask(client, "nobody@example.org")
    for_nobody = written.copy()
    written.clear()
    ask(client, alice.email)
    event.remove(db.engine, "after_cursor_execute", note)

    assert for_nobody == written != []
    assert [delivery.person_key for delivery in db.session.scalars(db.select(Delivery))] == [f"organizer:{alice.id}"]


def test_forty_questions_from_one_network_are_enough_whomever_they_are_about(client, alice):
    here = {"REMOTE_ADDR": "198.51.100.7"}

    answers = [ask(client, f"somebody{n}@example.org", environ_base=here).status_code for n in range(42)]

    assert answers == [200] * 40 + [429] * 2


def ask(client, email, **more):
    return client.post(
        "/manage/reset", data={"email": email, "csrf_token": token_on(client.get("/manage/reset"))}, **more
    )


def asked_link(client, worker, mailbox):
    ask(client, "alice@example.org")
    worker.run_until_idle()
    return link_in(mailbox.to("alice@example.org")[-1])


def link_in(letter):
    return re.search(r"http://localhost(/manage/reset/\S+)", letter.text)[1]


def twice(first, second=None):
    return {"password": first, "password_confirm": first if second is None else second}
