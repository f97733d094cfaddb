"""Changing the address by which one signs in: the new mailbox confirms it, the old one is told."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from campaign import tokens
from campaign.accounts.models import Organizer
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.profiles.models import AddressChange

VALID = timedelta(days=1)


def ask(organizer: Organizer, email: str, now: datetime) -> str | None:
    """Returns the token of the link that goes to the new address; None if somebody else signs in with it, which
    whoever asks isn't told: their wish waits all the same. An earlier wish that waits is dropped."""
    take_back(organizer)
    token = tokens.new()
    db.session.add(
        AddressChange(organizer_id=organizer.id, digest=tokens.digest(token), email=email, expires_at=now + VALID)
    )
    db.session.flush()
    return None if _is_taken(email) else token


def waiting(organizer: Organizer, now: datetime) -> AddressChange | None:
    found = db.session.get(AddressChange, organizer.id)
    return found if found is not None and found.expires_at > now else None


def find(organizer: Organizer, token: str, now: datetime) -> AddressChange:
    """What a link stands for. Raises Missing: used, too old, replaced, or somebody else's.

    Only who asked for it can use it: a letter that went to a stranger by a slip of the pen gives them nothing.
    """
    found = waiting(organizer, now)
    if found is None or not tokens.is_well_formed(token) or found.digest != tokens.digest(token):
        raise Missing
    return found


def confirm(organizer: Organizer, token: str, now: datetime) -> str:
    """They sign in with the new address from now on, and links to a new password that the old one has got work no
    more. Returns the old address. Raises Missing; Conflict if somebody else has taken the new one meanwhile."""
    email, old = find(organizer, token, now).email, organizer.email
    if _is_taken(email):
        raise Conflict(_l("Somebody else signs in with that address."))
    take_back(organizer)
    organizer.email = email
    organizer.fs_uniquifier = tokens.new()
    db.session.flush()
    return old


def take_back(organizer: Organizer) -> None:
    db.session.execute(delete(AddressChange).where(AddressChange.organizer_id == organizer.id))


def drop_old(now: datetime) -> None:
    db.session.execute(delete(AddressChange).where(AddressChange.expires_at <= now))


def _is_taken(email: str) -> bool:
    return db.session.scalar(select(Organizer.id).where(Organizer.email == email)) is not None
