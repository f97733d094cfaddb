"""Addresses that aren't written to any more, whatever it is about: dead ones, and those of people who complained.

Only digests under a key of the worker's are kept: who has the database alone can't tell whose they are. They are looked
up where an address is known anyway: when an answer is taken in, and when a letter is about to go out.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, LargeBinary, Select, and_, delete, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from campaign.extensions import db
from campaign.outbox.claiming import Started
from campaign.outbox.hand import Ask, Statement
from campaign.outbox.models import Suppression
from campaign.outbox.posting import ORGANIZER

EVERYWHERE = "all"  # scope
TOO_OFTEN = 3  # letters to a full or unreachable mailbox that came back, within `SOFT_LASTS`
LASTS, SOFT_LASTS = timedelta(days=365), timedelta(days=30)


class Reason(StrEnum):
    BOUNCED = "bounced"  # there is no such mailbox
    COMPLAINED = "complained"  # its owner calls our mail spam
    FULL = "full"  # for now; counts from the third time on


def _select(digests: Collection[Any]) -> Select[Any]:
    counts = or_(
        Suppression.reason != literal_column(f"'{Reason.FULL}'"), Suppression.times >= literal_column(str(TOO_OFTEN))
    )
    return select(Suppression.address_digest).where(Suppression.address_digest.in_(digests), counts)


_SUPPRESSED = Statement(_select, LargeBinary)


_WEAKER = {  # or the same
    Reason.FULL: [Reason.FULL],
    Reason.BOUNCED: [Reason.FULL, Reason.BOUNCED],
    Reason.COMPLAINED: list(Reason),
}


class Digests:
    """What stands for an address in the table: 16 octets, the same however its letters are written."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, mailbox: str) -> bytes:
        """mailbox: as mail is sent to it; its domain in ASCII."""
        return blake2b(mailbox.lower().encode(), key=self._key, digest_size=16).digest()


class Silence:
    """What a courier asks before it sends, and tells when a server says that there is no such mailbox.

    Mail to organizers isn't held back: they ask for each themselves, and couldn't sign in again without.
    """

    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    def digest(self, started: Started, mailbox: str) -> bytes | None:
        """What is asked about; none for a letter that goes out whatever is said of its address."""
        return None if started.person_key.startswith(ORGANIZER) else self._digests.of(mailbox)

    @staticmethod
    def among(digests: Sequence[bytes]) -> Ask:
        """Which of these aren't written to; rows of one digest. For the transaction that starts their letters."""
        return Ask(_SUPPRESSED, digests)

    def add(self, connection: Connection, started: Started, mailbox: str, today: date) -> None:
        """The server says that this mailbox doesn't exist."""
        digest = self.digest(started, mailbox)
        if digest is not None:
            suppress(connection, digest, Reason.BOUNCED, today)


def suppressed(digests: Collection[bytes]) -> set[bytes]:
    """Which of these aren't written to. One query."""
    return set(db.session.scalars(_select(digests)))


def suppress(connection: Connection, digest: bytes, reason: Reason, today: date) -> None:
    """From now on. What weighs more stays: a complaint isn't forgotten over a full mailbox."""
    said = insert(Suppression).values(address_digest=digest, scope=EVERYWHERE, reason=reason, times=1, added_on=today)
    times = Suppression.times + 1 if reason is Reason.FULL else Suppression.times
    connection.execute(
        said.on_conflict_do_update(
            index_elements=["address_digest", "scope"],
            set_={"reason": reason, "times": times, "added_on": today},
            where=Suppression.reason.in_(_WEAKER[reason]),
        )
    )


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
