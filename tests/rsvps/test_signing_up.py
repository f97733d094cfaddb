"""Sending the RSVP form of an action."""

from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from campaign.actions.models import Level, Status
from campaign.campaigns.models import FormerSlug
from campaign.extensions import db
from campaign.rsvps.models import Answer, Rsvp, State
from tests import make
from tests.rsvps.forms import filled_in, send, with_address


@pytest.fixture
def action(app):
    noise = make.action()
    make.rsvp(noise, "noise@example.org")
    return make.action()


def rsvps_of(action):
    return db.session.scalars(db.select(Rsvp).where(Rsvp.action_id == action.id)).all()


def errors_of(page):
    summary = BeautifulSoup(page.text, "html.parser").find(id="errors")
    return [item.text for item in summary.find_all("li")] if summary else []


def test_an_answer_without_an_address_counts_at_once_and_gets_its_link_once(client, action):
    page = send(client, action, filled_in(action, party_size="2"))

    [rsvp] = rsvps_of(action)
    assert page.status_code == 200
    assert (rsvp.answer, rsvp.party_size, rsvp.state) == (Answer.YES, 2, State.UNVERIFIED)
    link = BeautifulSoup(page.text, "html.parser").find("input", id="link")["value"]
    assert link.startswith("http://localhost/en/rsvps/")
    assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_an_answer_with_an_address_waits_sealed_for_the_worker(client, action):
    page = send(client, action, with_address(action, name="Ada", reminders="yes"))

    [rsvp] = rsvps_of(action)
    assert page.status_code == 200
    assert (rsvp.state, rsvp.reminders) == (State.SEALED, True)
    assert b"ada" not in rsvp.box.lower()
    assert (rsvp.blind_index, rsvp.manage_digest) == (None, None)
    assert "/rsvps/" not in page.text
    assert "ada" not in page.text.lower()


def test_an_address_that_has_answered_before_gets_the_same_page_to_the_byte(client, action, at):
    states = ["sealed", "pending", "confirmed", "cancelled"]
    for state in states:
        make.rsvp(action, f"{state}@example.org", state=state)

    pages = [send(client, action, with_address(action, f"{who}@example.org")) for who in ["new", *states]]

    assert {page.status_code for page in pages} == {200}
    assert len({page.data for page in pages}) == 1
    assert len({str(page.headers) for page in pages}) == 1


def test_the_thank_you_page_is_the_same_for_a_machine_that_fills_every_field(client, action):
    human = send(client, action, with_address(action))
    kept = len(rsvps_of(action))

    machine = send(client, action, with_address(action, website="https://spam.example"))

    assert machine.data == human.data
    assert str(machine.headers) == str(human.headers)
    assert len(rsvps_of(action)) == kept


def test_a_machine_without_an_address_gets_a_link_too_and_nothing_is_kept(client, action):
    page = send(client, action, filled_in(action, website="x"))

    link = BeautifulSoup(page.text, "html.parser").find("input", id="link")["value"]
    assert page.status_code == 200
    assert rsvps_of(action) == []
    assert client.get(link.removeprefix("http://localhost")).status_code == 404


def test_a_name_without_an_address_is_dropped(client, action):
    send(client, action, filled_in(action, name="Ada"))

    [rsvp] = rsvps_of(action)
    assert (rsvp.state, rsvp.box) == (State.UNVERIFIED, None)


def test_at_level_count_a_posted_name_or_address_is_ignored(client):
    action = make.action(level=Level.COUNT)

    shown = client.get(f"/en/actions/{action.slug}")
    page = send(client, action, with_address(action, name="Ada", reminders="yes"))

    [rsvp] = rsvps_of(action)
    assert 'name="email"' not in shown.text
    assert 'name="name"' not in shown.text
    assert page.status_code == 200
    assert (rsvp.state, rsvp.box, rsvp.reminders) == (State.UNVERIFIED, None, False)


@pytest.mark.parametrize("answer", [None, "", "Yes", "YES", "yes ", "1", "on", ["yes", "no"], "мaybe"])
def test_an_answer_that_is_not_offered_is_asked_for_again(client, action, answer):
    page = send(client, action, filled_in(action, answer=answer))

    assert page.status_code == 422
    assert errors_of(page) == ["Choose an answer: yes, maybe or no."]
    assert rsvps_of(action) == []


@pytest.mark.parametrize(
    "people",
    [None, "", "0", "-1", "+1", "1_0", "1.0", "1e1", "٣", "１", "21", "99999999999999999999", "a", ["1", "2"], "1\n2"],
)
def test_a_number_of_people_that_is_none_is_asked_for_again(client, action, people):
    page = send(client, action, filled_in(action, party_size=people))

    assert page.status_code == 422
    assert errors_of(page) == ["Enter a whole number from 1 to 20, you included."]
    assert rsvps_of(action) == []


@pytest.mark.parametrize(("typed", "meant"), [("1", 1), (" 7 ", 7), ("007", 7), ("20", 20)])
def test_a_number_of_people_is_read_as_people_type_it(client, action, typed, meant):
    page = send(client, action, filled_in(action, party_size=typed))

    [rsvp] = rsvps_of(action)
    assert page.status_code == 200
    assert rsvp.party_size == meant


NO_ADDRESSES = [
    *("ada", "ada@", "@example.org", "ada@localhost", "ada@@example.org", "ada@example..org", "ada@[127.0.0.1]"),
    *("Ada <ada@example.org>", '"a b"@example.org', "ada@example.org, eve@example.org", "ada@example.org\nBcc: eve"),
    *("ada @example.org", "a" * 65 + "@example.org", "ada@" + "b" * 250 + ".org", "ada@example.org\0"),
]


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_an_address_that_mail_cannot_be_sent_to_is_asked_for_again(client, action, email):
    page = send(client, action, with_address(action, email))

    assert page.status_code == 422
    assert errors_of(page) == ["Enter an email address like name@example.org, or leave it empty"]
    assert rsvps_of(action) == []


@pytest.mark.parametrize("emails", [["", "ada@example.org"], ["ada@example.org", ""], ["ada@example.org"] * 2])
def test_of_two_addresses_none_is_taken_for_the_right_one(client, action, emails):
    page = send(client, action, with_address(action, emails))

    assert page.status_code == 422
    assert errors_of(page) == ["Enter an email address like name@example.org, or leave it empty"]
    assert rsvps_of(action) == []


@pytest.mark.parametrize(
    "email", ["ada@example.org", "Ada.Lovelace+vigil@EXAMPLE.org", "ada@bücher.example", " a@b.ca "]
)
def test_addresses_are_taken_as_people_type_them(client, action, email):
    page = send(client, action, with_address(action, email))

    assert page.status_code == 200
    assert len(rsvps_of(action)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "x" * 61,
        "see www.example.org",
        "https://example.org",
        "evil.example",
        "a@b",
        "Ada\u202eada",
        "A\0da",
        "<b>Ada",
        "Ad\ufffd",
    ],
)
def test_a_name_that_could_pass_for_a_link_is_asked_for_again(client, action, name):
    page = send(client, action, with_address(action, name=name))

    assert page.status_code == 422
    assert errors_of(page) == ["Enter a name of at most 60 characters, without a link. A nickname is fine."]


@pytest.mark.parametrize("name", ["J. R. Okafor", "Marc-André", "O’Neil", "김", "می‌خواهم", "Ada 🌻", "  Ada   L "])
def test_names_and_nicknames_of_all_kinds_are_fine(client, action, name):
    assert send(client, action, with_address(action, name=name)).status_code == 200


def test_an_address_needs_consent_in_so_many_words(client, action):
    for consent in (None, "no", "on", "1", "Yes", "", ["yes", "yes"]):
        page = send(client, action, with_address(action, consent=consent))

        assert page.status_code == 422, consent
        assert [words for words in errors_of(page) if "Tick this box" in words], consent
    assert rsvps_of(action) == []


@pytest.mark.parametrize("reminders", ["no", "on", "1", "y", "", "true", ["yes", "no"]])
def test_a_tick_is_yes_or_absent_and_nothing_else(client, action, reminders):
    page = send(client, action, with_address(action, reminders=reminders))

    assert page.status_code == 422
    assert errors_of(page) == ["Tick this box or leave it empty."]


def test_who_wants_reminders_is_asked_for_an_address(client, action):
    page = send(client, action, filled_in(action, reminders="yes"))

    assert page.status_code == 422
    assert errors_of(page) == ["Enter an email address, so that we can remind you, or untick the reminder."]


def test_a_refused_form_keeps_what_was_typed_and_says_each_error_twice(client, action):
    typed = with_address(action, "ada@example", name="Ada", answer="maybe", party_size="many", consent=None)

    page = send(client, action, typed)

    soup = BeautifulSoup(page.text, "html.parser")
    assert soup.title.text.startswith("Error:")
    assert soup.find("input", {"name": "email"})["value"] == "ada@example"
    assert soup.find("input", {"name": "name"})["value"] == "Ada"
    assert soup.find("input", {"name": "party_size"})["value"] == "many"
    assert soup.find("input", {"name": "answer", "checked": True})["value"] == "maybe"
    for link in soup.find(id="errors").find_all("a"):
        field = soup.find(id=link["href"].removeprefix("#"))
        assert field["aria-invalid"] == "true"
        assert link.text in soup.find(id=f"{field['id']}-e").text
    assert page.headers["Cache-Control"] == "no-store"


def test_what_was_typed_comes_back_harmless(client, action):
    page = send(client, action, with_address(action, '"><script>alert(1)</script>', name="<img src=x>"))

    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


def test_a_form_without_a_stamp_of_its_own_action_is_sent_again(client, action):
    other = make.action()
    for stamp in (None, "", "1.x", filled_in(other)["stamp"], [filled_in(action)["stamp"]] * 2):
        page = send(client, action, filled_in(action, stamp=stamp))

        assert page.status_code == 422
        assert "This page had been open for long" in page.text
    assert rsvps_of(action) == []


def test_a_page_that_was_open_overnight_can_still_be_sent_but_not_for_two_days(client, action, at):
    fields = filled_in(action)

    at.forward(timedelta(hours=23))
    fresh = send(client, action, fields)
    at.forward(timedelta(hours=25))
    old = send(client, action, fields)
    again = send(client, action, {**fields, "stamp": BeautifulSoup(old.text, "html.parser").find(id="stamp")["value"]})

    assert (fresh.status_code, old.status_code, again.status_code) == (200, 422, 200)


def test_an_empty_body_or_another_kind_of_body_is_a_form_with_errors(client, action):
    address = f"/en/actions/{action.slug}/rsvp"

    assert client.post(address).status_code == 422
    assert client.post(address, data="{}", content_type="application/json").status_code == 422
    assert (
        client.post(address, data=b"\xff\xfe%%%", content_type="application/x-www-form-urlencoded").status_code == 422
    )


def test_a_body_of_more_than_64_kib_is_too_much(client, action):
    page = send(client, action, filled_in(action, name="x" * 70_000))

    assert page.status_code == 413


def test_a_body_of_unknown_length_is_held_to_the_same_limit(client, action):
    def sent(**fields):
        body = BytesIO(urlencode(filled_in(action, **fields)).encode())
        chunked = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": None}
        kind = "application/x-www-form-urlencoded"
        address = f"/en/actions/{action.slug}/rsvp"
        return client.post(address, content_type=kind, environ_overrides=chunked).status_code

    assert (sent(), sent(website="x" * 70_000)) == (200, 413)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.POSTPONED])
def test_what_is_cancelled_or_postponed_takes_no_rsvps_and_says_so(client, action, status):
    action.status = status

    page = send(client, action, filled_in(action))

    assert page.status_code == 409
    assert f"This action is {status.value}" in page.text
    assert rsvps_of(action) == []


def test_what_is_over_takes_no_rsvps_and_says_so(client, action, at):
    at.set(action.ends_at)

    page = send(client, action, filled_in(action))

    assert page.status_code == 409
    assert "This action is over" in page.text


def test_there_is_no_form_to_send_for_a_draft_or_for_nothing(client):
    draft = make.action(publish=False)

    assert send(client, draft, filled_in(draft)).status_code == 404
    assert client.post("/en/actions/nothing/rsvp", data={}).status_code == 404


def test_a_form_sent_to_an_old_address_of_the_action_is_sent_on(client, action):
    db.session.add(FormerSlug(kind="action", slug="once", subject_id=action.id))

    page = client.post("/en/actions/once/rsvp", data=filled_in(action))

    assert page.status_code == 308
    assert page.headers["Location"] == f"/en/actions/{action.slug}/rsvp"


def test_another_site_cannot_send_the_form(client, action):
    foreign = [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
    ours = [{}, {"Origin": "http://localhost"}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}]

    assert [send(client, action, filled_in(action), headers=h).status_code for h in foreign] == [403] * 3
    assert [send(client, action, filled_in(action), headers=h).status_code for h in ours] == [200] * 3


def test_no_page_sets_a_cookie_or_varies_by_one(client, action):
    answers = [
        client.get(f"/en/actions/{action.slug}"),
        send(client, action, filled_in(action)),
        send(client, action, filled_in(action, answer="x")),
    ]

    assert not any("Set-Cookie" in page.headers or "Cookie" in page.headers.get("Vary", "") for page in answers)


def test_the_form_prints_the_day_of_erasure_and_nothing_is_ticked(client):
    action = make.action(starts=datetime(2023, 5, 31, 7, 0))

    soup = BeautifulSoup(client.get(f"/en/actions/{action.slug}").text, "html.parser")

    assert "until Wednesday 7 June 2023" in soup.find("input", id="consent").parent.text
    assert "erased on Wednesday 7 June 2023" in soup.text
    assert [box["name"] for box in soup.find_all("input", type="checkbox") if box.has_attr("checked")] == []
