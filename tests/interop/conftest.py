"""What calendar programs are shown."""

from datetime import datetime

import pytest

from campaign.actions.models import Action, Status
from campaign.actions.parts import AgendaItem
from campaign.columns import Texts
from campaign.extensions import db
from tests import make
from tests.interop import programs


@pytest.fixture(scope="session")
def running():
    """The programs that are started: name -> how to ask it."""
    started = {"ical.js": programs.icaljs(), "node-ical": programs.nodeical(), "sabre": programs.sabre()}
    yield started
    for program in started.values():
        program.close()


@pytest.fixture
def actions(app, at):
    """Of each case one, each with a title of its own."""
    cause = make.campaign(slug="arms")

    def action(title, starts, **more):
        return make.action(cause=cause, title=Texts(en=title, fr=f"{title} (fr)"), starts=starts, **more)

    action("Summer in Ottawa", datetime(2023, 5, 31, 7))
    action("Winter in Ottawa", datetime(2024, 1, 31, 7))
    action("Across midnight", datetime(2023, 6, 9, 22), hours=5)
    action("The first half past one", datetime(2023, 11, 5, 1, 30), hours=1)
    action("The second half past one", datetime(2023, 11, 5, 1, 30, fold=1), hours=1)
    action("The morning on which clocks go forward", datetime(2024, 3, 10, 3, 30))
    for zone in ("Europe/Paris", "Asia/Kathmandu", "America/St_Johns", "America/Lima", "Australia/Lord_Howe", "UTC"):
        action(f"Noon in {zone}", datetime(2023, 7, 1, 12), zone=zone)
    action("Postponed one", datetime(2023, 6, 2, 18)).postpone(at())
    action("Cancelled one", datetime(2023, 6, 3, 18)).cancel(at())
    action("Moved one", datetime(2023, 6, 4, 18)).move(
        datetime(2023, 6, 5, 19), datetime(2023, 6, 5, 20), "America/Toronto", at()
    )
    action("A whole day", datetime(2023, 6, 6), hours=24, all_day=True)
    action("Days in camp", datetime(2023, 6, 16), hours=72, all_day=True)
    action("平和のための集会" * 8, datetime(2023, 6, 20, 18), venue="広島市" * 20, summary=Texts(en="長い話。" * 60))
    action("وقفة من أجل السلام", datetime(2023, 6, 21, 18), summary=Texts(en="🕊️" * 100))
    make.series(action("Every week", datetime(2023, 10, 25, 19)), count=4)
    with_plan = action("With a plan", datetime(2023, 6, 24, 9))
    with_plan.agenda = [AgendaItem(minutes_from_start=30, text=Texts(en="Keynote"))]
    action("A draft", datetime(2023, 6, 25, 9), publish=False)
    db.session.commit()
    return db.session.scalars(db.select(Action).where(Action.status != Status.DRAFT)).all()
