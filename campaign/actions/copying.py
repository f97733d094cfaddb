"""A new draft that says what another action says. Its date, address and UID are its own; nobody has answered it."""

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import inspect

from campaign import tokens
from campaign.actions.drafting import Time
from campaign.actions.models import Action, Status
from campaign.extensions import Record, db

R = TypeVar("R", bound=Record)

SAID = (
    "kind", "title", "summary", "why", "who", "venue", "address", "city", "directions", "latitude", "longitude",
    "unlisted", "level", "capacity", "goal", "retention_days",
)  # fmt: skip
PARTS = ("agenda", "meeting_points", "blocks", "key_figures")


def copy(action: Action, time: Time, slug: str, host: str, now: datetime) -> Action:
    """A draft, with every text in every language, the plan, meeting points, sections and key figures.

    slug: a free one.
    host: of this site; with it, the UID that calendars know the draft by is the only one in the world.
    """
    now = now.replace(microsecond=0)
    made = Action(
        campaign=action.campaign,
        uid=f"{tokens.new()}@{host}",
        slug=slug,
        status=Status.DRAFT,
        created_at=now,
        changed_at=now,
        **{name: getattr(action, name) for name in SAID},
    )
    time.put_on(made)
    for name in PARTS:
        setattr(made, name, [copy_of_row(row, action_id=None) for row in getattr(action, name)])
    db.session.add(made)
    db.session.flush()
    return made


def copy_of_row(row: R, **its_own: Any) -> R:
    """Another row that says the same, but for its id and what is given. Not added to the session."""
    return type(row)(**{**said(row), **its_own})


def said(row: Record) -> dict[str, Any]:
    """What a row says, by its columns, but for its id."""
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs if column.key != "id"}
