"""What organizers are written to about their own accounts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from campaign.accounts.models import Invitation, Organizer, Team
from campaign.outbox import posting, sealed
from campaign.outbox.models import Delivery, Kind
from campaign.sealing import Sealer


class Change(StrEnum):
    """What has changed about how somebody signs in: they are told, because it may have been somebody else."""

    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_RENEWED = "codes_renewed"
    CODE_USED = "code_used"
    SESSIONS_ENDED = "sessions_ended"
    FACTORS_RESET = "factors_reset"


def key_of(organizer: Organizer) -> str:
    """Who a delivery is for, and what its occasion is about."""
    return f"organizer:{organizer.id}"


def owe(
    letter: str,
    organizer: Organizer,
    sealer: Sealer,
    now: datetime,
    *,
    lasts: timedelta | None = None,
    link: str = "",
    to: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Delivery:
    """A letter below templates/mail/accounts/, which finds name and link in `person`. Not sent once `lasts` is over.

    to: another address than theirs: the one they had, or are about to have.
    """
    key = key_of(organizer)
    return posting.post(
        f"accounts/{letter}",
        kind=Kind.ACCOUNT,
        subject=key,
        person_key=key,
        to_sealed=sealed.seal(sealer, key, to=to or organizer.email, name=organizer.name, link=link),
        language=organizer.language,
        now=now,
        facts=facts,
        expires_at=now + lasts if lasts else None,
    )


def owe_invitation(invited: Invitation, team: Team, link: str, sealer: Sealer, now: datetime) -> Delivery:
    """Not sent once the link is too old, or once `take_back` was called."""
    key = _key_of_invitation(invited.digest)
    return posting.post(
        "accounts/invitation",
        kind=Kind.ACCOUNT,
        subject=key,
        person_key=key,
        to_sealed=sealed.seal(sealer, key, to=invited.email, link=link),
        language=invited.language,
        now=now,
        facts={"team": team.name},
        expires_at=invited.expires_at,
    )


def take_back(digest: bytes) -> None:
    """The letter with the link, if it hasn't gone out."""
    posting.withdraw(_key_of_invitation(digest))


def _key_of_invitation(digest: bytes) -> str:
    return f"invitation:{digest.hex()[:32]}"
