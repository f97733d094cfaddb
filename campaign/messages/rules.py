"""What organizers do to an action's rules. What a rule has planned follows, until that is sent."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete as delete_from
from sqlalchemy import select, update

from campaign.actions.models import Action, Status
from campaign.columns import Texts
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.messages import planning, usual
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import Offset, erased_at
from campaign.messages.sends import HOLD
from campaign.outbox.models import Delivery, DeliveryState, Occasion, OccasionState, OnUnknown
from campaign.outbox.posting import LASTS


def find(action: Action, number: int) -> Rule:
    """One of an action's. Raises Missing."""
    rule = db.session.get(Rule, number) if number < 2**31 else None
    if rule is None or rule.action_id != action.id:
        raise Missing
    return rule


def add(action: Action, kind: RuleKind, offset: Offset, letter: str, words: Mapping[str, Texts], now: datetime) -> Rule:
    """A reminder counts from now on; what comes afterwards is a draft until somebody releases it.

    words: `subject` and `body`, each in the languages that it was written in.
    """
    usual.add(action)  # or a draft would have this one alone once it is published
    rule = Rule(
        action=action,
        kind=kind,
        letter=letter,
        on_unknown=OnUnknown.PRESUME,
        active=kind is RuleKind.REMINDER,
        days=offset.days,
        at_local=offset.at_local,
        minutes=offset.minutes,
        **words,
    )
    db.session.add(rule)
    db.session.flush()
    settle(rule, now)
    return rule


def revise(rule: Rule, offset: Offset, letter: str, words: Mapping[str, Texts], now: datetime) -> None:
    rule.days, rule.at_local, rule.minutes = offset.days, offset.at_local, offset.minutes
    rule.letter = letter
    rule.subject, rule.body = words["subject"], words["body"]
    db.session.flush()
    settle(rule, now)


def switch(rule: Rule, on: bool, now: datetime) -> None:
    """On or off; of what comes afterwards: released, or a draft again. Raises Conflict for the confirmation."""
    if rule.kind is RuleKind.CONFIRMATION:
        raise Conflict(_l("Nobody’s answer counts without the confirmation, so it can’t be switched off."))
    rule.active = on
    db.session.flush()
    settle(rule, now)


def delete(rule: Rule) -> None:
    """The rule, and what it has planned; what it has sent stays for the count. Raises Conflict while it goes out."""
    if rule.kind is RuleKind.CONFIRMATION:
        raise Conflict(_l("Nobody’s answer counts without the confirmation, so it can’t be deleted."))
    mine = Occasion.rule_key == rule.key
    open_ones = (DeliveryState.QUEUED, DeliveryState.LEASED, DeliveryState.SENDING, DeliveryState.PAUSED)
    waits = select(Delivery.id).join(Delivery.occasion).where(mine, Delivery.state.in_(open_ones)).limit(1)
    if db.session.scalar(waits) is not None:
        raise Conflict(_l("It is going out at this moment. Stop it first."))
    quietly = {"synchronize_session": False}
    sent = mine & Occasion.state.in_((OccasionState.EXPANDED, OccasionState.PAUSED))
    # The number may be given to another rule one day: that one must not find its letters sent.
    db.session.execute(update(Occasion).where(sent).values(rule_key=None), execution_options=quietly)
    db.session.execute(delete_from(Occasion).where(mine), execution_options=quietly)
    db.session.delete(rule)
    db.session.flush()


def copy(source: Action, target: Action) -> None:
    """The same rules for another action, a draft. What comes afterwards is a draft there, too."""
    for rule in db.session.scalars(select(Rule).where(Rule.action_id == source.id).order_by(Rule.id)).all():
        db.session.add(
            Rule(
                action=target,
                kind=rule.kind,
                letter=rule.letter,
                on_unknown=rule.on_unknown,
                days=rule.days,
                at_local=rule.at_local,
                minutes=rule.minutes,
                subject=Texts(rule.subject),
                body=Texts(rule.body),
                active=rule.active and rule.kind is not RuleKind.FOLLOWUP,
            )
        )
    db.session.flush()


def settle(rule: Rule, now: datetime) -> None:
    """What it has planned follows. Words that come late are better than none: they go out a moment from now."""
    if rule.kind is RuleKind.CONFIRMATION:
        return
    planning.update(rule, now)
    planned = planning.occasion_of(rule)
    if planned is None or not rule.active or not _is_late_but_of_use(rule, now):
        return
    if planned.state in (OccasionState.CANCELLED, OccasionState.MISSED):
        planned.due_at, planned.expires_at = now + HOLD, min(now + HOLD + LASTS, erased_at(rule.action))
        planned.state = OccasionState.PLANNED
        db.session.flush()


def goes_at_once(rule: Rule, now: datetime) -> bool:
    """Whether releasing it sends it right away, its hour having passed."""
    return not rule.active and _is_late_but_of_use(rule, now)


def _is_late_but_of_use(rule: Rule, now: datetime) -> bool:
    if rule.kind is not RuleKind.FOLLOWUP or planning.due_at(rule, rule.action) > now:
        return False
    return rule.action.status is Status.PUBLISHED and now + HOLD < erased_at(rule.action)
