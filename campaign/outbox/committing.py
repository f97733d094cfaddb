"""A transaction on SQLite, committed by a thread: it waits for the disk while others go on.

Only that is the thread's part. Statements take it microseconds, and in a thread each would wait for the interpreter.
"""

import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from campaign.outbox.ways import Row


class Committer:
    """A `Way` over a connection that may be used in any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[list[Row]] = []
        self._failure: BaseException | None = None
        self._is_wanted = SimpleQueue[bool]()
        self._file, self._bell = os.pipe()
        os.set_blocking(self._file, False)
        threading.Thread(target=self._commit, name="committer", daemon=True).start()

    @property
    def file(self) -> int:
        return self._file

    def say(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        self._rows = [self._connection.execute(*each).fetchall() for each in statements]
        self._is_wanted.put(True)

    def look(self) -> list[list[Row]] | None:
        with suppress(BlockingIOError):
            os.read(self._file, 1)
            if self._failure is not None:
                raise self._failure
            return self._rows
        return None

    def close(self) -> None:
        self._is_wanted.put(False)

    def _commit(self) -> None:
        while self._is_wanted.get():
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                self._failure = error
            os.write(self._bell, b"!")
        os.close(self._bell)
        os.close(self._file)
