"""Column types that keep a promise about what they hold."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

LANGUAGE_NAMES = {"en": "English", "fr": "Français", "es": "Español"}  # each in itself
LANGUAGES = tuple(LANGUAGE_NAMES)


class Utc(TypeDecorator[datetime]):
    """An instant: aware in Python and always UTC, whatever the database keeps.

    SQLite has no zones, so there the text is UTC without saying so.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone; a wall-clock time belongs in a WallTime column")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class WallTime(TypeDecorator[datetime]):
    """What a clock on the wall shows, to the minute: naive, meaningful only with a zone beside it."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is not None:
            raise ValueError("a wall-clock time has no zone; an instant belongs in a Utc column")
        return value.replace(second=0, microsecond=0)


class Texts(dict[str, str]):
    """One text in several languages, e.g. `Texts(en="Vigil", fr="Vigile")`. Empty ones aren't kept."""

    def __init__(self, texts: Mapping[str, str] | None = None, **more: str) -> None:
        super().__init__({lang: text for lang, text in {**(texts or {}), **more}.items() if text})

    def best(self, lang: str, default: str) -> tuple[str, str]:
        """(text, its language): in `lang`, else in `default`, else in any; ("", lang) when there is none."""
        for choice in (lang, default, *LANGUAGES):
            if choice in self:
                return self[choice], choice
        return "", lang

    def having(self, lang: str, text: str) -> "Texts":
        """A copy with `text` in `lang`; an empty text takes that language out."""
        return Texts({**self, lang: text})


class TextsColumn(TypeDecorator[Texts]):
    """`Texts` as JSON. Replace the whole value to change it; it isn't tracked in place."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Texts | None, _dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else dict(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Texts | None:
        return None if value is None else Texts(value)


class Amount(TypeDecorator[Decimal]):
    """A number with at most two decimals, kept exactly: as whole hundredths, because SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        return None if value is None else int(value.quantize(Decimal("0.01")) * 100)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100
