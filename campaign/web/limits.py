"""How often the same network may send a public form. Nothing here can be traced back to anyone.

A visitor is the HMAC of their network's prefix under a key that lives in this process's memory and
changes every day. Behind a proxy on this machine, or an onion service, everybody comes from loopback:
there the thing that is written to has a ceiling instead, which a crowd on a good day stays below.
"""

import hmac
from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import ParamSpec, TypeVar

from flask import request

from campaign import clock, tokens
from campaign.extensions import limiter

PREFIXES = {4: 24, 6: 48}  # bits: what one household, office or cafe shares
PER_NETWORK = "30 per minute; 200 per hour"
CEILING = "300 per minute"

P = ParamSpec("P")
R = TypeVar("R")


def per_visitor(view: Callable[P, R]) -> Callable[P, R]:
    """For a POST view of a public form below `<slug>`: 429 to who sends it too often."""
    limited: Callable[P, R] = limiter.limit(_amount, key_func=_who)(view)
    return limited


def _amount() -> str:
    return CEILING if network() is None else PER_NETWORK


def _who() -> str:
    prefix = network()
    if prefix is None:
        return f"all:{(request.view_args or {}).get('slug')}"
    return unrecognisable(prefix)


def network() -> str | None:
    """The prefix that the visitor comes from; none if it is this machine itself."""
    if not request.remote_addr:
        return None
    address: IPv4Address | IPv6Address = ip_address(request.remote_addr.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return None
    return str(ip_network((address, PREFIXES[address.version]), strict=False))


def unrecognisable(text: str) -> str:
    """The same for the same text until tomorrow, and nothing that could be traced back."""
    return hmac.digest(_key_of(clock.now().date()), text.encode(), "sha256").hex()


_latest: tuple[date, bytes] = (date.min, b"")


def _key_of(day: date) -> bytes:
    """The day's key. Yesterday's is forgotten."""
    global _latest  # noqa: PLW0603 -- lives in memory only, and that is the point
    kept, key = _latest
    if kept != day:
        key = tokens.octets(32)
        _latest = (day, key)
    return key
