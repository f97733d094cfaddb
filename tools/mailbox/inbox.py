"""Where the mail is kept: a Maildir, so that any mail program can read it too and a restart loses nothing."""

import mailbox
import re
from pathlib import Path

from tools.mailbox.letter import Letter

# What Python's Maildir calls a message: seconds, M microseconds, P process, Q number in that process.
NAME = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)")


class Inbox:
    """Letters, newest first."""

    def __init__(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._maildir = mailbox.Maildir(folder, factory=None, create=True)
        self._read: dict[str, Letter] = {}

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Store a mail with the envelope it came in, as any delivery agent notes it (RFC 5321 4.4)."""
        trace = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
        self._maildir.add("\n".join([*trace, ""]).encode() + content.replace(b"\r\n", b"\n"))

    def letters(self, to: str = "") -> list[Letter]:
        """All, or those to one address (the envelope's, upper and lower case alike)."""
        names = sorted(self._maildir.keys(), key=age, reverse=True)
        letters = [letter for name in names if (letter := self.find(name))]
        return [letter for letter in letters if not to or to.casefold() in map(str.casefold, letter.recipients)]

    def find(self, name: str) -> Letter | None:
        """The letter of that name, None if there is none (any more)."""
        if name not in self._read:
            try:
                self._read[name] = Letter(name, self._maildir.get_bytes(name))
            except KeyError:
                return None
        return self._read[name]

    def empty(self) -> None:
        """Throw all letters away."""
        self._maildir.clear()
        self._read.clear()


def age(name: str) -> tuple[int, ...]:
    """Sorts names by when they came."""
    match = NAME.match(name)
    return tuple(int(part) for part in match.groups()) if match else (0,)
