"""What /health says."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from campaign.extensions import db
from campaign.outbox import health

LATE = 600  # seconds that mail may be overdue


def seen(now: datetime) -> tuple[dict[str, Any], int]:
    """(facts, status): 200, or 503 when the database can't be reached or mail is overdue by more than ten minutes."""
    try:
        db.session.execute(text("SELECT 1"))
        worker, overdue = health.worker_seen_seconds(now), health.oldest_overdue_seconds(now)
    except SQLAlchemyError:
        db.session.rollback()
        return {"database": False, "worker_seen_seconds": None, "oldest_overdue_seconds": None}, 503
    facts = {"database": True, "worker_seen_seconds": worker, "oldest_overdue_seconds": overdue}
    return facts, 503 if overdue > LATE else 200
