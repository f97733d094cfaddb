"""The dates of a series, in the order of time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from campaign.actions.models import Action, Series, Status
from campaign.extensions import db


def of(series: Series) -> Sequence[Action]:
    return db.session.scalars(_of(series.id)).all()


def unpublished(series: Series, now: datetime) -> list[Action]:
    """Drafts that aren't over."""
    return [action for action in of(series) if action.status is Status.DRAFT and not action.is_over(now)]


def from_here_on(action: Action, now: datetime) -> list[Action]:
    """This date and those that follow it, without what is over or cancelled."""
    later = _of(action.series_id).where(Action.starts_at >= action.starts_at)
    return [date for date in db.session.scalars(later) if _can_change(date, now)]


def following(action: Action, now: datetime) -> list[Action]:
    """The same without this one."""
    return [date for date in from_here_on(action, now) if date is not action]


def folded(actions: Sequence[Action]) -> tuple[list[Action], dict[int, int]]:
    """For lists: of each series one date alone, the first that isn't cancelled; and by its id, how many more there are.

    The order stays.
    """
    by_series: dict[int, list[Action]] = {}
    for action in actions:
        if action.series_id is not None:
            by_series.setdefault(action.series_id, []).append(action)
    shown = {
        series_id: next((date for date in dates if date.status is not Status.CANCELLED), dates[0])
        for series_id, dates in by_series.items()
    }
    kept = [action for action in actions if action.series_id is None or shown[action.series_id] is action]
    return kept, {shown[series_id].id: len(dates) - 1 for series_id, dates in by_series.items() if len(dates) > 1}


def _can_change(date: Action, now: datetime) -> bool:
    return date.status is not Status.CANCELLED and not date.is_over(now)


def _of(series_id: int | None) -> Any:
    return select(Action).where(Action.series_id == series_id).order_by(Action.starts_at, Action.id)
