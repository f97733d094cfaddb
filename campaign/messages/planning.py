"""Which messages are due when: rules become occasions, one for each date that an action has."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, select
from sqlalchemy.dialects.postgresql import insert

from campaign.actions.models import Action, Status
from campaign.extensions import db
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import TOO_NEAR, Offset
from campaign.outbox.models import Kind, Occasion, OccasionState, Priority
from campaign.outbox.posting import LASTS

_KINDS = {RuleKind.REMINDER: Kind.REMINDER, RuleKind.FOLLOWUP: Kind.FOLLOWUP}
_PRIORITIES = {RuleKind.REMINDER: Priority.REMINDER, RuleKind.FOLLOWUP: Priority.FOLLOWUP}


def subject_of(action: Action) -> str:
    """What the outbox calls it."""
    return f"action:{action.id}"


def due_at(rule: Rule, action: Action) -> datetime:
    """The instant at which a rule fires for an action's present date."""
    return Offset.of(rule).due_at(action)


def timed_rules(action: Action) -> Sequence[Rule]:
    """Those that have a time, switched on or off."""
    mine = (Rule.action_id == action.id) & (Rule.kind != RuleKind.CONFIRMATION)
    return db.session.scalars(select(Rule).where(mine).order_by(Rule.id)).all()


def plan(action: Action, now: datetime) -> None:
    """The occasions of an action's rules for its present date, each made once. What is due already is born missed."""
    for rule in timed_rules(action):
        if not rule.active:
            continue
        values = {
            "kind": _KINDS[rule.kind].value,
            "letter": rule.letter,
            "subject": subject_of(action),
            "rule_key": rule.key,
            "schedule_rev": action.schedule_rev,
            "priority": int(_PRIORITIES[rule.kind]),
            "on_unknown": rule.on_unknown,
            **timing(rule, action, now),
            "facts": words_of(rule),
        }
        db.session.execute(
            insert(Occasion).values(values).on_conflict_do_nothing(index_elements=["rule_key", "schedule_rev"])
        )


def plan_all(now: datetime) -> None:
    """The same for every published action that lacks some."""
    for action in lacking(now):
        plan(action, now)


def lacking(now: datetime) -> Sequence[Action]:
    """Published actions with an active rule that has no occasion yet for their present date: made since, say."""
    planned = exists().where(
        Occasion.rule_key == "rule:" + cast(Rule.id, String), Occasion.schedule_rev == Action.schedule_rev
    )
    timed = Rule.kind != RuleKind.CONFIRMATION
    unplanned = exists().where(Rule.action_id == Action.id, Rule.active, timed, ~planned)
    return db.session.scalars(
        select(Action)
        .where(Action.status == Status.PUBLISHED, Action.ends_at > now - LASTS, unplanned)
        .order_by(Action.id)
    ).all()


def update(rule: Rule, now: datetime) -> None:
    """A rule was edited or switched: what it has planned follows, until that is expanded.

    Of an action that doesn't take place now, nothing is planned by that. What would be due already isn't sent.
    """
    action = rule.action
    planned = occasion_of(rule)
    if planned is None:
        if rule.active and action.status is Status.PUBLISHED:
            plan(action, now)
            made = occasion_of(rule)
            if made is not None and made.state is OccasionState.MISSED:
                made.state = OccasionState.CANCELLED  # nobody missed it: it was made too late
                db.session.flush()
        return
    if planned.state not in (OccasionState.PLANNED, OccasionState.CANCELLED, OccasionState.MISSED):
        return
    values = timing(rule, action, now)
    if values["due_at"] == planned.due_at and planned.state is not OccasionState.CANCELLED:
        del values["state"]  # due already and only waiting for a worker, perhaps: that is no reason to miss it
    elif values["state"] is OccasionState.MISSED:
        values["state"] = OccasionState.CANCELLED
    if not rule.active or action.status is not Status.PUBLISHED:
        values["state"] = OccasionState.CANCELLED
    values |= {"facts": words_of(rule), "letter": rule.letter, "on_unknown": rule.on_unknown}
    for name, value in values.items():
        setattr(planned, name, value)
    db.session.flush()


def occasion_of(rule: Rule) -> Occasion | None:
    """What a rule has planned, or sent, for its action's present date."""
    of_it = (Occasion.rule_key == rule.key) & (Occasion.schedule_rev == rule.action.schedule_rev)
    return db.session.scalar(select(Occasion).where(of_it))


def replan(action: Action, now: datetime) -> None:
    """Its date was changed in a way that leaves the start where it was, say its zone: what is planned follows."""
    for rule in timed_rules(action):
        if rule.active:
            update(rule, now)


def timing(rule: Rule, action: Action, now: datetime) -> dict[str, Any]:
    """When it is due, until when it is of use, and whether it waits for that time at all."""
    due = due_at(rule, action)
    reminder = rule.kind is RuleKind.REMINDER
    state = OccasionState.PLANNED
    if reminder and due > action.reminds_until - TOO_NEAR:
        state = OccasionState.CANCELLED
    elif due <= now:
        state = OccasionState.MISSED
    return {"due_at": due, "expires_at": action.reminds_until if reminder else due + LASTS, "state": state}


def is_too_near(rule: Rule, action: Action) -> bool:
    """Whether a reminder would come when those who go are on their way, or there."""
    return rule.kind is RuleKind.REMINDER and due_at(rule, action) > action.reminds_until - TOO_NEAR


def was_past_when_announced(action: Action, due: datetime) -> bool:
    """Whether a rule's time had passed when the action's present date was made known: nobody misses that."""
    return bool(action.announced) and due <= action.announced[-1].announced_at


def words_of(rule: Rule) -> dict[str, Any]:
    """The team's own words, in place of the letter's."""
    own = {"own_subject": dict(rule.subject), "own_body": dict(rule.body)}
    return {name: texts for name, texts in own.items() if texts}


def words_of_confirmation(action_id: int) -> dict[str, Any]:
    """What the team wants to have said in the letter to each who answers."""
    of_it = (Rule.action_id == action_id) & (Rule.kind == RuleKind.CONFIRMATION)
    rule = db.session.scalar(select(Rule).where(of_it).order_by(Rule.id).limit(1))
    return words_of(rule) if rule else {}
