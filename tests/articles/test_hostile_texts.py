"""Whatever is typed into whichever field of an article, a photo, figures or a reply, it stays text."""

import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup, Comment

from campaign import markdown
from campaign.articles.models import Category, Correction
from campaign.columns import Texts
from tests import make
from tests.articles.test_manage import save
from tests.replies.sending import send
from tests.web import corpus

ALLOWED = {"https", "http", "mailto", "tel", "geo"}
NEVER = ["svg", "math", "iframe", "object", "embed", "base", "marquee", "template", "plaintext", "portal", "style"]

OURS = re.compile(r"/static/build/htmx\.[0-9a-f]{10}\.min\.js")


def refuse_active(html):
    """Nothing in it runs, loads from elsewhere or leads to a program."""
    page = BeautifulSoup(html, "html.parser")
    assert not page.find_all(NEVER)
    scripts = page.find_all("script", type=lambda kind: kind != "application/ld+json")
    assert all(OURS.fullmatch(script.get("src", "")) and not script.string for script in scripts)
    assert not page.find_all(string=lambda text: isinstance(text, Comment))
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on") or name in ("style", "srcdoc")], element
        for name in ("href", "src", "action", "formaction"):
            address = "".join(str(element.get(name, "")).split()).lower()
            scheme = address.partition(":")[0] if ":" in address.partition("/")[0] else "https"
            assert scheme in ALLOWED, element
        assert "evil.example" not in f"{element.get('src', '')}{element.get('srcset', '')}{element.get('action', '')}"
    return page


def test_there_are_enough_of_them():
    assert len(corpus.ALL) >= 60
    assert all("pwned" in vector or "alert(1)" in vector for vector in corpus.ALL)


@pytest.mark.parametrize("vector", corpus.ALL, ids=range(len(corpus.ALL)))
def test_markdown_makes_text_of_it(vector):
    for text in (
        vector,
        f"# {vector}",
        f"- {vector}",
        f"> {vector}",
        f"a *b* {vector} c",
        f"[x]({vector})",
        f"`{vector}`",
    ):
        refuse_active(str(markdown.to_html(text)))
        citations = markdown.Citations(frozenset({1}), lambda number: f"Source {number}")
        for part in markdown.parts(text, citations):
            if part.kind == "text":
                refuse_active(str(part.value))


@pytest.mark.parametrize("vectors", [corpus.ALL[at::6] for at in range(6)], ids=range(6))
def test_pages_show_it_as_text(client, vectors):
    """Each in an article of its own; on pages that show several things, or the same again, all of them at once."""
    team = make.team()
    cause = make.campaign(team)
    alice = client.sign_in(make.account("Alice", team))
    for at, vector in enumerate(vectors):
        _in_every_field(cause, vector, f"bad-{at}")
    worst = _in_every_field(cause, " ".join(vectors), "worst")
    waiting = make.reply(worst, " ".join(vectors), name=" ".join(vectors), verdict="waiting")

    managed = ["", "/edit", "/preview", "/publish", "/actions", "/translations/fr", "/figures/1/edit"]
    addresses = [
        *(f"/en/articles/bad-{at}" for at in range(len(vectors))),
        *("/en/articles/", "/fr/articles/", "/fr/articles/worst", f"/en/replies/{waiting.token}"),
        *(f"/manage/articles/{worst.id}{path}" for path in managed),
        *("/manage/replies/", "/manage/photos/", f"/manage/photos/{worst.photo_id}/delete"),
    ]
    for address in addresses:
        page = alice.get(address)
        assert page.status_code == 200, address
        assert "pwned" in refuse_active(page.text).get_text() + page.text
    for at in range(len(vectors)):
        assert "text/csv" in alice.get(f"/en/articles/bad-{at}/figures/1.csv").content_type


@pytest.mark.parametrize("vectors", [corpus.ALL[at::6] for at in range(6)], ids=range(6))
def test_forms_that_were_refused_show_it_as_text(client, vectors):
    """The public's, and the preview. Organizers' forms are all tried in tests/web/test_hostile_forms.py."""
    team = make.team()
    article = make.article(make.campaign(team), slug="peru")
    alice = client.sign_in(make.account("Alice", team))
    text, line = "\n\n".join(vectors), " ".join(vectors)
    sources = {f"sources-{at}-text": vector for at, vector in enumerate(vectors)}

    answers = [
        save(alice, article, body=text, preview="yes", **sources),
        send(alice, article, name=line, email=line, text=text),
    ]

    assert [answer.status_code for answer in answers] == [200, 422]
    for answer in answers:
        assert answer.text.count("pwned") >= len(vectors)
        refuse_active(answer.text)


def test_a_reply_of_any_of_them_is_shown_as_it_was_typed(client, app):
    article = make.article(slug="peru")
    vectors = [vector for vector in corpus.ALL if vector.isprintable()]
    for vector in vectors:
        make.reply(article, vector)

    shown = refuse_active(client.get("/en/articles/peru").text).select(".comments > li .stack-s p")

    assert [paragraph.get_text() for paragraph in shown] == vectors


def _in_every_field(cause, vector, slug):
    texts = Texts(en=vector)
    body = f"{vector}\n\nSee.[^1]\n\n[[figures:1]]\n\n> {vector}\n>\n> — {vector}"
    category = Category(campaign_id=cause.id, slug=f"c-{slug}", name=texts)
    photo = make.photo(cause, alt=texts, caption=texts, credit=texts)
    words = {"title": texts, "summary": texts, "author": texts, "body": Texts(en=body)}
    figures = [[(vector[:80], Decimal(1))]]
    article = make.article(cause, slug=slug, sources=[vector], figures=figures, category=category, photo=photo, **words)
    article.corrections = [Correction(corrected_on=article.published_on, text=texts)]
    [table] = article.figures
    table.title = table.finding = table.label_heading = table.value_heading = table.source = texts
    make.reply(article, vector, name=vector)
    return article
