"""What holds for all of a campaign."""

import re
from datetime import datetime, timedelta

import pytest

from campaign.accounts.membership import Level
from campaign.actions.models import Action
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices
from tests import make
from tests.actions.writing import begun


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team, slug="arms")


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def save(client, cause, **changes):
    sent = {"languages": ["en", "fr"], "retention_days": "7", **changes}
    sent = {name: value for name, value in sent.items() if value is not None}
    return client.post(f"/manage/campaigns/{cause.id}/settings", data=sent)


def test_they_are_kept(alice, cause):
    page = save(alice, cause, languages=["es", "en"], retention_days="14", subject_names_action="y")

    assert page.status_code == 303
    assert (cause.languages, cause.retention_days, cause.subject_names_action) == (["en", "es"], 14, True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"languages": ["fr"]}, "Keep English: everything is written in it first."),
        ({"languages": None}, "Keep English: everything is written in it first."),
        ({"languages": ["en", "de"]}, "Choose among the languages of this site."),
        ({"retention_days": "0"}, "Enter a whole number from 1 to 14."),
        ({"retention_days": "15"}, "Enter a whole number from 1 to 14."),
        ({"retention_days": "1_0"}, "Enter a whole number from 1 to 14."),
        ({"retention_days": "٧"}, "Enter a whole number from 1 to 14."),
        ({"retention_days": ""}, "Enter a number of days, from 1 to 14."),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_the_rest_kept(alice, cause, changes, words):
    page = save(alice, cause, subject_names_action="y", **changes)

    assert page.status_code == 422
    assert words in page.text
    assert re.search(r'name="subject_names_action"[^>]* checked|checked[^>]* name="subject_names_action"', page.text)
    assert (cause.languages, cause.retention_days) == (["en", "fr", "es"], 7)


# ------------------------------------------------------------------ languages


def test_what_is_missing_is_missing_in_the_languages_that_it_publishes_in(alice, cause):
    action, article = make.action(cause=cause), make.article(cause)
    save(alice, cause, languages=["en", "fr"])

    for address in (f"actions/{action.id}", f"articles/{article.id}", "campaigns/"):
        page = alice.get(f"/manage/{address}").text
        assert "Français" in page
        assert "Español" not in page


def test_pages_lead_to_each_other_in_these_languages_and_others_still_answer(alice, client, cause):
    make.action(cause=cause, slug="protest")
    save(alice, cause, languages=["en", "fr"])

    page = client.get("/en/actions/protest").text

    assert re.findall(r'rel="alternate" hreflang="(..)"', page) == ["en", "fr"]
    assert 'href="/fr/actions/protest"' in page
    assert "/es/" not in page
    assert client.get("/es/actions/protest").status_code == 200


# ------------------------------------------------------------------ for how long addresses are kept


def test_new_actions_begin_with_its_days(alice, cause):
    save(alice, cause, retention_days="3")

    page = alice.post("/manage/actions/new", data=begun(cause))

    [action] = db.session.scalars(db.select(Action)).all()
    assert page.status_code == 303
    assert action.retention_days == 3


def test_actions_that_nobody_has_answered_follow_and_the_others_keep_what_their_form_said(alice, cause, at):
    quiet, answered, withdrawn = (make.action(cause=cause) for _ in range(3))
    past = make.action(cause=cause, starts=datetime(2023, 5, 1, 7))
    elsewhere = make.action()
    make.rsvp(answered, "ada@example.org", state="pending")
    make.rsvp(withdrawn, "bea@example.org", state="cancelled")
    version = quiet.version

    page = save(alice, cause, retention_days="14")

    days = [action.retention_days for action in (quiet, answered, withdrawn, past, elsewhere)]
    assert days == [14, 7, 7, 7, 7]
    assert quiet.version > version
    assert "1 action that nobody has answered yet follows." in alice.get(page.location).text


def test_the_form_of_an_action_names_the_new_day(alice, client, cause):
    make.action(cause=cause, slug="protest")
    before = client.get("/en/actions/protest").text
    save(alice, cause, retention_days="14")

    assert "Wednesday 7 June 2023" in before
    assert "Wednesday 14 June 2023" in client.get("/en/actions/protest").text


# ------------------------------------------------------------------ subjects of mail


@pytest.mark.parametrize(
    ("chosen", "subject"),
    [
        (None, "Reminder: Wednesday 31 May 2023, 7:00 am"),
        ("y", "Reminder: Protest CANSEC, Wednesday 31 May 2023, 7:00 am"),
    ],
)
def test_subjects_name_the_action_only_if_the_campaign_wants_that(alice, cause, worker, mailbox, at, chosen, subject):
    save(alice, cause, subject_names_action=chosen)
    action = make.action(cause=cause, title=Texts(en="Protest CANSEC"), publish=False)
    notices.publish(action, at())
    make.rsvp(action, "ada@example.org")
    worker.run_until_idle()
    at.set(action.starts_at - timedelta(hours=13))

    worker.run_until_idle()

    assert mailbox.to("ada@example.org")[-1].subject == subject


def test_a_moderator_changes_none_of_it(client, team, cause):
    client.sign_in(make.account("Mo", team, level=Level.MODERATOR))

    assert save(client, cause, retention_days="14").status_code == 403
    assert cause.retention_days == 7
