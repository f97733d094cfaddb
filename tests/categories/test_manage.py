"""What articles are filed under, for organizers; and what readers see of a change."""

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.articles.models import Category
from campaign.columns import Texts
from campaign.extensions import db
from tests import make


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, languages=["en", "fr"])


@pytest.fixture
def news(cause):
    make.category(name="Elsewhere", slug="elsewhere")
    return make.category(cause, "News Updates", "news-updates")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def every():
    return {one.slug: one.name for one in db.session.scalars(db.select(Category)).all()}


def test_an_empty_list_says_what_a_first_one_may_be(alice, cause):
    assert "“News Updates” is a good first one." in alice.get(f"/manage/campaigns/{cause.id}/categories").text


def test_a_new_one_has_a_name_in_each_language_and_an_address_made_of_it(alice, cause):
    sent = {"name_en": "What happened", "name_fr": "Ce qui s’est passé"}

    page = alice.post(f"/manage/campaigns/{cause.id}/categories", data=sent)

    assert page.status_code == 303
    assert every() == {"what-happened": Texts(en="What happened", fr="Ce qui s’est passé")}
    assert "What happened" in alice.get(page.location).text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name_en": ""}, "Enter a name."),
        ({"name_en": "x" * 61}, "Use at most 60 characters."),
        ({"name_en": "news UPDATES"}, "There is a category with this name already."),
        ({"name_en": "Else", "slug": "news-updates"}, "Another category has this address. Choose a different one."),
        ({"name_en": "Else", "slug": "No good"}, "Use small letters a to z, digits, and single hyphens between them."),
        ({"name_en": "Else", "name_fr": "x" * 61}, "Use at most 60 characters."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_kept_in_the_form(alice, cause, news, sent, words):
    page = alice.post(f"/manage/campaigns/{cause.id}/categories", data={"name_fr": "Mots", **sent})

    soup = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 422
    assert [item.text for item in soup.select("#errors li a")] == [words]
    assert soup.find(id="name_fr")["value"] == sent.get("name_fr", "Mots")
    assert len(every()) == 2


def test_two_campaigns_may_have_the_same(alice, team, news):
    other = make.campaign(team)

    page = alice.post(f"/manage/campaigns/{other.id}/categories", data={"name_en": "News Updates"})

    assert page.status_code == 303


def test_it_is_renamed_in_each_language_and_what_isnt_asked_for_stays(alice, cause, news):
    news.name = Texts(en="News Updates", fr="Nouvelles", es="Noticias")

    page = alice.post(f"/manage/categories/{news.id}/edit", data={"name_en": "News", "name_fr": ""})

    assert page.status_code == 303
    assert news.name == Texts(en="News", es="Noticias")
    assert news.slug == "news-updates"


def test_its_old_address_leads_to_the_new_one(alice, client, cause, news):
    make.article(cause, category=news)

    alice.post(f"/manage/categories/{news.id}/edit", data={"name_en": "News", "slug": "news"})
    old = client.get("/en/articles/?category=news-updates&month=2023-05")

    assert (old.status_code, old.location) == (301, "/en/articles/?category=news&month=2023-05")
    assert client.get("/en/articles/?category=news").status_code == 200


def test_an_old_address_that_is_taken_again_leads_to_who_has_it(alice, client, cause, news):
    alice.post(f"/manage/categories/{news.id}/edit", data={"name_en": "News", "slug": "news"})
    again = make.category(cause, "Updates", "news-updates")
    make.article(cause, category=again)
    make.article(cause, category=news)

    page = client.get("/en/articles/?category=news-updates")

    assert page.status_code == 200
    assert "<h1>Updates" in page.text


def test_readers_see_the_new_name_at_once(alice, client, cause, news):
    article = make.article(cause, slug="peru", category=news)
    before, changed_at = client.get("/en/articles/peru").text, article.changed_at

    alice.post(f"/manage/categories/{news.id}/edit", data={"name_en": "Reports"})

    assert "News Updates" in before
    assert "Reports" in client.get("/en/articles/peru").text
    assert article.changed_at >= changed_at


def test_before_it_is_deleted_the_page_says_how_many_articles_lie_in_it(alice, cause, news):
    make.article(cause, category=news)
    make.article(cause, category=news, publish=False)

    page = alice.get(f"/manage/categories/{news.id}/delete")

    assert "2 articles are filed under it." in page.text
    assert len(every()) == 2


def test_a_deleted_ones_articles_stay_and_lie_in_none(alice, client, cause, news):
    article = make.article(cause, slug="peru", category=news)
    alice.post(f"/manage/categories/{news.id}/edit", data={"name_en": "News", "slug": "news"})

    page = alice.post(f"/manage/categories/{news.id}/delete")

    assert page.status_code == 303
    assert list(every()) == ["elsewhere"]
    assert article.category is None
    assert client.get("/en/articles/peru").status_code == 200
    assert client.get("/en/articles/?category=news-updates").status_code == 200


def test_a_moderator_changes_none(client, team, cause, news):
    client.sign_in(make.account("Mo", team, level=Level.MODERATOR))

    assert client.post(f"/manage/categories/{news.id}/delete").status_code == 403
    assert "news-updates" in every()


def test_an_outsider_finds_none(client, cause, news):
    client.sign_in(make.account("Charlie", make.team("Rivals")))

    for page in (
        client.get(f"/manage/campaigns/{cause.id}/categories"),
        client.post(f"/manage/categories/{news.id}/edit", data={"name_en": "Ours"}),
        client.post(f"/manage/categories/{news.id}/delete"),
    ):
        assert page.status_code == 404
    assert every()["news-updates"] == Texts(en="News Updates")
