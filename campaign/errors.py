"""Why something is refused. `web/errors.py` turns each into a page."""

from typing import Any


class Refusal(Exception):
    """A request that can't be granted, with words for the person who made it.

    message: a translatable text, `%(name)s` placeholders allowed.
    values:  what fills the placeholders.
    """

    status = 400

    def __init__(self, message: Any = "", **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)


class Missing(Refusal):
    """There is no such thing, or not for this person: both look the same."""

    status = 404


class NotAllowed(Refusal):
    """The person may see the thing, but not do this to it."""

    status = 403


class Conflict(Refusal):
    """The thing isn't in a state that allows this."""

    status = 409


class Busy(Refusal):
    """Too many want this at the same moment."""

    status = 503


class Gone(Refusal):
    """The thing existed and is no more."""

    status = 410
