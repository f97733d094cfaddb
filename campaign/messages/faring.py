"""How a message fared: how many of its letters are sent, wait, failed, and why, in words that say what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from campaign.extensions import _l, db
from campaign.outbox.models import OPEN, Delivery, DeliveryState, Kind, Occasion


@dataclass(frozen=True)
class Counts:
    """Of one message's deliveries. `unknown` are among the others: no answer came, so it may have arrived or not."""

    owed: int = 0
    waiting: int = 0
    sent: int = 0
    presumed: int = 0  # unknown, and not sent again
    failed: int = 0  # refused for good
    suppressed: int = 0  # not tried: its address isn't written to any more
    expired: int = 0  # put off until it was too late
    cancelled: int = 0
    unknown: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def gone(self) -> int:
        """Out of our hands, as far as anybody knows."""
        return self.sent + self.presumed

    @property
    def percent(self) -> int:
        """How much of it is over, whole, and never 100 while one waits."""
        return 100 if not self.waiting else (self.owed - self.waiting) * 100 // self.owed


_COLUMNS = {
    **dict.fromkeys(OPEN, "waiting"),
    DeliveryState.SENT: "sent",
    DeliveryState.PRESUMED: "presumed",
    DeliveryState.FAILED: "failed",
    DeliveryState.SUPPRESSED: "suppressed",
    DeliveryState.EXPIRED: "expired",
    DeliveryState.CANCELLED: "cancelled",
}


def counts(subject: str) -> dict[int, Counts]:
    """Of everything about this subject, by occasion."""
    return _counts(Occasion.subject == subject)


def of(occasion: Occasion) -> Counts:
    return _counts(Occasion.id == occasion.id).get(occasion.id, Counts())


@dataclass(frozen=True)
class Part:
    """So many of a message's letters, what became of them, and what can be done about it ("": nothing need be)."""

    number: int
    what: Any
    advice: Any = ""


def parts(occasion: Occasion) -> list[Part]:
    """All of a message's letters, by what became of them; the reasons of what failed apart."""
    put_off = case((Delivery.attempts > 0, 1), else_=0)
    rows = db.session.execute(
        select(Delivery.state, Delivery.smtp_code, put_off, func.count())
        .where(Delivery.occasion_id == occasion.id)
        .group_by(Delivery.state, Delivery.smtp_code, put_off)
    ).all()
    found: dict[str, int] = {}
    for state, code, was_put_off, number in rows:
        key = _key(state, code, bool(was_put_off))
        found[key] = found.get(key, 0) + number
    doubtful = _doubtful(occasion)
    listed = [Part(found[key], *_WORDS[key]) for key in _WORDS if key in found]
    return [*listed, *([Part(doubtful, *_DOUBT)] if doubtful else [])]


def total(parts: Iterable[Counts]) -> Counts:
    return sum(parts, Counts())


def _counts(which: ColumnElement[bool]) -> dict[int, Counts]:
    unknown = func.sum(case((Delivery.unknowns > 0, 1), else_=0))
    found = db.session.execute(
        select(Delivery.occasion_id, Delivery.state, func.count(), unknown)
        .join(Occasion, Occasion.id == Delivery.occasion_id)
        .where(which, Occasion.kind != Kind.TEST)
        .group_by(Delivery.occasion_id, Delivery.state)
    )
    made: dict[int, Counts] = {}
    for occasion_id, state, number, doubtful in found:
        more = Counts(**{"owed": number, "unknown": doubtful, _COLUMNS[state]: number})
        made[occasion_id] = made.get(occasion_id, Counts()) + more
    return made


def _doubtful(occasion: Occasion) -> int:
    """Nobody knows whether they arrived, whatever became of them afterwards."""
    these = (Delivery.occasion_id == occasion.id) & (Delivery.unknowns > 0)
    return db.session.scalar(select(func.count()).select_from(Delivery).where(these)) or 0


def _key(state: DeliveryState, code: int | None, put_off: bool) -> str:
    if state is DeliveryState.PAUSED:
        return "paused"
    if state in OPEN:
        return "put off" if put_off else "waiting"
    if state is DeliveryState.FAILED:
        return _REFUSALS.get(code, "refused") if code else "unsendable"
    return str(state)


_REFUSALS = dict.fromkeys((550, 551, 553), "no mailbox")

_WORDS: dict[str, tuple[Any, Any]] = {
    "sent": (_l("taken by the mail server"), ""),
    "presumed": (
        _l("presumed sent"),
        _l("The mail server took them and never said so. They aren’t sent again: two reminders would be worse."),
    ),
    "waiting": (_l("waiting for their turn"), ""),
    "put off": (
        _l("put off by the mail server"),
        _l("It asked us to come again later. We do, at longer and longer intervals, for up to two days."),
    ),
    "paused": (_l("paused"), _l("Nothing of it goes out until you let it go on.")),
    "no mailbox": (
        _l("refused: there is no such mailbox"),
        _l("The address was mistyped or is closed. It isn’t written to again; there is nothing for you to do."),
    ),
    "refused": (
        _l("refused by the mail server"),
        _l("If they are many, ask whoever runs your mail server: it may think that our mail is unwanted."),
    ),
    "unsendable": (
        _l("couldn’t be written"),
        _l("The address can’t be used in mail, or its data were erased before."),
    ),
    "suppressed": (
        _l("not tried: the address isn’t written to any more"),
        _l("Earlier mail to it came back, or its owner complained. Respect that."),
    ),
    "expired": (
        _l("given up: it would have come too late"),
        _l("If they are many, look whether mail goes out at all: the front page of this area says so."),
    ),
    "cancelled": (
        _l("taken back before they went out"),
        _l("The action changed, somebody stopped the sending, or these people wanted no more mail."),
    ),
}
_DOUBT = (
    _l("without an answer from the mail server, once or more"),
    _l("They are counted above as well. They may have arrived or not; nobody can tell."),
)
