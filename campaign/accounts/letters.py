"""What organizers are written to about their own accounts."""

from datetime import datetime, timedelta

from campaign.accounts.models import Organizer
from campaign.outbox import posting, sealed
from campaign.outbox.models import Delivery, Kind
from campaign.sealing import Sealer


def key_of(organizer: Organizer) -> str:
    """Who a delivery is for, and what its occasion is about."""
    return f"organizer:{organizer.id}"


def owe(
    letter: str, organizer: Organizer, sealer: Sealer, now: datetime, *, lasts: timedelta | None = None, link: str = ""
) -> Delivery:
    """A letter below templates/mail/accounts/, which finds name and link in `person`. Not sent once `lasts` is over."""
    key = key_of(organizer)
    return posting.post(
        f"accounts/{letter}",
        kind=Kind.ACCOUNT,
        subject=key,
        person_key=key,
        to_sealed=sealed.seal(sealer, key, to=organizer.email, name=organizer.name, link=link),
        language=organizer.language,
        now=now,
        expires_at=now + lasts if lasts else None,
    )
