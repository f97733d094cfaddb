"""Calendars that somebody wants to take over, until they have said yes or no."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.campaigns.models import Campaign
from campaign.extensions import Record, choice_of


class State(StrEnum):
    WAITING = "waiting"  # to be fetched
    FETCHING = "fetching"
    READ = "read"  # and to be looked at
    REFUSED = "refused"  # nothing can be taken from it; `trouble` says why


class Import(Record):
    """A calendar that an organizer gave us, as a file or by its address. Nobody else of the team sees it.

    It holds no more of the calendar than what may be taken: no guests, no hosts, no attachments.
    """

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))  # of the file, or the host
    address: Mapped[str] = mapped_column(String(500), default="")  # may be a secret; gone as soon as it is fetched
    state: Mapped[State] = mapped_column(choice_of(State), default=State.WAITING)
    trouble: Mapped[str] = mapped_column(String(16), default="")
    detail: Mapped[str] = mapped_column(String(120), default="")  # what the trouble's words name
    octets: Mapped[int] = mapped_column(default=0)
    zone: Mapped[str] = mapped_column(String(64), default="")  # the calendar's own, known or not
    found: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # each a `reader.Found`
    more: Mapped[int] = mapped_column(default=0)  # dates of what repeats that were left out
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    campaign: Mapped[Campaign] = relationship()
    organizer: Mapped[Organizer] = relationship()
