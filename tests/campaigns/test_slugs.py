"""The readable part of an address."""

import pytest

from campaign import clock
from campaign.actions.models import Action
from campaign.articles import writing
from campaign.campaigns import slugs
from campaign.campaigns.models import FormerSlug
from campaign.extensions import db
from tests import make


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Protest CANSEC", "protest-cansec"),
        ("Été à l’aéroport – 31 mai!", "ete-a-laeroport-31-mai"),
        ("  ", "action"),
        ("Мир", "action"),
        ("../../etc", "etc"),
        ("x" * 200, "x" * 80),
        ("a" * 79 + " b", "a" * 79),
    ],
)
def test_a_slug_is_made_of_small_letters_digits_and_hyphens(text, slug):
    made = slugs.made_of(text, "action")

    assert made == slug
    assert slugs.is_well_formed(made)


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "é", "a b", "a/b", "a.b", "x" * 81, "a\n", "١"])
def test_what_is_none_is_refused(slug):
    assert not slugs.is_well_formed(slug)


def test_a_taken_slug_gets_a_number(app):
    make.action(slug="vigil")
    make.action(slug="vigil-2")

    assert slugs.unused("action", Action.slug, "Vigil") == "vigil-3"


def test_the_longest_slug_has_room_for_a_number(app):
    make.action(slug="x" * 80)

    numbered = slugs.unused("action", Action.slug, "x" * 80)

    assert numbered == "x" * 78 + "-2"


def test_a_slug_that_was_public_belongs_to_who_had_it(app):
    action, other = make.action(slug="vigil"), make.action(slug="march")

    slugs.change("action", action, "vigil-at-dusk", was_public=True)

    assert not slugs.is_free("action", Action.slug, "vigil", other.id)
    assert slugs.is_free("action", Action.slug, "vigil", action.id)


def test_taking_a_slug_back_leaves_no_redirect_to_itself(app):
    action = make.action(slug="vigil")

    slugs.change("action", action, "second", was_public=True)
    slugs.change("action", action, "vigil", was_public=True)

    assert [former.slug for former in db.session.scalars(db.select(FormerSlug))] == ["second"]


def test_a_campaign_and_an_action_may_have_the_same_slug(app):
    make.campaign(slug="peace")

    assert slugs.is_free("action", Action.slug, "peace")


def test_what_was_public_once_is_found_by_its_old_address_whenever_it_was_renamed(client):
    article = make.article(slug="old")
    client.sign_in(make.account("Alice", article.campaign.team))

    client.post(f"/manage/articles/{article.id}/unpublish")
    article.slug, article.title = "new", article.title
    writing.publish(article, article.published_on, clock.now())

    assert client.get("/en/articles/old").location == "/en/articles/new"


def test_unpublished_and_published_again_it_is_where_it_was(client):
    article = make.article(slug="old")
    for _ in range(2):
        writing.unpublish(article, clock.now())
        writing.publish(article, article.published_on, clock.now())

    slugs.change("article", article, "new", was_public=True)
    slugs.change("article", article, "old", was_public=True)

    assert client.get("/en/articles/old").status_code == 200
    assert client.get("/en/articles/new").location == "/en/articles/old"
