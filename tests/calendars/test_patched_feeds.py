"""Whatever happens to actions, a feed that is patched change by change is the one that would be made from nothing."""

from datetime import timedelta
from itertools import count, cycle

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaign import clock, versions
from campaign.actions.models import Status
from campaign.actions.parts import AgendaItem
from campaign.calendars import feeds, shelf
from campaign.calendars.shelf import Shelf
from campaign.columns import Texts
from campaign.extensions import db
from tests import make

BASE = "https://campaign.example"
FEWEST = 3  # actions with which a feed is patched here

_number = count(1)


def create(cause, actions, which):
    at = make.action(cause=cause).starts_local + timedelta(days=which % 5 - 2, minutes=which)
    actions.append(make.action(cause=cause, starts=at, publish=which % 4 != 0))


def edit(_cause, actions, which):
    action = actions[which % len(actions)]
    action.title = Texts(en=f"Title no. {which}", fr=f"Titre no {which} " + "é" * (which % 90))
    action.touch(clock.now())


def move(_cause, actions, which):
    action = actions[which % len(actions)]
    if action.status in (Status.PUBLISHED, Status.POSTPONED):
        starts = action.starts_local + timedelta(days=which % 7 - 3)
        zone = ("Europe/Paris", "UTC", action.zone)[which % 3]
        action.move(starts, starts + timedelta(hours=1), zone, clock.now())


def relocate(_cause, actions, which):
    for action in actions[which % len(actions) :]:
        action.relocate(f"Hall {which}", "1 Other Street", clock.now())


def publish_or_cancel(_cause, actions, which):
    action = actions[which % len(actions)]
    if action.status is Status.DRAFT:
        action.publish(clock.now())
    elif action.status is not Status.CANCELLED:
        action.cancel(clock.now())


def list_or_not(_cause, actions, which):
    action = actions[which % len(actions)]
    action.unlisted = not action.unlisted
    action.touch(clock.now())


def plan(_cause, actions, which):
    action = actions[which % len(actions)]
    action.agenda = [AgendaItem(minutes_from_start=10 * n, text=Texts(en=f"Item {n}")) for n in range(which % 3)]
    action.touch(clock.now())


def delete(cause, actions, which):
    if len(actions) > 1:
        db.session.delete(actions.pop(which % len(actions)))
        cause.touch(clock.now())


def rename_campaign(cause, _actions, which):
    cause.name = Texts(en=f"Campaign no. {which}", fr=f"Campagne no {which}")
    cause.touch(clock.now())


CHANGES = (create, edit, move, relocate, publish_or_cancel, list_or_not, plan, delete, rename_campaign)


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch):
    """Feeds of a few actions are kept and patched as those of thousands are."""
    monkeypatch.setattr(shelf, "MANY", FEWEST - 1)
    monkeypatch.setattr(shelf, "LARGE", 1)
    monkeypatch.setattr(shelf, "HUGE", 2000)


def all_feeds(kept, cause):
    """As this shelf has them: bytes and etags."""
    of_campaign, of_site = feeds.of_campaign(cause), feeds.of_site(clock.now(), versions.read(db.session))
    asked = [(of_campaign, "en", False), (of_campaign, "fr", True), (of_site, "en", False)]
    copies = [
        feed.copy(kept, lang, BASE, f"/{lang}/{feed.page}.ics{'?agenda=1' * agenda}", agenda=agenda)
        for feed, lang, agenda in asked
    ]
    return [(copy.body, copy.etag) for copy in copies]


SOME = settings(
    max_examples=6,
    phases=[Phase.reuse, Phase.generate],  # to shrink a failure would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)


@SOME
@given(changes=st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 999)), min_size=3, max_size=8))
def test_a_feed_that_was_patched_is_the_one_that_would_be_made_from_nothing(app, tmp_path, changes):
    cause = make.campaign()
    actions = [make.action(cause=cause) for _ in range(FEWEST + 1)]
    folder = tmp_path / f"{next(_number)}"
    processes = cycle([Shelf(folder, "shape"), Shelf(folder, "shape")])

    for (change, which), process in zip(changes, processes, strict=False):
        change(cause, actions, which)
        db.session.commit()
        patched = all_feeds(process, cause)

        assert patched == all_feeds(Shelf(tmp_path / f"{next(_number)}", "shape"), cause)
