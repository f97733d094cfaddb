"""What was rendered once and is handed out until it changes: the bytes, and how a program asks whether they have."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Copy:
    """The same bytes always have the same etag.

    modified_at: no two contents of one address share it. May lie some seconds ahead, where several changes fell into
                 one second; until then it isn't told (RFC 9110 8.8.2.1 forbids a date in the future).
    packed:      the same, gzipped; comes later, since nothing is compressed while somebody waits.
    """

    body: bytes = field(repr=False)
    etag: str  # without quotes
    modified_at: datetime | None = None
    packed: bytes | None = field(default=None, repr=False)
