"""Making the dates of what repeats: each a draft that says what the first one says."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from campaign.actions import copying, repeating
from campaign.actions.drafting import Time
from campaign.actions.models import Action, Series, Status
from campaign.actions.repeating import Date
from campaign.articles.models import ArticleLink
from campaign.campaigns import slugs
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.messages import rules
from campaign.series import dates

DATED = re.compile(r"-\d{4}-\d{2}-\d{2}(?:-\d+)?")
ROOM = len("-2026-12-04-10")


def planned(action: Action, rule: str, count: int | None, until: date | None) -> list[Date]:
    """The dates that `begin` would make, this one first; nothing is written. Raises Conflict as `repeating.days`."""
    days = repeating.days(rule, action.starts_local.date(), count=count, until=until)
    return [Date(Time.of(action)), *repeating.at(days[1:], Time.of(action))]


def begin(action: Action, rule: str, to_be: Sequence[Date], host: str, now: datetime) -> list[Action]:
    """Lets an action repeat: it becomes the first of these dates, and the others are made as drafts.

    host: of this site, for UIDs.

    Raises Conflict if it is one date of a series already, or has been cancelled.
    """
    if action.series_id is not None:
        raise Conflict(_l("It is one date of a series already."))
    if action.status is Status.CANCELLED:
        raise Conflict(_l("It is cancelled. Begin with a date that takes place."))
    action.series = Series(
        campaign=action.campaign,
        rule=rule,
        starts_on=action.starts_local.date(),
        slug=DATED.sub("", action.slug)[: slugs.LONGEST - ROOM].strip("-"),
        created_at=now.replace(microsecond=0),
    )
    db.session.flush()
    return _make(action.series, action, to_be[1:], host, now)


def further(series: Series, count: int | None, until: date | None) -> list[Date]:
    """The dates that `extend` would make: as the rule goes on after the last one there is. Nothing is written.

    count: so many more. Raises Conflict when there are none, or as `repeating.days`.
    """
    known = max(date.starts_local.date() for date in dates.of(series))
    days = repeating.days_after(series.rule, series.starts_on, known, count=count, until=until)
    if not days:
        raise Conflict(_l("The series has no further date until then. Choose a later day."))
    return repeating.at(days, Time.of(_pattern(series)))


def extend(series: Series, to_be: Sequence[Date], host: str, now: datetime) -> list[Action]:
    """Drafts that say what the last date says which isn't cancelled."""
    return _make(series, _pattern(series), to_be, host, now)


def _pattern(series: Series) -> Action:
    """The date that further ones are made after."""
    every = dates.of(series)
    return next((date for date in reversed(every) if date.status is not Status.CANCELLED), every[-1])


def _make(series: Series, like: Action, to_be: Sequence[Date], host: str, now: datetime) -> list[Action]:
    links = db.session.scalars(select(ArticleLink).where(ArticleLink.action_id == like.id)).all()
    made = []
    for one in to_be:
        slug = slugs.unused("action", Action.slug, f"{series.slug}-{one.time.starts_local:%Y-%m-%d}")
        copy = copying.copy(like, one.time, slug, host, now)
        copy.series = series
        rules.copy(like, copy)
        for row in links:
            db.session.add(copying.copy_of_row(row, action_id=copy.id))
        made.append(copy)
    db.session.flush()
    return made
