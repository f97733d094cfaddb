"""What people type as address and name: what of it can be used, and when two addresses are one."""

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

NAME_LIMIT = 60  # characters
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode's categories
_JOINERS = "\u200c\u200d"
_UNREADABLE = "\ufffd"  # stands for octets that were no text
_LINK = re.compile(r"[/@<>\\]|www\.|\w\.\w{2,}", re.IGNORECASE)


class Unusable(ValueError):
    """No address that mail can be sent to, or no name that can stand in a letter."""


@dataclass(frozen=True)
class Address:
    """mailbox: what mail is sent to, as it was typed.
    key:       the same for all spellings of one address; what a blind index is made of, never sent to.
    """

    mailbox: str
    key: str


def address(typed: str) -> Address:
    """Asks nobody: no DNS, so nothing leaves the machine. Raises Unusable."""
    typed = typed.strip()
    try:
        valid = validate_email(typed, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        raise Unusable from error
    domain = valid.ascii_domain.lower()
    mailbox = typed if typed.isascii() else f"{valid.local_part}@{domain}"
    return Address(mailbox, f"{valid.local_part.lower()}@{domain}")


def name(typed: str) -> str:
    """A name or nickname on one line; "" if there is none. Raises Unusable.

    Anyone can enter anyone's address, and the name stands in the letter that follows. So it is short,
    and nothing in it can pass for a link.
    """
    said = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(said) > NAME_LIMIT or _LINK.search(said) or any(_is_hidden(sign) for sign in said):
        raise Unusable
    return said


def _is_hidden(sign: str) -> bool:
    """Controls, marks that turn the direction of a line, and what is no letter at all. Joiners are part of writing."""
    return sign == _UNREADABLE or (unicodedata.category(sign) in _HIDDEN and sign not in _JOINERS)
