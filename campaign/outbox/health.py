"""Whether somebody is at work, and whether mail is late: for /health and the organizers' front page."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from campaign.extensions import _l, db
from campaign.outbox.models import OPEN, Delivery, Heartbeat, Occasion, OccasionState
from campaign.outbox.relay import Trouble

WORKER, RELAY = "worker", "relay"  # names of heartbeats

TROUBLE_WORDS = {
    Trouble.UNREACHABLE: _l("The mail server can’t be reached. Mail waits and goes out when it is back."),
    Trouble.SILENT: _l(
        "The mail server takes mail and doesn’t say so. Mail waits; what was under way may have arrived."
    ),
    Trouble.CONFIGURATION: _l(
        "The mail server refuses us: name, password, sender or certificate is wrong. Mail waits until that is repaired."
    ),
    Trouble.POLICY: _l(
        "The mail server refuses our mail for what it is, one after another. Mail waits; ask its operator."
    ),
}


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


def mail_trouble() -> Trouble:
    """Why no mail goes out at present; say it with `TROUBLE_WORDS`. Trouble.NONE: as far as we know, it does."""
    return Trouble(db.session.scalar(select(Heartbeat.note).where(Heartbeat.name == RELAY)) or "")


def beat(name: str, now: datetime, note: str = "") -> None:
    """Say that one is there."""
    said = {"beat_at": now, "note": note}
    rows = insert(Heartbeat).values(name=name, **said)  # by several workers at once, perhaps
    db.session.connection().execute(rows.on_conflict_do_update(index_elements=["name"], set_=said))
