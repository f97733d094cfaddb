"""What every public page promises: its language, its headers, no cookie, no script, nothing from anyone else, few
questions to the database."""

import re
from contextlib import contextmanager

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event

from campaign.columns import Texts
from campaign.extensions import db
from tests import make

PAGES = [
    "/{lang}/",
    "/{lang}/campaigns/arms",
    "/{lang}/actions/protest",
    "/{lang}/actions/cancelled",
    "/{lang}/articles/",
    "/{lang}/articles/peru",
    "/{lang}/calendar",
    "/{lang}/subscribe",
    "/{lang}/subscribe/campaigns/arms",
    "/{lang}/subscribe/vigil",
]
ERRORS = {
    "/{lang}/nothing": 404,
    "/{lang}/actions/nothing": 404,
    "/{lang}/actions/": 404,
    "/{lang}/campaigns/nothing": 404,
    "/{lang}/articles/nothing": 404,
    "/{lang}/rsvps/nothing": 404,
    "/{lang}/actions/\u202e": 404,
    "/{lang}/actions/%00": 404,
    "/{lang}/actions/..%2f..%2fetc": 404,
}
MOST = {"/{lang}/": 8, "/{lang}/campaigns/arms": 8, "/{lang}/actions/protest": 12, "/{lang}/articles/peru": 14}


@pytest.fixture
def site(app, at):
    cause = make.campaign(slug="arms", sample=True)
    protest = make.action(cause=cause, slug="protest", summary=Texts(en="Come."), why=Texts(en="Why.", fr="Pourquoi."))
    make.action(cause=cause, slug="cancelled").cancel(at())
    body = Texts(en="Text.[^1]\n\n[[figures:1]]\n\n[[action:protest]]")
    make.article(cause, slug="peru", body=body, sources=["A"], figures=[[("2017", "1.00")]], about=[protest])


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
@pytest.mark.parametrize("address", [*PAGES, *ERRORS])
def test_a_page_loads_nothing_sets_nothing_and_runs_nothing(client, site, address, lang):
    answer = client.get(address.format(lang=lang))

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == ERRORS.get(address, 200)
    assert page.html["lang"] == lang
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert {script["type"] for script in page.find_all("script")} <= {"application/ld+json"}
    assert not page.find_all(["style", "iframe", "object", "embed", "video", "audio", "svg"])
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name == "style" or name.startswith("on")]
        if element.name not in ("a", "meta") and element.get("rel") not in (["canonical"], ["alternate"]):
            loaded = [element.get(name, "") for name in ("src", "href", "srcset", "poster", "data", "action")]
            assert all(not re.search(r"(^|\s)(\w+:|//)", value) for value in loaded), element


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_one_title_one_heading_and_a_description(client, site, address):
    page = BeautifulSoup(client.get(address.format(lang="en")).text, "html.parser")

    assert len(page.find_all("h1")) == 1
    assert page.title.string.strip()
    assert page.find("meta", {"name": "description"})["content"].strip()
    assert page.find("main", id="main")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_names_itself_and_itself_in_the_other_languages(client, site, address):
    page = BeautifulSoup(client.get(address.format(lang="fr")).text, "html.parser")

    nav = page.find("nav", class_="lang")
    assert page.find("link", rel="canonical")["href"] == "http://localhost" + address.format(lang="fr")
    for lang in ("en", "fr", "es"):
        here = address.format(lang=lang)
        assert page.find("link", rel="alternate", hreflang=lang)["href"] == "http://localhost" + here
        assert nav.find("a", hreflang=lang)["href"] == here
        assert client.get(here).status_code == 200


def test_absolute_links_come_from_the_settings_not_from_the_request(client, site):
    page = client.get("/en/actions/protest", headers={"Host": "127.0.0.1", "X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in page.text
    assert 'href="http://localhost/en/actions/protest"' in page.text


def test_a_foreign_host_gets_nothing(client, site):
    assert client.get("/en/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("address", PAGES)
def test_nothing_a_visitor_sends_along_changes_the_page(client, site, address):
    plain = client.get(address.format(lang="en"))

    dressed = client.get(
        address.format(lang="en") + "?lang=fr&utm_source=x&%3Cscript%3E",
        headers={"Accept-Language": "fr", "Cookie": "organizer=x; lang=es", "User-Agent": "<script>"},
    )

    assert dressed.text == plain.text


@pytest.mark.parametrize("address", PAGES)
def test_head_says_what_get_would(client, site, address):
    got, head = client.get(address.format(lang="en")), client.head(address.format(lang="en"))

    assert head.status_code == 200
    assert head.data == b""
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize("address", [*PAGES, "/", "/robots.txt", "/favicon.ico", "/health"])
def test_pages_take_no_posts(client, site, address):
    answer = client.post(address.format(lang="en"))

    assert answer.status_code == 405
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", MOST)
def test_a_page_asks_the_database_little_however_much_it_shows(client, site, address, app):
    cause = db.session.scalars(db.select(make.Campaign)).one()
    for number in range(12):
        action = make.action(cause=cause, starts=make.datetime(2023, 6, number + 1, 9, 0))
        make.article(cause, about=[action])

    with counted() as statements:
        client.get(address.format(lang="en"))

    assert len(statements) <= MOST[address], "\n".join(statements)


def test_built_files_are_kept_for_ever_and_others_are_not(client, site):
    page = BeautifulSoup(client.get("/en/").text, "html.parser")

    with client.get(page.find("link", rel="stylesheet")["href"]) as style:
        assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert style.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/static/build/gone.css").headers["Cache-Control"] == "no-store"


@contextmanager
def counted():
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
