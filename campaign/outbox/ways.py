"""A way to have a transaction carried out while whoever asked for it goes on: see `pipelining`."""

from collections.abc import Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]


class Way(Protocol):
    """Over a connection of its own, for one transaction at a time. All of it raises what the driver raises."""

    @property
    def file(self) -> int:
        """Something can be read there when there may be news for `look`."""

    def say(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Texts and the values in them; the first begins the transaction. Doesn't wait until it is committed."""

    def look(self) -> list[list[Row]] | None:
        """The rows of each, once all are committed; never waits."""
