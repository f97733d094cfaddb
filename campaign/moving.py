"""Every row of one database into another, of another kind perhaps, and proof that they are the same."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from campaign.databases import ALONE

BATCH = 1000  # rows
Values = tuple[Any, ...]


class CannotMove(Exception):
    """In words, for who types the command. It quotes nothing of what a row holds."""


@dataclass
class Sum:
    """Of rows, whatever their order."""

    rows: int = 0
    digest: int = 0

    def add(self, values: Values) -> None:
        self.rows += 1
        self.digest = (self.digest + int.from_bytes(sha256(repr(values).encode()).digest()[:16])) % 2**128


def copy(source: Engine, target: Engine, metadata: MetaData, say: Callable[[str, int], None]) -> int:
    """All or nothing, while nobody else writes on either side. Returns how many rows. Raises CannotMove.

    The tables are there on both sides, and empty in `target`. say: told of each table and its rows when it is copied.
    """
    tables = metadata.sorted_tables
    postponed = {table.name: _postponed(table, tables[:place]) for place, table in enumerate(tables)}
    sums: dict[str, Sum] = {}
    with _alone(source) as old, old.begin(), _alone(target) as new, new.begin():
        for table in tables:
            sums[table.name] = _copy(table, postponed[table.name], old, new)
            say(table.name, sums[table.name].rows)
        for table in tables:
            _complete(table, postponed[table.name], old, new)
            _count_on(table, new)
        for table in tables:
            if _sum(_rows(table, new)) != sums[table.name]:
                raise CannotMove(f"{table.name} isn't the same on both sides. Nothing was copied.")
    return sum(each.rows for each in sums.values())


def _alone(engine: Engine) -> Connection:
    return engine.connect().execution_options(writes=ALONE)


def _copy(table: Table, left_out: Sequence[Column[Any]], old: Connection, new: Connection) -> Sum:
    added, columns = Sum(), list(table.columns)
    filled = [column for column in columns if column not in left_out]
    into = insert(table).values({column.name: _given(column, new) for column in filled})
    for batch in _batches(_rows(table, old)):
        for values in batch:
            _refuse_what_does_not_fit(table, values)
            added.add(values)
        new.execute(into, [_named(columns, values) for values in batch])
    return added


def _complete(table: Table, columns: Sequence[Column[Any]], old: Connection, new: Connection) -> None:
    """What refers to rows that weren't there yet."""
    if not columns:
        return
    keys = list(table.primary_key.columns)
    set_ = update(table).values({column.name: _given(column, new) for column in columns})
    set_ = set_.where(and_(*(key == _given(key, new) for key in keys)))
    read = select(*keys, *columns).where(or_(*(column.is_not(None) for column in columns)))
    for batch in _batches(tuple(row) for row in old.execute(read)):
        new.execute(set_, [_named([*keys, *columns], values) for values in batch])


def _count_on(table: Table, new: Connection) -> None:
    """The next row gets the next number."""
    key = table.autoincrement_column
    if key is None or new.dialect.name != "postgresql" or not isinstance(key.type, Integer):
        return
    sequence = func.pg_get_serial_sequence(f'"{table.name}"', key.name)
    last = select(func.max(key)).scalar_subquery()
    if new.scalar(select(sequence)) is not None:
        new.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))


def _postponed(table: Table, before: Sequence[Table]) -> list[Column[Any]]:
    """Columns that refer to a table whose rows aren't there yet, its own included."""
    return [column for column in table.columns if any(key.column.table not in before for key in column.foreign_keys)]


def _rows(table: Table, connection: Connection) -> Iterator[Values]:
    """JSON as the text that it is: NULL and `null` are two things there."""
    as_text: Any = type_coerce if connection.dialect.name == "sqlite" else cast
    columns = [as_text(column, Text) if _is_json(column.type) else column for column in table.columns]
    for row in connection.execution_options(stream_results=True).execute(select(*columns)):
        yield tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)


def _given(column: Column[Any], connection: Connection) -> Any:
    """A parameter for it."""
    if not _is_json(column.type):
        return bindparam(f"the_{column.name}", type_=column.type)
    given = bindparam(f"the_{column.name}", type_=Text())
    return given if connection.dialect.name == "sqlite" else cast(given, column.type)


def _named(columns: Sequence[Column[Any]], values: Values) -> dict[str, Any]:
    return {f"the_{column.name}": value for column, value in zip(columns, values, strict=True)}


def _refuse_what_does_not_fit(table: Table, values: Values) -> None:
    """SQLite takes whatever it is given; others hold a column to its size."""
    for column, value in zip(table.columns, values, strict=True):
        if not isinstance(value, str):
            continue
        size = column.type.length if isinstance(column.type, String) else None
        if size is not None and len(value) > size:
            raise CannotMove(
                f"{_place(table, column, values)} has {len(value)} characters, and {size} fit. Shorten it."
            )
        if "\0" in value:
            raise CannotMove(f"{_place(table, column, values)} has a NUL in it. Take it out.")


def _place(table: Table, column: Column[Any], values: Values) -> str:
    keys = [values[place] for place, each in enumerate(table.columns) if each.primary_key]
    number = f" of row {keys[0]}" if len(keys) == 1 and isinstance(keys[0], int) else ""
    return f"{table.name}.{column.name}{number}"


def _is_json(kind: TypeEngine[Any]) -> bool:
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, JSON)


def _sum(rows: Iterable[Values]) -> Sum:
    added = Sum()
    for values in rows:
        added.add(values)
    return added


def _batches(rows: Iterable[Values]) -> Iterator[list[Values]]:
    batch: list[Values] = []
    for values in rows:
        batch.append(values)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
