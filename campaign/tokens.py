"""Chance: secrets in links, ids of rows that must not be counted, octets of keys. Nothing else is random."""

import base64
import hashlib
import hmac
import json
import re
import secrets

OCTETS = 20  # 160 bits: beyond guessing, and short enough for a line of a letter
_SHAPE = re.compile(r"[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]", re.ASCII)  # the last character carries four bits


def new() -> str:
    """A capability link's token, or a row's random id: 27 characters of base64url, safe in an address and a header."""
    return secrets.token_urlsafe(OCTETS)


def of(secret: str, *about: str) -> str:
    """A token that is the same for the same things: who sends a form twice is given one link. Nobody can make it
    without the secret."""
    key = hmac.digest(secret.encode(), b"token", "sha256")
    mac = hmac.digest(key, json.dumps(about).encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:OCTETS]).rstrip(b"=").decode()


def digest(token: str) -> bytes:
    """What is stored of a token: SHA-256, 32 octets. Enough for 160 random bits; far too little for a password."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_well_formed(token: str) -> bool:
    """Whether `new()` could have made it. Saves a question to the database, and keeps odd text out of it."""
    return _SHAPE.fullmatch(token) is not None


def octets(count: int) -> bytes:
    """`count` random octets, for a key or a nonce."""
    return secrets.token_bytes(count)
