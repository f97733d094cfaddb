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

from flask import Flask, Response, request, session

from campaign import clock, tokens
from campaign.extensions import limiter

PREFIXES = {4: 24, 6: 48}  # bits: what one household, office or cafe shares
PER_NETWORK = "30 per minute; 200 per hour"
CEILING = "300 per minute"
GUESSES = "10 per 15 minutes"  # wrong passwords or codes for one account from one network
GUESSES_A_DAY = "50 per day"  # and from all of them: six digits would last for years
WHO_IS_IN, WHO_IS_HALF_IN = "_user_id", "tf_user_id"  # in the session: Flask-Login's and Flask-Security's names

P = ParamSpec("P")
R = TypeVar("R")


def install(app: Flask) -> None:
    app.after_request(say_when)


def per_visitor(view: Callable[P, R]) -> Callable[P, R]:
    """For a POST view of a public form below `<slug>`: 429 to who sends it too often."""
    limited: Callable[P, R] = limiter.limit(_amount, key_func=_who)(view)
    return limited


def guesses(view: Callable[P, R]) -> Callable[P, R]:
    """For a POST view where somebody who is in, or past the first step, gives a password or a code: 429 after too many
    wrong ones (422). What was right isn't counted."""
    for amount, who in ((GUESSES, _account_from_here), (GUESSES_A_DAY, account)):
        view = limiter.limit(amount, key_func=who, deduct_when=_was_refused)(view)
    return view


def wrong_tries(view: Callable[P, R]) -> Callable[P, R]:
    """For a POST view by which anybody may try to get in: 429 to a network after too many refusals (422)."""
    limited: Callable[P, R] = limiter.limit(wrong_tries_of_all, key_func=from_here, deduct_when=_was_refused)(view)
    return limited


def wrong_tries_of_all() -> str:
    """Behind a proxy or an onion service everybody comes from this machine."""
    return "40 per 15 minutes" if network() else "400 per 15 minutes"


def from_here() -> str:
    return unrecognisable(network() or "this machine")


def per_account(amount: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a POST view that writes letters: 429 to an organizer who sends it more often than `amount`."""

    def limit(view: Callable[P, R]) -> Callable[P, R]:
        limited: Callable[P, R] = limiter.limit(amount, key_func=account)(view)
        return limited

    return limit


def account() -> str:
    """Who is signed in, or on the way."""
    return unrecognisable(f"account {session.get(WHO_IS_HALF_IN) or session.get(WHO_IS_IN) or network()}")


def _account_from_here() -> str:
    return unrecognisable(f"{network()} {account()}")


def _was_refused(response: Response) -> bool:
    return response.status_code == 422


def say_when(response: Response) -> Response:
    """How many seconds to wait, to who has come too often. At most as long as the limit lasts."""
    broken = limiter.current_limit
    if response.status_code == 429 and broken is not None:
        seconds = broken.reset_at - int(clock.now().timestamp())
        response.headers["Retry-After"] = str(max(1, min(seconds, broken.limit.get_expiry())))
    return response


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
