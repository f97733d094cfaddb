"""The courier's hand in the database: one connection, and a few statements that are prepared once.

For each handful of mails six statements run. SQLAlchemy takes some 90 us of CPU to run one, a session 250 us for the
transaction around them; the driver itself takes 10. So statements are written with SQLAlchemy, compiled once for each
kind of database, and run on the driver's own connection.
"""

import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from importlib import import_module
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Dialect, Engine, bindparam
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.type_api import TypeEngine

from campaign.databases import BEGUN, TOGETHER, beginning
from campaign.outbox.ways import Row, Way

Each = list[BindParameter[Any]]  # of a list of values: one parameter for each


_EACH = "each_"  # and a number: a value of the list


class Statement:
    """What to say to a database, with named parameters.

    make: gives the statement for a list of so many values, `column.in_(each)`; where it has no list, that is empty.
    kind: of the values in the list, which are handed to the driver as they are.
    """

    def __init__(self, make: Callable[[Each], ClauseElement], kind: type[TypeEngine[Any]] | None = None) -> None:
        self._make = make
        self._kind = kind
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def for_(self, dialect: Dialect, size: int) -> "_Compiled":
        key = dialect.name, size
        found = self._compiled.get(key)
        if found is None:
            each = [bindparam(f"{_EACH}{number}", type_=self._kind) for number in range(size)]
            found = self._compiled[key] = _Compiled(self._make(each), dialect, size)
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
        self._kept: _Open | None = None

    def say(self, asks: Sequence[Ask]) -> "Said":
        """A transaction of these. A server isn't waited for.

        When anything is raised, here or by what is returned, nothing is changed, unless the connection was lost just
        as it was committed.
        """
        (_, driver, way), dialect = self._open, self._database.dialect
        first = beginning(dialect.name, TOGETHER), ()
        said = [first, *[ask.statement.for_(dialect, len(ask.each)).said(ask) for ask in asks]]
        with self._giving_up():
            if way is None:
                rows = [driver.execute(*each).fetchall() for each in said]
                driver.commit()
                return Said(rows[1:])
            way.say(said)
        return Said(None, way, self._giving_up)

    def ask(self, asks: Sequence[Ask]) -> list[list[Row]]:
        """The same, waiting for it. The rows of each, as the driver gives them."""
        return self.say(asks).rows()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of what is seldom done, in SQLAlchemy's ways; rolled back when anything is raised."""
        connection, driver = self._open.connection, self._open.driver
        with self._giving_up():
            if first := beginning(connection.dialect.name, TOGETHER):
                driver.execute(first)
            yield connection
            if connection.in_transaction():
                connection.commit()
            else:
                driver.commit()

    def let_go(self) -> None:
        """Close the connection."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.connection.close()

    @property
    def _open(self) -> "_Open":
        if self._kept is None:
            connection = self._database.connect().execution_options(writes=BEGUN)
            driver: Any = connection.connection.driver_connection
            connection.detach()
            is_server = connection.dialect.name == "postgresql"
            way = import_module(_PIPELINING).Pipeline(driver) if is_server else None
            self._kept = _Open(connection, driver, way)
        return self._kept

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        """The connection, when anything is raised: nobody knows what state it is in."""
        try:
            yield
        except BaseException:
            if self._kept is not None:
                self._kept.driver.close()
            with suppress(Exception):
                self.let_go()
            raise


class _Open(NamedTuple):
    connection: Connection
    driver: Any
    way: Way | None  # to a server, that needn't be waited for


_PIPELINING = "campaign.outbox.pipelining"  # loads psycopg, which nobody needs who speaks to no server


class Said:
    """What was said to a database: its answers have come, or it is still at it."""

    def __init__(
        self,
        rows: list[list[Row]] | None,
        way: Way | None = None,
        giving_up: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """rows: the answers; none if they are still to come, by `way`."""
        self._rows = rows
        self._way = way
        self._giving_up = giving_up

    @property
    def file(self) -> int | None:
        """Where something can be read when there may be news; none once it is done."""
        return self._way.file if self._rows is None and self._way is not None else None

    def is_done(self) -> bool:
        """Never waits. Raises what the driver raises."""
        if self._rows is None and self._way is not None:
            with self._giving_up():
                found = self._way.look()
                self._rows = None if found is None else found[1:]
        return self._rows is not None

    def rows(self) -> list[list[Row]]:
        """Of each statement; waits for them. Raises what the driver raises."""
        while not self.is_done():
            poll = select.poll()
            poll.register(self.file or 0, select.POLLIN)
            poll.poll()
        return self._rows or []


class _Compiled:
    """For one kind of database and one length of the list."""

    def __init__(self, statement: ClauseElement, dialect: Dialect, size: int) -> None:
        if dialect.name == "postgresql":
            kind: Any = type(dialect)
            dialect = kind(paramstyle="numeric_dollar")  # as the server itself has it
        compiled: Any = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self._text: str = compiled.string
        order = list(compiled.positiontup)
        self._said: list[Any] = [None] * len(order)  # with what the statement says itself
        self._named: list[tuple[str, Callable[[Any], Any] | None, list[int]]] = []  # which values go where
        for name, bind in compiled.binds.items():
            turn = bind.type.dialect_impl(dialect).bind_processor(dialect)
            places = [place for place, each in enumerate(order) if each == name]
            if not bind.required:
                for place in places:
                    self._said[place] = turn(bind.effective_value) if turn else bind.effective_value
            elif not name.startswith(_EACH):
                self._named.append((name, turn, places))
        self._each = [order.index(f"{_EACH}{number}") for number in range(size)]

    def said(self, ask: Ask) -> tuple[str, list[Any]]:
        """Its text, and the values in the order in which the driver wants them."""
        values, said = ask.values, self._said.copy()
        for name, turn, places in self._named:
            value = values[name] if turn is None else turn(values[name])
            for place in places:
                said[place] = value
        for value, place in zip(ask.each, self._each, strict=True):
            said[place] = value
        return self._text, said
