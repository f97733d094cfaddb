"""The embedded engine: one process, one loop, no service. It carries wake-ups; what is owed stands in the database.

The border to any engine is three calls: `kick`, `every`, `run`. A kick may be lost, doubled or late without harm, since
each task finds its own work in the database and is run from time to time anyway.
"""

import logging
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue

from campaign.outbox.mishaps import place_of

log = logging.getLogger(__name__)

LOOKS = 0.5  # seconds between two looks at whether somebody else has committed
_AFTER_A_MISHAP = 1.0  # seconds

Task = Callable[[], bool]


class Engine:
    """Runs tasks by name, in the order in which they were given. One returns whether it wants to run on at once."""

    def __init__(self, after_a_mishap: Callable[[], object] = lambda: None) -> None:
        """after_a_mishap: called when a task has raised something; gives back what it had begun."""
        self._after_a_mishap = after_a_mishap
        self._tasks: dict[str, Task] = {}
        self._watching: set[str] = set()
        self._periods: dict[str, float] = {}
        self._next: dict[str, float] = {}
        self._kicks: SimpleQueue[str] = SimpleQueue()  # may be filled by any thread, and by a signal's handler
        self._is_stopping = False

    def every(
        self,
        seconds: float,
        name: str,
        task: Task,
        *,
        on_change: bool = False,
        everywhere: bool = False,  # noqa: ARG002 -- here there are no others
    ) -> None:
        """Run it at the start, so many seconds after each beginning, and when it is kicked.

        on_change:  and when somebody has committed.
        everywhere: each process for itself, where an engine would run others once for all.
        """
        self._tasks[name], self._periods[name], self._next[name] = task, seconds, time.monotonic()
        if on_change:
            self._watching.add(name)

    def hold(self, name: str, while_: Callable[[], bool]) -> None:
        """Whatever wakes this task elsewhere as well: let it know that here it is still at it."""

    def kick(self, name: str) -> None:
        """Run that task soon."""
        self._kicks.put(name)

    def stop(self) -> None:
        """End `run` after the task at hand. For signals' handlers too."""
        self._is_stopping = True
        self._kicks.put("")

    def run(self, has_changed: Callable[[], bool] = lambda: False) -> None:
        """Until `stop`. What a task raises is told without values; it is tried again, and the loop outlives it.

        has_changed: whether somebody has committed since it was asked last.
        """
        wanted, looked_at = set[str](), 0.0
        while not self._is_stopping:
            wanted |= self._due()
            for name in [name for name in self._tasks if name in wanted]:
                wanted.discard(name)
                if self._run(name):
                    wanted.add(name)
            wanted |= self._kicked(wait=0 if wanted else LOOKS)
            if time.monotonic() - looked_at >= LOOKS:  # our own commits count too; not for each of them
                looked_at = time.monotonic()
                if self._guarded("the watch", has_changed):
                    wanted |= self._watching

    def _run(self, name: str) -> bool:
        """Whether it wants to run on at once."""
        return self._guarded(name, self._tasks[name])

    def _guarded(self, name: str, act: Task) -> bool:
        try:
            return act()
        except Exception as error:  # noqa: BLE001 -- a full disk or a locked database passes; mail must go out after it
            log.error("%s broke off: %s", name, place_of(error))  # noqa: TRY400 -- values may name somebody
            self._after_a_mishap()
            time.sleep(_AFTER_A_MISHAP)
            return False

    def _due(self) -> set[str]:
        now = time.monotonic()
        due = {name for name, when in self._next.items() if when <= now}
        self._next |= {name: now + self._periods[name] for name in due}
        return due

    def _kicked(self, wait: float) -> set[str]:
        """Names of who was kicked. Waits for the first, until something is due."""
        until = min([time.monotonic() + wait, *self._next.values()])
        names: set[str] = set()
        while True:
            left = until - time.monotonic()
            try:
                names.add(self._kicks.get(timeout=left) if left > 0 and not names else self._kicks.get_nowait())
            except Empty:
                return names & self._tasks.keys()
