"""What organizers see of an action's mail: what went out, what will and when, how it fared, and how it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from campaign.actions.models import Action, Level, Status
from campaign.extensions import _l, db
from campaign.messages import expansion, faring, planning, previews, usual
from campaign.messages.faring import Counts
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import Offset
from campaign.messages.previews import Preview
from campaign.outbox.models import Kind, Occasion, OccasionState
from campaign.rsvps.models import Rsvp

TITLES = {
    Kind.REMINDER: _l("Reminder"),
    Kind.FOLLOWUP: _l("Afterwards"),
    Kind.NOTICE: _l("Notice of a change"),
    Kind.BROADCAST: _l("Broadcast"),
    Kind.CONFIRMATION: _l("Confirmation"),
    Kind.FAREWELL: _l("Farewell"),
}
OF_LETTERS = {
    usual.WEEK: _l("Coming up"),
    usual.STILL: _l("Still coming?"),
    usual.THANKS: _l("Thank you"),
}
ON_DEMAND = {Kind.CONFIRMATION: usual.CONFIRMATION, Kind.FAREWELL: "rsvps/farewell"}
CHANGES = {
    "moved": _l("Notice: moved"),
    "relocated": _l("Notice: new place"),
    "postponed": _l("Notice: postponed"),
    "cancelled": _l("Notice: cancelled"),
    "update": _l("Update"),
}


class Progress(StrEnum):
    """How far a message is."""

    ON_DEMAND = "on demand"  # to each who answers, at once
    DRAFT = "draft"  # until somebody releases it
    PLANNED = "planned"
    HELD = "held"  # written by hand a moment ago; it can be taken back
    UNDER_WAY = "under way"
    PAUSED = "paused"
    DONE = "done"
    MISSED = "missed"  # its time passed while nothing could be sent
    LEFT_OUT = "left out"  # too near to the start
    PAST = "past"  # its time had passed when it was made or switched on
    OFF = "off"  # switched off


PROGRESS_WORDS = {
    Progress.ON_DEMAND: _l("Sent to each at once"),
    Progress.DRAFT: _l("Draft until it is released"),
    Progress.PLANNED: _l("Planned"),
    Progress.HELD: _l("Held for a moment"),
    Progress.UNDER_WAY: _l("Going out"),
    Progress.PAUSED: _l("Paused"),
    Progress.DONE: _l("Done"),
    Progress.MISSED: _l("Missed: its time passed while no mail could be sent"),
    Progress.LEFT_OUT: _l("Left out: less than 30 minutes before the start"),
    Progress.PAST: _l("Not sent: its time had passed already"),
    Progress.OFF: _l("Switched off"),
}


@dataclass(frozen=True)
class Message:
    """One entry of the timeline."""

    action: Action = field(repr=False)
    kind: str
    title: str
    letter: str
    due_at: datetime | None  # none for what goes to each who answers
    offset: str  # "1 day before, 6:00 pm"; "" where no rule stands behind it
    progress: Progress
    counts: Counts
    people: int  # who will get it as things stand; of one that is done, who did or should have
    facts: Mapping[str, object] = field(repr=False)
    rule: Rule | None = field(default=None, repr=False)
    occasion_id: int | None = None  # of what was planned or sent

    def preview(self, language: str, base_url: str) -> Preview:
        return previews.preview(self.action, self.letter, self.facts, language, base_url)


def messages(action: Action, language: str, now: datetime) -> list[Message]:
    """All there are: first what goes to each who answers, then the others in the order of time.

    language: of the words for times.
    """
    if action.level is Level.COUNT:
        return []
    own = _rules(action)
    timed = [rule for rule in own if rule.kind is not RuleKind.CONFIRMATION]
    by_key = {rule.key: rule for rule in timed}
    occasions = _occasions(action)
    counts = faring.counts(planning.subject_of(action))
    made = [
        _message(action, occasion, progress, counts.get(occasion.id, Counts()), by_key, language)
        for occasion in occasions
        if occasion.due_at is not None and (progress := _progress(action, occasion, by_key, counts))
    ]
    planned = {occasion.rule_key for occasion in occasions if occasion.schedule_rev == action.schedule_rev}
    if action.status in (Status.DRAFT, Status.PUBLISHED):
        made += [_of_rule(action, rule, language, now) for rule in timed if rule.key not in planned]
    made.sort(key=lambda message: message.due_at or now)
    asked = next((rule for rule in own if rule.kind is RuleKind.CONFIRMATION), None)
    return [_on_demand(action, kind, occasions, counts, asked) for kind in _demanded(occasions)] + made


def title_of(occasion: Occasion) -> Any:
    return CHANGES.get(occasion.facts.get("change", "")) or _title(occasion.kind, occasion.letter)


def name_of(rule: Rule) -> str:
    return str(_title(rule.kind, rule.letter))


def people(action: Action, kind: str, segment: Mapping[str, str] | None = None) -> int:
    """How many a letter of this kind goes to as things stand."""
    return db.session.scalar(select(func.count(Rsvp.id)).where(expansion.audience(action.id, kind, segment))) or 0


def progress_of(action: Action, occasion: Occasion) -> Progress:
    """Of one that has its own page, whatever became of it."""
    rules = {rule.key: rule for rule in planning.timed_rules(action)}
    found = _progress(action, occasion, rules, {occasion.id: faring.of(occasion)})
    return found or (Progress.OFF if occasion.state is OccasionState.CANCELLED else Progress.PAST)


def _title(kind: str, letter: str) -> Any:
    return OF_LETTERS.get(letter) or TITLES.get(Kind(kind), kind)


def _rules(action: Action) -> Sequence[Rule]:
    """A draft's are those that it will have."""
    own = db.session.scalars(select(Rule).where(Rule.action_id == action.id).order_by(Rule.id)).all()
    return own or (usual.rules(action) if action.status is Status.DRAFT else [])


def _occasions(action: Action) -> Sequence[Occasion]:
    about = Occasion.subject == planning.subject_of(action)
    return db.session.scalars(
        select(Occasion).where(about, Occasion.kind != Kind.TEST).order_by(Occasion.due_at, Occasion.id)
    ).all()


def _progress(
    action: Action, occasion: Occasion, rules: Mapping[str, Rule], counts: Mapping[int, Counts]
) -> Progress | None:
    """None: not worth showing, as the reminders of a date that holds no more, or what was taken back in time."""
    rule = rules.get(occasion.rule_key or "")
    waits = bool(counts.get(occasion.id, Counts()).waiting)
    is_of_this_date = occasion.schedule_rev == action.schedule_rev and action.status is Status.PUBLISHED
    match occasion.state:
        case OccasionState.PLANNED:
            return Progress.HELD if occasion.dedup_key else Progress.PLANNED
        case OccasionState.PAUSED if waits:
            return Progress.PAUSED
        case OccasionState.EXPANDED | OccasionState.PAUSED:
            return Progress.UNDER_WAY if waits else Progress.DONE
        case OccasionState.MISSED if occasion.due_at and not planning.was_past_when_announced(action, occasion.due_at):
            return Progress.MISSED
        case OccasionState.CANCELLED if rule and is_of_this_date:
            return _resting(rule) or (Progress.LEFT_OUT if planning.is_too_near(rule, action) else Progress.PAST)
    return None


def _resting(rule: Rule) -> Progress | None:
    if rule.active:
        return None
    return Progress.DRAFT if rule.kind is RuleKind.FOLLOWUP else Progress.OFF


def _message(
    action: Action,
    occasion: Occasion,
    progress: Progress,
    counts: Counts,
    rules: Mapping[str, Rule],
    language: str,
) -> Message:
    rule = rules.get(occasion.rule_key or "")
    will = people(action, occasion.kind, occasion.facts.get("segment"))
    return Message(
        action=action,
        kind=occasion.kind,
        title=str(title_of(occasion)),
        letter=occasion.letter,
        due_at=occasion.due_at,
        offset=Offset.of(rule).in_words(language) if rule else "",
        progress=progress,
        counts=counts,
        people=will if progress in (Progress.PLANNED, Progress.HELD) else counts.owed - counts.cancelled,
        facts=occasion.facts,
        rule=rule if occasion.schedule_rev == action.schedule_rev else None,
        occasion_id=occasion.id,
    )


def _of_rule(action: Action, rule: Rule, language: str, now: datetime) -> Message:
    """A rule that has no occasion: a draft's, or one that is switched off."""
    progress = Progress.PLANNED
    match planning.timing(rule, action, now)["state"]:
        case OccasionState.CANCELLED:
            progress = Progress.LEFT_OUT
        case OccasionState.MISSED:
            progress = Progress.PAST
    return Message(
        action=action,
        kind=rule.kind,
        title=str(_title(rule.kind, rule.letter)),
        letter=rule.letter,
        due_at=planning.due_at(rule, action),
        offset=Offset.of(rule).in_words(language),
        progress=_resting(rule) or progress,
        counts=Counts(),
        people=people(action, rule.kind),
        facts=planning.words_of(rule),
        rule=rule,
    )


def _demanded(occasions: Sequence[Occasion]) -> list[Kind]:
    """Kinds of letters that go to one person each; the confirmation even if nobody has answered yet."""
    return [Kind.CONFIRMATION, *([Kind.FAREWELL] if any(each.kind == Kind.FAREWELL for each in occasions) else [])]


def _on_demand(
    action: Action, kind: Kind, occasions: Sequence[Occasion], counts: Mapping[int, Counts], rule: Rule | None
) -> Message:
    together = faring.total(counts.get(each.id, Counts()) for each in occasions if each.kind == kind)
    mine = rule if kind is Kind.CONFIRMATION else None
    return Message(
        action=action,
        kind=kind,
        title=str(TITLES[kind]),
        letter=ON_DEMAND[kind],
        due_at=None,
        offset="",
        progress=Progress.ON_DEMAND,
        counts=together,
        people=together.owed,
        facts=planning.words_of(mine) if mine else {},
        rule=mine,
    )
