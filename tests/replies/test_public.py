"""Leaving a reply, and taking it back."""

import re
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import inspect

from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from campaign.replies.models import Reply, Verdict
from campaign.web import stamp
from tests import make
from tests.installations import read_aside
from tests.replies.sending import filled_in, send


@pytest.fixture
def article(app):
    return make.article(slug="peru", published_on=date(2023, 5, 8))


def _all():
    return db.session.scalars(db.select(Reply)).all()


def _words(element):
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def _soup(page):
    return BeautifulSoup(page.text, "html.parser")


def _errors(page):
    return [_words(item) for item in _soup(page).select(".error-summary li")]


def _link(page):
    return _soup(page).find("input", id="link")["value"].removeprefix("http://localhost")


# ------------------------------------------------------------------ sending


def test_a_reply_is_held_for_approval(client, article):
    page = send(client, article, text="First line.\r\nSecond.\r\n\r\n\r\nThird.")

    [reply] = _all()
    assert page.status_code == 200
    assert "held for approval" in page.text
    assert (reply.name, reply.verdict, reply.sent_on) == ("Rosa M.", Verdict.WAITING, date(2023, 5, 10))
    assert reply.text == "First line.\nSecond.\n\nThird."
    assert "First line." not in client.get("/en/articles/peru").text


def test_the_form_on_the_page_is_what_the_server_takes(client, article):
    form = _soup(client.get("/fr/articles/peru")).find("form", action=re.compile("/replies"))

    data = {field["name"]: field.get("value", "") for field in form.find_all(["input", "textarea"])}
    page = client.post(form["action"], data=data | {"name": "Rosa", "text": "Merci."})

    assert set(data) == {"stamp", "text", "name", "email", "website"}
    assert page.status_code == 200
    assert _all()[0].language == "fr"


def test_an_address_is_kept_nowhere(client, article, settings):
    send(client, article, email="rosa@example.org")

    [reply] = _all()
    assert "rosa@example.org" not in str([getattr(reply, column.key) for column in inspect(Reply).columns])
    assert "email" not in {column.key for column in inspect(Reply).columns}
    assert b"rosa@example.org" not in b"".join(read_aside(*settings.INSTANCE_DIR.glob("campaign.db*")).values())


def test_what_a_machine_fills_in_is_not_kept_and_the_page_is_the_same(client, article):
    person, machine = send(client, article), send(client, article, website="https://spam.example")

    token = re.compile(r"/replies/[\w-]{27}")
    assert machine.status_code == 200
    assert token.sub("", machine.text) == token.sub("", person.text)
    assert len(_all()) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": " \r\n "}, "Write your reply."),
        ({"text": None}, "Write your reply."),
        ({"text": "x" * 2001}, "A reply can have 2,000 bytes, about 300 words. This one has 2,001."),
        ({"text": "é" * 1001}, "A reply can have 2,000 bytes, about 300 words. This one has 2,002."),
        ({"name": ""}, "Enter a name. It can be a nickname."),
        ({"name": "  "}, "Enter a name. It can be a nickname."),
        ({"name": "x" * 61}, "Enter a name of at most 60 characters, without a link. A nickname is fine."),
        ({"name": "www.spam.example"}, "Enter a name of at most 60 characters, without a link. A nickname is fine."),
        ({"name": "a\u202eb"}, "Enter a name of at most 60 characters, without a link. A nickname is fine."),
        ({"email": "rosa"}, "Enter an email address like name@example.org, or leave it empty"),
        ({"stamp": None}, "This page had been open for long. Look at what you entered and send it once more."),
        ({"stamp": "1.x"}, "This page had been open for long. Look at what you entered and send it once more."),
    ],
)
def test_what_cannot_be_taken_is_said_in_words_and_the_input_is_kept(client, article, fields, words):
    page = send(client, article, **{"text": "Typed by hand.", **fields})

    assert page.status_code == 422
    assert _errors(page) == [words]
    assert _soup(page).title.text.startswith("Error:")
    assert page.headers["Cache-Control"] == "no-store"
    if "text" not in fields:
        assert _soup(page).find("textarea").text.strip() == "Typed by hand."
    assert _all() == []


def test_two_thousand_bytes_are_taken(client, article):
    assert send(client, article, text="x" * 2000).status_code == 200


def test_a_stamp_of_another_article_or_of_last_week_is_none(client, article, at):
    other = make.article()
    old = filled_in(article)["stamp"]

    assert send(client, article, stamp=stamp.make(f"article:{other.id}", at.instant)).status_code == 422
    at.forward(timedelta(days=7))
    assert send(client, article, stamp=old).status_code == 422


def test_another_site_cannot_send_one(client, article):
    assert send(client, article, headers={"Origin": "https://evil.example"}).status_code == 403
    assert _all() == []


def test_a_flood_is_stopped(client, article):
    answers = [
        client.post(
            "/en/articles/peru/replies", data=filled_in(article), environ_base={"REMOTE_ADDR": "198.51.100.7"}
        ).status_code
        for _ in range(31)
    ]

    assert (answers[29], answers[30]) == (200, 429)


@pytest.mark.parametrize("slug", ["none", "draft"])
def test_there_is_nothing_to_reply_to_where_there_is_no_article(client, app, slug):
    make.article(slug="draft", publish=False)

    assert client.post(f"/en/articles/{slug}/replies", data={"text": "x"}).status_code == 404


def test_an_old_address_takes_the_reply_along(client, article):
    db.session.add(FormerSlug(kind="article", slug="old", subject_id=article.id))

    page = client.post("/en/articles/old/replies", data=filled_in(article))

    assert (page.status_code, page.location) == (308, "/en/articles/peru/replies")


# ------------------------------------------------------------------ closing


@pytest.mark.parametrize(("days", "is_open"), [(None, True), (3, True), (2, False), (0, False)])
def test_replies_are_taken_for_so_many_days(client, app, days, is_open):
    article = make.article(slug="peru", published_on=date(2023, 5, 8), reply_days=days)

    page = client.get("/en/articles/peru").text
    answer = send(client, article)

    assert ("Leave a reply" in page) == is_open
    assert ("Replies to this article are closed." in page) != is_open
    assert answer.status_code == (200 if is_open else 409)
    assert len(_all()) == is_open


# ------------------------------------------------------------------ on the page


def test_an_approved_reply_stands_there_with_name_day_and_initial(client, article):
    make.reply(article, "One.\nTwo.\n\nThree.", name="élodie")

    item = _soup(client.get("/en/articles/peru")).select_one(".comments > li")

    assert _words(item) == "É élodie · 10 May 2023 One. Two. Three."
    assert item.find("span", class_="avatar")["aria-hidden"] == "true"
    assert [len(paragraph.find_all("br")) for paragraph in item.select(".stack-s p")] == [1, 0]
    assert not item.find_all("img")


def test_the_teams_answer_stands_under_it_and_says_so(client, article):
    reply = make.reply(article)
    make.reply(article, "See you there.", name="Dina", of_team=True, parent=reply)

    answer = _soup(client.get("/en/articles/peru")).select_one(".comments > li > ul > li")

    assert _words(answer) == "D Dina Team · 10 May 2023 See you there."


@pytest.mark.parametrize("verdict", [Verdict.WAITING, Verdict.REJECTED, Verdict.SPAM])
def test_nothing_else_stands_there(client, article, verdict):
    make.reply(article, "Hidden words", verdict=verdict)
    shown = make.reply(article)
    make.reply(article, "Hidden words", verdict=verdict, of_team=True, parent=shown)

    page = client.get("/en/articles/peru").text

    assert "Hidden words" not in page
    assert "1 reply" in page


def test_links_in_a_reply_stay_text(client, article):
    make.reply(article, "See https://example.org/ and [this](https://example.org).")

    assert not _soup(client.get("/en/articles/peru")).select(".comments a")


def test_a_reply_in_another_language_says_which(client, article):
    make.reply(article, "Merci.", language="fr")

    assert _soup(client.get("/en/articles/peru")).select_one(".comments [lang=fr]") is not None
    assert _soup(client.get("/fr/articles/peru")).select_one(".comments [lang=fr]") is None


# ------------------------------------------------------------------ taking it back


def test_its_writer_can_delete_it_whether_it_was_read_or_not(client, article):
    link = _link(send(client, article))

    shown = client.get(link)
    gone = client.post(f"{link}/delete")

    assert "Thank you for writing this." in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert gone.status_code == 200
    assert "Your reply is gone" in gone.text
    assert _all() == []
    assert client.get(link).status_code == 404


def test_looking_at_the_link_deletes_nothing(client, article):
    link = _link(send(client, article))

    client.get(link)
    client.get(f"{link}/delete")

    assert len(_all()) == 1


def test_the_answers_go_with_it(client, article):
    reply = make.reply(article)
    make.reply(article, of_team=True, parent=reply)
    noise = make.reply(article)

    client.post(f"/en/replies/{reply.token}/delete")

    assert _all() == [noise]


@pytest.mark.parametrize("token", ["x", "A" * 27, "../../etc", "%00"])
def test_any_other_link_is_the_same_page_as_none(client, article, token):
    assert client.get(f"/en/replies/{token}").status_code == 404
    assert client.post(f"/en/replies/{token}/delete").status_code == 404


def test_another_site_cannot_delete_it(client, article):
    reply = make.reply(article)

    page = client.post(f"/en/replies/{reply.token}/delete", headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code == 403
    assert len(_all()) == 1


def test_the_list_of_replies_makes_no_question_for_each(client, app):
    article = make.article(slug="peru", body=Texts(en="x"))
    for number in range(20):
        make.reply(article, f"Reply {number}")

    assert client.get("/en/articles/peru").text.count("Reply 1") == 11


# ------------------------------------------------------------------ twice


def test_a_reply_sent_twice_is_one_with_one_link(client, article):
    first, second = send(client, article), send(client, article)

    assert len(_all()) == 1
    assert (first.status_code, second.status_code) == (200, 200)
    assert _link(first) == _link(second)
    assert client.post(f"{_link(first)}/delete").status_code == 200
    assert _all() == []


@pytest.mark.parametrize("other", [{"name": "Marc"}, {"text": "Something else."}])
def test_another_reply_is_another(client, article, other):
    first, second = send(client, article), send(client, article, **other)

    assert len(_all()) == 2
    assert _link(first) != _link(second)


def test_the_same_under_another_article_or_on_another_day_is_another(client, article, at):
    send(client, article)
    send(client, make.article(article.campaign, slug="chile", published_on=date(2023, 5, 8)))
    at.forward(timedelta(days=1))
    send(client, article)

    assert len(_all()) == 3


@pytest.mark.parametrize("verdict", [Verdict.APPROVED, Verdict.REJECTED, Verdict.SPAM])
def test_whoever_copies_a_reply_that_was_read_is_not_given_its_link(client, article, verdict):
    send(client, article)
    [original] = _all()
    original.decide(verdict, date(2023, 5, 10))

    copied = send(client, article)
    client.post(f"{_link(copied)}/delete")

    assert [reply.id for reply in _all()] == [original.id]


@pytest.mark.parametrize("field", ["name", "email", "text"])
def test_two_values_of_one_field_are_refused_in_words(client, article, field):
    sent = filled_in(article, email="rosa@example.org")

    page = client.post("/en/articles/peru/replies", data={**sent, field: [sent[field], sent[field]]})

    assert page.status_code == 422
    assert "This came twice, with two answers. Enter it once." in _errors(page)[0]
    assert _all() == []


def test_a_machine_that_fills_in_the_hidden_field_twice_is_not_told(client, article):
    page = send(client, article, website=["x", "y"])

    assert page.status_code == 200
    assert _all() == []
