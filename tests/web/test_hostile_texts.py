"""Whatever organizers type into whichever field, it stays text."""

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup, Comment

from campaign import clock
from campaign.actions.models import Action
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.articles.models import Category
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices
from campaign.photos.models import Photo
from tests import make
from tests.rsvps.forms import filled_in, send, with_address

CORPUS = [
    "<script>alert('pwned')</script>",
    "</script><script>alert('pwned')</script>",
    "'\"><img src=x onerror=alert('pwned')>",
    "</title><svg onload=alert('pwned')>",
    "<!-- pwned --><marquee>",
    "{{ 7 * 7 }}{% raw %}pwned{% endraw %}${7*7}",
    "[pwned](javascript:alert(1)) ![pwned](https://evil.example/x.png)",
    "\u202epwned\u202c \x07\x1b[31m",
    "&lt;script&gt;pwned",
    "%(name)s pwned %s {0}",
]
PAGES = [
    "/en/",
    "/fr/campaigns/arms",
    "/en/actions/protest",
    "/fr/actions/protest",
    "/en/articles/peru",
    "/fr/calendar",
]


@pytest.fixture(params=CORPUS, ids=range(len(CORPUS)))
def bad(request, app):
    return put_everywhere(request.param)


@pytest.fixture(params=[" ".join(CORPUS[at::3]) for at in range(3)], ids=range(3))
def worst(request, app):
    """Several at once, for pages that are many."""
    return put_everywhere(request.param)


def put_everywhere(text):
    """A site in which every text is the same malice. Returns it."""
    texts = Texts(en=text)
    cause = make.campaign(slug="arms", name=texts, claim=texts, lede=texts, about=texts, city=text[:80])
    action = make.action(
        cause=cause,
        slug="protest",
        title=texts,
        summary=texts,
        why=texts,
        who=texts,
        directions=texts,
        venue=text,
        address=text,
        city=text[:80],
        agenda=[AgendaItem(minutes_from_start=0, text=texts)],
        meeting_points=[MeetingPoint(name=texts, address=text, directions=texts)],
        blocks=[Block(kind=kind, text=texts) for kind in BlockKind],
        key_figures=[KeyFigure(figure=texts, text=texts)],
    )
    article = make.article(
        cause,
        slug="peru",
        title=texts,
        summary=texts,
        author=texts,
        body=Texts(en=f"{text}\n\nSee.[^1]\n\n[[figures:1]]\n\n[[action:protest]]\n\n> {text}\n>\n> — {text}"),
        sources=[text],
        figures=[[(text, Decimal(1))]],
        about=[action],
        category=Category(campaign_id=cause.id, slug="c", name=texts),
        photo=Photo(campaign_id=cause.id, file="img/gates", alt=texts, caption=texts, credit=texts, cover=True),
    )
    table = article.figures[0]
    table.title = table.finding = table.label_heading = table.value_heading = table.source = texts
    return text


@pytest.mark.parametrize("address", PAGES)
def test_it_stays_text(client, bad, address):
    answer = client.get(address)

    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 200
    assert "pwned" in page.get_text()
    assert_harmless(page)


def test_it_stays_text_on_a_private_links_pages_and_when_a_form_is_refused(client, bad):
    action = db.session.scalars(db.select(Action)).one()
    rsvp = make.rsvp(action, "ada@example.org", state="pending")
    own, unsubscribing = f"/en/rsvps/{rsvp.token}", f"/unsubscribe/{make.person(rsvp).unsubscribe}"

    pages = [
        send(client, action, with_address(action, bad, name=bad, answer=bad, party_size=bad, stamp=bad, website=bad)),
        send(client, action, filled_in(action)),
        client.get(own),
        client.post(f"{own}/change", data={"answer": bad, "party_size": bad, "reminders": bad}),
        client.get(unsubscribing),
        client.post(unsubscribing),
    ]

    assert [page.status_code for page in pages] == [422, 200, 200, 422, 200, 200]
    for page in pages:
        assert_harmless(BeautifulSoup(page.text, "html.parser"))


def test_it_stays_text_on_organizers_pages(app, client, worst):
    action = db.session.scalars(db.select(Action)).one()
    client.sign_in(make.account("Alice", action.campaign.team))
    ids = {"id": action.id, "into": "fr"}
    assert action.id == action.campaign.id == action.campaign.team.id, "one id leads to each of them"

    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/manage") and "GET" in rule.methods and rule.arguments <= ids.keys():
            page = client.get(rule.build({name: ids[name] for name in rule.arguments}, append_unknown=False)[1])
            if page.mimetype == "text/html":
                assert_harmless(BeautifulSoup(page.text, "html.parser"))


def test_it_stays_text_in_a_letter_that_arrives_all_the_same(client, worker, mailbox, bad):
    action = db.session.scalars(db.select(Action)).one()
    make.rsvp(action, "ada@example.org")
    notices.cancel(action, bad, clock.now())
    db.session.commit()

    worker.run_until_idle()

    [letter] = mailbox.to("ada@example.org")
    assert "pwned" in letter.text
    assert letter.subject == "Cancelled: Wednesday 31 May 2023, 7:00 am"


def assert_harmless(page):
    """Nothing runs, nothing is fetched from elsewhere, nothing was evaluated."""
    for script in page.find_all("script"):
        is_ours = script.get("src", "").startswith("/static/") and not script.string
        assert is_ours or script.get("type") == "application/ld+json"
    assert not page.find_all(["svg", "marquee"])
    assert not page.find_all("img", src="x")
    assert not page.find_all(string=lambda text: isinstance(text, Comment))
    assert "49" not in page.title.string
    for element in page.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")], element
        assert not str(element.get("href", "")).lower().startswith("javascript:")
        assert "evil.example" not in f"{element.get('src', '')}{element.get('srcset', '')}"
