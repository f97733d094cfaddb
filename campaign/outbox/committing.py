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

Row = tuple[Any, ...]


class Committer:
    """Over a connection that nobody else uses, and which may be used in any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[list[Row]] = []
        self._failure: BaseException | None = None
        self._is_wanted = SimpleQueue[bool]()
        self.file, self._bell = os.pipe()  # something can be read there when there is news for `look`
        os.set_blocking(self.file, False)
        threading.Thread(target=self._commit, name="committer", daemon=True).start()

    def say(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Doesn't wait until they are committed. The first begins the transaction. Raises sqlite3.Error."""
        self._rows = [self._connection.execute(*each).fetchall() for each in statements]
        self._is_wanted.put(True)

    def look(self) -> list[list[Row]] | None:
        """The rows of each, once all are committed; never waits. Raises sqlite3.Error: then none is."""
        with suppress(BlockingIOError):
            os.read(self.file, 1)
            if self._failure is not None:
                raise self._failure
            return self._rows
        return None

    def close(self) -> None:
        """While nothing is being committed."""
        self._is_wanted.put(False)

    def _commit(self) -> None:
        while self._is_wanted.get():
            try:
                self._connection.commit()
            except sqlite3.Error as error:
                self._failure = error
            os.write(self._bell, b"!")
        os.close(self._bell)
        os.close(self.file)
