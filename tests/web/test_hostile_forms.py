"""Whatever is typed into whichever field of whichever organizers' form: it is kept as text, or refused in words beside
what was typed. New forms are found by themselves."""

import re
from urllib.parse import quote_plus

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.articles.models import Category
from campaign.columns import Texts
from tests import make
from tests.articles.test_hostile_texts import refuse_active
from tests.web import corpus

TYPED = ("text", "email", "search", "url", "tel", "number", "time", "password", None)
CHUNKS = [" ".join(corpus.ALL[at::3]) for at in range(3)]
SHORT = (
    '"><script>pwned</script> a\x00b\x07c \u202eturned\u202c\u2066 \u2028\ufeff %00%s{0}\\'  # has room in most fields
)
ANSWERS = {200, 303, 409, 422, 429}  # the last from forms that may not be sent often


@pytest.fixture
def alice(client, app):
    """Who may do everything, about one of each thing, nothing of it over or gone."""
    team = make.team()
    cause = make.campaign(team, slug="cause", accent="#5b2a86")
    draft = make.action(cause=cause, publish=False)
    action = make.action(cause=cause, slug="protest")
    make.category(cause)
    make.photo(cause)
    article = make.article(cause, slug="peru", sources=["One"], figures=[[("2017", "1")]], about=[action])
    make.reply(article)
    make.account("Bob", team, level=Level.ORGANIZER)
    client.ids = [draft.id, action.id]
    return client.sign_in(make.account("Alice", team))


def pages(app, client):
    """Addresses of all organizers' pages that need no more than an id and a language."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/manage/") and "GET" in rule.methods and rule.arguments <= {"id", "into", "number"}:
            for number in client.ids if "/actions/" in rule.rule and "id" in rule.arguments else [1]:
                values = {"id": number, "into": "fr", "number": 1}
                yield rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)[1]


def forms(client, address):
    """(where it goes, what it sends untouched, the names that people type into) of a page's forms."""
    page = client.get(address)
    for form in BeautifulSoup(page.text, "html.parser").select("main form[method=post]"):
        typed = [tag["name"] for tag in form(["input", "textarea"]) if tag.get("name") and is_typed(tag)]
        fixed = [tag for tag in form("input") if tag.get("name") and tag["name"] not in typed and is_sent(tag)]
        sent = {tag["name"]: tag.get("value", "") for tag in fixed}
        for select in form("select"):
            option = select.find("option", selected=True) or select.find("option")
            if option is not None:
                sent[select["name"]] = option["value"]
        if typed and form["action"].startswith("/manage/"):  # previews show the public's forms, to look at
            yield form["action"].partition("#")[0], sent, typed


def harmless(html):
    """But for our own scripts."""
    refuse_active(re.sub(r'<script (defer )?src="/static/build/[\w.-]+"( defer)?></script>', "", html))


def is_typed(tag):
    return tag.name == "textarea" or tag.get("type") in TYPED


def is_sent(tag):
    return tag.get("type") not in ("checkbox", "radio") or tag.has_attr("checked")


def every_form(app, client):
    found = {}
    for address in pages(app, client):
        for action, sent, typed in forms(client, address):
            found.setdefault(action, (sent, typed))
    return found


@pytest.mark.slow
def test_every_field_of_every_form_shows_it_as_text(app, alice):
    every = every_form(app, alice)
    assert len(every) > 15, "the forms are found"

    for number, text in enumerate([SHORT, *CHUNKS]):
        for action, (sent, typed) in every.items():
            page = alice.post(action, data={**sent, **dict.fromkeys(typed, text)})
            assert page.status_code in ANSWERS, (action, number)
            harmless(page.text)
            if page.status_code == 422:  # of what was cancelled by one of them, a note says so
                assert "There is a problem" in page.text or 'class="notice' in page.text, (action, number)


def test_what_is_no_text_at_all_is_read_as_something(app, alice):
    """Octets that no text has: half a character, a lone surrogate, an overlong slash."""
    for action, (sent, typed) in every_form(app, alice).items():
        fixed = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in sent.items())
        odd = "&".join(f"{quote_plus(name)}=a%ED%A0%80%C0%AF%FF%E2%82b" for name in typed)
        page = post_raw(alice, action, f"{fixed}&{odd}")
        assert page.status_code in ANSWERS, action
        harmless(page.text)


def post_raw(client, action, body):
    token, client.csrf_token = client.csrf_token, None  # it stands in the body here
    try:
        body = f"csrf_token={quote_plus(token)}&{body}"
        return client.post(action, data=body, content_type="application/x-www-form-urlencoded")
    finally:
        client.csrf_token = token


@pytest.mark.parametrize("vectors", [corpus.ALL[at::4] for at in range(4)], ids=range(4))
def test_names_of_categories_and_senders_stay_text_wherever_they_stand(client, vectors):
    team = make.team(name=vectors[0], sender_name=vectors[1])
    cause = make.campaign(team, slug="cause")
    alice = client.sign_in(make.account("Alice", team))
    for at, vector in enumerate(vectors):
        category = Category(campaign_id=cause.id, slug=f"c{at}", name=Texts(en=vector))
        make.article(cause, slug=f"a{at}", category=category)

    addresses = [f"/manage/campaigns/{cause.id}/categories", "/manage/teams/", f"/manage/teams/{team.id}/edit"]
    addresses += ["/en/articles/", "/en/articles/a0", "/en/articles/?category=c1", "/manage/campaigns/new"]
    for address in addresses:
        page = alice.get(address)
        assert page.status_code == 200
        harmless(page.text)
    shown = BeautifulSoup(alice.get(addresses[0]).text, "html.parser").select("section .todo > li > span:first-child")
    assert len(shown) == len(vectors)
