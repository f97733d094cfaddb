"""How somebody becomes an organizer."""

from datetime import datetime, timedelta

from email_validator import EmailNotValidError
from sqlalchemy import delete, select

from campaign import tokens
from campaign.accounts import passwords
from campaign.accounts.membership import Level, Membership
from campaign.accounts.models import Invitation, Organizer, Team
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.fields import mail_address

VALID = timedelta(days=7)
TAKEN = _l("There is an account with this email address already. Sign in with it, or ask for a new password.")


class BadAddress(ValueError):
    """Not an e-mail address, in words."""


def create_organizer(
    email: str, name: str, password: str, team: Team, level: Level, now: datetime, language: str = "en"
) -> Organizer:
    """Somebody who can sign in at once and is in `team`. Raises BadAddress, and Conflict if the address is taken."""
    organizer = Organizer(
        email=_free(email),
        name=name,
        password=passwords.hashed(password),
        active=True,
        fs_uniquifier=tokens.new(),
        confirmed_at=now,
        language=language,
        created_at=now,
    )
    db.session.add(organizer)
    db.session.flush()
    db.session.add(Membership(organizer_id=organizer.id, team_id=team.id, level=level, since_at=now))
    db.session.flush()
    return organizer


def invite_owner(email: str, now: datetime, language: str = "en") -> str:
    """The first organizer of a new team. Returns the token of a link that works once, for a week.

    An earlier invitation of the same address that waits is taken back. Raises BadAddress and Conflict.
    """
    address = _free(email)
    db.session.execute(delete(Invitation).where((Invitation.email == address) | (Invitation.expires_at <= now)))
    token = tokens.new()
    invitation = Invitation(
        digest=tokens.digest(token), email=address, level=Level.OWNER, language=language, expires_at=now + VALID
    )
    db.session.add(invitation)
    db.session.flush()
    return token


def invitation(token: str, now: datetime) -> Invitation:
    """What a link stands for. Raises Missing: used, too old, or never one of ours."""
    if tokens.is_well_formed(token):
        found = db.session.scalar(
            select(Invitation).where(Invitation.digest == tokens.digest(token), Invitation.expires_at > now)
        )
        if found is not None:
            return found
    raise Missing


def accept(token: str, name: str, password: str, team: Team, now: datetime) -> Organizer:
    """Uses the link up: its person becomes the owner of `team`. Raises Missing; Conflict if they are one already."""
    invited = invitation(token, now)
    address, level, language = invited.email, Level(invited.level), invited.language
    used = db.session.execute(
        delete(Invitation).where(Invitation.digest == invited.digest).returning(Invitation.digest)
    ).all()
    if not used:
        raise Missing
    db.session.add(team)
    db.session.flush()
    return create_organizer(address, name, password, team, level, now, language)


def _free(email: str) -> str:
    try:
        address = mail_address(email)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from None
    if db.session.scalar(select(Organizer.id).where(Organizer.email == address)) is not None:
        raise Conflict(TAKEN)
    return address
