"""Passkeys (WebAuthn level 2): what we ask of a browser, and whether what it answers is right.

A passkey that has verified its owner (by PIN, finger or face) signs in alone, and any passkey does as a second step.
Both answers are bound to a challenge of ours, to our host name and to the address of the page.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from campaign.accounts.models import Organizer
from campaign.credentials.models import Passkey, SpentChallenge
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db

CHALLENGE = 32  # octets
WITHIN = timedelta(minutes=5)  # from challenge to answer
MOST = 20  # of one organizer
LONGEST_ANSWER = 20_000  # characters
LONGEST_ID = 1023  # octets: WebAuthn, section 4, "Credential ID"
_TRANSPORTS = frozenset(transport.value for transport in AuthenticatorTransport)

T = TypeVar("T")


class NotProven(Exception):
    """The answer proves nothing: another challenge, another site, a passkey we don't know, or no answer at all."""


@dataclass(frozen=True)
class Site:
    """Where passkeys are made for.

    host:    what they are bound to, a name; they don't exist for a bare IP address.
    origins: the addresses that our pages may have, e.g. ("https://example.org",).
    """

    host: str
    origins: tuple[str, ...]


def options_to_add(organizer: Organizer, site: Site, challenge: bytes) -> str:
    """What navigator.credentials.create() is to be given, as JSON with octets in base64url."""
    mine = of(organizer)
    if len(mine) >= MOST:
        raise Conflict(_l("You have %(count)s passkeys. Remove one that you don’t use any more."), count=MOST)
    asked = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.host,
        user_id=_handle(mine, challenge),
        user_name=organizer.email,
        user_display_name=organizer.name or organizer.email,
        challenge=challenge,
        timeout=int(WITHIN.total_seconds() * 1000),
        exclude_credentials=_described(mine),
        authenticator_selection=AuthenticatorSelectionCriteria(  # no attachment: phones, laptops and keys alike
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return webauthn.options_to_json(asked)


def add(organizer: Organizer, name: str, answer: str, site: Site, challenge: bytes, now: datetime) -> Passkey:
    """A passkey that a browser has just made. Raises NotProven, and Conflict if we know it already."""
    made = _read(
        answer,
        lambda given: webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
        ),
    )
    if len(made.credential_id) > LONGEST_ID:
        raise NotProven
    if db.session.scalar(select(Passkey.id).where(Passkey.credential_id == made.credential_id)) is not None:
        raise Conflict(_l("This passkey is here already."))
    passkey = Passkey(
        organizer_id=organizer.id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        handle=_handle(of(organizer), challenge),
        sign_count=made.sign_count,
        transports=_transports(answer),
        added_on=now.date(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey


def options_to_sign_in(site: Site, challenge: bytes, organizer: Organizer | None = None) -> str:
    """What navigator.credentials.get() is to be given. organizer: who has passed the first step; else who comes is
    known by the passkey alone, which must verify its owner then."""
    wanted = UserVerificationRequirement.REQUIRED if organizer is None else UserVerificationRequirement.DISCOURAGED
    asked = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        timeout=int(WITHIN.total_seconds() * 1000),
        allow_credentials=_described(of(organizer)) if organizer else None,
        user_verification=wanted,
    )
    return webauthn.options_to_json(asked)


def check(answer: str, site: Site, challenge: bytes, now: datetime, organizer: Organizer | None = None) -> Organizer:
    """Whose passkey has signed the challenge. organizer: who it has to be; without, it has verified its owner.

    Raises NotProven. An answer is good once.
    """
    found = _found(answer)
    if organizer is not None and found.organizer_id != organizer.id:
        raise NotProven
    proven = _read(
        answer,
        lambda given: webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=organizer is None,
        ),
    )
    _spend(challenge, now)
    used = update(Passkey).where(Passkey.id == found.id, Passkey.sign_count == found.sign_count)
    used = used.values(sign_count=proven.new_sign_count, used_on=now.date())
    if not db.session.execute(used.returning(Passkey.id)).all():
        raise NotProven
    return found.organizer


def of(organizer: Organizer) -> Sequence[Passkey]:
    """In the order in which they came."""
    return db.session.scalars(select(Passkey).where(Passkey.organizer_id == organizer.id).order_by(Passkey.id)).all()


def find(organizer: Organizer, id: int) -> Passkey:
    """Raises Missing for somebody else's too."""
    found = db.session.scalar(select(Passkey).where(Passkey.id == id, Passkey.organizer_id == organizer.id))
    if found is None:
        raise Missing
    return found


def drop_old_challenges(now: datetime) -> None:
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at <= now))


def _handle(mine: Sequence[Passkey], challenge: bytes) -> bytes:
    """What authenticators call the owner: the same for all of their passkeys, and chance to begin with."""
    return mine[0].handle if mine else sha256(b"handle " + challenge).digest()


def _found(answer: str) -> Passkey:
    """By the id that the answer says. Its owner's handle has to be theirs if it is said (7.2, step 6)."""
    given = _read(answer, webauthn.helpers.parse_authentication_credential_json)
    found = db.session.scalar(select(Passkey).where(Passkey.credential_id == given.raw_id))
    if found is None or given.response.user_handle not in (None, b"", found.handle):
        raise NotProven
    return found


def _spend(challenge: bytes, now: datetime) -> None:
    spent = insert(SpentChallenge).values(digest=sha256(challenge).digest(), expires_at=now + WITHIN)
    first = spent.on_conflict_do_nothing(index_elements=["digest"]).returning(SpentChallenge.digest)
    if not db.session.execute(first).all():
        raise NotProven


def _read(answer: str, reader: Callable[[dict[str, Any]], T]) -> T:
    """What a library makes of an answer, which may be anything. Raises NotProven."""
    try:
        given = json.loads(answer[:LONGEST_ANSWER])
        return reader(given)
    except Exception as error:  # octets from anybody, deep in CBOR and X.509: nobody says what that may raise
        raise NotProven from error


def _described(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=passkey.credential_id, transports=[AuthenticatorTransport(way) for way in passkey.transports] or None
        )
        for passkey in passkeys
    ]


def _transports(answer: str) -> list[str]:
    """How the passkey can be reached: a hint for the browser, of the kinds that there are."""
    said = json.loads(answer)["response"].get("transports") or []
    return sorted({way for way in said if isinstance(way, str)} & _TRANSPORTS) if isinstance(said, list) else []
