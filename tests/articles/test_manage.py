"""Writing articles."""

import re
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.articles.models import Article, ArticleStatus, LinkKind
from campaign.campaigns.models import FormerSlug
from campaign.columns import Texts
from campaign.extensions import db
from tests import make


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
def draft(cause):
    return make.article(cause, publish=False, slug="peru", body=Texts(en="Read on."))


@pytest.fixture
def article(cause):
    return make.article(cause, slug="peru", body=Texts(en="Read on."))


def _words(element):
    return re.sub(r"\s+", " ", element.get_text(" ")).strip()


def _soup(page):
    return BeautifulSoup(page.text, "html.parser")


def _errors(page):
    return [_words(item) for item in _soup(page).select(".error-summary li")]


def filled_in(article, **fields):
    """The form as the browser sends it back."""
    own = article.language
    sent = {
        "title": article.title.get(own, ""),
        "summary": article.summary.get(own, ""),
        "author": article.author.get(own, ""),
        "body": article.body.get(own, ""),
        "category": "0",
        "photo": "0",
        "reply_days": "",
        "slug": article.slug,
    }
    for at, source in enumerate(article.sources):
        sent |= {f"sources-{at}-number": source.number, f"sources-{at}-text": source.text["en"]}
        sent |= {f"sources-{at}-address": source.address}
    if article.is_public():
        day = article.published_on
        sent |= {"published_on-day": day.day, "published_on-month": day.month, "published_on-year": day.year}
    return sent | fields


def save(client, article, **fields):
    return client.fill_in(f"/manage/articles/{article.id}/edit", filled_in(article, **fields))


# ------------------------------------------------------------------ from the first draft to the public page


def test_it_begins_as_a_draft_that_only_the_team_sees(alice, cause):
    page = alice.post(
        "/manage/articles/new", data={"campaign": cause.id, "title": "What Canada sells to Peru", "author": "us"}
    )

    article = db.session.scalars(db.select(Article)).one()
    assert (page.status_code, page.location) == (303, f"/manage/articles/{article.id}/edit")
    assert (article.slug, article.status) == ("what-canada-sells-to-peru", ArticleStatus.DRAFT)
    assert alice.get("/en/articles/what-canada-sells-to-peru").status_code == 404
    assert "What Canada sells to Peru" in alice.get("/manage/articles/").text


def test_it_says_what_was_written(alice, draft):
    fields = {"title": "New title", "summary": "In short.", "author": "Ada", "body": "# Why\r\n\r\nSo.[^1]"}

    page = save(
        alice, draft, **fields, **{"new_category": "News Updates", "reply_days": "30", "sources-0-text": "A report"}
    )

    assert page.status_code == 303
    assert (draft.title["en"], draft.summary["en"], draft.author["en"]) == ("New title", "In short.", "Ada")
    assert draft.body["en"] == "# Why\n\nSo.[^1]"
    assert (draft.category.name["en"], draft.category.slug, draft.reply_days) == ("News Updates", "news-updates", 30)
    assert [(source.number, source.text["en"]) for source in draft.sources] == [(1, "A report")]


def test_a_category_is_made_once(alice, draft, cause):
    save(alice, draft, new_category="News Updates")
    save(alice, draft, new_category="news updates")

    assert len({draft.category_id}) == 1
    assert len(_soup(alice.get(f"/manage/articles/{draft.id}/edit")).select("#category option")) == 2


def test_publishing_asks_for_the_date_and_shows_it(client, team, draft, at):
    at.set(datetime(2023, 5, 27, 3, 0, tzinfo=UTC))  # still the 26th in Ottawa
    alice = client.sign_in(make.account("Alice", team))

    form = _soup(alice.get(f"/manage/articles/{draft.id}/publish"))
    day = {part: form.find(attrs={"name": f"published_on-{part}"})["value"] for part in ("day", "month", "year")}
    page = alice.post(f"/manage/articles/{draft.id}/publish", data={f"published_on-{k}": v for k, v in day.items()})

    assert page.status_code == 303
    assert draft.published_on == date(2023, 5, 26)
    assert alice.get("/en/articles/peru").status_code == 200


def test_a_date_that_does_not_exist_is_refused(alice, draft):
    sent = {"published_on-day": "31", "published_on-month": "2", "published_on-year": "2023"}

    page = alice.post(f"/manage/articles/{draft.id}/publish", data=sent)

    assert page.status_code == 422
    assert _errors(page) == ["There is no such date. Check the day and the month."]
    assert 'value="31"' in page.text


@pytest.mark.parametrize("missing", [{"body": Texts()}, {"title": Texts(fr="Pérou")}])
def test_what_has_no_text_is_not_published(alice, cause, missing):
    draft = make.article(cause, publish=False, **missing)
    day = {"published_on-day": "1", "published_on-month": "5", "published_on-year": "2023"}

    assert alice.post(f"/manage/articles/{draft.id}/publish", data=day).status_code == 409
    assert not draft.is_public()


def test_a_team_without_addresses_publishes_nothing(client, app):
    poor = make.team(reply_address="")
    draft = make.article(make.campaign(poor), publish=False)
    client.sign_in(make.account("Alice", poor))
    day = {"published_on-day": "1", "published_on-month": "5", "published_on-year": "2023"}

    assert client.post(f"/manage/articles/{draft.id}/publish", data=day).status_code == 409


def test_unpublished_it_is_gone_for_readers_and_stays_for_the_team(alice, article):
    page = alice.post(f"/manage/articles/{article.id}/unpublish")

    assert page.status_code == 303
    assert alice.get("/en/articles/peru").status_code == 404
    assert alice.get(f"/manage/articles/{article.id}").status_code == 200


def test_an_old_address_leads_on_once_it_was_public(alice, article):
    save(alice, article, slug="canada-and-peru")

    assert alice.get("/en/articles/peru").location == "/en/articles/canada-and-peru"
    assert db.session.get(FormerSlug, ("article", "peru")) is not None


# ------------------------------------------------------------------ preview, sources, corrections


def test_a_preview_shows_the_text_and_saves_nothing(alice, draft):
    page = save(
        alice, draft, body="# Why\n\n**Because.**[^1]\n\n> Words.\n>\n> — Ada", preview="yes", **{"sources-0-text": "A"}
    )

    shown = _soup(page).find(id="seen")
    assert page.status_code == 200
    assert shown.h2.text == "Preview, not saved yet"
    assert [shown.find("strong").text, shown.find("figcaption").text] == ["Because.", "Ada"]
    assert shown.sup.a["href"] == "#s1"
    assert "**Because.**" in _soup(page).find(id="body").text
    assert draft.body["en"] == "Read on."


def test_a_preview_names_what_leads_nowhere(alice, draft):
    body = "So.[^7]\n\n[[figures:3]]\n\n[[action:nothing]]\n\nand [[action:there]]"

    page = save(alice, draft, body=body, preview="yes")

    assert [_words(notice) for notice in _soup(page).select("#seen .notice")] == [
        "The text cites source 7, which isn’t among the sources.",
        "There is no figures table 3.",
        "There is no public action with the address nothing.",
        "[[action:there]] must stand alone on a line.",
    ]


def test_the_whole_page_can_be_seen_before_anyone_else_sees_it(alice, draft):
    page = alice.get(f"/manage/articles/{draft.id}/preview?lang=fr")

    assert page.status_code == 200
    assert _soup(page).html["lang"] == "fr"
    assert "Preview." in page.text
    assert _soup(page).find("fieldset", disabled=True).find("textarea") is not None
    assert page.headers["Cache-Control"] == "no-store"


def test_a_source_keeps_its_number_when_another_goes(alice, cause):
    draft = make.article(cause, publish=False, sources=["First", "Second", "Third"])

    save(
        alice, draft, **{"sources-1-text": "", "sources-3-text": "Fourth", "sources-3-address": "https://example.org/a"}
    )

    assert [(source.number, source.text["en"]) for source in draft.sources] == [
        (1, "First"),
        (3, "Third"),
        (4, "Fourth"),
    ]


def test_room_for_one_more_source_keeps_what_was_typed(alice, draft):
    page = save(alice, draft, body="Not saved.", add="sources", **{"sources-0-text": "Typed"})

    assert len(_soup(page).select("[name^=sources-][name$=-text]")) == 2
    assert "Not saved." in page.text
    assert "Typed" in page.text


def test_a_correction_stands_under_the_article_with_its_date(client, team, article, at):
    at.set(datetime(2023, 5, 28, 12, tzinfo=UTC))
    alice = client.sign_in(make.account("Alice", team))

    save(alice, article, body="The total was $2.4 million.", correction="The total was $2.4 million, not $24 million.")

    page = _soup(alice.get("/en/articles/peru"))
    assert "updated on 28 May 2023" in _words(page.find("p", class_="byline"))
    trail = page.find("section", {"aria-labelledby": "corrections"})
    assert _words(trail) == "Corrections 28 May 2023 : The total was $2.4 million, not $24 million."


def test_a_comma_leaves_no_trail(alice, article):
    save(alice, article, body="Read on, please.")

    assert "updated on" not in alice.get("/en/articles/peru").text


def test_a_draft_has_no_corrections(alice, draft):
    save(alice, draft, correction="Nobody has read it.")

    assert draft.corrections == []


# ------------------------------------------------------------------ what is refused, in words, with what was typed


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": " "}, "Enter a title."),
        ({"title": "x" * 161}, "Use at most 160 characters."),
        ({"body": "x" * 20_001}, "The text is too long: 20,001 bytes, and 20,000 at most. Make two articles of it."),
        ({"body": "é" * 10_001}, "The text is too long: 20,002 bytes, and 20,000 at most. Make two articles of it."),
        ({"body": ">" * 200 + " deep"}, "Quotations or lists stand too deep in each other. Use fewer > and indents."),
        ({"body": "- " * 30 + "deep"}, "Quotations or lists stand too deep in each other. Use fewer > and indents."),
        (
            {"body": f"[a]: https://e.org/{'x' * 900}\n\n" + "[a]" * 3000},
            "The same long link is used too often. Shorten it, or use it less.",
        ),
        ({"slug": "Über uns"}, "Use small letters a to z, digits, and single hyphens between them."),
        ({"slug": "taken"}, "Another article has this address, or had it. Choose a different one."),
        ({"reply_days": "-1"}, "Enter a whole number from 0 to 3650."),
        ({"category": "999"}, "Not a valid choice."),
        ({"photo": "999"}, "Not a valid choice."),
        ({"photo": "x"}, "Invalid Choice: could not coerce."),
        ({"sources-0-text": "", "sources-0-address": "https://example.org"}, "Enter in words what this source is."),
        (
            {"sources-0-text": "A", "sources-0-address": "javascript:alert(1)"},
            "Enter a link that begins with https://, or leave it empty.",
        ),
        (
            {"sources-0-text": "A", "sources-0-address": "http://example.org"},
            "Enter a link that begins with https://, or leave it empty.",
        ),
    ],
)
def test_what_cannot_be_kept_is_said_in_words(alice, cause, draft, fields, words):
    make.article(cause, slug="taken")

    page = save(alice, draft, **{"author": "Typed by hand", **fields})

    assert page.status_code == 422
    assert words in _errors(page)
    assert _soup(page).title.text.startswith("Error:")
    assert "Typed by hand" in page.text
    assert draft.author["en"] == "the research group"


def test_twenty_thousand_bytes_are_kept(alice, draft):
    assert save(alice, draft, body="x" * 20_000).status_code == 303


def test_a_text_without_translation_limits_is_measured_in_every_language(alice, article):
    page = alice.fill_in(f"/manage/articles/{article.id}/translations/fr", {"title": "t", "body": "é" * 10_001})

    assert page.status_code == 422
    assert "The text is too long" in page.text


# ------------------------------------------------------------------ actions, languages


def test_linked_to_an_action_both_pages_say_what_it_is(alice, cause, article):
    action = make.action(cause=cause, slug="protest")

    page = alice.fill_in(f"/manage/articles/{article.id}/actions", {f"action-{action.id}": "what_happened"})

    assert page.status_code == 303
    assert [(link.action_id, link.kind) for link in article.links] == [(action.id, LinkKind.WHAT_HAPPENED)]
    assert "What happened" in _words(
        _soup(alice.get("/en/articles/peru")).find("section", {"aria-labelledby": "actions"})
    )
    assert "What happened" in alice.get("/en/actions/protest").text

    alice.fill_in(f"/manage/articles/{article.id}/actions", {f"action-{action.id}": ""})
    assert article.links == []


def test_it_is_translated_text_by_text(alice, article):
    page = alice.fill_in(f"/manage/articles/{article.id}/translations/fr", {"title": "Le Pérou", "body": "Lisez."})

    assert page.status_code == 303
    assert article.title["fr"] == "Le Pérou"
    assert "Lisez." in alice.get("/fr/articles/peru").text


def test_the_front_page_names_drafts_and_replies_to_read(alice, cause, draft):
    make.reply(make.article(cause), verdict="waiting")
    make.reply(make.article(), verdict="waiting")

    page = _words(_soup(alice.get("/manage/")).main)

    assert "1 reply waits to be read Read : replies" in page
    assert "What Canada sells to Peru Article Write" in page


# ------------------------------------------------------------------ who may


PAGES = ["", "/edit", "/preview", "/publish", "/unpublish", "/actions", "/translations/fr"]


@pytest.mark.parametrize("path", PAGES)
def test_an_outsider_sees_no_such_article(client, article, path):
    client.sign_in(make.account("Charlie", make.team("Others")))

    assert client.get(f"/manage/articles/{article.id}{path}").status_code == 404
    if path not in ("", "/preview"):
        assert client.post(f"/manage/articles/{article.id}{path}", data={"title": "Mine"}).status_code == 404
    assert article.is_public()
    assert article.title["en"] == "What Canada sells to Peru"


@pytest.mark.parametrize("path", PAGES)
def test_a_moderator_looks_and_changes_nothing(client, team, article, path):
    client.sign_in(make.account("Bob", team, level=Level.MODERATOR))

    shown = client.get(f"/manage/articles/{article.id}{path}").status_code
    assert shown == (200 if path in ("", "/preview") else 403)
    if path not in ("", "/preview"):
        assert client.post(f"/manage/articles/{article.id}{path}", data={"title": "Mine"}).status_code == 403


def test_another_teams_photo_or_category_cannot_be_chosen(alice, draft):
    others = make.campaign(make.team("Others"))
    photo = make.photo(others)

    page = save(alice, draft, photo=photo.id)

    assert page.status_code == 422
    assert draft.photo is None


def test_an_outsider_begins_nothing_in_a_campaign_of_others(client, cause):
    client.sign_in(make.account("Charlie", make.team("Others")))

    page = client.post("/manage/articles/new", data={"campaign": cause.id, "title": "Mine"})

    assert page.status_code == 422
    assert db.session.scalars(db.select(Article)).all() == []
