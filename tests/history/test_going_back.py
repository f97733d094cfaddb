"""Whatever was written in between, going back gives exactly what was there."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.actions.models import Kind, Level
from campaign.columns import LANGUAGES
from campaign.extensions import db
from campaign.history import of_actions, of_articles, parts
from tests import make

NOW = datetime(2023, 5, 10, 14, tzinfo=UTC)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=12)
TEXTS = st.dictionaries(st.sampled_from(LANGUAGES), WORDS, max_size=3)
OWN_AND_OTHERS = TEXTS.map(lambda texts: {"en": "Own", **texts})
DAY = datetime(2023, 6, 1)
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def at(minutes):
    return (DAY + timedelta(minutes=minutes)).isoformat(timespec="minutes")


HOURS = st.fixed_dictionaries(
    {
        "starts_local": st.integers(0, 900).map(at),
        "ends_local": st.integers(901, 999).map(at),
        "zone": st.sampled_from(["America/Toronto", "Europe/Berlin"]),
        "all_day": st.just(False),
    }
)
WHOLE_DAYS = st.integers(1, 5).map(
    lambda days: {"starts_local": at(0), "ends_local": at(days * 1440), "zone": "Europe/Berlin", "all_day": True}
)
SAID = st.fixed_dictionaries(
    {
        "texts": st.fixed_dictionaries(dict.fromkeys(of_actions.TEXTS, TEXTS) | {"title": OWN_AND_OTHERS}),
        "slug": st.sampled_from(["march", "vigil", "camp"]),
        "kind": st.sampled_from([kind.value for kind in Kind]),
        "level": st.sampled_from([level.value for level in Level]),
        "capacity": st.none(),
        "goal": st.none() | st.integers(1, 500),
        "unlisted": st.booleans(),
        "latitude": st.just(45.5),
        "longitude": st.just(-75.25),
        **dict.fromkeys(of_actions.PLACE, WORDS),
        "agenda": st.lists(st.fixed_dictionaries({"minutes": st.integers(-60, 60), "text": TEXTS}), max_size=4).map(
            lambda rows: sorted(rows, key=lambda row: row["minutes"])
        ),
        "points": st.lists(
            st.fixed_dictionaries(
                {"name": TEXTS, "minutes": st.none() | st.integers(-60, 60), "address": WORDS, "directions": TEXTS}
            ),
            max_size=3,
        ),
        "figures": st.lists(st.fixed_dictionaries({"figure": TEXTS, "text": TEXTS}), max_size=3),
        "blocks": st.dictionaries(st.sampled_from(["transit", "bring", "media"]), OWN_AND_OTHERS, max_size=3),
    }
)
ACTION = st.builds(lambda said, time: said | time, SAID, HOURS | WHOLE_DAYS)
ROWS = st.lists(st.tuples(WORDS, st.sampled_from(["1", "2.5", "-3.25", "88823.51"])).map(list), max_size=4)
TABLE = {
    "texts": st.fixed_dictionaries(dict.fromkeys(of_articles.TABLE_TEXTS, TEXTS)),
    "currency": st.sampled_from(["", "CAD"]),
    "source_number": st.none() | st.integers(1, 9),
    "with_total": st.booleans(),
    "rows": ROWS,
}
SOURCE = {"text": OWN_AND_OTHERS, "address": st.sampled_from(["", "https://example.org/a"])}


def numbered(row):
    """Lists of such rows, each with a number that no other has, in the order of the numbers."""
    rows = st.lists(
        st.tuples(st.integers(1, 9), st.fixed_dictionaries(row)), max_size=4, unique_by=lambda pair: pair[0]
    )
    return rows.map(lambda pairs: [{"number": number, **row} for number, row in sorted(pairs, key=lambda one: one[0])])


ARTICLE = st.fixed_dictionaries(
    {
        "texts": st.fixed_dictionaries(dict.fromkeys(of_articles.TEXTS, OWN_AND_OTHERS)),
        "slug": st.sampled_from(["peru", "exports", "ships"]),
        "reply_days": st.none() | st.integers(0, 90),
        "published_on": st.dates(DAY.date(), (DAY + timedelta(days=90)).date()).map(lambda day: day.isoformat()),
        "sources": numbered(SOURCE),
        "tables": numbered(TABLE),
    }
)


@pytest.fixture
def draft(app):
    return make.action(publish=False, slug="protest")


@pytest.fixture
def article(app):
    return make.article(slug="background", figures=[[("2017", "1")]], sources=["PBI-Canada"])


@given(first=ACTION, second=ACTION)
@QUICK
def test_an_action_says_again_what_it_said(draft, first, second):
    of_actions.put_back(draft, of_actions.content(draft) | first, NOW)
    before = of_actions.content(draft)

    of_actions.put_back(draft, before | second, NOW)
    changes = parts.changes(of_actions.parts(before, "en"), of_actions.parts(of_actions.content(draft), "en"))
    aim, left = of_actions.target(draft, before, answered=False)
    of_actions.put_back(draft, aim, NOW)

    db.session.expire_all()
    assert left == []
    assert of_actions.content(draft) == before | first == before
    assert all(change.before != change.after and change.pieces for change in changes)


@given(first=ARTICLE, second=ARTICLE)
@QUICK
def test_an_article_says_again_what_it_said(article, first, second):
    of_articles.put_back(article, of_articles.content(article) | first, NOW)
    before = of_articles.content(article)

    of_articles.put_back(article, before | second, NOW)
    changes = parts.changes(
        of_articles.parts(before, "en", article.campaign),
        of_articles.parts(of_articles.content(article), "en", article.campaign),
    )
    aim, left = of_articles.target(article, before)
    of_articles.put_back(article, aim, NOW)

    db.session.expire_all()
    assert left == []
    assert of_articles.content(article) == before | first == before
    assert all(change.before != change.after and change.pieces for change in changes)
