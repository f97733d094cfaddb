"""Whether anything has been committed to an SQLite database, for a fraction of what a read costs.

SQLite keeps the head of its write-ahead log's index in memory that all its processes share: the file named "-shm"
beside the database (sqlite.org/walformat.html, "The WAL-Index File Format"). Each commit writes a new head before it
returns: a counter, the number of the last frame, a checksum. So while its 96 octets stay, nothing has been committed.

The file is only read, and never closed again: closing any descriptor of it would take away the locks that this
process's connections hold on it (fcntl(2); SQLite's os_unix.c, "Posix Advisory Locking").
"""

import mmap
import os
from pathlib import Path
from typing import Any

HEAD = 96  # octets: the head, and its copy

_open: dict[tuple[int, int], mmap.mmap] = {}  # by device and inode; kept until the process ends


class Commits:
    """Of the database that a connection is open to. `mark()` changes with each commit of anybody."""

    def __init__(self, connection: Any) -> None:
        """connection: an SQLite one that has read something, and stays open as long as this is used."""
        [(mode,)] = connection.execute("PRAGMA journal_mode").fetchall()
        path = next((row[2] for row in connection.execute("PRAGMA database_list").fetchall() if row[1] == "main"), "")
        self._head = _head(Path(f"{path}-shm")) if mode == "wal" and path else None

    def mark(self) -> bytes | None:
        """None: it can't be told, so read."""
        return None if self._head is None else self._head[:HEAD]


def _head(path: Path) -> mmap.mmap | None:
    try:
        found = path.stat()
        key = found.st_dev, found.st_ino
        if key not in _open:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            _open[key] = mmap.mmap(descriptor, HEAD, access=mmap.ACCESS_READ)
        return _open[key]
    except (OSError, ValueError):
        return None
