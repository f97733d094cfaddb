"""News of an action: on its page and in calendars at once, and by mail a moment later to all who know of the action."""

from datetime import datetime

from sqlalchemy import select

from campaign.actions.models import Action, Status
from campaign.actions.parts import Update
from campaign.columns import Texts
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.messages import notices, sends
from campaign.messages.planning import subject_of
from campaign.outbox.models import Kind, Occasion, OccasionState

CHANGE = "update"  # in the facts of its letter


def write(action: Action, text: Texts, form_token: str, now: datetime) -> Occasion:
    """Put it up, and owe the mail. The same form twice is one update. Raises Conflict for a draft.

    The page says it at once, whether or not a worker is there; the mail is held, because it can't be called back.
    """
    if action.status is Status.DRAFT:
        raise Conflict(_l("This is a draft: nobody knows of it yet, so there is nobody to tell."))
    occasion, is_new = sends.hold(action, Kind.NOTICE, notices.LETTER, {}, form_token, now)
    if is_new:
        update = Update(text=text, written_at=now, is_up=True)
        action.updates.insert(0, update)
        _show(action, now)
        occasion.facts = facts(action, text, update)
        db.session.flush()
    return occasion


def facts(action: Action, text: Texts, update: Update | None = None) -> dict[str, object]:
    """What its letter says. An action that has moved is told with all its dates, and asks who still comes."""
    return {
        "change": CHANGE,
        "reason": "",
        "update": update.id if update else None,
        "own_body": dict(text),
        "dates": notices.dates_of(action),
        "asks": notices.has_moved(action),
        "plain": True,
    }


def find(action: Action, number: int) -> Update:
    """One of an action's. Raises Missing."""
    update = db.session.get(Update, number) if number < 2**31 else None
    if update is None or update.action_id != action.id:
        raise Missing
    return update


def correct(action: Action, update: Update, text: Texts, now: datetime) -> None:
    """On the page, and in what hasn't gone out yet."""
    update.text = text
    _show(action, now)
    occasion = occasion_of(action, update)
    if occasion is not None:
        occasion.facts = {**occasion.facts, "own_body": dict(text)}
    db.session.flush()


def stand(action: Action, update: Update, up: bool, now: datetime) -> None:
    """Take it down, or put it up again. What was mailed was mailed."""
    update.is_up = up
    _show(action, now)


def take_back(action: Action, occasion: Occasion, now: datetime) -> Update | None:
    """Undo what is still held: nobody gets it, and it stands nowhere. Raises Conflict when it has begun to go out."""
    sends.undo(occasion)
    number = occasion.facts.get("update")
    if not isinstance(number, int):
        return None
    update = find(action, number)
    stand(action, update, False, now)
    return update


def occasion_of(action: Action, update: Update) -> Occasion | None:
    """Its letter, if it isn't taken back."""
    told = Occasion.facts["update"].as_integer() == update.id
    about = (Occasion.subject == subject_of(action)) & (Occasion.kind == Kind.NOTICE)
    return db.session.scalar(select(Occasion).where(about, told, Occasion.state != OccasionState.CANCELLED).limit(1))


def _show(action: Action, now: datetime) -> None:
    """Pages change, and calendars see that there is something new."""
    action.revision += 1
    action.touch(now)
    db.session.flush()
