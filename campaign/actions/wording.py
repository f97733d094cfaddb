"""What an action says that can be said in another language."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from campaign.actions.blocks import BLOCK_TITLES
from campaign.actions.models import Action
from campaign.campaigns import wording
from campaign.campaigns.wording import Slot
from campaign.extensions import _l, db

LIMITS = {  # characters, in any language
    "title": 120,
    "summary": 300,
    "why": 8000,
    "who": 200,
    "directions": 600,
    "figure": 40,
    "line": 200,
    "point": 120,
    "block": 3000,
}


def slots(action: Action) -> list[Slot]:
    """What there is to translate, in the order in which the page shows it."""
    return [slot for slot in _all(action) if slot.texts.get(action.language)]


def missing(action: Action, language: str) -> int:
    """How many texts are still to be written in this language."""
    return wording.missing(slots(action), language)


def translate(action: Action, language: str, typed: Mapping[str, str], now: datetime) -> None:
    """typed: by the slots' names. An empty text takes the translation away."""
    wording.translate(slots(action), language, typed)
    if action.is_public():
        action.touch(now)
    db.session.flush()


def _all(action: Action) -> Iterator[Slot]:
    yield Slot("title", _l("Title"), action, "title", LIMITS["title"])
    yield Slot("summary", _l("In short"), action, "summary", LIMITS["summary"], prose=True)
    yield Slot("who", _l("Who it is for"), action, "who", LIMITS["who"])
    yield Slot("why", _l("Why"), action, "why", LIMITS["why"], prose=True)
    for figure in action.key_figures:
        yield Slot(f"figure-{figure.id}", _l("Key figure"), figure, "figure", LIMITS["figure"])
        yield Slot(f"counts-{figure.id}", _l("What it counts"), figure, "text", LIMITS["line"])
    for item in action.agenda:
        yield Slot(f"agenda-{item.id}", _l("In the plan"), item, "text", LIMITS["line"])
    yield Slot("directions", _l("Directions"), action, "directions", LIMITS["directions"], prose=True)
    for point in action.meeting_points:
        yield Slot(f"point-{point.id}", _l("Meeting point"), point, "name", LIMITS["point"])
        yield Slot(f"way-{point.id}", _l("How to find it"), point, "directions", LIMITS["directions"], prose=True)
    for block in action.blocks:
        yield Slot(f"block-{block.kind}", BLOCK_TITLES[block.kind], block, "text", LIMITS["block"], prose=True)
