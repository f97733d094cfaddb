"""Alice and Bob edit one thing at once."""

import re

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.actions.parts import AgendaItem
from campaign.articles.models import ArticleLink, LinkKind, Source
from campaign.columns import Texts
from campaign.extensions import db
from campaign.history import recording
from tests import make
from tests.clients import Visitor, sent_by
from tests.web import corpus

FORMS = {  # where, and a field of it that both change
    "action": ("/manage/actions/{action}/edit", "summary"),
    "place and time of an action": ("/manage/actions/{action}/move", "venue"),
    "action in French": ("/manage/actions/{action}/translations/fr", "title"),
    "background": ("/manage/actions/{action}/background", "article-{article}"),
    "article": ("/manage/articles/{article}/edit", "body"),
    "article in French": ("/manage/articles/{article}/translations/fr", "body"),
    "actions of an article": ("/manage/articles/{article}/actions", "action-{action}"),
    "figures": ("/manage/articles/{article}/figures/1/edit", "csv"),
}
TYPED = {"csv": ("2017,5", "2017,6"), "article-{article}": ("why", "update"), "action-{action}": ("why", "update")}
OTHERS = {  # without a history
    "campaign": ("/manage/campaigns/{campaign}/edit", "lede"),
    "campaign in French": ("/manage/campaigns/{campaign}/translations/fr", "claim"),
    "photo": ("/manage/photos/{photo}/edit", "caption"),
}
FORMS_OF = pytest.mark.parametrize(("path", "field"), FORMS.values(), ids=FORMS)
ALL_FORMS_OF = pytest.mark.parametrize(("path", "field"), (FORMS | OTHERS).values(), ids=FORMS | OTHERS)


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team):
    action = make.action(team, slug="protest", summary=Texts(en="Meet us."))
    action.agenda = [AgendaItem(minutes_from_start=0, text=Texts(en="We gather"))]
    db.session.flush()
    return action


@pytest.fixture
def article(action):
    return make.article(action.campaign, slug="peru", figures=[[("2017", "1")]], sources=["PBI-Canada"])


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


@pytest.fixture
def bob(app, team):
    return Visitor(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))


@pytest.fixture
def form(alice, action, article, path, field):
    """(address, the field, what Bob types, what Alice types)"""
    photo = make.photo(action.campaign)
    ids = {"action": action.id, "article": article.id, "campaign": action.campaign_id, "photo": photo.id}
    theirs, mine = TYPED.get(field, ("Bob’s words", "Alice’s words"))
    return path.format(**ids), field.format(**ids), theirs, mine


@ALL_FORMS_OF
def test_what_the_other_saved_is_not_overwritten_and_stays_if_i_say_so_and_both_texts_are_shown(alice, bob, form):
    path, field, theirs, mine = form
    opened = sent_by(alice.get(path))
    saved = bob.fill_in(path, {field: theirs, "reason": "Storm", "confirm": "yes"})

    page = alice.post(path, data=opened | {field: mine, "reason": "Flood", "confirm": "yes"})

    again = alice.post(path, data=sent_by(page) | {"confirm": "yes"})
    assert (saved.status_code, page.status_code, again.status_code) == (303, 409, 409)
    assert sent_by(bob.get(path))[field].strip() == theirs
    both = BeautifulSoup(page.text, "html.parser").find(id="both")
    shown = [column.get_text() for column in both.select(".preview")]
    assert len(shown) == 2
    assert all(
        words(text) in words(seen) or text in ("why", "update")
        for text, seen in zip((theirs, mine), shown, strict=True)
    )
    assert sent_by(page)[field] == mine
    settled = alice.post(path, data=sent_by(again) | {"settle": "theirs", "confirm": "yes"})
    assert settled.status_code == (422 if path.endswith("move") else 303)  # it takes place there already
    assert sent_by(bob.get(path))[field].strip() == theirs


@FORMS_OF
def test_mine_is_saved_over_it_when_i_say_so_of_what_i_was_shown(alice, bob, form):
    path, field, theirs, mine = form
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {field: theirs, "reason": "Storm", "confirm": "yes"})
    first = alice.post(path, data=opened | {field: mine, "reason": "Flood", "confirm": "yes"})
    third = {"csv": "2017,7"}.get(field, "what_happened" if theirs == "why" else "Bob’s second thoughts")
    bob.fill_in(path, {field: third, "reason": "Storm", "confirm": "yes"})

    second = alice.post(path, data=sent_by(first) | {"settle": "mine", "confirm": "yes"})
    assert second.status_code == 409
    assert sent_by(bob.get(path))[field].strip() == third

    page = alice.post(path, data=sent_by(second) | {"settle": "mine", "confirm": "yes"})
    assert page.status_code == 303
    assert sent_by(bob.get(path))[field].strip() == mine


@ALL_FORMS_OF
def test_a_form_that_came_with_its_token_alone_saves_and_blanks_nothing(alice, form, action, article):
    path, *_rest = form
    before = [recording.content_of(thing) for thing in (action, article)]

    page = alice.post(path, data={"confirm": "yes"})

    assert page.status_code == 422
    assert "The form did not come whole, so nothing was saved." in page.text
    assert [recording.content_of(thing) for thing in (action, article)] == before
    shown, now = sent_by(page), sent_by(alice.get(path))
    assert {name: value for name, value in shown.items() if "csrf" not in name} == {
        name: value for name, value in now.items() if "csrf" not in name
    }


@pytest.mark.parametrize("field", ["title", "agenda", "starts", "zone", "slug", "capacity", "block_bring"])
def test_a_form_without_one_of_its_fields_is_refused(alice, team, field):
    draft = make.action(team, publish=False)
    draft.agenda = [AgendaItem(minutes_from_start=0, text=Texts(en="We gather"))]
    path = f"/manage/actions/{draft.id}/edit"
    opened = sent_by(alice.get(path)).items()

    page = alice.post(path, data={name: value for name, value in opened if name.split("-")[0] != field})

    assert page.status_code == 422
    assert "The form did not come whole" in page.text
    assert draft.agenda[0].text == Texts(en="We gather")


def test_an_outsider_is_told_nothing_of_either_text(app, bob, article):
    path = f"/manage/articles/{article.id}/edit"
    opened = sent_by(bob.get(path))
    bob.fill_in(path, {"body": "Bob’s words"})
    charlie = Visitor(app).sign_in(make.account("Charlie", make.team("Other people")))

    page = charlie.post(path, data=opened | {"body": "Mine", "csrf_token": charlie.csrf_token})

    assert page.status_code == 404
    assert "Bob’s words" not in page.text


# ------------------------------------------------------------------ what doesn't collide


def test_fields_that_only_one_of_them_changed_are_both_kept_and_the_page_says_so(alice, bob, action):
    path = f"/manage/actions/{action.id}/edit"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {"summary": "Bob’s words"})

    page = alice.post(path, data=opened | {"who": "Everyone"})

    assert page.status_code == 303
    assert (action.summary["en"], action.who["en"]) == ("Bob’s words", "Everyone")
    assert "Somebody else has changed this meanwhile, and it stays: In short." in alice.get(page.location).text


def test_the_same_words_of_both_are_no_conflict(alice, bob, article):
    path = f"/manage/articles/{article.id}/edit"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {"body": "The same.\r\n\r\nReally."})

    page = alice.post(path, data=opened | {"body": "The same.\n\nReally.", "author": "Ada"})

    assert page.status_code == 303
    assert article.author["en"] == "Ada"


def test_a_line_that_one_adds_and_a_line_that_the_other_mends_are_shown_beside_each_other(alice, bob, action):
    path = f"/manage/actions/{action.id}/edit"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {"agenda-1-time": "08:00", "agenda-1-text": "We sing"})

    page = alice.post(path, data=opened | {"agenda-0-text": "We all gather"})

    assert page.status_code == 409
    theirs, mine = BeautifulSoup(page.text, "html.parser").select("#both .preview")
    assert theirs.get_text() == "07:00 · We gather\n08:00 · We sing"
    assert mine.get_text() == "07:00 · We all gather"


def test_what_was_typed_about_the_time_of_a_draft_is_shown_when_another_published_it(alice, bob, team):
    draft = make.action(team, publish=False)
    path = f"/manage/actions/{draft.id}/edit"
    opened = sent_by(alice.get(path))
    bob.post(f"/manage/actions/{draft.id}/publish")

    page = alice.post(path, data=opened | {"venue": "City Hall", "summary": "Come."})

    assert page.status_code == 409
    assert "City Hall" in BeautifulSoup(page.text, "html.parser").find(id="both").text
    assert "This can’t be changed here any more." in page.text
    settled = alice.post(path, data=sent_by(page) | {"settle": "mine"})
    assert settled.status_code == 303
    assert (draft.venue, draft.summary["en"]) == ("EY Centre", "Come.")


def test_a_translation_of_a_line_that_is_gone_is_shown_before_it_is_lost(alice, bob, action):
    path = f"/manage/actions/{action.id}/translations/fr"
    opened, line = sent_by(alice.get(path)), f"agenda-{action.agenda[0].id}"
    bob.fill_in(f"/manage/actions/{action.id}/edit", {"agenda-0-time": "", "agenda-0-text": ""})

    page = alice.post(path, data=opened | {line: "On se rassemble"})

    assert page.status_code == 409
    assert "On se rassemble" in page.text


def test_a_source_that_another_adds_meanwhile_is_not_lost(alice, bob, article):
    path = f"/manage/articles/{article.id}/edit"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {"sources-1-text": "A second one"})

    alice.post(path, data=opened | {"body": "New words."})

    assert [source.text["en"] for source in article.sources] == ["PBI-Canada", "A second one"]
    assert article.body["en"] == "New words."


def test_a_link_that_another_makes_meanwhile_is_not_undone(alice, bob, action, article):
    other = make.article(action.campaign)
    path = f"/manage/actions/{action.id}/background"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {f"article-{article.id}": "why"})

    alice.post(path, data=opened | {f"article-{other.id}": "update"})

    kinds = {link.article_id: link.kind for link in db.session.scalars(db.select(ArticleLink))}
    assert kinds == {article.id: LinkKind.WHY, other.id: LinkKind.UPDATE}


def test_blanks_that_a_browser_changes_are_no_change(alice, bob, article):
    article.body = Texts(en="One.\n\n    code\n\nTwo.")
    article.sources.append(Source(number=2, text=Texts(en="Two  blanks")))
    path = f"/manage/articles/{article.id}/edit"
    opened = sent_by(alice.get(path))
    bob.fill_in(path, {"body": "Bob’s words", "sources-1-text": "Bob’s source"})

    browsers = {name: value.replace("\n", "\r\n") for name, value in opened.items()}
    page = alice.post(path, data=browsers | {"author": "Ada"})

    assert page.status_code == 303
    assert (article.body["en"], article.sources[1].text["en"]) == ("Bob’s words", "Bob’s source")


@pytest.mark.parametrize("forged", ["x", "title", "title:0", "a" * 20_000, "title:000000000000 <b>:1", "\x00"])
def test_a_version_that_is_none_of_ours_is_as_good_as_none(alice, action, forged):
    path = f"/manage/actions/{action.id}/edit"

    page = alice.post(path, data=sent_by(alice.get(path)) | {"made_from": forged, "summary": "Mine"})

    assert page.status_code == 422
    assert action.summary == Texts(en="Meet us.")


def test_both_texts_are_text_whatever_stands_in_them(alice, bob, article):
    path = f"/manage/articles/{article.id}/edit"
    opened, half = sent_by(alice.get(path)), len(corpus.ALL) // 2
    bob.fill_in(path, {"body": "\n\n".join(corpus.ALL[:half])})

    page = alice.post(path, data=opened | {"body": "\n\n".join(corpus.ALL[half:]), "author": "<i>pwned</i>"})

    both = BeautifulSoup(page.text, "html.parser").find(id="both")
    assert page.status_code == 409
    assert "pwned" in both.text
    assert not both.find_all(["script", "img", "iframe", "svg", "i", "b", "style", "object", "a"])


def words(text):
    return re.sub(r"\W+", " ", text).strip()
