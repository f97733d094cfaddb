"""The usual five messages: what an action has unless its organizers want it otherwise.

The confirmation goes to each who answers. A week before is off until somebody switches it on; the day before at 18:00
asks whether they still come; that morning at 06:00 is the last word; thanks, the day after, is a draft until somebody
releases it.
"""

from datetime import time

from sqlalchemy import select

from campaign.actions.models import Action
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages.models import Rule, RuleKind
from campaign.outbox.models import OnUnknown

CONFIRMATION, REMINDER, STILL, WEEK, THANKS = (
    "rsvps/confirm",
    "messages/reminder",
    "messages/still",
    "messages/week",
    "messages/thanks",
)


def rules(action: Action) -> list[Rule]:
    """All five. Not stored."""
    return [
        _rule(action, RuleKind.CONFIRMATION, CONFIRMATION, None, None, active=True),
        _rule(action, RuleKind.REMINDER, WEEK, 7, time(18), active=False),
        _rule(action, RuleKind.REMINDER, STILL, 1, time(18), active=True),
        _rule(action, RuleKind.REMINDER, REMINDER, 0, time(6), active=True),
        _rule(action, RuleKind.FOLLOWUP, THANKS, -1, time(10), active=False),
    ]


def add(action: Action) -> None:
    """Stored, unless the action has rules already."""
    if db.session.scalar(select(Rule.id).where(Rule.action_id == action.id).limit(1)) is None:
        db.session.add_all(rules(action))
        db.session.flush()


def add_missing(action: Action) -> int:
    """Whichever of the five an action lacks, switched off: nothing is sent by that. Returns how many were added.

    For actions from before there were five, and for what was deleted and is wanted again.
    """
    held = db.session.scalars(select(Rule).where(Rule.action_id == action.id)).all()
    if not held:
        add(action)
        return len(rules(action))
    there = {_when(rule) for rule in held}
    lacking = [rule for rule in rules(action) if _when(rule) not in there]
    for rule in lacking:
        rule.active = rule.kind is RuleKind.CONFIRMATION
    db.session.add_all(lacking)
    db.session.flush()
    return len(lacking)


def lacks_some(action: Action) -> bool:
    there = {_when(rule) for rule in db.session.scalars(select(Rule).where(Rule.action_id == action.id))}
    return any(_when(rule) not in there for rule in rules(action))


def _when(rule: Rule) -> tuple[object, ...]:
    return rule.kind, rule.days, rule.at_local, rule.minutes


def _rule(
    action: Action, kind: RuleKind, letter: str, days: int | None, at_local: time | None, *, active: bool
) -> Rule:
    return Rule(
        action_id=action.id,
        kind=kind,
        days=days,
        at_local=at_local,
        letter=letter,
        subject=Texts(),
        body=Texts(),
        on_unknown=OnUnknown.RESEND if kind is RuleKind.CONFIRMATION else OnUnknown.PRESUME,
        active=active,
    )
