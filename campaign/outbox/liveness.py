"""Who is at work, and over what: a journal, and a lock on it that the operating system holds.

The system drops it when the process is no more, however it ended. No clock is asked, so none that jumps can make a
living worker look dead. To be seen from other machines, a worker holds a lock in PostgreSQL too: see `Beacon`.
"""

import fcntl
import os
import time
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from campaign import tokens
from campaign.databases import out_of_reach, own_connection
from campaign.outbox import journal

GRACE = 15  # seconds without a light until a worker elsewhere counts as dead


class Presence:
    """This process at work, under a name that no other has or had. Rows of the outbox carry it as their owner."""

    def __init__(self, folder: Path, database: Engine | None = None) -> None:
        """folder: shared by all workers of this machine; made if it isn't there.

        database: where workers of other machines are seen, if it is PostgreSQL.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self.name = tokens.new()
        draft = folder / f".{self.name}"  # under its name it is locked from the first moment, or a sweep would take it
        self._lock = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.rename(self._path(self.name))
        self.journal = journal.Journal(self._lock)
        self._beacon = None if database is None or database.dialect.name != "postgresql" else Beacon(database)
        self.stay()

    def stay(self) -> None:
        """From time to time: be seen from elsewhere again, if the database was away. Raises what its driver raises."""
        if self._beacon is not None:
            self._beacon.light(self.name)

    def sees(self, name: str) -> bool:
        """Whether the worker of that name is alive. One that isn't leaves its file to be swept up."""
        if name == self.name:
            return True
        try:
            probe = os.open(self._path(name), os.O_RDONLY)
        except FileNotFoundError:
            return self._beacon is not None and self._beacon.sees(name)
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

    def others(self) -> list[str]:
        """Workers that are alive on this machine."""
        return [path.stem for path in self._folder.glob("*.lock") if path.stem != self.name and self.sees(path.stem)]

    def sweep(self, names: Collection[str]) -> None:
        """Take away the files of workers that are no more, once what they had in hand is taken over."""
        for name in names:
            self._path(name).unlink(missing_ok=True)

    def leave(self) -> None:
        """The journal stays if there is something in it that isn't recorded."""
        if self._beacon is not None:
            self._beacon.put_out()
        if self.journal.is_empty:
            self._path(self.name).unlink(missing_ok=True)
        os.close(self._lock)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"


class Beacon:
    """A name as an advisory lock in PostgreSQL, that a session of its own holds: it ends with the process, and is seen
    from every machine. It ends with the database server, too, or with the network between, while its process lives on;
    so a worker counts as dead only when it has been without a light for a while, and lights it again in less.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._session: Any = None
        self._holds = False
        self._dark: dict[str, float] = {}  # since when those that were looked for have had no light

    def light(self, name: str) -> None:
        """Hold the lock; nothing if it is held already. Where a session of ours that was cut off still holds it, that
        one's light is seen meanwhile."""
        if self._session is not None:
            try:
                self._session.execute("SELECT")
            except out_of_reach(self._database):
                self.put_out()
        if self._session is None:
            self._session = own_connection(self._database)
            for setting in KEEPALIVE:
                self._session.execute(f"SET {setting}")
        if not self._holds:
            [self._holds] = self._session.execute("SELECT pg_try_advisory_lock(%s)", [_key(name)]).fetchone()

    def put_out(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session, self._holds = None, False

    def sees(self, name: str) -> bool:
        """False only after it has been looked for in vain for GRACE seconds. Raises what the driver raises."""
        if self._is_lit(name):
            self._dark.pop(name, None)
            return True
        now = time.monotonic()
        return now - self._dark.setdefault(name, now) < GRACE

    def _is_lit(self, name: str) -> bool:
        """Or can't be seen from here."""
        return self._session is None or bool(self._session.execute(_HELD, [_key(name)]).fetchone()[0])


# A machine that lost its power says no goodbye: the server finds out in half a minute, not in two hours.
KEEPALIVE = ("tcp_keepalives_idle = 10", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
_HELD = """
SELECT EXISTS (
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32 | objid::bigint) = %s
)
"""


def _key(name: str) -> int:
    """64 bits, with a sign."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
