"""A letter written by hand to some of those who come and asked for mail: by their answer, by their language."""

from datetime import datetime

from sqlalchemy import func, select

from campaign.actions.models import Action, Level, Status
from campaign.columns import Texts
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.messages import expansion, sends
from campaign.outbox.models import Kind, Occasion
from campaign.rsvps.models import Answer, Rsvp

LETTER = "messages/broadcast"


def write(action: Action, segment: dict[str, str], words: dict[str, Texts], form_token: str, now: datetime) -> Occasion:
    """Owe it. The same form twice is one broadcast. Raises Conflict where nobody can be written to.

    segment: `answer` and `language`, each "" for all. Who gets it is decided when it goes out.
    """
    refuse_unless_possible(action)
    occasion, _ = sends.hold(action, Kind.BROADCAST, LETTER, facts(segment, words), form_token, now)
    return occasion


def refuse_unless_possible(action: Action) -> None:
    if action.level is Level.COUNT:
        raise Conflict(_l("This action only counts who comes. Nobody is asked for an address, so nothing can be sent."))
    if action.status is Status.DRAFT:
        raise Conflict(_l("This is a draft: nobody knows of it yet, so there is nobody to write to."))


def facts(segment: dict[str, str], words: dict[str, Texts]) -> dict[str, object]:
    return {"segment": segment, "own_subject": dict(words["subject"]), "own_body": dict(words["body"])}


def reach(action: Action) -> dict[tuple[str, str], int]:
    """How many each segment has as things stand, by (answer, language), either "" for all."""
    rows = db.session.execute(
        select(Rsvp.answer, Rsvp.language, func.count(Rsvp.id))
        .where(expansion.audience(action.id, Kind.BROADCAST))
        .group_by(Rsvp.answer, Rsvp.language)
    )
    found: dict[tuple[str, str], int] = {}
    for answer, language, number in rows:
        for key in ((answer.value, language), (answer.value, ""), ("", language), ("", "")):
            found[key] = found.get(key, 0) + number
    return found


ANSWERS = {
    "": _l("Everybody who comes or may come"),
    Answer.YES.value: _l("Those who said yes"),
    Answer.MAYBE.value: _l("Those who said maybe"),
}
