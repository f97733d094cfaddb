"""Deleting a draft: asked first, and only what the public never saw."""

import pytest

from campaign.accounts.membership import Level
from campaign.actions.models import Action
from campaign.articles.models import Article
from campaign.extensions import db
from campaign.messages.models import Rule
from tests import make
from tests.actions.writing import begun, by_slug, edited
from tests.clients import Visitor


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def cause(team):
    return make.campaign(team)


@pytest.fixture
def draft(cause):
    return make.action(cause=cause, publish=False, slug="march")


@pytest.fixture
def alice(client, team):
    """Alice's browser, signed in."""
    return client.sign_in(make.account("Alice", team))


def test_it_asks_first(alice, draft):
    page = alice.get(f"/manage/actions/{draft.id}/delete")

    assert "This can’t be undone." in page.text
    assert f"/manage/actions/{draft.id}/delete" in alice.get(f"/manage/actions/{draft.id}").text
    assert db.session.get(Action, draft.id) is draft


def test_a_draft_goes_with_all_that_hangs_on_it(alice, cause):
    article = make.article(cause)
    before = rows_that_hang_on_actions()
    alice.post("/manage/actions/new", data=begun(cause, title="March"))
    draft = by_slug("march")
    alice.fill_in(f"/manage/actions/{draft.id}/edit", edited(draft))
    alice.fill_in(f"/manage/actions/{draft.id}/background", {f"article-{article.id}": "why"})

    page = alice.post(f"/manage/actions/{draft.id}/delete")

    assert page.status_code == 303
    assert "The draft is gone." in alice.get(page.location).text
    assert rows_that_hang_on_actions() == before
    assert db.session.scalars(db.select(Article)).all() == [article]


def test_deleting_twice_finds_nothing_the_second_time(alice, draft):
    path = f"/manage/actions/{draft.id}/delete"
    alice.post(path)

    assert alice.post(path).status_code == 404


@pytest.mark.sqlite  # which gives numbers anew
def test_a_test_letter_of_it_doesnt_tell_of_the_next_one_with_its_number(alice, draft, worker, mailbox):
    alice.post(f"/manage/actions/{draft.id}/messages/usual")
    rule = db.session.scalars(db.select(Rule).where(Rule.action_id == draft.id)).first()
    alice.post(f"/manage/actions/{draft.id}/messages/rules/{rule.id}/test", data={"language": "en"})
    number = draft.id
    alice.post(f"/manage/actions/{number}/delete")

    theirs = make.action(make.team("Other people"), publish=False, venue="Their secret place")
    db.session.commit()
    worker.run_until_idle()

    assert theirs.id == number
    assert mailbox.to("alice@example.org") == []


def test_its_address_is_free_again(alice, cause, draft):
    alice.post(f"/manage/actions/{draft.id}/delete")

    alice.post("/manage/actions/new", data=begun(cause, title="March"))

    assert by_slug("march")


@pytest.mark.parametrize("since", ["publish", "postpone", "cancel"])
def test_what_has_been_public_stays(alice, draft, since):
    alice.post(f"/manage/actions/{draft.id}/publish")
    if since != "publish":
        alice.post(f"/manage/actions/{draft.id}/{since}", data={"reason": "Storm"})

    asked = alice.get(f"/manage/actions/{draft.id}/delete")
    page = alice.post(f"/manage/actions/{draft.id}/delete")

    assert "Delete it for good" not in asked.text
    assert page.status_code == 409
    assert "Cancel it, and they are told." in page.text
    assert by_slug("march")


def test_a_member_may_and_a_moderator_may_not_and_an_outsider_sees_none(app, team, draft):
    path = f"/manage/actions/{draft.id}/delete"
    moderator = Visitor(app).sign_in(make.account("Mo", team, level=Level.MODERATOR))
    bob = Visitor(app).sign_in(make.account("Bob", team, level=Level.ORGANIZER))
    charlie = Visitor(app).sign_in(make.account("Charlie", make.team("Other people")))

    assert charlie.post(path).status_code == 404
    assert moderator.post(path).status_code == 403
    assert path not in moderator.get(f"/manage/actions/{draft.id}").text
    assert bob.post(path).status_code == 303


def rows_that_hang_on_actions():
    """How many rows there are in each table that names actions, and of actions. (An article has a history, too.)"""
    actions = Action.__table__
    hanging = [
        table
        for table in db.metadata.sorted_tables
        if table is actions or any(key.column.table is actions for key in table.foreign_keys)
    ]
    return {
        table.name: db.session.scalar(
            db.select(db.func.count())
            .select_from(table)
            .where(table.c.action_id.is_not(None) if "action_id" in table.c else db.true())
        )
        for table in hanging
    }
