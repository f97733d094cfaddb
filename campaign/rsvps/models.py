"""RSVPs, the key of each action's RSVPs, and unsubscribe links. What names a person is sealed."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.actions.models import Action, Status
from campaign.errors import Conflict
from campaign.extensions import Record, _l, choice_of


class Answer(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


ANSWER_WORDS = {
    Answer.YES: _l("Yes, I will be there"),
    Answer.MAYBE: _l("Maybe"),
    Answer.NO: _l("I can’t come"),
}


class State(StrEnum):
    SEALED = "sealed"  # as the web process left it; only the worker can open it
    PENDING = "pending"  # opened and re-sealed; waits for the button behind the letter's link
    CONFIRMED = "confirmed"
    UNVERIFIED = "unverified"  # without an address: counts at once, shown apart
    CANCELLED = "cancelled"  # nothing of the person is left; the link and an anonymous count are


COUNTED = frozenset({State.CONFIRMED, State.UNVERIFIED})

MOVES: dict[State, set[State]] = {
    State.SEALED: {State.PENDING},
    State.PENDING: {State.CONFIRMED, State.CANCELLED},
    State.CONFIRMED: {State.CANCELLED},
    State.UNVERIFIED: {State.CANCELLED},
    State.CANCELLED: set(),
}
CANCELLED_ALREADY = _l("This RSVP was cancelled. To come after all, send a new one from the action’s page.")


class Rsvp(Record):
    """One person's answer to one action, perhaps with company."""

    __tablename__ = "rsvps"
    __table_args__ = (
        Index("uq_rsvps_action_index", "action_id", "blind_index", unique=True),
        Index("ix_rsvps_action_state", "action_id", "state", "answer"),
        Index(  # looked at all the time, and nearly always empty
            "ix_rsvps_sealed", "id", sqlite_where=text("state = 'sealed'"), postgresql_where=text("state = 'sealed'")
        ),
    )

    id: Mapped[str] = mapped_column(String(27), primary_key=True)  # random; also the person_key of its deliveries
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id"))
    answer: Mapped[Answer] = mapped_column(choice_of(Answer))
    party_size: Mapped[int] = mapped_column(default=1)  # people, the supporter included
    language: Mapped[str] = mapped_column(String(2))
    state: Mapped[State] = mapped_column(choice_of(State))
    reminders: Mapped[bool] = mapped_column(default=False)
    unsubscribed: Mapped[bool] = mapped_column(default=False)
    answered_on: Mapped[date]
    answered_rev: Mapped[int] = mapped_column(default=0)  # the action's `schedule_rev` that its owner last spoke to
    said_again_on: Mapped[date | None]  # the day on which they last said whether they still come

    box: Mapped[bytes | None]  # see sealing.py; to the intake key while sealed, then under the action's key
    blind_index: Mapped[bytes | None]  # of the address, under the action's index key
    manage_digest: Mapped[bytes | None] = mapped_column(unique=True)  # SHA-256 of the private link's token
    letter_on: Mapped[date | None]  # the day of the latest confirmation letter: at most one a day
    purges_seen: Mapped[int] = mapped_column(default=0)  # nightly purges since that letter reached a final state

    action: Mapped[Action] = relationship()

    @property
    def places(self) -> int:
        """How many of its action's places it holds."""
        return self.party_size if self.state in COUNTED and self.answer is Answer.YES else 0

    @property
    def speaks_of_an_old_date(self) -> bool:
        """Whether the action has a new one since its owner last said that they come, or may."""
        held = self.state in COUNTED and self.answer is not Answer.NO
        return held and self.action.status is Status.PUBLISHED and self.answered_rev < self.action.schedule_rev

    @property
    def has_address(self) -> bool:
        """Whether its owner can be written to; where to, this process can't tell."""
        return self.box is not None

    def wait(self) -> None:
        """Opened and stored again: from now on it is its owner's turn."""
        self._move(State.PENDING)

    def confirm(self) -> None:
        self._move(State.CONFIRMED)
        self.letter_on = None  # whoever lost the link may ask for it again, on this same day too

    def cancel(self) -> None:
        self._move(State.CANCELLED)
        self.erase_contact()

    def erase_contact(self) -> None:
        """What names a person and what finds them again by their address. The private link stays."""
        self.box = self.blind_index = None
        self.reminders = False

    def _move(self, to: State) -> None:
        if to not in MOVES[self.state]:
            raise Conflict(CANCELLED_ALREADY)
        self.state = to


class ActionKey(Record):
    """The key under which an action's RSVPs are sealed, wrapped by an epoch key that only the worker has.

    Deleting the row (and, later, the epoch) makes every copy of what it sealed unreadable.
    """

    __tablename__ = "action_keys"

    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"), primary_key=True)
    epoch: Mapped[int]
    wrapped: Mapped[bytes]


class UnsubscribeLink(Record):
    """What an unsubscribe link stands for. Without an address, so it may outlive the purge by 60 days."""

    __tablename__ = "unsubscribe_links"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    rsvp_id: Mapped[str] = mapped_column(String(27), index=True)  # may be gone
    action_id: Mapped[int] = mapped_column(ForeignKey("actions.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(2))
    expires_on: Mapped[date]
