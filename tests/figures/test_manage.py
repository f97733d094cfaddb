"""Figures in an article: pasted, shown, given out."""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup

from campaign.articles.models import FiguresTable
from campaign.columns import Texts
from campaign.extensions import db
from tests import make
from tests.figures.test_reading import PERU


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def article(team):
    return make.article(make.campaign(team), slug="peru", body=Texts(en="[[figures:1]]"), sources=["PBI-Canada"])


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def filled_in(**fields):
    sent = {
        "title": "Military goods",
        "finding": "They grew.",
        "csv": "Year,Value\n" + PERU,
        "currency": "CAD",
        "order": "as_written",
        "with_total": "y",
        "source": "Global Affairs Canada",
        "source_number": "1",
        "label_heading": "",
        "value_heading": "",
    }
    return {name: value for name, value in (sent | fields).items() if value is not None}


def add(client, article, **fields):
    return client.fill_in(f"/manage/articles/{article.id}/figures/new", filled_in(**fields))


def _errors(page):
    soup = BeautifulSoup(page.text, "html.parser")
    return [re.sub(r"\s+", " ", item.get_text()).strip() for item in soup.select(".error-summary li")]


def _table():
    return db.session.scalars(db.select(FiguresTable)).one()


def test_pasted_lines_become_a_chart_with_total_and_source(alice, article):
    page = add(alice, article)

    chart = BeautifulSoup(alice.get("/en/articles/peru").text, "html.parser").find("figure", class_="chart")
    words = re.sub(r"\s+", " ", chart.get_text(" "))
    assert page.status_code == 303
    assert "Year Bar Value 2017 $88,823.51" in words
    assert "Total $2,403,611.89 Source: Global Affairs Canada 1" in words


def test_the_form_shows_what_was_kept_and_keeps_it(alice, article):
    add(alice, article)
    form = BeautifulSoup(alice.get(f"/manage/articles/{article.id}/figures/1/edit").text, "html.parser")

    pasted = form.find("textarea").text.strip()
    alice.fill_in(f"/manage/articles/{article.id}/figures/1/edit", filled_in(csv=pasted, order="largest_first"))

    assert pasted.splitlines()[0] == "2017,88823.51"
    assert [row.label for row in _table().rows] == ["2020", "2019", "2018", "2017", "2021"]


def test_readers_download_them_as_csv(alice, article):
    add(alice, article, csv="Year,Value\n2017,88823.51\n2021,2700", value_heading="Amount")

    file = alice.get("/en/articles/peru/figures/1.csv")

    assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="peru-1.csv"'
    assert file.text == "Year,Amount (CAD)\r\n2017,88823.51\r\n2021,2700\r\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_runs_nothing_of_it(alice, article, start):
    add(alice, article, csv=f'"{start}1+1|cmd",5\nPlain,-7', label_heading=f"{start}x")

    rows = list(csv.reader(io.StringIO(alice.get("/en/articles/peru/figures/1.csv").text)))

    assert rows == [[f"'{start}x", "(CAD)"], [f"'{start}1+1|cmd", "5"], ["Plain", "-7"]]


def test_a_bad_table_names_the_line_and_keeps_what_was_pasted(alice, article):
    page = add(alice, article, csv="2017,1\n2018,many\n2019")

    assert page.status_code == 422
    assert _errors(page) == [
        "Line 2: “many” is no number. Write it like 88823.51. Line 3 has a label or a number, not both: “2019”."
    ]
    assert "2018,many" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "Enter a title."),
        ({"csv": ""}, "Paste a table: a label and a number on each line."),
        ({"csv": "x" * 8001}, "That is too much for one chart: 8000 characters at most."),
        ({"currency": "XXX"}, "Not a valid choice."),
        ({"source_number": "9"}, "Not a valid choice."),
        ({"order": "random"}, "Invalid Choice: could not coerce."),
    ],
)
def test_what_cannot_be_kept_is_said_in_words(alice, article, fields, words):
    page = add(alice, article, **fields)

    assert page.status_code == 422
    assert words in _errors(page)
    assert article.figures == []


def test_one_that_is_deleted_leaves_the_others_their_numbers(alice, article):
    add(alice, article)
    add(alice, article, title="Second")

    alice.post(f"/manage/articles/{article.id}/figures/1/delete")

    assert [(table.number, table.title["en"]) for table in article.figures] == [(2, "Second")]
    assert alice.get("/en/articles/peru/figures/1.csv").status_code == 404


def test_a_drafts_figures_are_not_given_out(client, team):
    make.article(make.campaign(team), slug="draft", publish=False, figures=[[("2017", "1")]])

    assert client.get("/en/articles/draft/figures/1.csv").status_code == 404


@pytest.mark.parametrize("path", ["new", "1/edit", "1/delete"])
def test_an_outsider_sees_none_of_it(client, article, path):
    client.sign_in(make.account("Charlie", make.team("Others")))

    assert client.get(f"/manage/articles/{article.id}/figures/{path}").status_code == 404
    assert client.post(f"/manage/articles/{article.id}/figures/{path}", data=filled_in()).status_code == 404
