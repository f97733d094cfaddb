"""Replies that don't stay: those that nobody read for thirty days, and those refused seven days ago."""

from datetime import date, timedelta

from sqlalchemy import and_, delete, or_

from campaign.extensions import db
from campaign.replies.models import Reply, Verdict

WAITING = timedelta(days=30)
REFUSED = timedelta(days=7)  # long enough to see a mistake


def lapse(today: date) -> int:
    """Called every night. Returns how many are gone."""
    unread = and_(Reply.verdict == Verdict.WAITING, Reply.sent_on <= today - WAITING)
    refused = and_(Reply.verdict.in_((Verdict.REJECTED, Verdict.SPAM)), Reply.decided_on <= today - REFUSED)
    query = delete(Reply).where(or_(unread, refused)).returning(Reply.id)
    gone = db.session.execute(query, execution_options={"synchronize_session": False}).all()
    db.session.expire_all()
    return len(gone)
