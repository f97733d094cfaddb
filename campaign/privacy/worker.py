"""What the worker does so that people are forgotten. Called by its loop."""

import logging
from datetime import date, datetime, timedelta

from campaign.accounts import joining, sessions
from campaign.credentials import factors
from campaign.databases import empty_log, writing
from campaign.extensions import db
from campaign.history import recording, unsaved
from campaign.outbox import suppressing
from campaign.outbox.models import Heartbeat
from campaign.privacy import erasure, inventory
from campaign.profiles import addresses
from campaign.replies import lapsing as unread
from campaign.rsvps import lapsing
from campaign.sealing import Keyring

log = logging.getLogger(__name__)

NAME = "purge"
AT = timedelta(hours=3)  # after midnight, UTC. Once in each day of every zone, so no promised day is missed


def purge(now: datetime, keyring: Keyring) -> bool:  # noqa: ARG001 -- the renewal of keys will need it
    """The nightly purge, if this night's hasn't been made. May be called as often as one likes."""
    due = _is_due(now)
    db.session.rollback()
    if not due:
        return False
    for action_id in erasure.due(now):
        with writing():
            erased = erasure.erase(action_id, now)
        log.info("purge: action %d, %d RSVPs made anonymous or erased", action_id, erased)
    with writing():
        if not _is_due(now):
            return False  # another worker has made it meanwhile
        lapsed = lapsing.lapse()
        links = erasure.drop_old_links(now.date())
        replies = unread.lapse(now.date())
        joining.drop_old_invitations(now)
        addresses.drop_old(now)
        sessions.drop_old(now)
        factors.tidy(now)
        suppressing.drop_old(now.date())
        recording.lapse(now)
        unsaved.drop_old(now)
        db.session.merge(Heartbeat(name=NAME, beat_at=now))
    log.info("purge: %d RSVPs lapsed, %d old links dropped, %d replies erased", lapsed, links, replies)
    if not empty_log(inventory.INVENTORY):
        log.warning("purge: the database's log could not be emptied while somebody was reading")
    return True


def _is_due(now: datetime) -> bool:
    last = db.session.get(Heartbeat, NAME)
    return last is None or _night(last.beat_at) < _night(now)


def _night(instant: datetime) -> date:
    return (instant - AT).date()
