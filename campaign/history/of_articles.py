"""All that an article says, as JSON has it: to keep, to compare, to put back."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from campaign import timezones
from campaign.actions.models import Action
from campaign.articles.models import (
    LINK_WORDS,
    Article,
    ArticleStatus,
    Category,
    FiguresRow,
    FiguresTable,
    LinkKind,
    Source,
)
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import _l, db
from campaign.figures.writing import plain
from campaign.history.parts import Part, of_rows, of_texts
from campaign.photos.models import Photo

T = TypeVar("T", Category, Photo)

TEXTS = {"title": _l("Title"), "summary": _l("In short"), "author": _l("Author"), "body": _l("Text")}
TABLE_TEXTS = {
    "title": _l("Title of the figures"),
    "finding": _l("What they show"),
    "label_heading": _l("Heading of the labels"),
    "value_heading": _l("Heading of the numbers"),
    "source": _l("Where the figures are from"),
}
PLAIN = ("slug", "category_id", "photo_id", "reply_days")
TABLE_PLAIN = ("currency", "source_number", "with_total")
STATUS_WORDS = {ArticleStatus.DRAFT: _l("Draft"), ArticleStatus.PUBLISHED: _l("Published")}


def content(article: Article) -> dict[str, Any]:
    return {
        "texts": {name: dict(getattr(article, name) or {}) for name in TEXTS},
        **{name: getattr(article, name) for name in PLAIN},
        "published_on": article.published_on.isoformat(),
        "status": article.status.value,
        "sources": [
            {"number": source.number, "text": dict(source.text), "address": source.address}
            for source in article.sources
        ],
        "tables": [
            {
                "number": table.number,
                "texts": {name: dict(getattr(table, name) or {}) for name in TABLE_TEXTS},
                **{name: getattr(table, name) for name in TABLE_PLAIN},
                "rows": [[row.label, plain(row.value)] for row in table.rows],
            }
            for table in article.figures
        ],
        "corrections": [
            {"on": correction.corrected_on.isoformat(), "text": dict(correction.text)}
            for correction in article.corrections
        ],
        "links": {
            str(link.action_id): link.kind.value for link in sorted(article.links, key=lambda one: one.action_id)
        },
    }


def parts(said: Mapping[str, Any], lang: str, campaign: Campaign) -> list[Part]:
    """In the order of the page. lang: of who reads it, for dates. campaign: the article's."""
    return list(_parts(said, lang, campaign))


def _parts(said: Mapping[str, Any], lang: str, campaign: Campaign) -> Iterator[Part]:
    for name, label in TEXTS.items():
        yield from of_texts(label, said["texts"].get(name, {}))
    yield Part(_l("State"), "", str(STATUS_WORDS[ArticleStatus(said["status"])]))
    yield Part(_l("Date"), "", _day(said["published_on"], lang))
    yield Part(_l("Category"), "", _category(said["category_id"], campaign))
    yield Part(_l("Photo"), "", _photo(said["photo_id"], campaign))
    sources = [
        ([f"{row['number']}."], [row["text"], dict.fromkeys(row["text"], row["address"])]) for row in said["sources"]
    ]
    yield from of_rows(_l("Sources"), sources)
    for table in said["tables"]:
        yield from _table_parts(table)
    yield from of_rows(_l("Corrections"), [([_day(row["on"], lang)], [row["text"]]) for row in said["corrections"]])
    links = [_link(int(number), kind, campaign) for number, kind in said["links"].items()]
    yield Part(_l("Actions"), "", "\n".join(links))
    yield Part(_l("Days for replies"), "", "" if said["reply_days"] is None else str(said["reply_days"]))
    yield Part(_l("Address of the page"), "", said["slug"])


def _table_parts(table: Mapping[str, Any]) -> Iterator[Part]:
    number = table["number"]
    for name, label in TABLE_TEXTS.items():
        yield from of_texts(_numbered(label, number), table["texts"].get(name, {}))
    rows = [f"{label}, {value}" for label, value in table["rows"]]
    yield Part(_numbered(_l("Figures"), number), "", "\n".join(rows))
    unit = [table["currency"], str(_l("with a total")) if table["with_total"] else ""]
    unit.append(f"[{table['source_number']}]" if table["source_number"] else "")
    yield Part(_numbered(_l("Unit, total, source in the list"), number), "", " · ".join(filter(None, unit)))


def target(article: Article, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    """What restoring this version would make of the article, and in words what it leaves as it is."""
    now = content(article)
    aim, left = {**now, **said}, []

    def leave(name: str, words: Any, value: Any = None) -> None:
        if aim[name] != now[name]:
            aim[name] = now[name] if value is None else value
            left.append(words)

    leave("status", _l("Whether it is published stays as it is."))
    leave("corrections", _l("Corrections stay as they are: readers were told of them."))
    leave("links", _l("Which actions it belongs to stays as it is. The page “Actions” changes that."))
    if article.is_public() and not aim["texts"]["body"].get(article.language):
        texts = {**aim["texts"], "body": now["texts"]["body"]}
        leave("texts", _l("The text stays as it is: a published article needs one."), texts)
    if aim["category_id"] and _found(Category, aim["category_id"], article.campaign) is None:
        leave("category_id", _l("The category stays as it is: the earlier one is gone."))
    if aim["photo_id"] and _found(Photo, aim["photo_id"], article.campaign) is None:
        leave("photo_id", _l("The photo stays as it is: the earlier one was deleted."))
    if not slugs.is_free("article", Article.slug, aim["slug"], article.id):
        leave("slug", _l("The address of the page stays as it is: the earlier one is another article’s by now."))
    return aim, left


def put_back(article: Article, aim: Mapping[str, Any], now: datetime) -> None:
    """Makes the article say all of `aim`."""
    for name in TEXTS:
        setattr(article, name, Texts(aim["texts"][name]))
    if aim["slug"] != article.slug:
        slugs.change("article", article, aim["slug"], was_public=article.is_public())
    for name in PLAIN:
        setattr(article, name, aim[name])
    article.published_on = date.fromisoformat(aim["published_on"])
    _put_back_sources(article, aim["sources"])
    _put_back_tables(article, aim["tables"])
    article.touch(now)
    db.session.flush()
    db.session.expire(article, ["category", "photo"])


def _put_back_sources(article: Article, rows: list[dict[str, Any]]) -> None:
    before = {source.number: source for source in article.sources}
    article.sources = [before.get(row["number"]) or Source(number=row["number"]) for row in rows]
    for source, row in zip(article.sources, rows, strict=True):
        source.text, source.address = Texts(row["text"]), row["address"]


def _put_back_tables(article: Article, tables: list[dict[str, Any]]) -> None:
    before = {table.number: table for table in article.figures}
    article.figures = [before.get(row["number"]) or FiguresTable(number=row["number"]) for row in tables]
    for table, row in zip(article.figures, tables, strict=True):
        for name in TABLE_TEXTS:
            setattr(table, name, Texts(row["texts"][name]))
        for name in TABLE_PLAIN:
            setattr(table, name, row[name])
        table.rows = []
    db.session.flush()  # the old ones go first: the new ones have their places
    for table, row in zip(article.figures, tables, strict=True):
        table.rows = [
            FiguresRow(position=at, label=label, value=Decimal(value)) for at, (label, value) in enumerate(row["rows"])
        ]


def _day(day: str, lang: str) -> str:
    return timezones.date_in_words(date.fromisoformat(day), lang)


def _found(model: type[T], id: int | None, campaign: Campaign) -> T | None:
    """What of the campaign has this number. A deleted row's may have become another campaign's."""
    found = db.session.get(model, id) if id else None
    return found if found is not None and found.campaign_id == campaign.id else None


def _category(id: int | None, campaign: Campaign) -> str:
    found = _found(Category, id, campaign)
    return next(iter(found.name.values()), "") if found else ""


def _photo(id: int | None, campaign: Campaign) -> str:
    if not id:
        return ""
    found = _found(Photo, id, campaign)
    words = next(iter({**found.alt, **found.caption}.values()), "") if found else str(_l("deleted"))
    return f"{id}. {words}"


def _link(id: int, kind: str, campaign: Campaign) -> str:
    """To an action of the same team."""
    action = db.session.get(Action, id)
    if action is not None and action.campaign.team_id != campaign.team_id:
        action = None
    name = action.title.best(action.language, action.language)[0] if action else str(_l("deleted"))
    return f"{name}: {LINK_WORDS[LinkKind(kind)]}"


def _numbered(label: Any, number: int) -> str:
    return f"{label} ({number})"
