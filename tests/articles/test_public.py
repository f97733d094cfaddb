"""Background: the list of articles, and an article."""

import re
from datetime import date
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from campaign.articles.models import Category, FiguresRow
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from campaign.photos.models import Photo
from tests import make

PERU = [
    ("2017", "88823.51"),
    ("2018", "629046.36"),
    ("2019", "734960.49"),
    ("2020", "948081.53"),
    ("2021", "2700.00"),
]


@pytest.fixture
def cause(app):
    return make.campaign()


def _page(client, address):
    page = client.get(address)
    assert page.status_code == 200
    return BeautifulSoup(page.text, "html.parser")


def _words(element):
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def test_it_has_title_author_date_and_category(client, cause):
    category = Category(campaign_id=cause.id, slug="news", name=Texts(en="News Updates"))
    make.article(cause, slug="peru", category=category)

    head = _words(_page(client, "/en/articles/peru").find("header", class_="article-head"))

    assert head == (
        "News Updates What Canada sells to Peru Five years of figures. "
        "By the research group · 26 May 2023 · 1 minute read"
    )


def test_its_photo_has_words_caption_and_credit_and_comes_from_here(client, cause):
    picture = Photo(
        campaign_id=cause.id,
        file="img/gates",
        alt=Texts(en="A crowd at dawn."),
        caption=Texts(en="People gather."),
        credit=Texts(en="Drawing: us."),
    )
    make.article(cause, slug="peru", photo=picture)

    figure = _page(client, "/en/articles/peru").find("figure", class_="lead-photo")

    image = figure.find("img")
    assert image["alt"] == "A crowd at dawn."
    assert (image["width"], image["height"]) == ("800", "450")
    assert re.fullmatch(r"/static/build/gates-800\.[0-9a-f]{10}\.jpg", image["src"])
    assert figure.find("source")["srcset"].count("/static/build/gates-") == 3
    assert _words(figure.find("figcaption")) == "People gather. Drawing: us."


def test_figures_are_a_table_with_bars_a_total_and_their_source(client, cause):
    make.article(cause, slug="peru", body=Texts(en="See:\n\n[[figures:1]]"), figures=[PERU], sources=["PBI-Canada"])

    chart = _page(client, "/en/articles/peru").find("figure", class_="chart")

    rows = [[_words(cell) for cell in row.find_all(["th", "td"])] for row in chart.find_all("tr")]
    assert rows == [
        ["Year", "Bar", "Value"],
        ["2017", "", "$88,823.51"],
        ["2018", "", "$629,046.36"],
        ["2019", "", "$734,960.49"],
        ["2020", "", "$948,081.53"],
        ["2021", "", "$2,700.00"],
        ["Total", "", "$2,403,611.89"],
    ]
    assert [bar["class"][-1] for bar in chart.find_all("span", class_="bar-v")] == ["v9", "v66", "v78", "v100", "v0"]
    assert _words(chart.find("p", class_="src")) == "Source: Global Affairs Canada 1 Download as CSV : Exports"


@pytest.mark.parametrize(("lang", "total"), [("fr", "2 403 611,89 $"), ("es", "CAD 2,403,611.89")])
def test_money_is_written_as_the_pages_language_does(client, cause, lang, total):
    make.article(cause, slug="peru", body=Texts(en="[[figures:1]]"), figures=[PERU])

    page = client.get(f"/{lang}/articles/peru").text

    assert total in page.replace("\xa0", " ")


def test_a_table_may_have_no_money_no_total_nothing_and_less_than_nothing(client, cause):
    article = make.article(cause, slug="peru", body=Texts(en="[[figures:1]]\n\n[[figures:2]]"), figures=[[], []])
    article.figures[0].currency, article.figures[0].with_total = "", False
    article.figures[0].rows = [
        FiguresRow(position=0, label="Loss", value=Decimal("-12.5")),
        FiguresRow(position=1, label="Gain", value=Decimal(1_000_000)),
    ]

    charts = _page(client, "/en/articles/peru").find_all("figure", class_="chart")

    assert _words(charts[0].tbody) == "Loss -12.5 Gain 1,000,000"
    assert charts[0].tfoot is None
    assert charts[0].find("span", class_="bar-v")["class"] == ["bar-v", "v0"]
    assert _words(charts[1].tfoot) == "Total $0.00"


def test_sources_are_numbered_and_lead_back_to_each_place_that_cites_them(client, cause):
    body = Texts(en="One.[^1] Two.[^2] One again.[^1] None.[^3]")
    article = make.article(cause, slug="peru", body=body, sources=["Report", "Letter"])
    article.sources[0].address = "https://example.org/report"

    page = _page(client, "/en/articles/peru")

    first, second = page.find("ol", class_="sources").find_all("li")
    assert first["id"] == "s1"
    assert first.a["href"] == "https://example.org/report"
    assert first.a["rel"] == ["nofollow", "noopener", "noreferrer"]
    assert [link["href"] for link in first.find_all("a", class_="back")] == ["#r1", "#r1-2"]
    assert second.a["aria-label"] == "Back to where source 2 is cited"
    assert page.find(id="r1-2")["href"] == "#s1"
    assert "None.[^3]" in _words(page)


def test_every_link_within_the_page_leads_somewhere_and_ids_are_single(client, cause):
    action = make.action(cause=cause, slug="protest")
    body = Texts(en="One.[^1]\n\n[[figures:1]]\n\n[[action:protest]]\n\n> Words.\n>\n> — Them[^1]")
    make.article(cause, slug="peru", body=body, sources=["A"], figures=[PERU], about=[action])

    page = _page(client, "/en/articles/peru")

    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in page.find_all("a") if link["href"].startswith("#")} <= set(ids)


# ------------------------------------------------------------------ article and action know each other


def test_a_call_in_the_text_leads_to_the_form(client, cause):
    make.action(cause=cause, slug="protest")
    make.article(cause, slug="peru", body=Texts(en="Come:\n\n[[action:protest]]"))

    call = _page(client, "/en/articles/peru").find("aside")

    assert _words(call) == (
        "Act on this Protest CANSEC Wednesday 31 May 2023, 7:00 am, EY Centre, 4899 Uplands Drive, Ottawa. "
        "I’ll be there : Protest CANSEC"
    )
    assert call.a["href"] == "/en/actions/protest#rsvp"


def test_a_call_to_what_is_over_says_so(client, cause, at):
    action = make.action(cause=cause, slug="protest")
    make.article(cause, slug="peru", body=Texts(en="[[action:protest]]"))
    at.set(action.ends_at)

    call = _page(client, "/en/articles/peru").find("aside")

    assert "This action is over." in _words(call)
    assert call.a["href"] == "/en/actions/protest"


def test_a_call_by_an_old_slug_still_arrives(client, cause):
    action = make.action(cause=cause, slug="protest")
    db.session.add(FormerSlug(kind="action", slug="before", subject_id=action.id))
    make.article(cause, slug="peru", body=Texts(en="[[action:before]]"))

    assert _page(client, "/en/articles/peru").find("aside").a["href"] == "/en/actions/protest#rsvp"


@pytest.mark.parametrize("hidden", [{"publish": False}, {"unlisted": True}])
def test_what_the_public_does_not_see_is_not_called_for_nor_linked(client, cause, hidden):
    action = make.action(cause=cause, slug="secret", title=Texts(en="Secret meeting"), **hidden)
    make.article(cause, slug="peru", body=Texts(en="Text.\n\n[[action:secret]]\n\n[[action:none]]"), about=[action])

    page = client.get("/en/articles/peru").text

    assert "Secret" not in page
    assert "secret" not in page


def test_its_actions_stand_beside_it(client, cause):
    action = make.action(cause=cause, slug="protest")
    make.article(cause, slug="peru", about=[action])

    section = _page(client, "/en/articles/peru").find("section", {"aria-labelledby": "actions"})

    assert section.a["href"] == "/en/actions/protest"
    assert "Wednesday 31 May 2023, 7:00 am" in _words(section)


# ------------------------------------------------------------------ languages, slugs, lists


def test_other_languages_are_named_where_there_are_some(client, cause):
    make.article(cause, slug="peru", body=Texts(en="Read.", fr="Lisez."))

    byline = _page(client, "/en/articles/peru").find("p", class_="byline")

    assert _words(byline).endswith("Also in Français")
    assert byline.a["href"] == "/fr/articles/peru"


def test_a_text_that_is_not_translated_is_shown_in_its_own_language_with_a_note(client, cause):
    make.article(cause, slug="peru", body=Texts(en="Read on.\n\n[[figures:1]]"), figures=[PERU])

    page = _page(client, "/fr/articles/peru")

    assert page.html["lang"] == "fr"
    assert page.find("div", class_="prose")["lang"] == "en"
    assert page.find("figure", class_="chart")["lang"] == "fr"
    assert page.h1.span["lang"] == "en"
    assert _words(page.find("p", class_="notice")) == (
        "This text is not yet available in French. You are reading it in English."
    )


def test_a_draft_has_no_page_and_an_old_slug_leads_on(client, cause):
    draft = make.article(cause, slug="draft", publish=False)
    article = make.article(cause, slug="peru")
    db.session.add(FormerSlug(kind="article", slug="old", subject_id=article.id))
    db.session.add(FormerSlug(kind="article", slug="older-draft", subject_id=draft.id))

    moved = client.get("/es/articles/old")

    assert (moved.status_code, moved.location) == (301, "/es/articles/peru")
    assert client.get("/en/articles/draft").status_code == 404
    assert client.get("/en/articles/older-draft").status_code == 404


def test_the_list_has_the_newest_first_and_no_drafts(client, cause):
    make.article(cause, title=Texts(en="Older"), published_on=date(2023, 5, 1))
    make.article(cause, title=Texts(en="Newer"), published_on=date(2023, 5, 9))
    make.article(cause, title=Texts(en="Draft"), publish=False)

    page = _page(client, "/en/articles/")

    assert [_words(title) for title in page.find_all("h2", class_="h-xl")] == ["Newer", "Older"]


def test_an_empty_list_says_so(client):
    assert "No background yet" in client.get("/en/articles/").text
