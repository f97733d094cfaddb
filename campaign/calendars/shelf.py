"""What has been rendered for calendars, kept beside the database: each VEVENT once per version of its action and
language, and each feed's bytes once per version, plain and gzipped. For all processes of this machine together.

All of it can be thrown away at any time and is made again. It holds nothing that isn't public. The folder has an SQLite
file, whose write lock is what makes one process alone rebuild a feed while the others wait for it, and the bytes of
large feeds as files named for their etags.
"""

import fcntl
import gzip
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from queue import SimpleQueue
from time import sleep

from campaign.calendars import memory, pieces
from campaign.calendars.ical import Written
from campaign.calendars.made import Made
from campaign.calendars.pieces import Buffer, Cut, Key, Pieces
from campaign.copies import Copy, OnDisk

CODE = Path(__file__).parents[1]
MANY = 500  # actions
PAUSE = 0.2  # seconds before something is gzipped, so that who waits for it as it is comes first
PATIENCE = 60  # seconds to wait for another process's rebuilding: the very first of ten thousand takes a few
LEVEL = 6
AT_ONCE = 64 * 1024  # octets read to be gzipped
HUGE = 1024 * 1024  # octets: too many to be held by each process in each language
LARGE = 64 * 1024  # octets: too many to gzip while somebody waits, and better kept in a file
TABLES = ("events", "feeds", "marks")
CUT = "keys, kinds, numbers, lengths, digests, start"
SCHEMA = """
CREATE TABLE shape (shape TEXT NOT NULL);
CREATE TABLE events (
    form TEXT NOT NULL, uid TEXT NOT NULL, version INTEGER NOT NULL, zone TEXT NOT NULL, year INTEGER NOT NULL,
    text BLOB NOT NULL, PRIMARY KEY (form, uid)
) WITHOUT ROWID;
CREATE TABLE marks (
    address TEXT PRIMARY KEY, etag TEXT NOT NULL, keys TEXT NOT NULL, kinds TEXT NOT NULL, numbers BLOB NOT NULL,
    lengths BLOB NOT NULL, digests BLOB NOT NULL, start INTEGER NOT NULL
);
CREATE TABLE feeds (
    address TEXT PRIMARY KEY, version TEXT NOT NULL, etag TEXT NOT NULL, modified_at INTEGER, body BLOB, packed BLOB
);
"""

Render = Callable[[list[str]], Iterator[tuple[str, Written]]]


class Shelf:
    """folder: made if it isn't there. shape: names what the bytes depend on besides the data; kept under another one,
    everything is thrown away."""

    def __init__(self, folder: Path, shape: str) -> None:
        self._folder = folder
        self._shape = shape
        self._lock = threading.RLock()  # one connection: one for each of many threads would cost memory
        self._connection: sqlite3.Connection | None = None
        self._copies: dict[str, tuple[str, Copy]] = {}  # by address: the version, and what it is
        self._to_pack: SimpleQueue[Copy] = SimpleQueue()
        self._packer: threading.Thread | None = None
        self._has_rendered_many = False

    def feed(self, address: str, version: str, make: Callable[[], Made]) -> Copy:
        """What is at this address in this version: made now, unless it is there already.

        make: called by one process only, while the others wait.
        """
        known = self._copies.get(address)
        if known is not None and known[0] == version:
            return known[1]
        with self._lock:
            copy = self._stored(address, version)
            if copy is None:
                with _writing(self._db):
                    copy = self._stored(address, version) or self._make(address, version, make)
            if self._has_rendered_many:
                memory.give_back()
                self._has_rendered_many = False
        if copy.size >= LARGE:
            self._copies[address] = (version, copy)
            self._have_packed(copy)
        return copy

    def last(self, address: str) -> Copy | None:
        """What was last there, in whatever version: for when nothing can be made."""
        with suppress(sqlite3.Error, OSError), self._lock:
            return self._stored(address, None)
        return None

    def events(self, form: str, keys: Sequence[Key], render: Render, address: str = "") -> Pieces:
        """The VEVENTs of these actions, in this order. What isn't there in its version is rendered.

        Only within the making of a feed.

        form:    language, and whether with the agenda.
        render:  makes those of these UIDs, each with its UID. One that is no more is left out.
        address: of the feed: of many events, most are copied from what was last there.
        """
        before = self._before(address) if len(keys) > MANY else None
        if before is not None:
            copied = pieces.runs(keys, before[0])
            lacking = [keys[run.at] for run in copied if run.place is None]
            if len(lacking) <= MANY:
                return pieces.patched(keys, *before, copied, self._written(form, lacking, render))
        found = self._written(form, keys, render)
        there = [key for key in keys if key in found]
        return pieces.whole(there, [found[key] for key in there])

    def _written(self, form: str, keys: Sequence[Key], render: Render) -> dict[Key, Written]:
        wanted = set(keys)
        found = {key: written for key, written in self._there(form, keys) if key in wanted}
        lacking = dict(pieces.uid_and_version(key) for key in keys if key not in found)
        self._has_rendered_many |= len(lacking) > MANY
        for uid, written in render(list(lacking)) if lacking else ():
            found[pieces.key(uid, lacking[uid])] = written
            row = (form, uid, lacking[uid], *written.need, written.text)
            self._db.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
        return found

    def _there(self, form: str, keys: Sequence[Key]) -> Iterator[tuple[Key, Written]]:
        """In whatever version; of many keys, all there are: reading on is quicker than looking up."""
        query = "SELECT uid, version, zone, year, text FROM events WHERE form = ?"
        if len(keys) > MANY:
            rows = self._db.execute(query, (form,)).fetchall()
        else:
            one = f"{query} AND uid = ?"
            uids = [uid for uid, _ in map(pieces.uid_and_version, keys)]
            rows = [row for uid in uids for row in self._db.execute(one, (form, uid))]
        for uid, its_version, zone, year, text in rows:
            yield pieces.key(uid, its_version), Written((zone, year), text)

    def _before(self, address: str) -> tuple[Cut, bytes] | None:
        """The bytes that were last there, and how to cut them."""
        query = f"SELECT {CUT} FROM marks JOIN feeds USING (address, etag) WHERE address = ?"  # noqa: S608 -- names of ours
        row = self._db.execute(query, (address,)).fetchone()
        copy = self._stored(address, None) if row else None
        return (Cut.of_columns(*row), copy.body) if row and copy else None

    def clear(self) -> None:
        """Forget everything."""
        self._copies.clear()
        if not self._folder.exists():
            return
        with self._lock, _writing(self._db):
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
        for path in self._folder.glob("*.ics*"):
            path.unlink(missing_ok=True)

    def _make(self, address: str, version: str, make: Callable[[], Made]) -> Copy:
        made = make()
        etag, size = made.etag, made.size
        before = self._db.execute("SELECT etag, modified_at FROM feeds WHERE address = ?", (address,)).fetchone()
        modified_at = made.modified_at(before)
        is_large = size >= LARGE
        if is_large and not self._path(etag).exists():
            _write(self._path(etag), made.parts)
        copy = Copy(OnDisk(self._path(etag)) if size >= HUGE else made.body, etag, modified_at)
        if not is_large:
            copy.packed = gzip.compress(copy.body, LEVEL, mtime=0)
        at = int(modified_at.timestamp()) if modified_at else None
        row = (address, version, etag, at, None if is_large else copy.body, copy.packed)
        self._db.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, ?, ?, ?)", row)
        if is_large and made.cut is not None:
            marks = (address, etag, *made.cut.columns())
            self._db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", marks)
        if before is not None and before[0] != etag:
            self._throw_away(before[0])
        return copy

    def _throw_away(self, etag: str) -> None:
        """The bytes that no address has any more."""
        if self._db.execute("SELECT 1 FROM feeds WHERE etag = ? LIMIT 1", (etag,)).fetchone() is None:
            self._path(etag).unlink(missing_ok=True)
            self._packed_path(etag).unlink(missing_ok=True)

    def _stored(self, address: str, version: str | None) -> Copy | None:
        query = "SELECT version, etag, modified_at, body, packed FROM feeds WHERE address = ?"
        row = self._db.execute(query, (address,)).fetchone()
        if row is None or (version is not None and row[0] != version):
            return None
        _, etag, at, content, packed = row
        if content is None:
            try:
                content = OnDisk(self._path(etag))
            except FileNotFoundError:
                return None
            content = content if content.size >= HUGE else content.read()
        return Copy(content, etag, None if at is None else datetime.fromtimestamp(at, UTC), packed)

    # ---------------------------------------------------------------- gzip, while nobody waits

    def _have_packed(self, copy: Copy) -> None:
        if copy.packed is not None:
            return
        with suppress(FileNotFoundError):
            copy.packed = self._packed_path(copy.etag).read_bytes()
            return
        if self._packer is None or not self._packer.is_alive():
            self._packer = threading.Thread(target=self._pack, name="calendars: gzip", daemon=True)
            self._packer.start()
        self._to_pack.put(copy)

    def _pack(self) -> None:
        while True:
            copy = self._to_pack.get()
            sleep(PAUSE)
            with suppress(OSError):  # no folder, no space: it goes out as it is
                self._pack_one(copy)

    def _pack_one(self, copy: Copy) -> None:
        """Gzips a feed that still stands somewhere, unless another process has."""
        with (self._folder / "packing").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            path = self._packed_path(copy.etag)
            if not path.exists() and self._path(copy.etag).exists():
                _write(path, _gzipped(self._path(copy.etag)))
        with suppress(FileNotFoundError):
            copy.packed = path.read_bytes()

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._folder / "shelf.db", timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            for pragma in ("journal_mode=WAL", "synchronous=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            with _writing(connection):
                self._lay_out(connection)
            self._connection = connection
        return self._connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS shape (shape TEXT NOT NULL)")
        if connection.execute("SELECT shape FROM shape").fetchall() == [(self._shape,)]:
            return
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f"DROP TABLE {table}")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO shape VALUES (?)", (self._shape,))

    def _path(self, etag: str) -> Path:
        return self._folder / f"{etag}.ics"

    def _packed_path(self, etag: str) -> Path:
        return self._folder / f"{etag}.ics.gz"


def shape(base_url: str) -> str:
    """Of what this code makes: another after an update of code, translations, time zones or libraries."""
    digest = sha256(base_url.encode())
    for path in sorted(path for ending in ("*.py", "*.mo") for path in CODE.rglob(ending)):
        digest.update(path.read_bytes())
    for library in ("icalendar", "tzdata", "babel", "python-dateutil"):
        digest.update(version(library).encode())
    return digest.hexdigest()


@contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Nobody else rebuilds anything meanwhile, in no process."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _gzipped(path: Path) -> Iterator[bytes]:
    packer = zlib.compressobj(LEVEL, wbits=zlib.MAX_WBITS | 16)  # with gzip's head, which tells no time
    with path.open("rb") as file:
        while some := file.read(AT_ONCE):
            yield packer.compress(some)
    yield packer.flush()


def _write(path: Path, parts: Iterable[Buffer]) -> None:
    """All of it or nothing."""
    new = path.with_name(f"{path.name}.{threading.get_ident()}.new")
    with new.open("wb") as file:
        file.writelines(parts)
    new.replace(path)
