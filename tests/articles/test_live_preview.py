"""The part of the page that shows an article as it will look, while it is being written."""

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.columns import Texts
from tests import make
from tests.clients import Visitor, sent_by
from tests.web.corpus import ALL


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def article(team):
    return make.article(make.campaign(team), slug="peru", body=Texts(en="Read on."), sources=["PBI-Canada"])


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def try_out(visitor, article, **typed):
    """What a script sends some moments after a key was pressed: the whole form, and whom it is for."""
    form = sent_by(visitor.get(f"/manage/articles/{article.id}/edit"))
    path = f"/manage/articles/{article.id}/preview"
    return visitor.post(path, data=form | typed, headers={"HX-Request": "true"})


def test_it_shows_what_is_typed_and_saves_nothing(alice, article):
    page = try_out(alice, article, body="**Because.**[^1]\n\n[[figures:9]]")

    shown = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 200
    assert shown.find("strong").text == "Because."
    assert shown.find("sup").a["href"] == "#s1"
    assert "There is no figures table 9." in shown.find(id="preview-said").text
    assert article.body == Texts(en="Read on.")


def test_it_is_a_part_and_no_page_and_takes_the_focus_from_nobody(alice, article):
    page = try_out(alice, article)

    assert "<html" not in page.text
    assert "autofocus" not in page.text


def test_only_the_text_has_to_be_in_order(alice, article):
    page = try_out(alice, article, title="", slug="NO", body="Half a sent")

    assert page.status_code == 200
    assert "Half a sent" in page.text


def test_a_text_that_is_too_long_or_a_bomb_is_refused_in_words(alice, article):
    too_long = try_out(alice, article, body="é" * 10_001)
    bomb = try_out(alice, article, body=">" * 5_000 + " boom")

    assert (too_long.status_code, bomb.status_code) == (422, 422)
    assert "The text is too long: 20,002 bytes" in too_long.text
    assert "Quotations or lists stand too deep in each other." in bomb.text


def test_nothing_that_is_typed_becomes_active(alice, article):
    page = try_out(alice, article, body="\n\n".join(ALL)[:18_000])

    found = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 200
    assert not found.find_all(["script", "img", "iframe", "svg", "style", "object", "template"])
    for tag in found.find(class_="prose").find_all(True):
        assert not [name for name in tag.attrs if name.startswith(("on", "hx-", "data-hx"))]


def test_who_may_not_edit_sees_none(app, article, team):
    for who, status in (("Charlie", 404), ("Mo", 403)):
        visitor = Visitor(app).sign_in(make.account(who, team if who == "Mo" else make.team(), level=Level.MODERATOR))
        path = f"/manage/articles/{article.id}/preview"

        assert visitor.post(path, data={"body": "x"}).status_code == status


def test_the_script_is_loaded_where_it_is_used_and_nowhere_else(alice, article):
    assert "/static/build/htmx." in alice.get(f"/manage/articles/{article.id}/edit").text
    for path in (f"/manage/articles/{article.id}", "/manage/", "/en/articles/peru"):
        assert "<script src" not in alice.get(path).text
