"""Statements that PostgreSQL gets all at once: one way there and back for a whole transaction.

Said one by one, each costs a wait, and the driver 0.1 ms of CPU; the courier says six for a handful of letters. So they
are prepared once and sent by libpq's own functions. What comes before a point of synchronisation is one transaction,
without anybody calling it so: https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

import select
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]

_WELL = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


class Pipeline:
    """Over a connection of its own, in no transaction. A rollback of the driver forgets what is prepared."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._server = connection.pgconn
        self._prepared: dict[str, bytes] = {}  # names, by text
        self._poll = select.poll()

    def run(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Row]]:
        """The rows of each, once all are committed. Raises psycopg.Error; then the connection is no good any more.

        statements: texts with $1, $2 … in them, and what these stand for.
        """
        are_theirs = list[bool]()  # of the results, those of the statements themselves
        self._server.enter_pipeline_mode()
        for text, values in statements:
            name = self._prepared.get(text)
            if name is None:
                name = self._prepared[text] = f"pipeline_{len(self._prepared)}".encode()
                self._server.send_prepare(name, text.encode())
                are_theirs.append(False)
            transformer = Transformer(self._connection)
            octets = transformer.dump_sequence(values, [_format(value) for value in values])
            self._server.send_query_prepared(name, octets, transformer.formats)
            are_theirs.append(True)
        self._server.pipeline_sync()
        self._send()
        rows = [self._rows(result) for result in self._results()]
        self._server.exit_pipeline_mode()
        return [each for each, is_theirs in zip(rows, are_theirs, strict=True) if is_theirs]

    def _send(self) -> None:
        """All of it; what the server says meanwhile is taken in, or both would wait for each other."""
        while self._server.flush():
            self._wait(select.POLLIN | select.POLLOUT)

    def _results(self) -> Iterator[PGresult]:
        while True:
            while self._server.is_busy():
                self._wait(select.POLLIN)
            result = self._server.get_result()
            if result is None:
                continue  # the end of a statement's
            if result.status == ExecStatus.PIPELINE_SYNC:
                return
            if result.status not in _WELL:
                raise errors.error_from_result(result)
            yield result

    def _wait(self, events: int) -> None:
        self._poll.register(self._server.socket, events)
        if any(event & ~select.POLLOUT for _, event in self._poll.poll()):
            self._server.consume_input()

    def _rows(self, result: PGresult) -> list[Row]:
        if not result.ntuples:
            return []
        transformer = Transformer(self._connection)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)


def _format(value: Any) -> PyFormat:
    """Numbers as text: how many octets a column has for them, only the server knows."""
    return PyFormat.BINARY if isinstance(value, bytes) else PyFormat.TEXT
