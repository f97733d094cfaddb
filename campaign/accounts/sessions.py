"""Browsers that are signed in, known to the server: signing out ends a session wherever its cookie has gone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, select, update

from campaign import tokens
from campaign.accounts.models import Organizer, SignedIn
from campaign.errors import Missing
from campaign.extensions import db

ROW = "row"  # what the browser's cookie calls the token
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=8)
NOTED_EVERY = timedelta(minutes=1)  # how exactly the last use is known
REMEMBERED = timedelta(days=1)  # after which it is forgotten that one ran out


def begin(organizer: Organizer, now: datetime) -> str:
    """Somebody has signed in. Returns the token for the browser's cookie."""
    drop_old(now)
    token = tokens.new()
    db.session.add(SignedIn(digest=tokens.digest(token), organizer_id=organizer.id, began_at=now, used_at=now))
    return token


def is_open(token: str, organizer: Organizer, now: datetime) -> bool:
    """Whether the browser with this token is signed in as `organizer`: not signed out, idle, or too long about."""
    row = db.session.scalar(_open(token, now))
    return row is not None and row.organizer_id == organizer.id


def ran_out(token: str, organizer: Organizer, now: datetime) -> bool:
    """Whether this browser's session as `organizer` ended by itself, at most a day ago. One that somebody has ended,
    here or from afar, is forgotten."""
    row = db.session.get(SignedIn, tokens.digest(token))
    return row is not None and row.organizer_id == organizer.id and row.used_at > now - REMEMBERED


def drop_old(now: datetime) -> None:
    db.session.execute(delete(SignedIn).where(SignedIn.used_at <= now - REMEMBERED))


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


def end_all(organizer: Organizer, except_for: str = "") -> int:
    """Everywhere: their password is a new one, or somebody had the old one. Returns how many that were open ended.

    except_for: the token of a browser that stays signed in.
    """
    theirs = SignedIn.organizer_id == organizer.id
    ended = delete(SignedIn).where(theirs, SignedIn.digest != tokens.digest(except_for)).returning(SignedIn.digest)
    return len(db.session.execute(ended).all())


def end_one(organizer: Organizer, digest: bytes) -> None:
    """From afar. Raises Missing: ended already, or somebody else's."""
    one = (SignedIn.organizer_id == organizer.id) & (SignedIn.digest == digest)
    if not db.session.execute(delete(SignedIn).where(one).returning(SignedIn.digest)).all():
        raise Missing


def open_ones(organizer: Organizer, now: datetime) -> Sequence[SignedIn]:
    """Every browser in which they are signed in, the latest first."""
    return db.session.scalars(
        select(SignedIn).where(SignedIn.organizer_id == organizer.id, *_is_open(now)).order_by(SignedIn.began_at.desc())
    ).all()


def _open(token: str, now: datetime) -> Select[SignedIn]:
    return select(SignedIn).where(SignedIn.digest == tokens.digest(token), *_is_open(now))


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SignedIn.used_at > now - IDLE, SignedIn.began_at > now - LONGEST
