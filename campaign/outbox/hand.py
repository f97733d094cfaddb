"""The courier's hand in the database: one connection, and a few statements that are prepared once.

For each handful of mails three statements run. SQLAlchemy takes some 90 us of CPU to run one, a session 250 us for the
transaction around them; the driver itself takes 10. So statements are written with SQLAlchemy, compiled once for each
kind of database, and run on the driver's own cursor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import BindParameter, Connection, Dialect, Engine, bindparam
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.type_api import TypeEngine

from campaign.databases import BEGUN, TOGETHER, beginning

Row = tuple[Any, ...]
Each = list[BindParameter[Any]]  # of a list of values: one parameter for each


class Statement:
    """What to say to a database, with named parameters.

    make: gives the statement for a list of so many values, `column.in_(each)`; where it has no list, that is empty.
    kind: of the values in the list.
    """

    def __init__(self, make: Callable[[Each], ClauseElement], kind: type[TypeEngine[Any]] | None = None) -> None:
        self._make = make
        self._kind = kind
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def for_(self, dialect: Dialect, size: int) -> "_Compiled":
        key = dialect.name, size
        found = self._compiled.get(key)
        if found is None:
            each = [bindparam(f"each_{number}", type_=self._kind) for number in range(size)]
            found = self._compiled[key] = _Compiled(self._make(each), dialect)
        return found


class Hand:
    """Takes a connection when it is first used. For one thread at a time."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._taken: Connection | None = None
        self._driver: Any = None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction, committed at the end; rolled back, and the connection given up, when anything is raised."""
        connection = self.connection
        try:
            if first := beginning(connection.dialect.name, TOGETHER):
                self._driver.execute(first)
            yield
            if connection.in_transaction():
                connection.commit()
            else:
                self._driver.commit()
        except BaseException:
            self._taken = None
            with suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()
            raise

    def run(self, statement: Statement, each: Sequence[Any] = (), **values: Any) -> list[Row]:
        """Inside `writing`. The rows that come back, as the driver gives them."""
        compiled = statement.for_(self._database.dialect, len(each))
        cursor = self._driver.execute(compiled.text, compiled.given(each, values))
        rows = list(cursor.fetchall()) if cursor.description else []
        cursor.close()
        return rows

    def let_go(self) -> None:
        """Give the connection back."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.close()

    @property
    def connection(self) -> Connection:
        """For statements that are seldom run, in the same transaction."""
        if self._taken is None:
            self._taken = self._database.connect().execution_options(writes=BEGUN)
            self._driver = self._taken.connection.driver_connection
        return self._taken


class _Compiled:
    """For one kind of database and one length of the list."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text: str = compiled.string
        self._order: list[str] | None = list(compiled.positiontup) if compiled.positional else None
        self._said: dict[str, Any] = {}  # what the statement says itself
        self._turned: dict[str, Callable[[Any], Any]] = {}
        for name, bind in compiled.binds.items():
            turn = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if turn is not None:
                self._turned[name] = turn
            if not bind.required:
                self._said[name] = turn(bind.effective_value) if turn else bind.effective_value

    def given(self, each: Sequence[Any], values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """As the driver wants them."""
        named = self._said.copy()
        for name, value in values.items():
            turn = self._turned.get(name)
            named[name] = turn(value) if turn else value
        turn = self._turned.get("each_0")
        for number, value in enumerate(each):
            named[f"each_{number}"] = turn(value) if turn else value
        return named if self._order is None else [named[name] for name in self._order]
