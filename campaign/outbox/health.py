"""Whether somebody is at work, and whether mail is late: for /health and the organizers' front page."""

from datetime import datetime

from sqlalchemy import func, select

from campaign.extensions import db
from campaign.outbox.models import OPEN, Delivery, Heartbeat, Occasion, OccasionState

WORKER, RELAY = "worker", "relay"  # names of heartbeats


def worker_seen_seconds(now: datetime) -> int | None:
    """Seconds since a worker last said it was there; none if there never was one."""
    beat = db.session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == WORKER))
    return None if beat is None else max(0, int((now - beat).total_seconds()))


def oldest_overdue_seconds(now: datetime) -> int:
    """For how long the mail that has waited longest could have gone out. 0: nothing is late.

    Mail that a server asked us to bring again later isn't late before that time.
    """
    since = [
        db.session.scalar(select(func.min(Delivery.next_at)).where(Delivery.state.in_(OPEN))),
        db.session.scalar(select(func.min(Occasion.due_at)).where(Occasion.state == OccasionState.PLANNED)),
    ]
    return max([0, *(int((now - moment).total_seconds()) for moment in since if moment is not None)])


def mail_trouble() -> str:
    """Why no mail goes out at present, in a word for `TROUBLE_WORDS`; empty: as far as we know, it does."""
    return db.session.scalar(select(Heartbeat.note).where(Heartbeat.name == RELAY)) or ""
