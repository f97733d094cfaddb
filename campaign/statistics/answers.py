"""How many answered, and what: counts for organizers. Names and addresses can't be read here, nor anywhere else."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select

from campaign.actions.models import Action
from campaign.extensions import db
from campaign.messages import expansion
from campaign.outbox.models import Kind
from campaign.rsvps.models import COUNTED, Answer, Rsvp, State

WAITING = (State.SEALED, State.PENDING)
COMING_IN_QUESTION = (Answer.YES, Answer.MAYBE)
DAYS_AT_MOST = 60  # more than that are shown by weeks


@dataclass(frozen=True)
class Tally:
    """answers: how many sent the form. people: they and whom they bring."""

    answers: int = 0
    people: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.answers + other.answers, self.people + other.people)


@dataclass
class Counts:
    """Of one action. verified: by a link in a letter; unverified: without an address, so anybody may have sent it."""

    verified: dict[Answer, Tally] = field(default_factory=dict)
    unverified: dict[Answer, Tally] = field(default_factory=dict)
    waiting: Tally = Tally()  # a letter is out, and its button not pressed yet
    cancelled: int = 0

    def of(self, answer: Answer) -> Tally:
        return self.verified.get(answer, Tally()) + self.unverified.get(answer, Tally())

    @property
    def answers(self) -> int:
        return sum(self.of(answer).answers for answer in Answer)

    def add(self, state: State, answer: Answer, tally: Tally) -> None:
        if state is State.CONFIRMED:
            self.verified[answer] = tally
        elif state is State.UNVERIFIED:
            self.unverified[answer] = tally
        elif state is State.CANCELLED:
            self.cancelled += tally.answers
        else:
            self.waiting += tally


@dataclass(frozen=True)
class Day:
    """What one day, or the week that begins on it, brought."""

    on: date
    coming: int  # new answers of yes
    total: int  # of them so far
    mailed: bool = False  # whether a message went out


def counts(actions: Sequence[Action]) -> dict[int, Counts]:
    """By the actions' ids, in one question to the database."""
    found = {action.id: Counts() for action in actions}
    rows = db.session.execute(
        select(Rsvp.action_id, Rsvp.state, Rsvp.answer, func.count(), func.sum(Rsvp.party_size))
        .where(Rsvp.action_id.in_(found))
        .group_by(Rsvp.action_id, Rsvp.state, Rsvp.answer)
    )
    for action_id, state, answer, answers, people in rows:
        found[action_id].add(state, answer, Tally(answers, people))
    return found


def of(action: Action) -> Counts:
    return counts([action])[action.id]


def anybody(action: Action) -> bool:
    """Whether somebody has answered, or has and took it back."""
    return db.session.scalar(select(Rsvp.id).where(Rsvp.action_id == action.id).limit(1)) is not None


def by_day(action: Action, today: date, mailed: Collection[date] = ()) -> list[Day]:
    """From the first answer to today, or to the last; days without any too. By weeks from Monday if they are many.

    mailed: on which messages went out.
    """
    rows = db.session.execute(
        select(Rsvp.answered_on, func.count())
        .where(Rsvp.action_id == action.id, Rsvp.state.in_(COUNTED), Rsvp.answer == Answer.YES)
        .group_by(Rsvp.answered_on)
    )
    new = {day: answers for day, answers in rows}  # noqa: C416 -- a Row is no pair to mypy
    if not new:
        return []
    first, last = min(new), max([*new, min(today, action.starts_local.date())])
    step = timedelta(days=1)
    if (last - first).days >= DAYS_AT_MOST:
        first, step = first - timedelta(days=first.weekday()), timedelta(days=7)
    days, total = [], 0
    while first <= last:
        coming = sum(count for day, count in new.items() if first <= day < first + step)
        total += coming
        days.append(Day(first, coming, total, any(first <= day < first + step for day in mailed)))
        first += step
    return days


def new_since(action: Action, day: date) -> int:
    """How many of those who come answered on that day or later."""
    coming = [Rsvp.action_id == action.id, Rsvp.state.in_(COUNTED), Rsvp.answer == Answer.YES]
    return db.session.scalar(select(func.count(Rsvp.id)).where(*coming, Rsvp.answered_on >= day)) or 0


def by_language(action: Action) -> list[tuple[str, Tally]]:
    """Of those who come or may come: in which language they answered, the most people first."""
    rows = db.session.execute(
        select(Rsvp.language, func.count(), func.sum(Rsvp.party_size))
        .where(Rsvp.action_id == action.id, Rsvp.state.in_(COUNTED), Rsvp.answer.in_(COMING_IN_QUESTION))
        .group_by(Rsvp.language)
        .order_by(func.sum(Rsvp.party_size).desc(), Rsvp.language)
    )
    return [(language, Tally(answers, people)) for language, answers, people in rows]


def to_be_told(action: Action) -> int:
    """How many a notice of change goes to."""
    return db.session.scalar(select(func.count(Rsvp.id)).where(expansion.audience(action.id, Kind.NOTICE))) or 0
