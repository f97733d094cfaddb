"""Who is at work, and over what: a journal, and a lock on it that the operating system holds.

The system drops it when the process is no more, however it ended. No clock is asked, so none that jumps can make a
living worker look dead.
"""

import fcntl
import os
from collections.abc import Collection
from pathlib import Path

from campaign import tokens
from campaign.outbox import journal


class Presence:
    """This process at work, under a name that no other has or had. Rows of the outbox carry it as their owner."""

    def __init__(self, folder: Path) -> None:
        """folder: shared by all workers of a database; made if it isn't there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = tokens.new()
        draft = folder / f".{self.name}"  # under its name it is locked from the first moment, or a sweep would take it
        self._lock = os.open(draft, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.rename(self._path(self.name))
        self.journal = journal.Journal(self._lock)

    def sees(self, name: str) -> bool:
        """Whether the worker of that name is alive. One that isn't leaves its file to be swept up."""
        if name == self.name:
            return True
        try:
            probe = os.open(self._path(name), os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    def noted_by(self, name: str) -> journal.Marks | None:
        """What a worker's journal says. None: there is none here; it was at work on another machine, say."""
        try:
            return journal.read(self._path(name).read_text("ascii", "replace"))
        except FileNotFoundError:
            return None

    def gone(self) -> list[str]:
        """Workers that are no more and whose journals are still here."""
        return [path.stem for path in self._folder.glob("*.lock") if not self.sees(path.stem)]

    def sweep(self, names: Collection[str]) -> None:
        """Take away the files of workers that are no more, once what they had in hand is taken over."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def leave(self) -> None:
        """The journal stays if there is something in it that isn't recorded."""
        if not os.fstat(self._lock).st_size:
            self._path(self.name).unlink(missing_ok=True)
        os.close(self._lock)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"
