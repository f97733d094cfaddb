"""What organizers see of an action's mail: what went out, what will and when, how it fared, and how it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func, select

from campaign import timezones
from campaign.actions.models import Action, Level, Status
from campaign.extensions import _l, db, in_language, say, say_many
from campaign.messages import expansion, letters, planning
from campaign.messages.models import Rule
from campaign.outbox.models import OPEN, Delivery, DeliveryState, Kind, Occasion, OccasionState
from campaign.outbox.wrapping import wrap
from campaign.rsvps.models import Rsvp

TITLES = {
    Kind.REMINDER: _l("Reminder"),
    Kind.FOLLOWUP: _l("Afterwards"),
    Kind.NOTICE: _l("Notice of a change"),
    Kind.CONFIRMATION: _l("Confirmation"),
    Kind.FAREWELL: _l("Farewell"),
}
ON_DEMAND = {Kind.CONFIRMATION: "rsvps/confirm", Kind.FAREWELL: "rsvps/farewell"}
CHANGES = {
    "moved": _l("Notice: moved"),
    "relocated": _l("Notice: new place"),
    "postponed": _l("Notice: postponed"),
    "cancelled": _l("Notice: cancelled"),
}


class Progress(StrEnum):
    """How far a message is."""

    ON_DEMAND = "on demand"  # to each who answers, at once
    PLANNED = "planned"
    UNDER_WAY = "under way"
    DONE = "done"
    MISSED = "missed"  # its time passed while nothing could be sent
    LEFT_OUT = "left out"  # too near to the start
    OFF = "off"  # switched off


PROGRESS_WORDS = {
    Progress.ON_DEMAND: _l("Sent to each at once"),
    Progress.PLANNED: _l("Planned"),
    Progress.UNDER_WAY: _l("Going out"),
    Progress.DONE: _l("Done"),
    Progress.MISSED: _l("Missed: its time passed while no mail could be sent"),
    Progress.LEFT_OUT: _l("Left out: less than 30 minutes before the start"),
    Progress.OFF: _l("Switched off"),
}


@dataclass(frozen=True)
class Counts:
    """Of one message's deliveries. `unknown` are among the others: no answer came, so it may have arrived or not."""

    owed: int = 0
    waiting: int = 0
    sent: int = 0
    presumed: int = 0  # unknown, and not sent again
    failed: int = 0  # refused for good
    expired: int = 0  # put off until it was too late
    cancelled: int = 0
    unknown: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True)
class Preview:
    """A letter as somebody gets it."""

    language: str
    subject: str
    text: str  # wrapped


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

    def preview(self, language: str, base_url: str) -> Preview:
        """With the real facts, for a person whose name is made up."""
        with in_language(language):
            person = {
                "to": "",
                "name": say("Alex"),
                "manage": f"{base_url}/{language}/rsvps/…",
                "unsubscribe": f"{base_url}/unsubscribe/…",
                "answer": say("Yes, I will be there"),
                "people": "2",
            }
        made = letters.about(self.action, self.letter, language, facts=self.facts, person=person, base_url=base_url)
        lines = [line for paragraph in made.body.split("\n") for line in wrap(paragraph)]
        return Preview(language, made.subject, "\n".join(lines))


def messages(action: Action, language: str, now: datetime) -> list[Message]:
    """All there are: first what goes to each who answers, then the others in the order of time.

    language: of the words for times.
    """
    if action.level is Level.COUNT:
        return []
    own = _rules(action)
    rules = {rule.key: rule for rule in own}
    occasions = _occasions(action)
    counts = _counts(action)
    timed = [
        _message(action, occasion, progress, counts.get(occasion.id, Counts()), rules, language)
        for occasion in occasions
        if occasion.due_at is not None and (progress := _progress(action, occasion, rules, counts))
    ]
    planned = {occasion.rule_key for occasion in occasions if occasion.schedule_rev == action.schedule_rev}
    if action.status in (Status.DRAFT, Status.PUBLISHED):
        timed += [_of_rule(action, rule, language, now) for rule in own if rule.key not in planned]
    timed.sort(key=lambda message: message.due_at or now)
    return [_on_demand(action, kind, occasions, counts) for kind in _demanded(occasions)] + timed


def _rules(action: Action) -> Sequence[Rule]:
    """A draft's are those that it will have."""
    own = db.session.scalars(select(Rule).where(Rule.action_id == action.id).order_by(Rule.id)).all()
    return own or (planning.default_rules(action) if action.status is Status.DRAFT else [])


def _occasions(action: Action) -> Sequence[Occasion]:
    about = Occasion.subject == planning.subject_of(action)
    return db.session.scalars(select(Occasion).where(about).order_by(Occasion.due_at, Occasion.id)).all()


def _counts(action: Action) -> dict[int, Counts]:
    """By occasion."""
    unknown = func.sum(case((Delivery.unknowns > 0, 1), else_=0))
    found = db.session.execute(
        select(Delivery.occasion_id, Delivery.state, func.count(), unknown)
        .join(Occasion, Occasion.id == Delivery.occasion_id)
        .where(Occasion.subject == planning.subject_of(action))
        .group_by(Delivery.occasion_id, Delivery.state)
    )
    counts: dict[int, Counts] = {}
    for occasion_id, state, number, doubtful in found:
        more = Counts(**{"owed": number, "unknown": doubtful, _COLUMNS[state]: number})
        counts[occasion_id] = counts.get(occasion_id, Counts()) + more
    return counts


_COLUMNS = {
    **dict.fromkeys(OPEN, "waiting"),
    DeliveryState.SENT: "sent",
    DeliveryState.PRESUMED: "presumed",
    DeliveryState.FAILED: "failed",
    DeliveryState.SUPPRESSED: "failed",
    DeliveryState.EXPIRED: "expired",
    DeliveryState.CANCELLED: "cancelled",
}


def _progress(
    action: Action, occasion: Occasion, rules: Mapping[str, Rule], counts: Mapping[int, Counts]
) -> Progress | None:
    """None: not worth showing, as the reminders of a date that holds no more."""
    rule = rules.get(occasion.rule_key or "")
    is_of_this_date = occasion.schedule_rev == action.schedule_rev and action.status is Status.PUBLISHED
    match occasion.state:
        case OccasionState.PLANNED:
            return Progress.PLANNED
        case OccasionState.EXPANDED:
            return Progress.UNDER_WAY if counts.get(occasion.id, Counts()).waiting else Progress.DONE
        case OccasionState.MISSED if occasion.due_at and not planning.was_past_when_announced(action, occasion.due_at):
            return Progress.MISSED
        case OccasionState.CANCELLED if rule and is_of_this_date:
            return Progress.LEFT_OUT if rule.active else Progress.OFF
    return None


def _message(
    action: Action,
    occasion: Occasion,
    progress: Progress,
    counts: Counts,
    rules: Mapping[str, Rule],
    language: str,
) -> Message:
    rule = rules.get(occasion.rule_key or "")
    waits = progress is Progress.PLANNED
    return Message(
        action=action,
        kind=occasion.kind,
        title=str(CHANGES.get(occasion.facts.get("change", "")) or TITLES.get(Kind(occasion.kind), occasion.kind)),
        letter=occasion.letter,
        due_at=occasion.due_at,
        offset=offset_in_words(rule, language) if rule else "",
        progress=progress,
        counts=counts,
        people=_people(action, occasion.kind) if waits else counts.owed - counts.cancelled,
        facts=occasion.facts,
    )


def _of_rule(action: Action, rule: Rule, language: str, now: datetime) -> Message:
    """A rule that has no occasion: a draft's, or one that is switched off."""
    timing = planning.timing(rule, action, now)
    left_out = Progress.LEFT_OUT if timing["state"] is OccasionState.CANCELLED else Progress.PLANNED
    return Message(
        action=action,
        kind=rule.kind,
        title=str(TITLES[Kind(rule.kind)]),
        letter=rule.letter,
        due_at=timing["due_at"],
        offset=offset_in_words(rule, language),
        progress=left_out if rule.active else Progress.OFF,
        counts=Counts(),
        people=_people(action, rule.kind),
        facts=planning.words_of(rule),
    )


def _demanded(occasions: Sequence[Occasion]) -> list[Kind]:
    """Kinds of letters that go to one person each; the confirmation even if nobody has answered yet."""
    return [Kind.CONFIRMATION, *([Kind.FAREWELL] if any(each.kind == Kind.FAREWELL for each in occasions) else [])]


def _on_demand(action: Action, kind: Kind, occasions: Sequence[Occasion], counts: Mapping[int, Counts]) -> Message:
    together = sum((counts.get(each.id, Counts()) for each in occasions if each.kind == kind), Counts())
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
        facts={},
    )


def _people(action: Action, kind: str) -> int:
    return db.session.scalar(select(func.count(Rsvp.id)).where(expansion.audience(action.id, kind))) or 0


def offset_in_words(rule: Rule, language: str) -> str:
    """ "1 day before, 6:00 pm", "that day, 6:00 am", "90 minutes before"."""
    if rule.days is None or rule.at_local is None:
        minutes = rule.minutes or 0
        if minutes >= 0:
            return str(say_many("%(num)d minute before", "%(num)d minutes before", minutes))
        return str(say_many("%(num)d minute after", "%(num)d minutes after", -minutes))
    if rule.days == 0:
        day = say("that day")
    elif rule.days > 0:
        day = say_many("%(num)d day before", "%(num)d days before", rule.days)
    else:
        day = say_many("%(num)d day after", "%(num)d days after", -rule.days)
    return f"{day}, {timezones.hour_in_words(rule.at_local, language)}"
