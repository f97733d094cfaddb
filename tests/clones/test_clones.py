"""A clone says what its pattern says, and has nothing of those who came to that."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup

from campaign.actions import copying
from campaign.actions.models import Action, Status
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint, Update
from campaign.articles.models import ArticleLink
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages import notices
from campaign.messages.models import Rule
from campaign.outbox.models import Occasion
from campaign.rsvps.models import Rsvp
from tests import make

DATE = {
    "starts-day": "29",
    "starts-month": "5",
    "starts-year": "2024",
    "starts-time": "7:00",
    "ends-time": "9:30",
    "zone": "America/Toronto",
}
ITS_OWN = {  # of its columns: what a clone doesn't take along
    *("id", "uid", "slug", "status", "series_id", "starts_local", "ends_local", "starts_at", "ends_at", "all_day"),
    *("seats_taken", "public_count", "revision", "schedule_rev", "created_at", "changed_at", "version"),
    *("published_at", "zone"),
}


@pytest.fixture
def team(app):
    return make.team()


@pytest.fixture
def action(team, at):
    """With everything that an action may have, and somebody's answer."""
    action = make.action(
        team, publish=False, slug="vigil", title=Texts(en="Vigil", fr="Vigile"), why=Texts(en="Because."), capacity=50
    )
    action.agenda = [AgendaItem(minutes_from_start=15, text=Texts(en="Silence", es="Silencio"))]
    action.meeting_points = [MeetingPoint(name=Texts(en="Hurdman Station"))]
    action.blocks = [Block(kind=BlockKind.BRING, text=Texts(en="Water"))]
    action.key_figures = [KeyFigure(figure=Texts(en="49"), text=Texts(en="deaths"))]
    make.article(action.campaign, about=[action])
    notices.publish(action, at())
    action.updates = [Update(text=Texts(en="Old news"), written_at=at())]
    make.rsvp(action, "ada@example.org")
    thanks = db.session.query(Rule).filter_by(letter="messages/thanks").one()
    thanks.active, thanks.body = True, Texts(en="You were many.")
    return action


@pytest.fixture
def alice(client, team):
    return client.sign_in(make.account("Alice", team))


def clone(visitor, action, **more):
    return visitor.post(f"/manage/actions/{action.id}/clone", data={**DATE, **more})


def the_clone(action):
    return db.session.query(Action).filter(Action.id != action.id).one()


def test_it_says_the_same_on_another_date(alice, action):
    page = clone(alice, action)

    made = the_clone(action)
    assert page.location == f"/manage/actions/{made.id}"
    assert made.starts_local == datetime(2024, 5, 29, 7, 0)
    assert (made.title, made.why, made.place, made.capacity) == (action.title, action.why, action.place, 50)
    for name in copying.PARTS:
        assert [copying.said(row) | {"action_id": 0} for row in getattr(made, name)] == [
            copying.said(row) | {"action_id": 0} for row in getattr(action, name)
        ]
    assert db.session.query(ArticleLink).filter_by(action_id=made.id).count() == 1


def test_every_column_is_taken_along_or_is_its_own(app):
    columns = {column.name for column in Action.__table__.columns}

    assert columns == {*copying.SAID, "goal", "campaign_id"} | ITS_OWN


def test_it_is_a_draft_without_answers_news_or_former_dates(alice, action):
    clone(alice, action)

    made = the_clone(action)
    assert (made.status, made.published_at, made.seats_taken, made.revision) == (Status.DRAFT, None, 0, 0)
    assert made.updates == made.announced == []
    assert db.session.query(Rsvp).filter_by(action_id=made.id).count() == 0
    assert made.uid != action.uid
    assert made.slug == "vigil-2"
    assert alice.get(f"/en/actions/{made.slug}").status_code == 404


def test_it_arms_nothing_until_it_is_published(alice, action, at, worker):
    clone(alice, action)
    worker.run_until_idle()
    made = the_clone(action)
    about = db.session.query(Occasion).filter_by(subject=f"action:{made.id}")
    assert about.count() == 0

    notices.publish(made, at())

    assert {occasion.letter for occasion in about} == {"messages/still", "messages/reminder"}


def test_its_messages_have_the_same_words_and_thanks_are_a_draft_again(alice, action):
    clone(alice, action)

    rules = {rule.letter: rule for rule in db.session.query(Rule).filter_by(action_id=the_clone(action).id)}
    assert len(rules) == 5
    assert rules["messages/still"].active
    assert rules["messages/thanks"].body == {"en": "You were many."}
    assert not rules["messages/thanks"].active


def test_what_is_over_or_cancelled_can_be_cloned_too(alice, team, action, at):
    notices.cancel(action, "Storm", at())
    at.set(datetime(2023, 7, 1, tzinfo=UTC))
    alice.sign_in(make.account("Noor", team))

    assert clone(alice, action).status_code == 303
    assert the_clone(action).status is Status.DRAFT


def test_the_hours_are_proposed_and_the_day_is_asked(alice, action):
    page = BeautifulSoup(alice.get(f"/manage/actions/{action.id}/clone").text, "html.parser")

    assert page.find("input", {"name": "starts-time"})["value"] == "07:00"
    assert not page.find("input", {"name": "starts-day"}).get("value")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"starts-day": "31", "starts-month": "2"}, "There is no such date"),
        ({"starts-day": "", "starts-month": "", "starts-year": "", "starts-time": ""}, "Enter a date and a time"),
        ({"ends-time": "6:00"}, "It ends before it starts"),
    ],
)
def test_a_date_that_isnt_one_is_refused_in_words(alice, action, wrong, says):
    page = clone(alice, action, **wrong)

    assert page.status_code == 422
    assert says in page.text
    assert db.session.query(Action).count() == 1
