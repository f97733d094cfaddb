"""The application as tests have it: once a run and for each of its databases, with tables, keys and a folder."""

import os
import subprocess
from itertools import count
from pathlib import Path

from sqlalchemy import event

from campaign import create_app, keyfiles
from campaign.extensions import db
from config import Settings
from tools import postgres

SERVER = "TEST_POSTGRES"  # in the environment: the folder of the server that all processes of this run share
SQLITE, POSTGRES = "sqlite", "postgres"

_number = count(1)


class Installations:
    """`settings(which)` and `app(which)`, made when they are first asked for."""

    def __init__(self, folder):
        self._folder = folder
        self._settings = {}
        self._apps = {}

    def settings(self, dialect):
        if dialect not in self._settings:
            instance = self._folder / dialect
            instance.mkdir()
            self._settings[dialect] = Settings(
                SECRET_KEY="a key for tests only, 32 characters and more",
                SQLALCHEMY_DATABASE_URI=new_database(dialect, instance),
                BASE_URL="http://localhost",
                INSTANCE_DIR=instance,
                KEYS_DIR=instance / "keys",
                MAIL_DEFAULT_SENDER="campaign@example.org",
                TESTING=True,
                ARGON2_MEMORY_KIB=8,  # as cheap as it goes: tests sign in hundreds of times
                ARGON2_ROUNDS=1,
            )
        return self._settings[dialect]

    def app(self, dialect):
        if dialect not in self._apps:
            settings = self.settings(dialect)
            keyfiles.make(settings.KEYS_DIR)
            self._apps[dialect] = create_app(settings)
            with self._apps[dialect].app_context():
                if dialect == SQLITE:
                    event.listen(db.engine, "connect", _hasty)
                db.create_all()
        return self._apps[dialect]

    def close(self):
        for app in self._apps.values():
            app.extensions["kept"].close()
            with app.app_context():
                db.engine.dispose()


def _hasty(connection, _record):
    """No test's database has to survive a power cut: those of killed processes are made as in real life."""
    connection.execute("PRAGMA synchronous=OFF")


def read_aside(*paths):
    """What lies in files of a database that is in use. Another process reads them: whoever closes one takes away the
    locks that SQLite holds on it for the whole process (fcntl(2)), and the next to end deletes the log of all."""
    return {path: subprocess.run(["cat", path], capture_output=True, check=True).stdout for path in paths}


def new_database(dialect, folder, name="campaign"):
    """An empty one. Returns its address. folder: where SQLite's file is to lie."""
    if dialect == SQLITE:
        return f"sqlite:///{folder / f'{name}.db'}"
    server = Path(os.environ[SERVER])
    postgres.start(server, hasty=True)
    return postgres.new_database(server, f"{name}_{os.getpid()}_{next(_number)}")


def empty():
    """Every table of the application at hand."""
    db.session.rollback()
    db.session.connection(execution_options={"writes": "alone"})
    tables = reversed(db.metadata.sorted_tables)
    if db.engine.dialect.name == "postgresql":
        emptied = [f'DELETE FROM "{table.name}"' for table in tables]
        from_one = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence JOIN pg_class ON oid = seqrelid"
        ours = "relnamespace = 'public'::regnamespace"
        db.session.connection().exec_driver_sql("; ".join([*emptied, f"{from_one} WHERE {ours}"]))
    else:
        cursor = db.session.connection().connection.cursor()  # the driver's own: this runs after every test
        for table in tables:
            cursor.execute(f'DELETE FROM "{table.name}"')
        cursor.close()
    db.session.commit()
