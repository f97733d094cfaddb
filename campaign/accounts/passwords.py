"""What a password must be, and how it is kept: Argon2id, by Flask-Security."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from flask_security.password_util import PasswordUtil
from flask_security.utils import hash_password, verify_password

from campaign.accounts.models import Organizer
from campaign.errors import Busy
from campaign.extensions import _l

SHORTEST, LONGEST = 12, 200
TOO_SHORT = _l("Use at least %(count)s characters: four or five words are easy to remember.", count=SHORTEST)
TOO_LONG = _l("Use at most %(count)s characters.", count=LONGEST)
SAME_AS_ADDRESS = _l("Don’t use your email address as the password.")
ONE_CHARACTER = _l("That is one character over and over. Use several words.")


AT_ONCE, IN_LINE = 2, 10  # of a process: how many are hashed, and how many more may wait for that


class InTurn:
    """Flask-Security's way to hashes, a few at a time: each takes 64 MiB, and anybody may ask for a hundred."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._working, self._here = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + IN_LINE)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def hash(self, *given: Any, **more: Any) -> Any:
        with self.turn():
            return self._context.hash(*given, **more)

    def verify(self, *given: Any, **more: Any) -> Any:
        with self.turn():
            return self._context.verify(*given, **more)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises Busy if too many wait already."""
        if not self._here.acquire(blocking=False):
            raise Busy(_l("Many people are signing in at this moment. Wait a few seconds, then try again."))
        try:
            with self._working:
                yield
        finally:
            self._here.release()


class Passwords(PasswordUtil):
    """Our rules in Flask-Security's forms: length, and not the obvious. No list is asked over the network."""

    def normalize(self, password: str) -> str:
        return spelled(password)

    def validate(self, password: str, is_register: bool, **who: Any) -> tuple[list[Any] | None, str]:  # noqa: ARG002 -- their signature
        """(what is wrong or None, the password in the spelling that is hashed)."""
        password = spelled(password)
        wrong = problem(password, str(getattr(who.get("user"), "email", "")))
        return ([wrong] if wrong else None), password


def problem(password: str, address: str) -> Any:
    """In words, why this can't be the password of who signs in by `address`; None if it can."""
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    if address and password.lower() == address.lower():
        return SAME_AS_ADDRESS
    return ONE_CHARACTER if len(set(password)) == 1 else None


def spelled(password: str) -> str:
    """One spelling of what different keyboards make of the same letters."""
    return unicodedata.normalize("NFKD", password)


def hashed(password: str) -> str:
    return str(hash_password(spelled(password)))


def is_of(organizer: Organizer, password: str) -> bool:
    """Takes as long as a guess is to cost: before the write lock, please (`requests.slow_at_first`)."""
    if not organizer.password or not 0 < len(password) <= LONGEST:
        return False
    return bool(verify_password(spelled(password), organizer.password))
