"""All that an action says, as JSON has it: to keep, to compare, to put back."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from campaign import days, timezones
from campaign.actions.blocks import BLOCK_TITLES
from campaign.actions.models import KIND_WORDS, STATUS_WORDS, Action, Kind, Level, Status
from campaign.actions.parts import AgendaItem, AnnouncedDate, Block, BlockKind, KeyFigure, MeetingPoint
from campaign.campaigns import slugs
from campaign.columns import Texts
from campaign.extensions import _l, db
from campaign.history.parts import Part, of_rows, of_texts

TEXTS = {
    "title": _l("Title"),
    "summary": _l("In short"),
    "why": _l("Why"),
    "who": _l("Who it is for"),
    "directions": _l("Directions"),
}
PLAIN = ("slug", "unlisted", "capacity", "goal", "latitude", "longitude")
TIME = ("starts_local", "ends_local", "zone", "all_day")
PLACE = ("venue", "address", "city")
LEVELS = {Level.REMINDERS: _l("Reminders"), Level.COUNT: _l("Count only")}


def content(action: Action) -> dict[str, Any]:
    """times are wall clock, agenda and meeting points in minutes from the start: they move with it."""
    return {
        "texts": {name: dict(getattr(action, name) or {}) for name in TEXTS},
        **{name: getattr(action, name) for name in (*PLAIN, "zone", "all_day", *PLACE)},
        "starts_local": action.starts_local.isoformat(timespec="minutes"),
        "ends_local": action.ends_local.isoformat(timespec="minutes"),
        "kind": action.kind.value,
        "status": action.status.value,
        "level": action.level.value,
        "agenda": [
            {"minutes": item.minutes_from_start, "text": dict(item.text)}
            for item in sorted(action.agenda, key=lambda one: (one.minutes_from_start, one.position))
        ],
        "points": [
            {
                "name": dict(point.name),
                "minutes": point.minutes_from_start,
                "address": point.address,
                "directions": dict(point.directions or {}),
            }
            for point in action.meeting_points
        ],
        "figures": [{"figure": dict(row.figure), "text": dict(row.text)} for row in action.key_figures],
        "blocks": {block.kind.value: dict(block.text) for block in action.blocks},
    }


def parts(said: Mapping[str, Any], lang: str) -> list[Part]:
    """In the order of the page. lang: of who reads it, for times."""
    return list(_parts(said, lang))


def _parts(said: Mapping[str, Any], lang: str) -> Iterator[Part]:
    starts = datetime.fromisoformat(said["starts_local"])
    for name, label in TEXTS.items():
        yield from of_texts(label, said["texts"].get(name, {}))
    yield Part(_l("Kind"), "", str(KIND_WORDS[Kind(said["kind"])]))
    yield Part(_l("State"), "", str(STATUS_WORDS[Status(said["status"])]))
    yield Part(_l("When"), "", _time(said, lang))
    yield Part(_l("Where"), "", "\n".join(filter(None, (said[name] for name in PLACE))))
    yield Part(_l("Position on the map"), "", _position(said))
    yield from of_rows(_l("Plan"), [([_hour(starts, row["minutes"], lang)], [row["text"]]) for row in said["agenda"]])
    points = [
        ([_hour(starts, row["minutes"], lang), row["address"]], [row["name"], row["directions"]])
        for row in said["points"]
    ]
    yield from of_rows(_l("Meeting points"), points)
    yield from of_rows(_l("Key figures"), [([], [row["figure"], row["text"]]) for row in said["figures"]])
    for kind, texts in said["blocks"].items():
        yield from of_texts(BLOCK_TITLES[BlockKind(kind)], texts)
    yield Part(_l("What people are asked"), "", str(LEVELS[Level(said["level"])]))
    yield Part(_l("Places"), "", str(said["capacity"] or ""))
    yield Part(_l("Goal"), "", str(said["goal"] or ""))
    yield Part(_l("Not in lists and calendars"), "", str(_l("yes") if said["unlisted"] else ""))
    yield Part(_l("Address of the page"), "", said["slug"])


def time_and_place(said: Mapping[str, Any]) -> dict[str, Any]:
    """As a form about a move shows them: `ends` of whole days is the last one."""
    starts, ends = (datetime.fromisoformat(said[name]) for name in ("starts_local", "ends_local"))
    more = {name: said[name] for name in ("zone", "all_day", *PLACE)}
    return {"starts": starts, "ends": ends - timedelta(days=1) if said["all_day"] else ends, **more}


def target(action: Action, said: Mapping[str, Any], *, answered: bool) -> tuple[dict[str, Any], list[Any]]:
    """What restoring this version would make of the action, and in words what it leaves as it is.

    answered: whether somebody has; then the level stays, since their consent was for it.
    """
    now = content(action)
    aim, left = {**now, **said}, []

    def leave(names: tuple[str, ...], words: Any) -> None:
        if any(aim[name] != now[name] for name in names):
            aim.update({name: now[name] for name in names})
            left.append(words)

    leave(("status",), _l("Whether it is published, postponed or cancelled stays as it is."))
    if action.is_public():
        leave(
            (*TIME, *PLACE), _l("Time and place are public and stay as they are. Moving it tells those who answered.")
        )
    if answered:
        leave(("level",), _l("What people are asked stays as it is: somebody has agreed to it."))
    if aim["capacity"] is not None and (aim["capacity"] < action.seats_taken or aim["level"] == Level.COUNT):
        leave(("capacity",), _l("The limit of places stays as it is: the earlier one doesn’t fit any more."))
    if not slugs.is_free("action", Action.slug, aim["slug"], action.id):
        leave(("slug",), _l("The address of the page stays as it is: the earlier one is another action’s by now."))
    return aim, left


def put_back(action: Action, aim: Mapping[str, Any], now: datetime) -> None:
    """Makes the action say all of `aim`. Pages and feeds change; nobody is told."""
    for name in TEXTS:
        setattr(action, name, Texts(aim["texts"][name]))
    if aim["slug"] != action.slug:
        slugs.change("action", action, aim["slug"], was_public=action.is_public())
    for name in (*PLAIN, *PLACE):
        setattr(action, name, aim[name])
    starts, ends = (datetime.fromisoformat(aim[name]) for name in ("starts_local", "ends_local"))
    if (starts, ends, aim["zone"], aim["all_day"]) != tuple(getattr(action, name) for name in TIME):
        action.set_time(starts, ends, aim["zone"], all_day=aim["all_day"])
    action.kind, action.level = Kind(aim["kind"]), Level(aim["level"])
    _put_back_rows(action, aim)
    if action.is_public():
        action.touch(now)
    db.session.flush()
    db.session.expire(action, ["agenda"])  # which is in the order of time


def _put_back_rows(action: Action, aim: Mapping[str, Any]) -> None:
    """Rows keep their places in the database as far as there are any: nothing else hangs on them."""
    action.agenda = _as_many(sorted(action.agenda, key=lambda item: item.position), AgendaItem, aim["agenda"])
    for item, row in zip(action.agenda, aim["agenda"], strict=True):
        item.minutes_from_start, item.text = row["minutes"], Texts(row["text"])
    action.meeting_points = _as_many(action.meeting_points, MeetingPoint, aim["points"])
    for point, row in zip(action.meeting_points, aim["points"], strict=True):
        point.name, point.minutes_from_start = Texts(row["name"]), row["minutes"]
        point.address, point.directions = row["address"], Texts(row["directions"])
    action.key_figures = _as_many(action.key_figures, KeyFigure, aim["figures"])
    for figure, row in zip(action.key_figures, aim["figures"], strict=True):
        figure.figure, figure.text = Texts(row["figure"]), Texts(row["text"])
    before = {block.kind.value: block for block in action.blocks}
    action.blocks = [before.get(kind) or Block(kind=BlockKind(kind)) for kind in aim["blocks"]]
    for position, block in enumerate(action.blocks):
        block.position, block.text = position, Texts(aim["blocks"][block.kind.value])


def _as_many(before: list[Any], model: type[Any], wanted: list[Any]) -> list[Any]:
    rows = [*before, *(model() for _ in wanted[len(before) :])][: len(wanted)]
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _hour(starts: datetime, minutes: int | None, lang: str) -> str:
    if minutes is None:
        return ""
    at = starts + timedelta(minutes=minutes)
    same_day = at.date() == starts.date()
    return timezones.hour_in_words(at.time(), lang) if same_day else timezones.in_words(at, lang)


def _time(said: Mapping[str, Any], lang: str) -> str:
    starts, ends = (datetime.fromisoformat(said[name]) for name in ("starts_local", "ends_local"))
    more = {name: said[name] for name in ("zone", "city", "all_day")}
    return days.fully_in_words(AnnouncedDate(starts_local=starts, ends_local=ends, **more), lang)


def _position(said: Mapping[str, Any]) -> str:
    return "" if said["latitude"] is None else f"{said['latitude']}, {said['longitude']}"
