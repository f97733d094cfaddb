"""What is owed to one person by mail: the letter to confirm by, the link again, the farewell."""

from datetime import UTC, datetime, time, timedelta

from campaign.outbox import posting
from campaign.outbox.models import Delivery, Kind
from campaign.rsvps.models import Rsvp

LASTS = timedelta(hours=48)  # a later one would ask for an answer to what was forgotten


def write(letter: str, kind: Kind, rsvp: Rsvp, to_sealed: bytes, now: datetime) -> Delivery:
    """to_sealed: a copy of the RSVP's box; the outbox erases it when the letter has come to an end."""
    return posting.post(
        letter,
        kind=kind,
        subject=f"action:{rsvp.action_id}",
        person_key=rsvp.id,
        to_sealed=to_sealed,
        language=rsvp.language,
        now=now,
        expires_at=_until(rsvp, now),
    )


def _until(rsvp: Rsvp, now: datetime) -> datetime:
    """After 48 hours, at the next midnight (UTC): the row stays for the count, and mustn't tell when somebody sent a
    form to the minute. Never after the action, unless that is over anyway."""
    midnight = datetime.combine((now + LASTS).date() + timedelta(days=1), time(), UTC)
    ends_at = rsvp.action.ends_at
    return min(midnight, ends_at) if ends_at > now else midnight
