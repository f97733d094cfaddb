"""What was rendered once and is handed out until it changes: the bytes, and how a program asks whether they have."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


class OnDisk:
    """Bytes that are too many to be kept in each process's memory. They can be read as long as this is held, even when
    the file has gone."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError."""
        self._descriptor = -1
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self.size = os.fstat(self._descriptor).st_size

    def read(self) -> bytes:
        return os.pread(self._descriptor, self.size, 0)

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


@dataclass
class Copy:
    """The same bytes always have the same etag.

    modified_at: no two contents of one address share it. May lie some seconds ahead, where several changes fell into
                 one second; until then it isn't told (RFC 9110 8.8.2.1 forbids a date in the future).
    packed:      the same, gzipped; comes later, since nothing is compressed while somebody waits.
    """

    content: bytes | OnDisk = field(repr=False)
    etag: str  # without quotes
    modified_at: datetime | None = None
    packed: bytes | None = field(default=None, repr=False)

    @property
    def body(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read()

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    @property
    def held(self) -> int:
        """Octets in memory."""
        return len(self.packed or b"") + (len(self.content) if isinstance(self.content, bytes) else 0)
