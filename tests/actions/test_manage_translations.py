"""An action in other languages, and as it will look."""

import pytest

from campaign.columns import Texts
from tests import make
from tests.actions.writing import edited, parsed


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    make.action(make.team("Other people"), slug="taken")
    return make.campaign(team)


@pytest.fixture
def draft(cause):
    return make.action(cause=cause, publish=False, slug="march")


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_texts_are_written_beside_the_original(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))
    page = alice.get(f"/manage/actions/{draft.id}/translations/fr")
    item = draft.agenda[0].id

    alice.fill_in(
        f"/manage/actions/{draft.id}/translations/fr",
        {"title": "Manifestation contre CANSEC", f"agenda-{item}": "Les responsables se réunissent"},
    )

    assert "Marshals meet" in page.text
    assert draft.title == Texts(en="Protest CANSEC", fr="Manifestation contre CANSEC")
    assert draft.agenda[0].text["fr"] == "Les responsables se réunissent"
    assert draft.agenda[0].text["en"] == "Marshals meet"


def test_the_overview_says_how_much_is_missing(alice, draft):
    draft.title = Texts(en="Protest", fr="Manifestation")
    draft.summary = Texts(en="Meet us")

    page = alice.get(f"/manage/actions/{draft.id}")

    rows = {row.get_text(" ", strip=True) for row in parsed(page).find(attrs={"aria-labelledby": "languages"})("li")}
    assert "Français 1 text missing Translate Français" in rows
    assert "Español 2 texts missing Translate Español" in rows


def test_an_emptied_translation_is_taken_away(alice, draft):
    draft.title = Texts(en="Protest", fr="Manifestation")

    alice.fill_in(f"/manage/actions/{draft.id}/translations/fr", {"title": ""})

    assert draft.title == Texts(en="Protest")


def test_a_text_that_is_too_long_is_refused_and_kept(alice, draft):
    page = alice.fill_in(f"/manage/actions/{draft.id}/translations/fr", {"title": "é" * 121})

    assert page.status_code == 422
    assert "é" * 121 in page.text
    assert draft.title == Texts(en="Protest CANSEC")


@pytest.mark.parametrize("into", ["en", "de", "xx"])
def test_there_is_no_translation_into_its_own_or_an_unknown_language(alice, draft, into):
    assert alice.get(f"/manage/actions/{draft.id}/translations/{into}").status_code == 404


def test_a_draft_is_shown_as_it_will_look(alice, draft):
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))

    page = alice.get(f"/manage/actions/{draft.id}/preview")

    assert "The minister’s keynote" in page.text
    assert "Will you come?" in page.text
    assert parsed(page).find("fieldset", disabled=True)
    assert "noindex" in page.text


def test_it_can_be_looked_at_in_each_language(alice, draft):
    draft.title = Texts(en="Protest", fr="Manifestation")

    page = parsed(alice.get(f"/manage/actions/{draft.id}/preview?lang=fr"))

    assert page.html["lang"] == "fr"
    assert "Manifestation" in page.h1.text


def test_what_organizers_type_is_text_and_never_markup(alice, draft):
    hostile = '"><script>alert(1)</script><b onmouseover=x>'
    typed = edited(draft, title=hostile) | {"agenda-0-text": hostile, "points-0-name": hostile, "venue": hostile}
    alice.fill_in(f"/manage/actions/{draft.id}/edit", typed | {"block_bring": hostile, "figures-0-text": hostile})

    for page in ("", "/edit", "/preview", "/publish", "/rsvps", "/messages", "/translations/fr"):
        soup = parsed(alice.get(f"/manage/actions/{draft.id}{page}"))
        assert not [tag for tag in soup("script") if "alert" in tag.text], page
        assert not soup.find(onmouseover=True), page
