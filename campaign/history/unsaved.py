"""A form that was sent after the session had ended is kept until its writer has signed in again.

Of the writer alone, for a day, five at most; a newer one for the same page replaces the older. Who was never signed in
can't leave anything here: see `web.guard`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from campaign.accounts.models import Organizer
from campaign.extensions import db
from campaign.history.models import UnsavedForm

LASTS = timedelta(days=1)
MOST = 5
LONGEST_PATH = 200


def keep(organizer: Organizer, path: str, fields: Sequence[tuple[str, str]], now: datetime) -> None:
    """fields: (name, value), without tokens and files."""
    forget(organizer.id, path)
    mine = select(UnsavedForm.id).where(UnsavedForm.organizer_id == organizer.id).order_by(UnsavedForm.id.desc())
    old = db.session.scalars(mine.offset(MOST - 1)).all()
    db.session.execute(delete(UnsavedForm).where(UnsavedForm.id.in_(old)))
    db.session.add(
        UnsavedForm(organizer_id=organizer.id, path=path, fields=[list(pair) for pair in fields], sent_at=now)
    )
    db.session.flush()


def find(organizer_id: int, path: str, now: datetime) -> UnsavedForm | None:
    return db.session.scalar(
        select(UnsavedForm).where(
            UnsavedForm.organizer_id == organizer_id, UnsavedForm.path == path, UnsavedForm.sent_at > now - LASTS
        )
    )


def forget(organizer_id: int, path: str) -> None:
    """It was saved, or isn't wanted."""
    db.session.execute(delete(UnsavedForm).where(UnsavedForm.organizer_id == organizer_id, UnsavedForm.path == path))


def drop_old(now: datetime) -> None:
    db.session.execute(delete(UnsavedForm).where(UnsavedForm.sent_at <= now - LASTS))
