"""Which reminders are due when: rules become occasions, one for each date that an action has."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, select
from sqlalchemy.dialects.postgresql import insert

from campaign import timezones
from campaign.actions.models import Action, Status
from campaign.columns import Texts
from campaign.extensions import db
from campaign.messages.models import Rule, RuleKind
from campaign.outbox.models import Kind, Occasion, OccasionState, OnUnknown, Priority
from campaign.outbox.posting import LASTS

TOO_NEAR = timedelta(minutes=30)  # before the start: who isn't on the way by then needs no reminder

_KINDS = {RuleKind.REMINDER: Kind.REMINDER, RuleKind.FOLLOWUP: Kind.FOLLOWUP}
_PRIORITIES = {RuleKind.REMINDER: Priority.REMINDER, RuleKind.FOLLOWUP: Priority.FOLLOWUP}


def subject_of(action: Action) -> str:
    """What the outbox calls it."""
    return f"action:{action.id}"


def default_rules(action: Action) -> list[Rule]:
    """A reminder the day before at 18:00 and one that morning at 06:00. Not stored."""
    return [
        Rule(
            action_id=action.id,
            kind=RuleKind.REMINDER,
            days=days,
            at_local=time(hour),
            letter="messages/reminder",
            subject=Texts(),
            body=Texts(),
            on_unknown=OnUnknown.PRESUME,
            active=True,
        )
        for days, hour in ((1, 18), (0, 6))
    ]


def add_default_rules(action: Action) -> None:
    """Stored, unless the action has rules already."""
    if db.session.scalar(select(Rule.id).where(Rule.action_id == action.id).limit(1)) is None:
        db.session.add_all(default_rules(action))
        db.session.flush()


def due_at(rule: Rule, action: Action) -> datetime:
    """The instant at which a rule fires for an action's present date.

    Days are counted on the calendar of the action's zone, minutes as they pass. In the hour that a clock change leaves
    out, it is as far on as the clocks jump; of an hour that comes twice, the first.
    """
    if rule.days is None or rule.at_local is None:
        return action.starts_at - timedelta(minutes=rule.minutes or 0)
    local = datetime.combine(action.starts_local.date() - timedelta(days=rule.days), rule.at_local)
    try:
        return timezones.instant(local, action.zone)
    except timezones.MissingHour as missing:
        return timezones.instant(missing.later, action.zone)


def plan(action: Action, now: datetime) -> None:
    """The occasions of an action's rules for its present date, each made once. What is due already is born missed."""
    for rule in db.session.scalars(select(Rule).where(Rule.action_id == action.id, Rule.active).order_by(Rule.id)):
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
    unplanned = exists().where(Rule.action_id == Action.id, Rule.active, ~planned)
    return db.session.scalars(
        select(Action)
        .where(Action.status == Status.PUBLISHED, Action.ends_at > now - LASTS, unplanned)
        .order_by(Action.id)
    ).all()


def update(rule: Rule, now: datetime) -> None:
    """A rule was edited or switched: what it has planned follows, until that is expanded."""
    action = rule.action
    planned = db.session.scalar(
        select(Occasion).where(
            Occasion.rule_key == rule.key,
            Occasion.schedule_rev == action.schedule_rev,
            Occasion.state != OccasionState.EXPANDED,
        )
    )
    if planned is None:
        if rule.active and action.status is Status.PUBLISHED:
            plan(action, now)
        return
    values = timing(rule, action, now)
    if values["due_at"] == planned.due_at and planned.state is not OccasionState.CANCELLED:
        del values["state"]  # due already and only waiting for a worker, perhaps: that is no reason to miss it
    if not rule.active:
        values["state"] = OccasionState.CANCELLED
    values |= {"facts": words_of(rule), "letter": rule.letter, "on_unknown": rule.on_unknown}
    for name, value in values.items():
        setattr(planned, name, value)
    db.session.flush()


def replan(action: Action, now: datetime) -> None:
    """Its date was changed in a way that leaves the start where it was, say its zone: what is planned follows."""
    for rule in db.session.scalars(select(Rule).where(Rule.action_id == action.id, Rule.active).order_by(Rule.id)):
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


def was_past_when_announced(action: Action, due: datetime) -> bool:
    """Whether a rule's time had passed when the action's present date was made known: nobody misses that."""
    return bool(action.announced) and due <= action.announced[-1].announced_at


def words_of(rule: Rule) -> dict[str, Any]:
    """The team's own words, in place of the letter's."""
    own = {"own_subject": dict(rule.subject), "own_body": dict(rule.body)}
    return {name: texts for name, texts in own.items() if texts}
