"""What somebody needs beyond their password to sign in: an app, passkeys, and codes on paper to fall back on.

It is asked for as soon as there is an app or a passkey, and never before: nobody is forced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from campaign.accounts.models import Organizer
from campaign.credentials import authenticators, passkeys, recovery
from campaign.credentials.models import Passkey
from campaign.errors import Missing
from campaign.extensions import db
from campaign.sealing import Vault


@dataclass(frozen=True)
class Factors:
    app: bool
    passkeys: Sequence[Passkey]
    codes_left: int

    def __bool__(self) -> bool:
        """Whether a password alone isn't enough."""
        return self.app or bool(self.passkeys)

    @property
    def few_codes(self) -> bool:
        return bool(self) and self.codes_left <= recovery.FEW


def of(organizer: Organizer) -> Factors:
    return Factors(authenticators.is_set_up(organizer), passkeys.of(organizer), recovery.left(organizer))


def codes_for_the_first(organizer: Organizer, vault: Vault) -> list[str]:
    """Recovery codes for somebody who has just got an app or a passkey and has no codes left; else none are made."""
    return [] if recovery.left(organizer) else recovery.make(organizer, vault)


def remove_app(organizer: Organizer) -> None:
    """Raises Missing."""
    if not authenticators.remove(organizer):
        raise Missing
    _drop_idle_codes(organizer)


def remove_passkey(passkey: Passkey, organizer: Organizer) -> None:
    db.session.delete(passkey)
    db.session.flush()
    _drop_idle_codes(organizer)


def reset(organizer: Organizer) -> None:
    """Everything, for somebody who has lost it: a password is enough again."""
    authenticators.remove(organizer)
    db.session.execute(delete(Passkey).where(Passkey.organizer_id == organizer.id))
    recovery.drop(organizer)


def tidy(now: datetime) -> None:
    """Drops what nobody finished or needs any more."""
    authenticators.drop_unconfirmed(now)
    passkeys.drop_old_challenges(now)


def _drop_idle_codes(organizer: Organizer) -> None:
    """Codes are for the second step. Without one, old sheets of paper shouldn't come to life with the next app."""
    if not of(organizer):
        recovery.drop(organizer)
