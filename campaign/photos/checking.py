"""What may be taken in as a picture. Looks at octets only; nothing is decoded here, so nothing can explode.

A picture is drawn anew afterwards whatever else hides in its file, so this is the outer of two fences: a file that is
a picture and something else besides is refused before any decoder sees it.
"""

import re
from collections.abc import Callable
from typing import Any

from campaign.extensions import _l

LARGEST_FILE = 8 * 1024 * 1024  # octets, form around it included
_EDGE = 1024  # octets: where other kinds of files have their signs

_KNOWN: list[tuple[re.Pattern[bytes], Any]] = [
    (re.compile(rb"GIF8[79]a"), _l("That is a GIF. Save it as a JPEG or PNG, then choose it again.")),
    (
        re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg|!doctype svg)", re.IGNORECASE),
        _l("That is an SVG drawing, which can hold programs. Save it as a PNG, then choose it again."),
    ),
    (re.compile(rb"%PDF-"), _l("That is a PDF. Choose a picture: JPEG, PNG or WebP.")),
    (
        re.compile(rb"....ftyp(?:heic|heix|hevc|mif1|msf1|avif)", re.DOTALL),
        _l("Your phone saved this as HEIC or AVIF. Share it as a JPEG, then choose it again."),
    ),
    (re.compile(rb"(?:II\*\x00|MM\x00\*|BM)"), _l("That kind of picture is too large for the web. Save it as a JPEG.")),
]
_ELSE = re.compile(  # long enough not to turn up by chance among eight million octets
    rb"<script|<svg[\s/]\w\w|<svg>|<html|<!doctype|<\?php|<iframe|javascript:|PK\x03\x04.{26}[\w/.-]{3}|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07",
    re.IGNORECASE | re.DOTALL,
)
_PDF = re.compile(rb"%PDF-\d")
_ZIP_END = b"PK\x05\x06"  # within the last 64 KiB of a ZIP
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

NO_PICTURE = _l("That is no picture that we can read. Choose a JPEG, PNG or WebP.")
TWO_THINGS = _l("This file is a picture and something else besides. Open it in a picture program and save it anew.")
CUT_SHORT = _l("The picture is damaged or was cut short. Save it anew, or choose another.")


class Refused(ValueError):
    """It isn't taken. In words, for the form."""


def kind_of(content: bytes) -> str:
    """ "JPEG", "PNG" or "WEBP". Raises Refused for all else, and for what is more than that."""
    kind, end = _kind(content)
    is_pdf = _PDF.search(content[:_EDGE]) or _PDF.search(content[end:])
    if is_pdf or _ELSE.search(content) or _ZIP_END in content[-(2**16) - 22 :] or not _may_follow(kind, content[end:]):
        raise Refused(TWO_THINGS)
    return kind


def _kind(content: bytes) -> tuple[str, int]:
    """And where the picture ends."""
    if not content:
        raise Refused(_l("The file is empty. Choose another."))
    readers: list[tuple[str, bytes, Callable[[bytes], int]]] = [
        ("JPEG", b"\xff\xd8\xff", _end_of_jpeg),
        ("PNG", b"\x89PNG\r\n\x1a\n", _end_of_png),
        ("WEBP", b"RIFF", _end_of_webp),
    ]
    for kind, start, end in readers:
        if content.startswith(start) and (kind != "WEBP" or content[8:12] == b"WEBP"):
            return kind, end(content)
    for sign, words in _KNOWN:
        if sign.match(content):
            raise Refused(words)
    raise Refused(NO_PICTURE)


def _may_follow(kind: str, rest: bytes) -> bool:
    """Nothing, padding, or what cameras put behind a JPEG: more JPEGs, a short film, Samsung's own notes."""
    if not rest.strip(b"\x00\xff \r\n"):
        return True
    rest = rest.lstrip(b"\x00")
    return kind == "JPEG" and (rest.startswith(b"\xff\xd8\xff") or b"ftyp" in rest[:8] or rest.endswith(b"SEFT"))


def _end_of_png(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 12 + length
        if name == b"acTL":
            raise Refused(_l("That is an animation. Choose a still picture."))
        if name == b"IEND":
            return at
    raise Refused(CUT_SHORT)


def _end_of_webp(content: bytes) -> int:
    end = 8 + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise Refused(CUT_SHORT)
    if content[12:16] == b"VP8X" and content[20] & 0x02:
        raise Refused(_l("That is an animation. Choose a still picture."))
    return end + end % 2 if end < len(content) else end


def _end_of_jpeg(content: bytes) -> int:
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise Refused(CUT_SHORT)
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xD9:
            return at + 2
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == 0xE0 and content[at + 4 : at + 9] == b"JFIF\x00" and at + 18 <= len(content):
            thumbnail = 3 * content[at + 16] * content[at + 17]
            if length != 16 + thumbnail:
                raise Refused(TWO_THINGS)
        at += 2 + length
        if marker == 0xDA:  # the picture itself, up to the next marker
            found = _MARKER.search(content, at)
            if found is None:
                raise Refused(CUT_SHORT)
            at = found.start()
    if content[at : at + 2] == b"\xff\xd9":
        return at + 2
    raise Refused(CUT_SHORT)
