"""How somebody becomes an organizer."""

from datetime import datetime, timedelta

from email_validator import EmailNotValidError
from sqlalchemy import delete, func, select

from campaign import tokens
from campaign.accounts import passwords
from campaign.accounts.membership import Level, Membership
from campaign.accounts.models import Invitation, Organizer, Team
from campaign.errors import Conflict, Missing
from campaign.extensions import _l, db
from campaign.fields import mail_address

VALID = timedelta(days=7)
MOST_WAITING = 20  # invitations of one team
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
    db.session.execute(delete(Invitation).where(Invitation.email == address, Invitation.team_id.is_(None)))
    token = tokens.new()
    invitation = Invitation(
        digest=tokens.digest(token), email=address, level=Level.OWNER, language=language, expires_at=now + VALID
    )
    db.session.add(invitation)
    db.session.flush()
    return token


def invite(team: Team, address: str, level: Level, now: datetime, language: str) -> tuple[Invitation, str]:
    """Somebody into `team`, whether they have an account or not. Returns the invitation and its link's token.

    Raises Conflict if they are in it, or have an invitation that waits, or too many wait.
    """
    drop_old_invitations(now)
    member = select(Membership.organizer_id).join(Membership.organizer)
    if db.session.scalar(member.where(Membership.team_id == team.id, Organizer.email == address)) is not None:
        raise Conflict(_l("Who has this address is in the team already."))
    mine = Invitation.team_id == team.id
    if db.session.scalar(select(Invitation.email).where(mine, Invitation.email == address)) is not None:
        raise Conflict(_l("This address has an invitation already. Withdraw it to send another."))
    if (db.session.scalar(select(func.count()).where(mine)) or 0) >= MOST_WAITING:
        raise Conflict(_l("%(count)s invitations wait for an answer. Withdraw one first."), count=MOST_WAITING)
    token = tokens.new()
    invited = Invitation(
        digest=tokens.digest(token),
        email=address,
        team_id=team.id,
        level=level,
        language=language,
        expires_at=now + VALID,
    )
    db.session.add(invited)
    db.session.flush()
    return invited, token


def drop_old_invitations(now: datetime) -> None:
    """Whose week is over: nobody can use them any more, and they hold an address."""
    db.session.execute(delete(Invitation).where(Invitation.expires_at <= now))


def withdraw(team: Team, digest: bytes) -> None:
    """The link works no more. Raises Missing: used, too old, withdrawn, or another team's."""
    mine = (Invitation.team_id == team.id) & (Invitation.digest == digest)
    if not db.session.execute(delete(Invitation).where(mine).returning(Invitation.digest)).all():
        raise Missing


def find(email: str) -> Organizer | None:
    """Who signs in with this address, however it is written."""
    return db.session.scalar(select(Organizer).where(Organizer.email == email.strip().lower()))


def account_of(invited: Invitation) -> Organizer | None:
    """Who has signed up with the invited address before."""
    return db.session.scalar(select(Organizer).where(Organizer.email == invited.email))


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
    """Uses the link up: its person has an account, and a place in `team`. Raises Missing; Conflict if they had one."""
    invited = invitation(token, now)
    address, level, language = invited.email, Level(invited.level), invited.language
    _use_up(invited)
    db.session.add(team)
    db.session.flush()
    return create_organizer(address, name, password, team, level, now, language)


def join(token: str, organizer: Organizer, team: Team, now: datetime) -> None:
    """The same for somebody who has an account. Raises Missing; Conflict if the link isn't for them, or they are in."""
    invited = invitation(token, now)
    level = Level(invited.level)
    if organizer.email != invited.email:
        raise Conflict(TAKEN)
    if db.session.get(Membership, (organizer.id, team.id)) is not None:
        raise Conflict(_l("You are in this team already."))
    _use_up(invited)
    db.session.add(Membership(organizer_id=organizer.id, team_id=team.id, level=level, since_at=now))
    db.session.flush()


def _use_up(invited: Invitation) -> None:
    used = delete(Invitation).where(Invitation.digest == invited.digest).returning(Invitation.digest)
    if not db.session.execute(used).all():
        raise Missing


def _free(email: str) -> str:
    try:
        address = mail_address(email)
    except EmailNotValidError as error:
        raise BadAddress(str(error)) from None
    if db.session.scalar(select(Organizer.id).where(Organizer.email == address)) is not None:
        raise Conflict(TAKEN)
    return address
