"""How long before or after its start a message goes out: in words, and whether that can be meant at all."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from campaign import days, timezones
from campaign.actions.models import Action
from campaign.extensions import _l, say, say_many
from campaign.messages.models import Rule, RuleKind

TOO_NEAR = timedelta(minutes=30)  # before the start: who isn't on the way by then needs no reminder


@dataclass(frozen=True)
class Offset:
    """days and at_local, or minutes: as in `Rule`, positive before the start. Neither: of a confirmation."""

    days: int | None = None
    at_local: time | None = None
    minutes: int | None = None

    @classmethod
    def of(cls, rule: Rule) -> "Offset":
        return cls(rule.days, rule.at_local, rule.minutes)

    def due_at(self, action: Action) -> datetime:
        """The instant that it means for an action's present date.

        Days are counted on the calendar of the action's zone, minutes as they pass. In the hour that a clock change
        leaves out, it is as far on as the clocks jump; of an hour that comes twice, the first.
        """
        if self.days is None or self.at_local is None:
            return action.starts_at - timedelta(minutes=self.minutes or 0)
        local = datetime.combine(action.starts_local.date() - timedelta(days=self.days), self.at_local)
        return timezones.instant_or_later(local, action.zone)

    def in_words(self, language: str) -> str:
        """ "1 day before, 6:00 pm", "that day, 6:00 am", "90 minutes before", "2 hours after"."""
        if self.days is None or self.at_local is None:
            return _span(self.minutes or 0)
        if self.days == 0:
            day = say("that day")
        elif self.days > 0:
            day = say_many("%(num)d day before", "%(num)d days before", self.days)
        else:
            day = say_many("%(num)d day after", "%(num)d days after", -self.days)
        return f"{day}, {timezones.hour_in_words(self.at_local, language)}"


def trouble(offset: Offset, kind: RuleKind, action: Action, now: datetime, language: str) -> Any:
    """Why a message with this offset would never go out, in words; none if it would."""
    due = offset.due_at(action)
    when = timezones.in_words(timezones.wall(due, action.zone), language)
    start = days.start_in_words(action, language)
    if kind is RuleKind.FOLLOWUP:
        return _trouble_afterwards(due, when, start, action, language)
    if due >= action.reminds_until:
        return _l(
            "That would be %(when)s, and the action starts %(start)s. Choose a time before it, or “after”.",
            when=when,
            start=start,
        )
    if due > action.reminds_until - TOO_NEAR:
        return _l(
            "That is less than %(minutes)s minutes before the start: those who come are on their way. Choose an "
            "earlier time.",
            minutes=TOO_NEAR // timedelta(minutes=1),
        )
    if due <= now:
        return _l("That was %(when)s: it would never go out. Choose a time that is still to come.", when=when)
    return None


def erased_at(action: Action) -> datetime:
    """From when on nobody can be written to: their addresses are gone, or may be."""
    return timezones.instant_or_later(datetime.combine(action.erase_on, time()), action.zone)


def _trouble_afterwards(due: datetime, when: str, start: str, action: Action, language: str) -> Any:
    if due <= action.starts_at:
        return _l(
            "That would be %(when)s, and the action starts %(start)s. Choose a time after it, or “before”.",
            when=when,
            start=start,
        )
    if due >= erased_at(action):
        return _l(
            "That would be %(when)s. Addresses are erased on %(day)s, so nobody could be written to. Choose an earlier "
            "time.",
            when=when,
            day=timezones.day_in_words(action.erase_on, language),
        )
    return None


def _span(minutes: int) -> str:
    size = abs(minutes)
    if size and size % 60 == 0:
        hours = size // 60
        if minutes > 0:
            return str(say_many("%(num)d hour before", "%(num)d hours before", hours))
        return str(say_many("%(num)d hour after", "%(num)d hours after", hours))
    if minutes >= 0:
        return str(say_many("%(num)d minute before", "%(num)d minutes before", size))
    return str(say_many("%(num)d minute after", "%(num)d minutes after", size))
