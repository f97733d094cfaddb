"""Six digits from an app: made of a secret and the time (TOTP, RFC 6238), a new one every 30 seconds."""

import re
from base64 import b32encode
from datetime import datetime, timedelta

import segno
from passlib.exc import TokenError
from passlib.totp import TOTP
from sqlalchemy import delete, update

from campaign import tokens
from campaign.accounts.models import Organizer
from campaign.credentials.locking import secret_of
from campaign.credentials.models import Authenticator
from campaign.errors import Conflict
from campaign.extensions import _l, db
from campaign.sealing import CannotOpen, Vault

OCTETS = 20  # of the secret: RFC 4226, section 4
CLOCKS_DIFFER_BY = 30  # seconds, either way: RFC 6238, section 5.2
WAITS = timedelta(hours=1)  # for the first code
_CODE = re.compile(r"\d{6}", re.ASCII)


def begin(organizer: Organizer, vault: Vault, now: datetime) -> Authenticator:
    """A new secret, which counts once a code of it has come back. One that still waits for that is replaced.

    Raises Conflict if there is an app that counts.
    """
    if is_set_up(organizer):
        raise Conflict(_l("An authenticator app is set up already. Remove it first to set up another."))
    db.session.execute(delete(Authenticator).where(Authenticator.organizer_id == organizer.id))
    sealed = vault.seal(tokens.octets(OCTETS), secret_of(organizer))
    begun = Authenticator(organizer_id=organizer.id, secret_sealed=sealed, begun_at=now, last_step=0)
    db.session.add(begun)
    db.session.flush()
    return begun


def waiting(organizer: Organizer, now: datetime) -> Authenticator | None:
    """The app that is being set up."""
    found = db.session.get(Authenticator, organizer.id)
    return found if found and found.confirmed_at is None and now - found.begun_at < WAITS else None


def is_set_up(organizer: Organizer) -> bool:
    found = db.session.get(Authenticator, organizer.id)
    return found is not None and found.confirmed_at is not None


def secret(authenticator: Authenticator, organizer: Organizer, vault: Vault) -> str:
    """In base32, as apps take it. Raises CannotOpen."""
    return b32encode(vault.open(authenticator.secret_sealed, secret_of(organizer))).decode()


def qr_code(secret: str, organizer: Organizer, site: str) -> str:
    """What an app's camera reads, as the address of a picture (PNG, 4 pixels a module).

    site: what the app is to call us.
    """
    address = TOTP(key=secret, format="base32").to_uri(label=organizer.email.replace(":", "_"), issuer=site)
    drawn: str = segno.make(address, error="m").png_data_uri(scale=4, border=4)
    return drawn


def confirm(organizer: Organizer, code: str, vault: Vault, now: datetime) -> bool:
    """Whether `code` shows that the app works; from then on it counts."""
    begun = waiting(organizer, now)
    if begun is None or not _take(begun, organizer, code, vault, now):
        return False
    begun.confirmed_at = now
    db.session.flush()
    return True


def check(organizer: Organizer, code: str, vault: Vault, now: datetime) -> bool:
    """Whether `code` is one that their app shows now and wasn't taken before. It is taken."""
    found = db.session.get(Authenticator, organizer.id)
    return found is not None and found.confirmed_at is not None and _take(found, organizer, code, vault, now)


def remove(organizer: Organizer) -> bool:
    """Whether there was one, set up or not."""
    gone = delete(Authenticator).where(Authenticator.organizer_id == organizer.id)
    return bool(db.session.execute(gone.returning(Authenticator.organizer_id)).all())


def drop_unconfirmed(now: datetime) -> None:
    """Those that nobody finished setting up."""
    db.session.execute(
        delete(Authenticator).where(Authenticator.confirmed_at.is_(None), Authenticator.begun_at <= now - WAITS)
    )


def _take(authenticator: Authenticator, organizer: Organizer, code: str, vault: Vault, now: datetime) -> bool:
    """One statement notes the code's step if it is later than the last one: of two at once, one is too late."""
    step = _step_of(authenticator, organizer, code, vault, now)
    later = (Authenticator.organizer_id == organizer.id) & (Authenticator.last_step < (step or 0))
    noted = update(Authenticator).where(later).values(last_step=step).returning(Authenticator.organizer_id)
    return step is not None and bool(db.session.execute(noted).all())


def _step_of(authenticator: Authenticator, organizer: Organizer, code: str, vault: Vault, now: datetime) -> int | None:
    """Which step of 30 seconds since 1970 the code is of; None if of none about now."""
    digits = re.sub(r"[\s-]", "", code[:20])
    if not _CODE.fullmatch(digits):
        return None
    try:
        app = TOTP(key=secret(authenticator, organizer, vault), format="base32")
        return int(app.match(digits, time=now, window=CLOCKS_DIFFER_BY).counter)
    except (TokenError, CannotOpen):
        return None
