"""Addresses that aren't written to any more, whatever it is about: dead ones, and those of people who complained.

Only digests under a key of the worker's are kept: who has the database alone can't tell whose they are. They are looked
up where an address is known anyway: when an answer is taken in, and when a letter is about to go out.
"""

import hmac
from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import and_, delete, or_, select

from campaign.extensions import db
from campaign.outbox.models import Suppression

EVERYWHERE = "all"  # scope
TOO_OFTEN = 3  # letters to a full or unreachable mailbox that came back, within `SOFT_LASTS`
LASTS, SOFT_LASTS = timedelta(days=365), timedelta(days=30)


class Reason(StrEnum):
    BOUNCED = "bounced"  # there is no such mailbox
    COMPLAINED = "complained"  # its owner calls our mail spam
    FULL = "full"  # for now; counts from the third time on


class Digests:
    """What stands for an address in the table: 16 octets, the same however its letters are written."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, mailbox: str) -> bytes:
        """mailbox: as mail is sent to it; its domain in ASCII."""
        return hmac.digest(self._key, mailbox.lower().encode(), "sha256")[:16]


def suppressed(digests: Collection[bytes]) -> set[bytes]:
    """Which of these aren't written to. One query."""
    counts = or_(Suppression.reason != Reason.FULL, Suppression.times >= TOO_OFTEN)
    found = db.session.scalars(
        select(Suppression.address_digest).where(Suppression.address_digest.in_(digests), counts)
    )
    return set(found)


def suppress(digest: bytes, reason: Reason, today: date) -> None:
    """From now on. What weighs more stays: a complaint isn't forgotten over a full mailbox."""
    known = db.session.get(Suppression, (digest, EVERYWHERE))
    if known is None:
        db.session.add(Suppression(address_digest=digest, scope=EVERYWHERE, reason=reason, added_on=today))
    elif reason is Reason.FULL:
        if known.reason == Reason.FULL:
            known.times, known.added_on = known.times + 1, today
    elif known.reason != Reason.COMPLAINED:
        known.reason, known.added_on = reason, today
    db.session.flush()


def drop_old(today: date) -> int:
    """Those whose time is over. Returns how many."""
    passing = and_(
        Suppression.reason == Reason.FULL, Suppression.times < TOO_OFTEN, Suppression.added_on < today - SOFT_LASTS
    )
    old = or_(Suppression.added_on < today - LASTS, passing)
    dropped = db.session.execute(
        delete(Suppression).where(old).returning(Suppression.scope).execution_options(synchronize_session=False)
    )
    return len(dropped.all())
