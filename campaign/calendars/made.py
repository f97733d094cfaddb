"""A feed as it has just been made, before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from campaign.calendars import pieces
from campaign.calendars.pieces import Buffer, Cut

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Made:
    """A feed's bytes, when what they say last changed, and where each event lies in them.

    parts: what stands before the events, the events, what stands after them.
    """

    parts: Sequence[Buffer]
    changed_at: datetime | None
    cut: Cut | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)

    @property
    def size(self) -> int:
        """Octets."""
        return sum(map(len, self.parts))

    @property
    def etag(self) -> str:
        """Of the digests of what they are made of: six megabytes aren't hashed again because one event is another."""
        if self.cut is None:
            return sha256(self.body).hexdigest()[:32]
        digests = pieces.digest(self.parts[0]), self.cut.digests, pieces.digest(self.parts[-1])
        return sha256(b"".join(digests)).hexdigest()[:32]

    def modified_at(self, before: tuple[str, int | None] | None) -> datetime | None:
        """A Last-Modified that no other content of this address has had: the change's own, or a second after the last.

        before: the etag that this address had, and its Last-Modified in seconds since 1970.
        """
        if before is None or before[1] is None:
            return self.changed_at
        last = datetime.fromtimestamp(before[1], UTC)
        if before[0] == self.etag:
            return last
        return max(self.changed_at or last, last + SECOND)
