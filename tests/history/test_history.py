"""Who changed what, and going back."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import inspect

from campaign.accounts.membership import Level
from campaign.accounts.models import Organizer
from campaign.actions.models import Action, Status
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.articles.models import Article, FiguresTable
from campaign.columns import Texts
from campaign.extensions import db
from campaign.history import of_actions, of_articles, recording, unsaved
from campaign.history.models import Deed, Revision
from campaign.privacy.worker import purge
from tests import make
from tests.clients import Visitor, sent_by
from tests.web import corpus


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


@pytest.fixture
def bob(app, team):
    return Visitor(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))


def full_action(cause, **more):
    action = make.action(cause=cause, slug="protest", summary=Texts(en="Meet us.", fr="Venez."), **more)
    action.agenda = [AgendaItem(minutes_from_start=50, text=Texts(en="The keynote", fr="Le discours"), position=1)]
    action.agenda.append(AgendaItem(minutes_from_start=-15, text=Texts(en="Marshals meet"), position=2))
    action.meeting_points = [MeetingPoint(name=Texts(en="Bus stop"), minutes_from_start=-30, address="Bank Street")]
    action.blocks = [Block(kind=BlockKind.BRING, text=Texts(en="Water.", es="Agua."))]
    action.key_figures = [KeyFigure(figure=Texts(en="49"), text=Texts(en="deaths"))]
    action.latitude, action.longitude = 45.3236, -75.657
    action.capacity = 40
    db.session.commit()
    return action


def full_article(cause, **more):
    given = {"body": Texts(en="Read on.[^1]", fr="Lisez."), "sources": ["PBI-Canada", "CBC"], **more}
    return make.article(cause, slug="peru", figures=[[("2017", "1.5"), ("2018", "2")]], **given)


# ------------------------------------------------------------------ what is written down


def test_an_edit_says_who_when_and_word_by_word_what(alice, at, cause):
    article = full_article(cause)
    at.forward(timedelta(minutes=20))
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"body": "Read everything.[^1]"})

    listed = soup(alice.get(f"/manage/articles/{article.id}/history"))

    newest, oldest = listed.select(".history > li")
    assert "Edited" in newest.text
    assert "Alice" in newest.text
    assert "Wednesday 10 May 2023, 10:20 am" in newest.text
    assert "Changed: Text" in newest.text
    assert "Unknown" in oldest.text
    entry = soup(alice.get(newest.a["href"]))
    [change] = entry.select(".change")
    assert change.h3.get_text(" ", strip=True) == "Text (English)"
    assert [(tag.name, tag.get_text()) for tag in change.select("ins, del")] == [
        ("del", "removed: on"),
        ("ins", "added: everything"),
    ]


def test_every_deed_is_an_entry_with_its_reason(alice, cause):
    page = alice.fill_in(
        "/manage/actions/new",
        {
            "title": "March",
            "starts-day": "31",
            "starts-month": "5",
            "starts-year": "2023",
            "starts-time": "7:00",
            "ends-time": "9:00",
        },
    )
    action = db.session.scalars(db.select(Action)).one()
    path = page.location
    alice.fill_in(f"{path}/edit", {"summary": "Meet us."})
    alice.fill_in(f"{path}/translations/fr", {"summary": "Venez."})
    alice.post(f"{path}/publish")
    alice.fill_in(f"{path}/move", {"venue": "City Hall", "reason": "Rain", "confirm": "yes"})
    alice.post(f"{path}/postpone", data={"reason": "Flood"})
    alice.post(f"{path}/cancel", data={"reason": "Storm"})

    entries = recording.entries(action, 10)

    assert [(entry.deed, entry.reason, entry.organizer.name) for entry in reversed(entries)] == [
        (Deed.BEGUN, "", "Alice"),
        (Deed.EDITED, "", "Alice"),
        (Deed.TRANSLATED, "", "Alice"),
        (Deed.PUBLISHED, "", "Alice"),
        (Deed.MOVED, "Rain", "Alice"),
        (Deed.POSTPONED, "Flood", "Alice"),
        (Deed.CANCELLED, "Storm", "Alice"),
    ]
    assert entries[0].content == recording.content_of(action)
    for entry in entries:
        assert alice.get(f"{path}/history/{entry.id}").status_code == 200


def test_an_article_has_them_too_with_figures_and_links(alice, cause):
    action = make.action(cause=cause)
    alice.fill_in("/manage/articles/new", {"title": "Peru", "author": ""})
    article = db.session.scalars(db.select(Article)).one()
    path = f"/manage/articles/{article.id}"
    alice.fill_in(f"{path}/edit", {"body": "Read on."})
    alice.fill_in(f"{path}/figures/new", {"title": "Exports", "csv": "2017,5"})
    alice.fill_in(f"{path}/figures/1/edit", {"csv": "2017,6"})
    alice.post(f"{path}/figures/1/delete")
    alice.fill_in(f"{path}/actions", {f"action-{action.id}": "why"})
    alice.fill_in(f"/manage/actions/{action.id}/background", {f"article-{article.id}": "update"})
    alice.fill_in(f"{path}/publish", {})
    alice.post(f"{path}/unpublish")

    deeds = [entry.deed.value for entry in reversed(recording.entries(article, 20))]

    assert deeds == ["begun", *["edited"] * 6, "published", "unpublished"]
    listed = soup(alice.get(f"{path}/history")).select(".history > li")
    assert "Actions" in listed[2].text
    assert "Figures (1)" in listed[5].text


def test_each_date_of_a_series_has_its_own(alice, cause):
    action = full_action(cause, publish=False)
    weekly = {"pattern": "weekly", "every": "1", "weekdays": "2", "count": "2", "confirm": "yes"}
    series = alice.post(f"/manage/actions/{action.id}/repeat", data=weekly).location
    alice.post(f"{series}/publish")
    second = db.session.scalars(db.select(Action).where(Action.id != action.id)).one()
    alice.fill_in(f"/manage/actions/{action.id}/edit", {"why": "Because."})
    alice.post(f"/manage/actions/{action.id}/following", data={"what": "texts", "reason": "x", "confirm": "yes"})
    alice.post(f"/manage/actions/{action.id}/end-series", data={"reason": "Storm"})

    entries = list(reversed(recording.entries(second, 9)))

    assert [(entry.deed, entry.reason) for entry in entries] == [
        (Deed.BEGUN, ""),
        (Deed.PUBLISHED, ""),
        (Deed.EDITED, ""),
        (Deed.CANCELLED, "Storm"),
    ]
    assert {entry.organizer.name for entry in entries} == {"Alice"}


def test_saving_what_is_there_already_is_no_entry(alice, cause):
    action = full_action(cause)

    alice.fill_in(f"/manage/actions/{action.id}/edit", {})
    alice.fill_in(f"/manage/actions/{action.id}/translations/fr", {})

    assert recording.latest(action) is None


def test_what_changed_by_itself_is_no_organizers_doing(alice, bob, cause):
    photo = make.photo(cause)
    article = full_article(cause, photo_id=photo.id)
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"author": "Ada"})
    alice.post(f"/manage/photos/{photo.id}/delete", data={"confirm": "yes"})
    assert article.photo_id is None

    bob.fill_in(f"/manage/articles/{article.id}/edit", {"author": "Bob"})

    newest, between, *_rest = recording.entries(article, 5)
    assert newest.content == between.content | {"texts": newest.content["texts"]}
    assert (between.deed, between.organizer) == (Deed.FOUND, None)


def test_every_column_is_in_the_history_or_said_not_to_be(app, cause):
    action, article = full_action(cause), full_article(cause)
    of_record = {"id", "campaign_id", "created_at", "changed_at", "version"}
    derived = {"starts_at", "ends_at", "public_count", "seats_taken"}
    calendars = {"uid", "revision", "schedule_rev", "published_at", "series_id"}
    campaigns = {"retention_days"}  # a setting of the campaign, copied
    said = {*of_actions.content(action), *of_actions.TEXTS}
    written = {*of_articles.content(article), *of_articles.TEXTS}
    tables = {*of_articles.TABLE_TEXTS, *of_articles.TABLE_PLAIN}

    assert {*columns(Action)} - said - of_record - derived - calendars - campaigns == set()
    assert {*columns(Article)} - written - of_record == set()
    assert {*columns(FiguresTable)} - tables - {"id", "article_id", "number"} == set()


# ------------------------------------------------------------------ going back


def test_an_article_is_restored_with_its_languages_sources_and_figures(alice, cause, at):
    article = full_article(cause)
    before = recording.content_of(article)
    path = f"/manage/articles/{article.id}"
    alice.fill_in(
        f"{path}/edit",
        {"body": "Gone.", "sources-0-text": "", "sources-0-address": "", "slug": "elsewhere", "new_category": "News"},
    )
    alice.fill_in(f"{path}/translations/fr", {"body": "Parti."})
    alice.post(f"{path}/figures/1/delete")
    entry = recording.entries(article, 10)[-1]

    asked = alice.get(f"{path}/history/{entry.id}/restore")
    page = alice.fill_in(f"{path}/history/{entry.id}/restore", {})

    assert page.status_code == 303
    assert recording.content_of(article) == before
    changed = {change.h3.get_text(" ", strip=True) for change in soup(asked).select(".change")}
    assert {"Text (English)", "Text (French)", "Sources (English)", "Category", "Figures (1)"} <= {
        label.replace("Français", "French") for label in changed
    }
    newest = recording.latest(article)
    assert (newest.deed, newest.restored_from_at, newest.organizer.name) == (Deed.RESTORED, entry.made_at, "Alice")
    assert "Read on." in alice.get("/en/articles/peru").text
    assert alice.get("/en/articles/elsewhere").status_code == 301


def test_a_draft_is_restored_whole_its_time_and_place_too(alice, cause):
    action = full_action(cause, publish=False)
    before = recording.content_of(action)
    path = f"/manage/actions/{action.id}"
    emptied = {name: "" for name in sent_by(alice.get(f"{path}/edit")) if name.startswith(("agenda", "points", "fig"))}
    alice.fill_in(
        f"{path}/edit",
        emptied | {"starts-day": "7", "starts-month": "6", "ends-day": "7", "ends-month": "6", "venue": "City Hall"},
    )
    alice.fill_in(f"{path}/edit", {"block_bring": "", "block_access": "Ramp.", "capacity": "", "level": "count"})
    assert action.agenda == []

    alice.fill_in(f"{path}/history/{recording.entries(action, 10)[-1].id}/restore", {})

    assert recording.content_of(action) == before


def test_what_is_public_is_not_moved_by_going_back_and_the_page_says_so(alice, cause):
    action = full_action(cause, publish=False)
    path = f"/manage/actions/{action.id}"
    alice.fill_in(f"{path}/edit", {"summary": "Old words."})
    alice.fill_in(f"{path}/edit", {"summary": "New words.", "venue": "City Hall"})
    alice.post(f"{path}/publish")
    make.rsvp(action, "ada@example.org")
    entry = recording.entries(action, 10)[2]

    asked = alice.get(f"{path}/history/{entry.id}/restore")
    alice.fill_in(f"{path}/history/{entry.id}/restore", {})

    assert action.summary["en"] == "Old words."
    assert (action.venue, action.status) == ("City Hall", Status.PUBLISHED)
    assert "Time and place are public and stay as they are." in asked.text
    assert "Whether it is published, postponed or cancelled stays as it is." in asked.text
    assert "Old words." in alice.get("/en/actions/protest").text


def test_the_page_that_moves_it_proposes_the_earlier_time_and_place(alice, cause):
    action = full_action(cause)
    path = f"/manage/actions/{action.id}"
    alice.fill_in(f"{path}/move", {"venue": "City Hall", "starts-day": "30", "reason": "Rain", "confirm": "yes"})
    entry = recording.entries(action, 10)[-1]
    link = soup(alice.get(f"{path}/history/{entry.id}/restore")).find(
        "a", string="Move it to the time and place of this version"
    )

    proposed = sent_by(alice.get(link["href"]))
    page = alice.post(f"{path}/move", data=proposed | {"reason": "It is dry", "confirm": "yes"})

    assert (proposed["venue"], proposed["starts-day"]) == ("EY Centre", "31")
    assert page.status_code == 303
    assert (action.venue, action.starts_local.day) == ("EY Centre", 31)


def test_people_keep_what_they_agreed_to_and_their_places(alice, cause):
    action = full_action(cause)
    path = f"/manage/actions/{action.id}"
    alice.fill_in(f"{path}/edit", {"capacity": "2"})
    alice.fill_in(f"{path}/edit", {"capacity": "3"})
    make.rsvp(action, "ada@example.org", party_size=3)
    entry = recording.entries(action, 10)[1]

    asked = alice.get(f"{path}/history/{entry.id}/restore")
    page = alice.post(f"{path}/history/{entry.id}/restore", data={"against": "x"})

    assert "The limit of places stays as it is" in asked.text
    assert "There is nothing to restore" in asked.text
    assert (page.status_code, action.capacity) == (409, 3)


def test_what_is_gone_or_taken_stays_as_it_is_with_words(alice, cause):
    photo = make.photo(cause)
    article = full_article(cause, photo_id=photo.id)
    path = f"/manage/articles/{article.id}"
    alice.fill_in(f"{path}/unpublish", {})
    alice.fill_in(f"{path}/edit", {"slug": "elsewhere", "photo": "0", "body": ""})
    db.session.delete(photo)
    db.session.execute(db.text("DELETE FROM former_slugs"))
    make.article(cause, slug="peru")
    first = recording.entries(article, 10)[-1]

    asked = alice.get(f"{path}/history/{first.id}/restore").text
    page = alice.fill_in(f"{path}/history/{first.id}/restore", {})

    assert page.status_code == 303
    assert "The photo stays as it is: the earlier one was deleted." in asked
    assert "The address of the page stays as it is: the earlier one is another article’s by now." in asked
    assert (article.slug, article.photo_id, article.body["en"]) == ("elsewhere", None, "Read on.[^1]")


@pytest.mark.sqlite  # which gives numbers anew
def test_a_number_that_is_another_teams_by_now_shows_and_takes_nothing_of_theirs(alice, cause):
    photo, linked = make.photo(cause), make.action(cause=cause, publish=False)
    article = full_article(cause, photo_id=photo.id, about=[linked])
    path = f"/manage/articles/{article.id}"
    alice.fill_in(f"{path}/edit", {"photo": "0", "summary": "New words."})
    numbers = photo.id, linked.id
    db.session.delete(photo)
    alice.post(f"/manage/actions/{linked.id}/delete")
    alice.fill_in(f"{path}/edit", {"summary": "Newer words."})

    theirs = make.campaign(make.team("Other people"))
    others = make.photo(theirs, alt=Texts(en="Their hiding place")), make.action(cause=theirs, publish=False)
    others[1].title = Texts(en="Their secret plan")
    pages = [alice.get(f"{path}/history/{entry.id}").text for entry in recording.entries(article, 10)]
    first = recording.entries(article, 10)[-1]
    alice.fill_in(f"{path}/history/{first.id}/restore", {})

    assert tuple(row.id for row in others) == numbers
    assert not any("Their" in page for page in pages)
    assert article.summary["en"] not in ("New words.", "Newer words.")
    assert article.photo_id is None


def test_restoring_waits_for_a_second_look_when_somebody_saved_meanwhile(alice, bob, cause):
    article = full_article(cause)
    path = f"/manage/articles/{article.id}"
    alice.fill_in(f"{path}/edit", {"author": "Ada"})
    entry = recording.entries(article, 10)[-1]
    opened = sent_by(alice.get(f"{path}/history/{entry.id}/restore"))
    bob.fill_in(f"{path}/edit", {"summary": "Bob’s words"})

    page = alice.post(f"{path}/history/{entry.id}/restore", data=opened)

    assert page.status_code == 409
    assert "Bob’s words" in page.text
    assert (article.summary["en"], article.author["en"]) == ("Bob’s words", "Ada")


# ------------------------------------------------------------------ who, and for how long


def test_an_entry_is_found_below_its_own_thing_alone(alice, bob, app, cause, team):
    article, action = full_article(cause), full_action(cause)
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"author": "Ada"})
    entry = recording.latest(article)
    charlie = Visitor(app).sign_in(make.account("Charlie", make.team("Other people")))
    moderator = Visitor(app).sign_in(make.account("Mo", team, level=Level.MODERATOR))

    for path in ("", f"/{entry.id}", f"/{entry.id}/restore"):
        assert charlie.get(f"/manage/articles/{article.id}/history{path}").status_code == 404
    for number in (entry.id, 10**30, 2**31):
        assert alice.get(f"/manage/actions/{action.id}/history/{number}").status_code == 404
        assert alice.post(f"/manage/actions/{action.id}/history/{number}/restore").status_code == 404
    assert moderator.get(f"/manage/articles/{article.id}/history/{entry.id}").status_code == 200
    assert moderator.post(f"/manage/articles/{article.id}/history/{entry.id}/restore").status_code == 403


def test_an_earlier_text_is_kept_for_ninety_days_after_it_was_replaced(alice, cause, at):
    article = full_article(cause)
    path = f"/manage/articles/{article.id}/edit"
    alice.fill_in(path, {"author": "One"})
    at.forward(timedelta(days=50))
    alice.sign_in(make.account("Ann", cause.team))
    alice.fill_in(path, {"author": "Two"})

    at.forward(timedelta(days=41))
    recording.lapse(at())
    db.session.commit()
    assert [entry.content["texts"]["author"]["en"] for entry in recording.entries(article, 9)] == ["Two", "One"]
    assert [entry.organizer and entry.organizer.name for entry in recording.entries(article, 9)] == ["Ann", None]

    at.forward(timedelta(days=50))
    recording.lapse(at())
    db.session.commit()
    assert [entry.content["texts"]["author"]["en"] for entry in recording.entries(article, 9)] == ["Two"]
    assert recording.latest(article).organizer is None


def test_the_nightly_purge_forgets_both_old_texts_and_forms_that_nobody_came_back_for(alice, cause, at, keyring):
    article, writer = full_article(cause), db.session.scalars(db.select(Organizer)).one()
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"author": "One"})
    unsaved.keep(writer, "/manage/articles/new", [("title", "Half")], at())
    db.session.commit()

    at.forward(timedelta(days=91))
    purge(at(), keyring)

    assert len(recording.entries(article, 9)) == 1
    assert unsaved.find(writer.id, "/manage/articles/new", at() - timedelta(days=91)) is None


@pytest.mark.sqlite  # which gives numbers anew
def test_the_history_goes_with_a_deleted_draft_and_not_to_the_next_one(alice, cause):
    action = full_action(cause, publish=False)
    alice.fill_in(f"/manage/actions/{action.id}/edit", {"summary": "New words."})
    number = action.id
    alice.post(f"/manage/actions/{number}/delete")

    successor = make.action(cause=cause, publish=False)

    assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 0
    assert successor.id == number
    assert recording.latest(successor) is None


def test_long_histories_are_shown_in_pages(alice, cause, at):
    article = full_article(cause)
    for number in range(40):
        with recording.change(article, Deed.EDITED, None, at()):
            article.author = Texts(en=f"Author {number}")
    path = f"/manage/articles/{article.id}/history"

    first = soup(alice.get(path))
    second = soup(alice.get(first.find("a", string="Older")["href"]))

    assert len(first.select(".history > li")) == 30
    assert len(second.select(".history > li")) == 11
    assert "The oldest that is kept." in second.text
    assert second.find("a", string="Older") is None


# ------------------------------------------------------------------ malice


def test_no_text_of_anybody_is_more_than_text_in_a_difference(alice, cause):
    article = full_article(cause)
    vectors = "\n\n".join(corpus.ALL)[:15_000]
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"body": vectors, "author": "<b>pwned</b>"})
    alice.fill_in(f"/manage/articles/{article.id}/edit", {"body": vectors[::-1], "author": "<i>pwned</i>"})
    newest = recording.latest(article)

    for path in ("", f"/{newest.id}", f"/{newest.id - 1}", f"/{newest.id - 1}/restore"):
        page = alice.get(f"/manage/articles/{article.id}/history{path}")

        found = soup(page).main
        assert page.status_code == 200
        assert not found.find_all(["script", "img", "iframe", "svg", "i", "style", "object"]), path
        assert all(name in ALLOWED for tag in found.find_all(True) for name in tag.attrs), path


ALLOWED = {
    *("class", "id", "lang", "href", "datetime", "action", "method", "type", "name", "value", "tabindex", "role"),
    *("aria-label", "aria-current", "aria-labelledby", "hreflang"),
}


def soup(page):
    return BeautifulSoup(page.text, "html.parser")


def columns(model):
    return inspect(model).columns.keys()
