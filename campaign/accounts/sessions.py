"""Browsers that are signed in, known to the server: signing out ends a session wherever its cookie has gone."""

from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update

from campaign import tokens
from campaign.accounts.models import Organizer, SignedIn
from campaign.extensions import db

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
NOTED_EVERY = timedelta(minutes=1)  # how exactly the last use is known


def begin(organizer: Organizer, now: datetime) -> str:
    """Somebody has signed in. Returns the token for the browser's cookie; what has run out is cleared away."""
    db.session.execute(delete(SignedIn).where((SignedIn.began_at <= now - LONGEST) | (SignedIn.used_at <= now - IDLE)))
    token = tokens.new()
    db.session.add(SignedIn(digest=tokens.digest(token), organizer_id=organizer.id, began_at=now, used_at=now))
    return token


def is_open(token: str, organizer: Organizer, now: datetime) -> bool:
    """Whether the browser with this token is signed in as `organizer`: not signed out, idle, or too long about."""
    row = db.session.scalar(_open(token, now))
    return row is not None and row.organizer_id == organizer.id


def needs_noting(token: str, now: datetime) -> bool:
    """Whether this use of an open session is to be written down: once a minute, so that reading pages hardly writes."""
    row = db.session.scalar(_open(token, now))
    return row is not None and now - row.used_at >= NOTED_EVERY


def note_use(token: str, now: datetime) -> None:
    """Puts off the end of an open session. Never revives one that has ended meanwhile."""
    db.session.execute(
        update(SignedIn)
        .where(SignedIn.digest == tokens.digest(token), SignedIn.used_at > now - IDLE, SignedIn.used_at < now)
        .values(used_at=now)
    )


def end(token: str) -> None:
    db.session.execute(delete(SignedIn).where(SignedIn.digest == tokens.digest(token)))


def end_all(organizer: Organizer) -> None:
    """Everywhere: their password is a new one, or somebody had the old one."""
    db.session.execute(delete(SignedIn).where(SignedIn.organizer_id == organizer.id))


def _open(token: str, now: datetime) -> Select[SignedIn]:
    return select(SignedIn).where(
        SignedIn.digest == tokens.digest(token), SignedIn.used_at > now - IDLE, SignedIn.began_at > now - LONGEST
    )
