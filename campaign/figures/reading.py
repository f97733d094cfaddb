"""Figures pasted as CSV: a label and a number on each line, as spreadsheets and people write them."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from campaign.extensions import _l

MOST_ROWS = 60
LONGEST_LABEL = 80  # characters
LARGEST = Decimal(10) ** 13
DELIMITERS = "\t;,"
SHOWN = 3  # problems at once; the rest is often the same one again
_SPACES = re.compile("[\\s\u00a0\u202f'’]")
_IN_FRONT = re.compile(r"^([+-]?)(?:[A-Z]{0,3}[$€£¥]|S/|[A-Z]{3}\s)")
_BEHIND = re.compile(r"\s?(?:[$€£¥%]|[A-Z]{3})$")
_DIGITS = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)


class Order(StrEnum):
    AS_WRITTEN = "as_written"
    LARGEST_FIRST = "largest_first"
    SMALLEST_FIRST = "smallest_first"


ORDER_WORDS = {
    Order.AS_WRITTEN: _l("As written"),
    Order.LARGEST_FIRST: _l("The largest first"),
    Order.SMALLEST_FIRST: _l("The smallest first"),
}


class BadTable(ValueError):
    """problems: what is wrong in which line, in words, in their order; at least one."""

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True)
class Table:
    """headings: of the two columns, if the first line had them."""

    rows: list[tuple[str, Decimal]]
    headings: tuple[str, str] | None = None


def read(text: str, *, decimal_comma: bool, order: Order = Order.AS_WRITTEN) -> Table:
    """Raises BadTable.

    decimal_comma: "1,5" is one and a half, as in French; else a comma parts thousands.
    """
    lines = list(_cells(text))
    if not lines:
        raise BadTable([_l("Paste a table: a label and a number on each line.")])
    headings = _headings(lines[0][1])
    problems: list[Any] = []
    rows: list[tuple[str, Decimal]] = []
    seen: dict[str, int] = {}
    for number, cells in lines[1:] if headings else lines:
        try:
            label, value = _row(number, cells, decimal_comma)
        except _Wrong as wrong:
            problems.append(wrong.words)
            continue
        if label in seen:
            words = _l("Line %(line)s: “%(label)s” stands in line %(first)s already.")
            problems.append(_said(words, line=number, label=label, first=seen[label]))
        seen.setdefault(label, number)
        rows.append((label, value))
    if not rows and not problems:
        problems.append(_l("There is only a heading. Add lines with a label and a number each."))
    if len(rows) > MOST_ROWS:
        problems.append(
            _said(_l("The table has %(rows)s lines. A chart can show %(most)s."), rows=len(rows), most=MOST_ROWS)
        )
    if problems:
        raise BadTable(problems)
    return Table(_ordered(rows, order), headings)


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines that aren't empty, by their numbers, as cells. Raises BadTable."""
    delimiter = next((sign for sign in DELIMITERS if sign in text), ",")
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip(f"{delimiter} \u00a0"):
            continue
        try:
            [cells] = csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True)
        except (csv.Error, ValueError):
            words = _l("Line %(line)s: a quotation mark is opened and not closed.")
            raise BadTable([_said(words, line=number)]) from None
        yield number, [" ".join(cell.split()) for cell in cells]


def _headings(cells: list[str]) -> tuple[str, str] | None:
    if len(cells) != 2 or not cells[1] or any(sign.isdigit() for cell in cells for sign in cell):
        return None
    return cells[0], cells[1]


def _row(line: int, cells: list[str], decimal_comma: bool) -> tuple[str, Decimal]:
    while len(cells) > 2 and not cells[-1]:
        cells = cells[:-1]
    if len(cells) == 1:
        raise _Wrong(_l("Line %(line)s has a label or a number, not both: “%(text)s”."), line=line, text=cells[0][:40])
    if len(cells) > 2:
        words = _l(
            "Line %(line)s has %(count)s cells; it needs two, a label and a number. "
            'A comma within a cell needs quotation marks around it: "88,823.51".'
        )
        raise _Wrong(words, line=line, count=len(cells))
    label, typed = cells
    if not label:
        raise _Wrong(_l("Line %(line)s has no label in front of its number."), line=line)
    if len(label) > LONGEST_LABEL:
        raise _Wrong(_l("Line %(line)s: the label is longer than %(most)s characters."), line=line, most=LONGEST_LABEL)
    if not typed:
        raise _Wrong(_l("Line %(line)s has no number behind its label."), line=line)
    return label, _number(line, typed, decimal_comma)


def _number(line: int, typed: str, decimal_comma: bool) -> Decimal:
    plain = _SPACES.sub("", _IN_FRONT.sub(r"\1", _BEHIND.sub("", typed.replace("−", "-"))))
    thousands, decimal = (".", ",") if decimal_comma else (",", ".")
    if decimal not in plain and plain.count(thousands) == 1 and len(plain.rpartition(thousands)[2]) in (1, 2):
        thousands, decimal = decimal, thousands  # "0,5" can mean nothing else, whatever the language
    whole, _, rest = plain.partition(decimal)
    plain = "".join(_grouped(whole, thousands)) + (f".{rest}" if rest else "")
    said = {"line": line, "text": typed[:40]}
    if not _DIGITS.fullmatch(plain):
        words = _l("Line %(line)s: “%(text)s” is no number. Write it like %(example)s.")
        raise _Wrong(words, **said, example="88823,51" if decimal_comma else "88823.51")
    if len(rest.rstrip("0")) > 2:
        raise _Wrong(_l("Line %(line)s: “%(text)s” has more than two decimals."), **said)
    value = Decimal(plain)
    if abs(value) >= LARGEST:
        words = _l("Line %(line)s: “%(text)s” is too large. Give the table another unit, such as millions.")
        raise _Wrong(words, **said)
    return value


def _grouped(whole: str, mark: str) -> list[str]:
    """The parts between marks for thousands; as one, marks included, where they don't stand at thousands."""
    first, *groups = whole.split(mark)
    in_place = 1 <= len(first.lstrip("+-")) <= 3 and all(len(group) == 3 for group in groups)
    return [first, *groups] if not groups or in_place else [whole]


def _ordered(rows: list[tuple[str, Decimal]], order: Order) -> list[tuple[str, Decimal]]:
    if order is Order.AS_WRITTEN:
        return rows
    return sorted(rows, key=lambda row: row[1], reverse=order is Order.LARGEST_FIRST)


class _Wrong(Exception):
    def __init__(self, words: Any, **values: Any) -> None:
        super().__init__()
        self.words = _said(words, **values)


def _said(words: Any, **values: Any) -> str:
    """Now, since a line of somebody's table stands in it."""
    return str(words) % values
