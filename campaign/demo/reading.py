"""The demo's content as it lies in `content/`: TOML, and Markdown for what is long."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from campaign import tokens
from campaign.actions.models import Action, Kind, Level
from campaign.actions.parts import AgendaItem, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.articles.models import (
    Article,
    ArticleStatus,
    Category,
    FiguresRow,
    FiguresTable,
    Source,
)
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGES, Texts
from campaign.demo.dates import Times
from campaign.photos.models import Photo
from campaign.replies.models import Reply, Verdict
from campaign.rsvps.models import Answer, Rsvp, State

CONTENT = Path(__file__).parent / "content"


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text("utf-8"))


def names(folder: str) -> list[str]:
    """Of the files in a folder, as `read` takes them."""
    return sorted(f"{folder}/{path.stem}" for path in (CONTENT / folder).glob("*.toml"))


def texts(given: Mapping[str, Any], name: str = "") -> Texts:
    """The languages of `given[name]`, or of `given` itself."""
    found = given.get(name, {}) if name else given
    return Texts({lang: found[lang].strip() for lang in LANGUAGES if lang in found})


def campaign(given: Mapping[str, Any], team_id: int, now: datetime) -> Campaign:
    return Campaign(
        team_id=team_id,
        slug=given["slug"],
        name=texts(given, "name"),
        claim=texts(given, "claim"),
        lede=texts(given, "lede"),
        about=texts(given, "about"),
        language=given["language"],
        zone=given["zone"],
        city=given["city"],
        sample=True,
        created_at=now,
        changed_at=now,
    )


def photo(given: Mapping[str, Any], cause: Campaign) -> Photo:
    return Photo(
        campaign_id=cause.id,
        file=given["file"],
        width=given["width"],
        height=given["height"],
        cover=given["cover"],
        alt=texts(given, "alt"),
        caption=texts(given, "caption"),
        credit=texts(given, "credit"),
    )


def category(given: Mapping[str, Any], cause: Campaign) -> Category:
    return Category(campaign_id=cause.id, slug=given["slug"], name=texts(given, "name"))


def action(given: Mapping[str, Any], cause: Campaign, times: Times, uid: str, now: datetime) -> Action:
    """A draft, with all that stands on its page."""
    made = Action(
        campaign=cause,
        uid=uid,
        slug=given["slug"],
        kind=Kind(given["kind"]),
        title=texts(given, "title"),
        summary=texts(given, "summary"),
        why=texts(given, "why"),
        who=texts(given, "who"),
        venue=given.get("venue", ""),
        address=given.get("address", ""),
        city=given["city"],
        directions=texts(given, "directions"),
        level=Level(given.get("level", Level.REMINDERS)),
        capacity=given.get("capacity"),
        goal=given.get("goal"),
        created_at=now,
        changed_at=now,
    )
    made.set_time(*times, given["zone"])
    made.agenda = [
        AgendaItem(position=at, minutes_from_start=item["minutes"], text=texts(item))
        for at, item in enumerate(given.get("agenda", []))
    ]
    made.meeting_points = [
        MeetingPoint(
            position=at,
            name=texts(point, "name"),
            minutes_from_start=point.get("minutes"),
            address=point.get("address", ""),
            directions=texts(point, "directions"),
        )
        for at, point in enumerate(given.get("meeting_points", []))
    ]
    made.blocks = [
        Block(kind=BlockKind(block["kind"]), position=at, text=texts(block))
        for at, block in enumerate(given.get("blocks", []))
    ]
    made.key_figures = [
        KeyFigure(position=at, figure=texts(item, "figure"), text=texts(item, "text"))
        for at, item in enumerate(given.get("key_figures", []))
    ]
    return made


def answers(given: Mapping[str, Any], to: Action) -> list[Rsvp]:
    """RSVPs as they are left after a purge: they count, and lead to nobody. Some come in company, some read French."""
    return [
        Rsvp(
            id=tokens.new(),
            action=to,
            answer=Answer(answer),
            party_size=2 if number % 4 == 1 else 1,
            language="fr" if number % 5 == 2 else "en",
            state=State.CONFIRMED if number % 3 else State.UNVERIFIED,
            answered_on=date.fromisoformat(day),
        )
        for day, counts in given.get("answers", {}).items()
        for answer, how_many in counts.items()
        for number in range(how_many)
    ]


def article(given: Mapping[str, Any], cause: Campaign, kind: Category, picture: Photo | None, now: datetime) -> Article:
    made = Article(
        campaign=cause,
        category=kind,
        photo=picture if given.get("photo") else None,
        slug=given["slug"],
        title=texts(given, "title"),
        summary=texts(given, "summary"),
        author=texts(given, "author"),
        body=_body(given["slug"]),
        published_on=given["published"],
        status=ArticleStatus.PUBLISHED,
        created_at=now,
        changed_at=now,
    )
    made.sources = [
        Source(number=source["number"], text=texts(source, "text"), address=source.get("address", ""))
        for source in given.get("sources", [])
    ]
    made.figures = [_figures(table) for table in given.get("figures", [])]
    return made


def reply(given: Mapping[str, Any], to: Article) -> Reply:
    """One that was approved, with what the team has answered."""
    said = {"article": to, "language": given["language"], "verdict": Verdict.APPROVED}
    made = Reply(name=given["name"], text=given["text"], sent_on=given["on"], decided_on=given["on"], **said)
    made.answers = [
        Reply(name=one["name"], text=one["text"], sent_on=one["on"], decided_on=one["on"], of_team=True, **said)
        for one in given.get("answers", [])
    ]
    return made


def _figures(given: Mapping[str, Any]) -> FiguresTable:
    table = FiguresTable(
        number=given["number"],
        title=texts(given, "title"),
        finding=texts(given, "finding"),
        label_heading=texts(given, "label_heading"),
        value_heading=texts(given, "value_heading"),
        currency=given["currency"],
        source=texts(given, "source"),
        source_number=given["source_number"],
    )
    table.rows = [
        FiguresRow(position=at, label=label, value=Decimal(value)) for at, (label, value) in enumerate(given["rows"])
    ]
    return table


def _body(slug: str) -> Texts:
    files = {lang: CONTENT / "articles" / f"{slug}.{lang}.md" for lang in LANGUAGES}
    return Texts({lang: path.read_text("utf-8") for lang, path in files.items() if path.exists()})
