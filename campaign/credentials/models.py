"""What is kept of the things by which organizers prove who they are. No secret lies open here."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.accounts.models import Organizer
from campaign.extensions import Record


class Authenticator(Record):
    """An app that makes six digits of a secret and the time (TOTP, RFC 6238): at most one an organizer."""

    __tablename__ = "authenticators"

    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), primary_key=True)
    secret_sealed: Mapped[bytes]  # under a key made from SECRET_KEY, see `locking`
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # by a first code; until then it counts for nothing
    last_step: Mapped[int] = mapped_column(default=0)  # of the last code taken, in steps of 30 s: none works twice


class Passkey(Record):
    """A key pair that lives in an organizer's phone, computer or security key (WebAuthn). We have its public half."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[bytes] = mapped_column(unique=True)
    public_key: Mapped[bytes]  # COSE
    handle: Mapped[bytes]  # what the authenticator calls its owner: chance, no name
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    added_on: Mapped[date]
    used_on: Mapped[date | None]

    organizer: Mapped[Organizer] = relationship()


class RecoveryCode(Record):
    """One of the codes on an organizer's sheet of paper. Used once, the row is gone."""

    __tablename__ = "recovery_codes"

    digest: Mapped[bytes] = mapped_column(primary_key=True)  # keyed: guessing needs SECRET_KEY too
    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), index=True)


class SpentChallenge(Record):
    """A challenge that a passkey has signed: what was sent once can't be sent again."""

    __tablename__ = "spent_challenges"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]
