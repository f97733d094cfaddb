"""What may stand above a mail, and proof that nothing else does.

Headers are written, serialised, read back as a stranger would read them, and compared with what was meant. Some Pythons
turn an encoded word that hides a line end into a header of its own; and a name that is meant for one line may hold two.
"""

import base64
from collections.abc import Mapping
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser

from campaign.outbox.wrapping import is_one_line

ALLOWED = frozenset(
    {
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "mime-version",
        "reply-to",
        "subject",
        "to",
    }
)
_OCTETS = 42  # of UTF-8 in an encoded word: 56 in base64, and the word stays below 75 characters


class BadHeader(ValueError):
    """A header doesn't read as it was meant. Names the header, not its value."""


def encoded(text: str) -> str:
    """A header's text as ASCII; what isn't, or could be taken for an encoded word, in encoded words (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    words, word = [], b""
    for character in text:
        octets = character.encode()
        if len(word) + len(octets) > _OCTETS:
            words.append(word)
            word = b""
        word += octets
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(each).decode()}?=" for each in [*words, word])


def one_line(name: str, value: str) -> bytes:
    """A header that isn't folded: for what is put in per person."""
    if not is_one_line(value) or len(value.encode()) > 900:
        raise BadHeader(name)
    return f"{name}: {value}\r\n".encode()


def check(head: bytes, meant: Mapping[str, str]) -> None:
    """Read the header lines back. Raises BadHeader unless there are these and only these, as they were meant.

    meant: name in lower case, and the text that a mail program is to show.
    """
    read = BytesHeaderParser(policy=policy.compat32).parsebytes(head + b"\r\n")
    names = [name.lower() for name in read.keys()]  # noqa: SIM118 -- keys() repeats what stands twice
    if read.defects or len(names) != len(set(names)):
        raise BadHeader("the head")
    for name in names:
        if name not in ALLOWED or name not in meant:
            raise BadHeader(name)
    for name, text in meant.items():
        if _shown(str(read.get(name, ""))) != text:
            raise BadHeader(name)


def _shown(raw: str) -> str:
    unfolded = raw.replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(unfolded)))
