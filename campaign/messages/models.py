"""When those who come are written to: an action's rules."""

from datetime import time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.actions.models import Action
from campaign.columns import Texts
from campaign.extensions import Record, choice_of
from campaign.outbox.models import OnUnknown


class RuleKind(StrEnum):
    CONFIRMATION = "confirmation"  # to each who answers: own words in it, no time of its own
    REMINDER = "reminder"
    FOLLOWUP = "followup"  # while it isn't active, it is a draft that nobody has released


class Rule(Record):
    """ "One day before, 18:00", or "90 minutes before": fires once for each date that its action has.

    Days are counted in the action's own zone, so a clock change doesn't shift the hour; minutes are counted in UTC.
    """

    __tablename__ = "rules"
    __table_args__ = (
        CheckConstraint("(days IS NULL) = (at_local IS NULL)", name="a_day_has_an_hour"),
        CheckConstraint(
            "(days IS NULL OR minutes IS NULL) AND ((kind = 'confirmation') = (days IS NULL AND minutes IS NULL))",
            name="days_or_minutes",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RuleKind] = mapped_column(choice_of(RuleKind))
    days: Mapped[int | None]  # before the day of the start; negative: after
    at_local: Mapped[time | None]
    minutes: Mapped[int | None]  # before the start; negative: after
    letter: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Texts] = mapped_column(default=Texts)  # own words in place of the letter's; empty: the letter's
    body: Mapped[Texts] = mapped_column(default=Texts)
    on_unknown: Mapped[OnUnknown] = mapped_column(choice_of(OnUnknown), default=OnUnknown.PRESUME)
    active: Mapped[bool] = mapped_column(default=True)

    action: Mapped[Action] = relationship()

    @property
    def key(self) -> str:
        """Names it in the outbox, which knows no rules."""
        return f"rule:{self.id}"
