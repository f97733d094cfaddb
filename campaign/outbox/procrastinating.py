"""The engine for many machines: Procrastinate, which keeps its jobs in our PostgreSQL.

Its jobs are wake-ups. One is deferred in the transaction that leaves the work (`campaign/waking.py`), or from time to
time for all processes together; whichever process takes it asks its own loop, the embedded engine's, to run the task.
So there is one hand in each process that touches the database, whatever wakes it, and sending is one task at a time.

What is known to go wrong with it, and what is done: a `lock` outlives a killed holder, so only `queueing_lock`s are
used, which hold no longer than a job waits. Nothing takes up the jobs of dead workers, so `_mend` does. It may be
emptied, thrown away or laid out anew at any time: then each process runs its tasks by its own clock, more rarely.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from importlib.metadata import version
from types import ModuleType
from typing import Any

from sqlalchemy import Engine as Database

from campaign.databases import own_connection
from campaign.outbox.engine import Engine, Task
from campaign.outbox.mishaps import place_of
from campaign.waking import PROCRASTINATE, QUEUES, queue_of

log = logging.getLogger(__name__)

DEAD_AFTER = 30  # seconds that a worker of Procrastinate's has said nothing
HELP_AFTER = 0.2  # seconds that a job has run on: then another process may join in
BY_ITSELF = 3  # periods after which a process runs a task that nobody has woken it for
_LOOKS = 1.0  # seconds between two looks for jobs, for when no notification comes
_AGAIN = 5  # seconds until another try, when the database was away
_STEP = 0.02  # seconds between two looks at whether the loop is through with a job


class Procrastinate(Engine):
    """As `Engine`. A task that is to run `everywhere` is each process's own matter; others are run once for all."""

    def __init__(self, database: Database, after_a_mishap: Callable[[], object] = lambda: None) -> None:
        super().__init__(after_a_mishap)
        self._database = database
        self._shared: dict[str, float] = {}  # tasks that are run once for all: their periods
        self._busy: set[str] = set()  # that a job waits for
        self._is_held: dict[str, Callable[[], bool]] = {}
        self.is_connected = False  # jobs come
        self._thread = threading.Thread(target=self._serve, name="procrastinate", daemon=True)

    def every(
        self, seconds: float, name: str, task: Task, *, on_change: bool = False, everywhere: bool = False
    ) -> None:
        super().every(seconds if everywhere else seconds * BY_ITSELF, name, task, on_change=on_change)
        if not everywhere:
            self._shared[name] = seconds

    def hold(self, name: str, while_: Callable[[], bool]) -> None:
        """A job for this task lasts at least so long; meanwhile others of its kind go to other processes."""
        self._is_held[name] = while_

    def run(self, has_changed: Callable[[], bool] = lambda: False) -> None:
        self._thread.start()
        try:
            super().run(has_changed)
        finally:
            self._is_stopping = True
            self._thread.join()

    def _run(self, name: str) -> bool:
        if name in self._shared:
            self._next[name] = time.monotonic() + self._periods[name]
        goes_on = super()._run(name)
        if not goes_on:
            self._busy.discard(name)
        return goes_on

    # ---------------------------------------------------------------- the other thread

    def _serve(self) -> None:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # it tells values, and we tell what goes wrong
        while not self._is_stopping:
            try:
                lay_out(self._database)
                asyncio.run(self._work())
            except Exception as error:  # noqa: BLE001 -- whatever it is, the loop goes on, by its own clock
                log.error("Procrastinate broke off: %s", place_of(error))  # noqa: TRY400 -- values
                self.is_connected = False
                self._rest(_AGAIN)

    async def _work(self) -> None:
        """Until the engine is stopped, or the database is away."""
        app = self._app()
        async with app.open_async():
            working = [
                asyncio.create_task(
                    app.run_worker_async(
                        queues=[queue],
                        concurrency=1,
                        delete_jobs="successful",
                        install_signal_handlers=False,
                        fetch_job_polling_interval=_LOOKS,
                    )
                )
                for queue in QUEUES
            ]
            working.append(asyncio.create_task(self._mend(app)))
            self.is_connected = True
            working.append(asyncio.create_task(self._until_stopped()))
            done, others = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            for task in done:
                task.result()

    def _app(self) -> Any:
        library = _library()
        connector = library.PsycopgConnector(
            conninfo=self._database.url.set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs={"options": f"-c search_path={PROCRASTINATE}", "application_name": PROCRASTINATE},
            min_size=1,
            max_size=4,
        )
        app = library.App(connector=connector, periodic_defaults={"max_delay": 1})  # what was due before, was done then
        for name, seconds in self._shared.items():
            task = app.task(name=name, queue=queue_of(name), queueing_lock=name)(self._job(app, name))
            app.periodic(cron=cron(seconds))(task)
        return app

    def _job(self, app: Any, name: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def job(timestamp: int = 0) -> None:  # noqa: ARG001 -- when it was due; nobody asks
            self._busy.add(name)
            self.kick(name)
            began, has_called = time.monotonic(), False
            while not self._is_stopping and self._is_busy(name):
                await asyncio.sleep(_STEP)
                if not has_called and time.monotonic() - began > HELP_AFTER:
                    has_called = True
                    await _defer(app, name)

        return job

    def _is_busy(self, name: str) -> bool:
        return name in self._busy or self._is_held.get(name, bool)()

    async def _mend(self, app: Any) -> None:
        """The jobs of workers that are no more are thrown away; others in their place wake whoever is there."""
        library = _library()
        while True:
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
                with suppress(library.exceptions.ConnectorException):  # another process was here first
                    await app.job_manager.finish_job(job, status=library.jobs.Status.FAILED, delete_job=True)
                if job.task_name in self._shared:
                    await _defer(app, job.task_name)
            await asyncio.sleep(DEAD_AFTER)

    async def _until_stopped(self) -> None:
        while not self._is_stopping:
            await asyncio.sleep(0.1)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_stopping and time.monotonic() < until:
            time.sleep(0.1)


async def _defer(app: Any, name: str) -> None:
    with suppress(_library().exceptions.AlreadyEnqueued):
        await app.tasks[name].defer_async()


def lay_out(database: Database) -> None:
    """Procrastinate's tables, in a schema of their own; those of another version are thrown away, with what waits."""
    wanted = version("procrastinate")
    connection = own_connection(database)
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [PROCRASTINATE])  # one process alone
            if connection.execute(_LAID_OUT, [PROCRASTINATE, wanted]).fetchone():
                return
            connection.execute(f"DROP SCHEMA IF EXISTS {PROCRASTINATE} CASCADE")
            connection.execute(f"CREATE SCHEMA {PROCRASTINATE}")
            connection.execute(f"SET LOCAL search_path TO {PROCRASTINATE}")
            connection.execute(_library().schema.SchemaManager.get_schema())
            connection.execute(_SETTLED)
            connection.execute(f"COMMENT ON SCHEMA {PROCRASTINATE} IS '{wanted}'")
    finally:
        connection.close()


_LAID_OUT = """
SELECT 1 FROM pg_namespace WHERE nspname = %s AND obj_description(oid, 'pg_namespace') = %s
AND to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL
"""
# Its functions name its tables without their schema; so they look there, whoever calls them.
_SETTLED = """
DO $$ DECLARE one regprocedure; BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'procrastinate'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path TO procrastinate', one);
    END LOOP;
END $$
"""


def cron(seconds: float) -> str:
    """As a line of crontab, with a sixth field for seconds. Whole seconds, minutes or hours that divide the next."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"* * * * * */{whole}"
    return f"*/{whole // 60} * * * *" if whole < 3600 else f"0 */{whole // 3600} * * *"


def _library() -> ModuleType:
    """Loaded where it is the engine, and not in each web process, which would carry its weight for nothing."""
    import procrastinate  # noqa: PLC0415 -- see above

    return procrastinate
