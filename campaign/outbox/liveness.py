"""Who is at work: a lock that the operating system holds, and drops when the process is no more, however it ended.

No clock is asked, so none that jumps can make a living worker look dead.
"""

import fcntl
import os
from pathlib import Path

from campaign import tokens


class Presence:
    """This process at work, under a name that no other has or had. Rows of the outbox carry it as their owner."""

    def __init__(self, folder: Path) -> None:
        """folder: shared by all workers of a database; made if it isn't there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = tokens.new()
        draft = folder / f".{self.name}"  # under its name it is locked from the first moment, or a sweep would take it
        self._lock = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.rename(self._path(self.name))

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

    def sweep(self) -> None:
        """Take away the files of workers that are no more."""
        for path in self._folder.glob("*.lock"):
            if not self.sees(path.stem):
                path.unlink(missing_ok=True)

    def leave(self) -> None:
        self._path(self.name).unlink(missing_ok=True)
        os.close(self._lock)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"
