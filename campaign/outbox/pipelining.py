"""Statements that PostgreSQL gets all at once: one way there and back for a whole transaction.

Said one by one, each costs a wait, and the driver 0.1 ms of CPU; the courier says six for a handful of letters. So they
are prepared once and sent by libpq's own functions. What comes before a point of synchronisation is one transaction,
without anybody calling it so: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

import select
from collections.abc import Sequence
from typing import Any

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from campaign.outbox.ways import Row

_WELL = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


class Pipeline:
    """A `Way` over a connection in no transaction. A rollback of the driver would forget what is prepared."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._server = connection.pgconn
        self._there, self._back = Transformer(connection), Transformer(connection)  # of values into octets, and back
        self._prepared: dict[str, bytes] = {}  # names, by text
        self._are_theirs: list[bool] = []  # of the results to come, those of the statements themselves
        self._heard: list[list[Row]] = []

    @property
    def file(self) -> int:
        return self._server.socket

    def say(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """statements: with $1, $2 … for the values. Waits for the server only if it takes in no more."""
        self._are_theirs, self._heard = [], []
        self._server.enter_pipeline_mode()
        for text, values in statements:
            name = self._prepared.get(text)
            if name is None:
                name = self._prepared[text] = f"pipeline_{len(self._prepared)}".encode()
                self._server.send_prepare(name, text.encode())
                self._are_theirs.append(False)
            octets = self._there.dump_sequence(values, [_format(value) for value in values])
            self._server.send_query_prepared(name, octets, self._there.formats)
            self._are_theirs.append(True)
        self._server.pipeline_sync()
        poll = select.poll()
        poll.register(self._server.socket, select.POLLIN | select.POLLOUT)
        while self._server.flush():
            if any(event & ~select.POLLOUT for _, event in poll.poll()):
                self._server.consume_input()  # or both would wait for each other

    def look(self) -> list[list[Row]] | None:
        """What is raised leaves the connection no good any more."""
        self._server.consume_input()
        while not self._server.is_busy():
            result = self._server.get_result()
            if result is None:
                continue  # the end of a statement's
            if result.status == ExecStatus.PIPELINE_SYNC:
                self._server.exit_pipeline_mode()
                return [rows for rows, is_theirs in zip(self._heard, self._are_theirs, strict=True) if is_theirs]
            if result.status not in _WELL:
                raise errors.error_from_result(result)
            self._heard.append(self._rows(result))
        return None

    def _rows(self, result: PGresult) -> list[Row]:
        if not result.ntuples:
            return []
        self._back.set_pgresult(result)
        return self._back.load_rows(0, result.ntuples, tuple)


def _format(value: Any) -> PyFormat:
    """Numbers as text: how many octets a column has for them, only the server knows."""
    return PyFormat.BINARY if isinstance(value, bytes) else PyFormat.TEXT
