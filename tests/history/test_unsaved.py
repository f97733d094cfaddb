"""A form that is sent after the session has ended is there again once its writer has signed in."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from campaign.accounts.membership import Level
from campaign.columns import Texts
from campaign.extensions import db
from campaign.history import unsaved
from campaign.history.models import UnsavedForm
from tests import make
from tests.clients import Visitor, sent_by

WORDS = "Two hours of writing, <b>half</b> a page."
IDLE = timedelta(minutes=31)


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def article(team):
    return make.article(make.campaign(team), slug="peru", body=Texts(en="Read on."))


@pytest.fixture
def account(team):
    return make.account("Alice", team)


@pytest.fixture
def alice(client, account):
    return client.sign_in(account)


@pytest.fixture
def path(article):
    return f"/manage/articles/{article.id}/edit"


def send_too_late(visitor, at, path, **typed):
    """Opens a form, types, and sends it when the session has ended."""
    opened = sent_by(visitor.get(path))
    at.forward(IDLE)
    return visitor.post(path, data=opened | typed)


def kept():
    return db.session.scalars(db.select(UnsavedForm).order_by(UnsavedForm.id)).all()


def test_after_signing_in_the_form_is_there_with_the_text_and_can_be_saved(alice, account, at, path, article):
    page = send_too_late(alice, at, path, body=WORDS, **{"sources-0-text": "A source"})

    assert (page.status_code, page.location) == (303, "/manage/login")
    assert "what you wrote is kept" in alice.get("/manage/login").text
    assert article.body["en"] == "Read on."

    token = BeautifulSoup(alice.get("/manage/login").text, "html.parser").find("input", {"name": "csrf_token"})["value"]
    sign_in = {"email": account.email, "password": make.PASSWORD, "csrf_token": token}
    signed_in = alice.post("/manage/login", data=sign_in)
    assert signed_in.location.endswith(path)

    shown = alice.get(path)
    fields = sent_by(shown)
    assert (fields["body"], fields["sources-0-text"]) == (WORDS, "A source")
    assert "This is what you sent after your session had ended." in shown.text
    assert "<b>half</b>" not in shown.text

    saved = alice.post(path, data=fields)
    assert saved.status_code == 303
    assert article.body["en"] == WORDS
    assert kept() == []
    assert "after your session had ended" not in alice.get(path).text


def test_a_form_that_is_refused_or_only_looked_at_stays_kept_until_it_is_saved(alice, account, at, path):
    send_too_late(alice, at, path, title="", body=WORDS)
    alice.sign_in(account)

    refused = alice.post(path, data=sent_by(alice.get(path)))
    looked_at = alice.post(path, data=sent_by(alice.get(path)) | {"title": "T", "preview": "yes"})

    assert (refused.status_code, looked_at.status_code) == (422, 200)
    assert len(kept()) == 1


def test_what_somebody_saved_in_the_meantime_is_shown_beside_it(app, alice, account, team, at, path, article):
    send_too_late(alice, at, path, body=WORDS)
    bob = Visitor(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))
    bob.fill_in(path, {"body": "Bob’s words"})
    alice.sign_in(account)

    page = alice.post(path, data=sent_by(alice.get(path)))

    assert page.status_code == 409
    assert "Bob’s words" in page.text
    assert article.body["en"] == "Bob’s words"


def test_it_can_be_thrown_away(alice, account, at, path):
    send_too_late(alice, at, path, body=WORDS)
    alice.sign_in(account)
    shown = BeautifulSoup(alice.get(path).text, "html.parser").find("form", action="/manage/unsaved/forget")

    page = alice.post("/manage/unsaved/forget", data={"path": shown.find("input", {"name": "path"})["value"]})

    assert page.status_code == 303
    assert sent_by(alice.get(path))["body"] == "Read on."


def test_nobody_else_who_signs_in_on_that_machine_is_shown_it(alice, account, team, at, path):
    bob = make.account("Bob", team, level=Level.ORGANIZER)
    send_too_late(alice, at, path, body=WORDS)

    alice.sign_in(bob)

    assert sent_by(alice.get(path))["body"] == "Read on."
    alice.post("/manage/unsaved/forget", data={"path": path})
    assert len(kept()) == 1


def test_who_was_never_signed_in_leaves_nothing(client, app, path):
    for visitor in (client, Visitor(app)):
        page = visitor.post(path, data={"body": WORDS})
        assert (page.status_code, page.location) == (303, "/manage/login")

    assert kept() == []


def test_who_signed_out_leaves_nothing(alice, path):
    opened = sent_by(alice.get(path))
    alice.post("/manage/logout")

    alice.post(path, data=opened | {"body": WORDS})

    assert kept() == []


def test_a_session_that_was_ended_from_afar_leaves_nothing(app, alice, account, path):
    opened = sent_by(alice.get(path))
    Visitor(app).sign_in(account).post("/manage/account/sessions/end", data={"which": "others"})

    page = alice.post(path, data=opened | {"body": "What a thief wants to be published"})

    assert (page.status_code, page.location) == (303, "/manage/login")
    assert kept() == []


def test_a_session_that_ran_out_days_ago_leaves_nothing(alice, at, path):
    opened = sent_by(alice.get(path))
    at.forward(timedelta(days=1))

    alice.post(path, data=opened | {"body": WORDS})

    assert kept() == []


@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_of_another_site_leaves_nothing(alice, at, path, token):
    opened = sent_by(alice.get(path))
    at.forward(IDLE)
    alice.csrf_token = token

    page = alice.post(path, data=opened | {"csrf_token": token, "body": WORDS})

    assert page.status_code == 303
    assert kept() == []


def test_what_holds_secrets_or_people_is_never_kept(alice, at, team):
    at.forward(IDLE)

    for address in (f"/manage/teams/{team.id}/invite", "/manage/account/password", "/manage/replies/"):
        alice.post(address, data={"email": "noor@example.org", "password": "secret"})

    assert kept() == []


def test_the_token_isnt_kept_and_no_file_is(alice, at, path):
    send_too_late(alice, at, path, body=WORDS)

    [form] = kept()
    names = {name for name, _value in form.fields}
    assert "csrf_token" not in names
    assert {"title", "body", "made_from"} <= names


def test_five_are_kept_at_most_the_newest_of_each_page(alice, account, at, team):
    cause = make.campaign(team)
    paths = [f"/manage/articles/{make.article(cause).id}/edit" for _ in range(7)]
    opened = [sent_by(alice.get(path)) for path in paths]
    at.forward(IDLE)

    for path, fields in zip(paths, opened, strict=True):
        alice.post(path, data=fields | {"body": "First"})
        alice.post(path, data=fields | {"body": "Second"})

    assert [form.path for form in kept()] == paths[2:]
    assert all(["body", "Second"] in form.fields for form in kept())


def test_it_is_kept_for_a_day(alice, account, at, path):
    send_too_late(alice, at, path, body=WORDS)
    at.forward(timedelta(days=1))

    assert sent_by(alice.sign_in(account).get(path))["body"] == "Read on."
    unsaved.drop_old(at())
    assert kept() == []


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/manage/articles/new", {"title": "Half-written"}),
        ("/manage/actions/new", {"title": "Half-written", "starts-day": "31"}),
        ("/manage/actions/{action}/edit", {"summary": "Half-written"}),
        ("/manage/actions/{action}/translations/fr", {"title": "À moitié"}),
        ("/manage/actions/{action}/move", {"venue": "City Hall", "reason": "Rain"}),
        ("/manage/actions/{action}/background", {"article-{article}": "update"}),
        ("/manage/actions/{action}/update", {"body_en": "Half-written"}),
        ("/manage/actions/{action}/broadcast", {"body_en": "Half-written"}),
        ("/manage/actions/{action}/messages/new", {"body_en": "Half-written"}),
        ("/manage/articles/{article}/translations/fr", {"body": "À moitié"}),
        ("/manage/articles/{article}/actions", {"action-{action}": "update"}),
        ("/manage/articles/{article}/figures/new", {"csv": "2017,5"}),
        ("/manage/articles/{article}/figures/1/edit", {"csv": "2017,5"}),
    ],
)
def test_every_form_with_texts_keeps_them(alice, account, at, team, path, typed):
    action = make.action(team)
    article = make.article(action.campaign, figures=[[("2017", "1")]])
    ids = {"action": action.id, "article": article.id}
    path, typed = path.format(**ids), {name.format(**ids): value for name, value in typed.items()}

    send_too_late(alice, at, path, **typed)
    alice.sign_in(account)

    assert typed.items() <= sent_by(alice.get(path)).items()


def test_a_script_that_asks_for_a_part_of_a_page_is_told_in_words_and_leaves_nothing(alice, at, article):
    opened = sent_by(alice.get(f"/manage/articles/{article.id}/edit"))
    at.forward(IDLE)

    page = alice.post(f"/manage/articles/{article.id}/preview", data=opened, headers={"HX-Request": "true"})

    assert page.status_code == 401
    assert "Your session has ended." in page.text
    assert "<html" not in page.text
    assert kept() == []


def test_a_script_is_not_told_that_nothing_is_lost_when_it_would_be(alice, article):
    opened = sent_by(alice.get(f"/manage/articles/{article.id}/edit"))
    alice.post("/manage/logout")

    page = alice.post(f"/manage/articles/{article.id}/preview", data=opened, headers={"HX-Request": "true"})

    assert page.status_code == 401
    assert "Copy what you wrote before you leave this page" in page.text
