"""What a difference is made of: each text of a thing by itself, with what people call it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.history import difference
from campaign.history.difference import Piece


@dataclass(frozen=True)
class Part:
    """One text. language: which it is in; empty if in none. A list is one text, a line for each row."""

    label: Any
    language: str
    text: str


@dataclass(frozen=True)
class Change:
    """A part that isn't the same in two versions."""

    label: Any
    language: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        return difference.shortened(difference.pieces(self.before, self.after))


def changes(before: Sequence[Part], after: Sequence[Part]) -> list[Change]:
    """In the order of the page; what only the earlier version has comes last."""
    old, new = ({(str(part.label), part.language): part for part in every} for every in (before, after))
    return [
        Change(part.label, part.language, old[key].text if key in old else "", new[key].text if key in new else "")
        for key, part in {**new, **old}.items()
        if (old[key].text if key in old else "") != (new[key].text if key in new else "")
    ]


def of_texts(label: Any, texts: Mapping[str, str]) -> Iterator[Part]:
    for language, text in texts.items():
        yield Part(label, language, text)


def of_rows(label: Any, rows: Sequence[tuple[Sequence[str], Sequence[Mapping[str, str]]]]) -> Iterator[Part]:
    """A list, once for each language that it is in. Each row: what is the same in all languages, and its texts."""
    languages = dict.fromkeys(language for _, texts in rows for one in texts for language in one) or {"": None}
    for language in languages if rows else ():
        lines = [" · ".join(filter(None, [*plain, *(one.get(language, "") for one in texts)])) for plain, texts in rows]
        yield Part(label, language, "\n".join(lines))
