"""Which articles belong to an action."""

import pytest

from campaign.articles.models import ArticleLink, LinkKind
from campaign.extensions import db
from tests import make
from tests.clients import sent_by


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team):
    return make.action(team)


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_a_link_shows_on_both_pages(alice, action):
    article = make.article(action.campaign, slug="exports")

    page = alice.fill_in(f"/manage/actions/{action.id}/background", {f"article-{article.id}": "why"})

    assert page.status_code == 303
    assert "What Canada sells to Peru" in alice.get(f"/en/actions/{action.slug}").text
    assert "Protest CANSEC" in alice.get("/en/articles/exports").text


def test_a_link_is_changed_and_taken_away(alice, action):
    article = make.article(action.campaign, about=[action])
    address = f"/manage/actions/{action.id}/background"

    alice.fill_in(address, {f"article-{article.id}": "what_happened"})
    changed = db.session.get(ArticleLink, (article.id, action.id)).kind
    alice.fill_in(address, {f"article-{article.id}": ""})

    assert changed is LinkKind.WHAT_HAPPENED
    assert db.session.get(ArticleLink, (article.id, action.id)) is None


def test_the_form_shows_what_is_linked(alice, action):
    make.article(action.campaign, about=[action])

    page = alice.get(f"/manage/actions/{action.id}/background")

    assert '<option selected value="why">Why</option>' in page.text


def test_an_article_of_another_campaign_is_neither_offered_nor_linked(alice, action):
    foreign = make.article(make.campaign())

    mine = make.article(action.campaign)

    page = alice.fill_in(f"/manage/actions/{action.id}/background", {f"article-{foreign.id}": "why"})

    assert page.status_code == 303
    assert db.session.scalars(db.select(ArticleLink)).all() == []
    assert offered(alice.get(f"/manage/actions/{action.id}/background")) == {f"article-{mine.id}"}


def offered(page):
    return {name for name in sent_by(page) if name.startswith("article-")}


def test_a_kind_that_there_is_none_of_is_refused(alice, action):
    article = make.article(action.campaign)

    page = alice.fill_in(f"/manage/actions/{action.id}/background", {f"article-{article.id}": "rumour"})

    assert page.status_code == 422
    assert db.session.scalars(db.select(ArticleLink)).all() == []


def test_an_outsider_links_nothing(client, action):
    article = make.article(action.campaign)
    client.sign_in(make.account("Charlie", make.team("Other people")))

    page = client.post(f"/manage/actions/{action.id}/background", data={f"article-{article.id}": "why"})

    assert page.status_code == 404
    assert db.session.scalars(db.select(ArticleLink)).all() == []
