"""How the embedded engine hears that somebody has committed something that it may have to act upon."""

from typing import Any

from sqlalchemy import Engine as Database

from campaign.databases import out_of_reach, own_connection
from campaign.waking import CHANNEL


class Watch:
    """Whether somebody has committed, for the price of a look: at the first page of SQLite's file, or at what
    PostgreSQL has to tell. Over a connection of its own, made again if it is lost."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Any = None
        self._seen: object = None
        self.has_changed()

    def has_changed(self) -> bool:
        """Since it was asked last. After the database was away: yes."""
        try:
            if self._connection is None:
                self._connect()
                return True
            return self._look()
        except out_of_reach(self._database):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connect(self) -> None:
        self._connection = own_connection(self._database)
        if self._tells:
            self._connection.execute(f"LISTEN {CHANNEL}")
        self._look()

    def _look(self) -> bool:
        if self._tells:
            self._connection.execute("SELECT")  # or a connection that is lost would be silent for ever
            return bool(list(self._connection.notifies(timeout=0)))
        seen, self._seen = self._seen, self._connection.execute("PRAGMA data_version").fetchone()
        return seen != self._seen

    @property
    def _tells(self) -> bool:
        return self._database.dialect.name == "postgresql"
