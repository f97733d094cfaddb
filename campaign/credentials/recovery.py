"""Codes on paper, for the day when phone and passkey are gone. Each works once, and is shown once."""

from base64 import b32encode

from sqlalchemy import delete, func, select

from campaign import tokens
from campaign.accounts.models import Organizer
from campaign.credentials.models import RecoveryCode
from campaign.extensions import db
from campaign.sealing import Vault

COUNT = 10
FEW = 3  # left: time for new ones
_GROUPS, _OF = 4, 4  # sixteen characters of five bits each
_LOOKALIKES = str.maketrans({"0": "o", "1": "l", "8": "b"})  # digits that base32 hasn't, for what they were meant to be


def make(organizer: Organizer, vault: Vault) -> list[str]:
    """New ones, such as "k3vd-q2xa-…", to be shown now and never again. Those that there were work no more."""
    drop(organizer)
    codes = [b32encode(tokens.octets(_GROUPS * _OF * 5 // 8)).decode().lower() for _ in range(COUNT)]
    for code in codes:
        db.session.add(RecoveryCode(digest=_digest(organizer, code, vault), organizer_id=organizer.id))
    db.session.flush()
    return ["-".join(code[at : at + _OF] for at in range(0, len(code), _OF)) for code in codes]


def left(organizer: Organizer) -> int:
    return db.session.scalar(select(func.count()).where(RecoveryCode.organizer_id == organizer.id)) or 0


def use(organizer: Organizer, code: str, vault: Vault) -> bool:
    """Whether it was one of theirs; it is used up. As it was typed: capitals, spaces and dashes don't matter."""
    plain = "".join(c for c in code[:60].lower() if c.isalnum()).translate(_LOOKALIKES)
    theirs = RecoveryCode.organizer_id == organizer.id
    used = delete(RecoveryCode).where(theirs, RecoveryCode.digest == _digest(organizer, plain, vault))
    return bool(db.session.execute(used.returning(RecoveryCode.digest)).all())


def drop(organizer: Organizer) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.organizer_id == organizer.id))


def _digest(organizer: Organizer, code: str, vault: Vault) -> bytes:
    return vault.index(f"recovery {organizer.id} {code}")
