"""An article's figures: kept, and given out as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from campaign.articles.models import Article, ArticleStatus, FiguresRow, FiguresTable
from campaign.columns import Texts
from campaign.errors import Missing
from campaign.extensions import db

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may take for a command


@dataclass(frozen=True)
class Content:
    """As typed. texts: title, finding, label_heading, value_heading and source, in the campaign's language."""

    texts: Mapping[str, str]
    rows: Sequence[tuple[str, Decimal]]
    currency: str = ""
    source_number: int | None = None
    with_total: bool = True


def add(article: Article, content: Content, now: datetime) -> FiguresTable:
    """With the next number: `[[figures:2]]` shows it."""
    number = max((table.number for table in article.figures), default=0) + 1
    table = FiguresTable(number=number, **{name: Texts() for name in content.texts})
    article.figures.append(table)
    revise(article, table, content, now)
    return table


def revise(article: Article, table: FiguresTable, content: Content, now: datetime) -> None:
    for name, text in content.texts.items():
        setattr(table, name, getattr(table, name).having(article.language, text))
    table.currency, table.source_number, table.with_total = content.currency, content.source_number, content.with_total
    table.rows = []
    db.session.flush()  # the old ones go first: the new ones have their places
    table.rows = [FiguresRow(position=at, label=label, value=value) for at, (label, value) in enumerate(content.rows)]
    _changed(article, now)


def delete(article: Article, table: FiguresTable, now: datetime) -> None:
    """The others keep their numbers."""
    article.figures.remove(table)
    _changed(article, now)


def public(slug: str, number: int) -> FiguresTable:
    """Of a published article. Raises Missing."""
    article = db.session.scalar(
        select(Article)
        .where(Article.slug == slug, Article.status == ArticleStatus.PUBLISHED)
        .options(joinedload(Article.campaign), selectinload(Article.figures).selectinload(FiguresTable.rows))
    )
    return numbered(article, number)


def numbered(article: Article | None, number: int) -> FiguresTable:
    """Raises Missing."""
    found = next((table for table in article.figures if table.number == number), None) if article else None
    if found is None:
        raise Missing
    return found


def to_csv(table: FiguresTable, language: str, default: str) -> str:
    """RFC 4180, a heading first. Numbers with a point and at least as exact as they were given; no total, which a
    spreadsheet would count once more."""
    out = io.StringIO()
    written = csv.writer(out)
    value_heading = table.value_heading.best(language, default)[0]
    if table.currency:
        value_heading = f"{value_heading} ({table.currency})".strip()
    written.writerow([harmless(table.label_heading.best(language, default)[0]), harmless(value_heading)])
    written.writerows([harmless(row.label), plain(row.value)] for row in table.rows)
    return out.getvalue()


def as_typed(table: FiguresTable) -> str:
    """What the form shows of its rows."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([row.label, plain(row.value)] for row in table.rows)
    return out.getvalue()


def plain(value: Decimal) -> str:
    """ "2700" or "88823.51"."""
    return f"{value:f}" if value != value.to_integral_value() else f"{value.to_integral_value():f}"


def harmless(cell: str) -> str:
    """Text that a spreadsheet won't run."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _changed(article: Article, now: datetime) -> None:
    article.touch(now)
    db.session.flush()
