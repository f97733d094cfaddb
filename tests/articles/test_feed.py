"""Articles as a feed, and as an archive."""

from datetime import date
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from campaign.articles.models import Category
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def cause(app):
    return make.campaign()


def _feed(client, lang="en"):
    answer = client.get(f"/{lang}/articles.atom")
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.data)


def _category(cause, slug, name):
    row = Category(campaign_id=cause.id, slug=slug, name=Texts(en=name))
    db.session.add(row)
    db.session.flush()
    return row


def _titles(page):
    return [title.get_text(strip=True) for title in BeautifulSoup(page.text, "html.parser").select("h2.h-xl")]


def test_the_feed_has_the_newest_first_with_what_a_reader_needs(client, cause):
    make.article(cause, slug="older", published_on=date(2023, 5, 1))
    make.article(cause, slug="newer", category=_category(cause, "news", "News Updates"))
    make.article(cause, publish=False)

    feed = _feed(client)

    assert feed.find("a:title", ATOM).text == "Ottawa Against the Arms Fair – Background"
    assert feed.find("a:id", ATOM).text == "http://localhost/en/articles.atom"
    assert feed.find("a:link[@rel='self']", ATOM).get("href") == "http://localhost/en/articles.atom"
    newer, older = feed.findall("a:entry", ATOM)
    assert newer.find("a:link", ATOM).get("href") == "http://localhost/en/articles/newer"
    assert older.find("a:link", ATOM).get("href") == "http://localhost/en/articles/older"
    assert newer.find("a:author/a:name", ATOM).text == "the research group"
    assert newer.find("a:category", ATOM).attrib == {"term": "news", "label": "News Updates"}
    assert newer.find("a:summary", ATOM).text == "Five years of figures."
    assert newer.find("a:published", ATOM).text == "2023-05-26T12:00:00Z"
    assert newer.find("a:updated", ATOM).text == "2023-05-10T14:00:00Z"


def test_an_entry_stays_the_same_under_a_new_address_and_in_every_language(client, cause):
    article = make.article(cause, slug="old")
    before = _feed(client).find("a:entry/a:id", ATOM).text

    article.slug = "new"

    assert _feed(client).find("a:entry/a:id", ATOM).text == before
    assert _feed(client, "fr").find("a:entry/a:id", ATOM).text == before


def test_what_is_not_translated_says_its_language(client, cause):
    make.article(cause, title=Texts(en="Peru"))

    title = _feed(client, "fr").find("a:entry/a:title", ATOM)

    assert title.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_an_empty_feed_is_a_feed(client):
    assert _feed(client).find("a:updated", ATOM).text == "1970-01-01T00:00:00Z"


def test_it_says_when_nothing_has_changed(client, cause):
    make.article(cause)
    first = client.get("/en/articles.atom")

    again = client.get("/en/articles.atom", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("text", ["</title><script>", "\x07\x00\ufffe]]>&amp;", "<![CDATA["])
def test_whatever_is_written_the_feed_can_be_read(client, cause, text):
    make.article(cause, title=Texts(en=f"{text}pwned"), summary=Texts(en=text), author=Texts(en=text))

    assert _feed(client).find("a:entry/a:title", ATOM).text.endswith("pwned")


def test_the_archive_goes_by_category_and_month(client, cause):
    news, history = _category(cause, "news", "News"), _category(cause, "history", "History")
    make.article(cause, title=Texts(en="A"), category=news, published_on=date(2023, 5, 31))
    make.article(cause, title=Texts(en="B"), category=history, published_on=date(2023, 5, 1))
    make.article(cause, title=Texts(en="C"), category=news, published_on=date(2022, 12, 31))

    assert _titles(client.get("/en/articles/?category=news")) == ["A", "C"]
    assert _titles(client.get("/en/articles/?month=2023-05")) == ["A", "B"]
    assert _titles(client.get("/en/articles/?month=2022-12&category=news")) == ["C"]
    assert _titles(client.get("/en/articles/?month=2021-01")) == []
    assert "Nothing of this kind appeared then." in client.get("/en/articles/?month=2021-01").text
    nav = BeautifulSoup(client.get("/en/articles/").text, "html.parser").select(".archive a")
    assert [link.text for link in nav] == ["History", "News", "May 2023", "December 2022"]


@pytest.mark.parametrize(
    "query", ["month=2023-13", "month=x", "category=none", "month=9999-12", "category=", "month=٢٠٢٣-٠٥"]
)
def test_an_archive_that_is_not_there_is_all_of_it(client, cause, query):
    make.article(cause, title=Texts(en="A"))

    assert _titles(client.get(f"/en/articles/?{query}")) == ["A"]


def test_related_are_those_about_the_same_actions_then_of_the_same_category(client, cause):
    action = make.action(cause=cause)
    news = _category(cause, "news", "News")
    make.article(cause, title=Texts(en="Same category"), category=news, published_on=date(2023, 5, 30))
    make.article(cause, title=Texts(en="Same action"), about=[action])
    make.article(cause, title=Texts(en="Neither"))
    make.article(cause, title=Texts(en="Draft"), category=news, publish=False)
    make.article(make.campaign(), title=Texts(en="Of others"))
    make.article(cause, slug="peru", category=news, about=[action])

    page = BeautifulSoup(client.get("/en/articles/peru").text, "html.parser")

    titles = [title.get_text(strip=True) for title in page.select("[aria-labelledby=related] h3")]
    assert titles == ["Same action", "Same category"]


def test_two_without_a_category_have_none_in_common(client, cause):
    make.article(cause)
    make.article(cause, slug="peru")

    page = BeautifulSoup(client.get("/en/articles/peru").text, "html.parser")

    assert page.select("[aria-labelledby=related]") == []
