"""The courier's hand in the database: one connection, and a few statements that are prepared once.

For each handful of mails six statements run. SQLAlchemy takes some 90 us of CPU to run one, a session 250 us for the
transaction around them; the driver itself takes 10. So statements are written with SQLAlchemy, compiled once for each
kind of database, and run on the driver's own connection.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Dialect, Engine, bindparam
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


class Ask(NamedTuple):
    """A statement, and what it is said for."""

    statement: Statement
    each: Sequence[Any] = ()
    values: Mapping[str, Any] = {}


class Hand:
    """Opens a connection of its own when it is first used. For one thread at a time."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._taken: Connection | None = None
        self._driver: Any = None
        self._pipeline: Any = None  # where PostgreSQL is spoken to

    def ask(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """A transaction of these, committed. The rows of each, as the driver gives them.

        When anything is raised, nothing is changed, unless the connection was lost just as it was committed.
        """
        dialect = self.connection.dialect
        said = [ask.statement.for_(dialect, len(ask.each)).said(ask) for ask in asks]
        if dialect.name != "postgresql":
            with self.writing():
                return [self._driver.execute(*each).fetchall() for each in said]
        with self._giving_up():
            rows: list[list[Row]] = self._pipeline.run([(beginning(dialect.name, TOGETHER), ()), *said])
            return rows[1:]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction of whatever is done with `connection`, committed at the end; rolled back when anything is
        raised."""
        connection = self.connection
        with self._giving_up():
            if first := beginning(connection.dialect.name, TOGETHER):
                self._driver.execute(first)
            yield
            if connection.in_transaction():
                connection.commit()
            else:
                self._driver.commit()

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        """The connection, when anything is raised: nobody knows what state it is in."""
        try:
            yield
        except BaseException:
            self._driver.close()
            with suppress(Exception):
                self.let_go()
            raise

    def let_go(self) -> None:
        """Close the connection."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.close()

    @property
    def connection(self) -> Connection:
        """For statements that are seldom run, inside `writing`."""
        if self._taken is None:
            self._taken = self._database.connect().execution_options(writes=BEGUN)
            self._driver = self._taken.connection.driver_connection
            self._taken.detach()
            if self._taken.dialect.name == "postgresql":  # psycopg is loaded nowhere else
                self._pipeline = import_module("campaign.outbox.pipelining").Pipeline(self._driver)
        return self._taken


class _Compiled:
    """For one kind of database and one length of the list."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        if dialect.name == "postgresql":
            kind: Any = type(dialect)
            dialect = kind(paramstyle="numeric_dollar")  # as the server itself has it
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self._text: str = compiled.string
        self._order = list(compiled.positiontup)
        self._said: dict[str, Any] = {}  # what the statement says itself
        self._turned: dict[str, Callable[[Any], Any]] = {}
        for name, bind in compiled.binds.items():
            turn = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if turn is not None:
                self._turned[name] = turn
            if not bind.required:
                self._said[name] = turn(bind.effective_value) if turn else bind.effective_value

    def said(self, ask: Ask) -> tuple[str, list[Any]]:
        """Its text, and the values in the order in which the driver wants them."""
        named = self._said.copy()
        for name, value in ask.values.items():
            turn = self._turned.get(name)
            named[name] = turn(value) if turn else value
        turn = self._turned.get("each_0")
        for number, value in enumerate(ask.each):
            named[f"each_{number}"] = turn(value) if turn else value
        return self._text, [named[name] for name in self._order]
