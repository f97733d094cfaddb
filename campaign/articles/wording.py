"""What an article says that can be said in another language."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from campaign.articles.models import Article
from campaign.campaigns import wording
from campaign.campaigns.wording import Slot
from campaign.extensions import _l, db

LIMITS = {  # characters, in any language
    "title": 160,
    "summary": 400,
    "author": 120,
    "body": 20_000,
    "source": 400,
    "correction": 400,
    "category": 60,
    "figures": 300,
    "heading": 40,
}


def slots(article: Article) -> list[Slot]:
    """What there is to translate, in the order in which the page shows it."""
    return [slot for slot in _all(article) if slot.texts.get(article.language)]


def missing(article: Article, language: str) -> int:
    """How many texts are still to be written in this language."""
    return wording.missing(slots(article), language)


def translate(article: Article, language: str, typed: Mapping[str, str], now: datetime) -> None:
    """typed: by the slots' names. An empty text takes the translation away."""
    wording.translate(slots(article), language, typed)
    article.touch(now)
    db.session.flush()


def _all(article: Article) -> Iterator[Slot]:
    if article.category is not None:
        yield Slot("category", _l("Category"), article.category, "name", LIMITS["category"])
    yield Slot("title", _l("Title"), article, "title", LIMITS["title"])
    yield Slot("summary", _l("In short"), article, "summary", LIMITS["summary"], prose=True)
    yield Slot("author", _l("Author"), article, "author", LIMITS["author"])
    yield Slot("body", _l("Text"), article, "body", LIMITS["body"], prose=True)
    for table in article.figures:
        yield Slot(f"figures-{table.number}", _l("Title of the figures"), table, "title", LIMITS["figures"])
        yield Slot(f"finding-{table.number}", _l("What they show"), table, "finding", LIMITS["figures"])
        yield Slot(f"labels-{table.number}", _l("Heading of the labels"), table, "label_heading", LIMITS["heading"])
        yield Slot(f"values-{table.number}", _l("Heading of the numbers"), table, "value_heading", LIMITS["heading"])
        yield Slot(f"from-{table.number}", _l("Where the figures are from"), table, "source", LIMITS["figures"])
    for source in article.sources:
        yield Slot(f"source-{source.number}", _l("Source"), source, "text", LIMITS["source"])
    for correction in article.corrections:
        yield Slot(f"correction-{correction.id}", _l("Correction"), correction, "text", LIMITS["correction"])
