"""Forms of ours are sent from pages of ours. Public forms have no cookie to protect, but another site shouldn't make
its visitors RSVP, and shouldn't learn that they could."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app, request

from campaign.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


def from_here(view: Callable[P, R]) -> Callable[P, R]:
    """For a POST view: a request that says it comes from another site is refused. One that says nothing passes,
    as old browsers and programs do."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if is_foreign(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")):
            raise NotAllowed
        return view(*args, **kwargs)

    return guarded


def is_foreign(origin: str | None, site: str | None) -> bool:
    """origin: the Origin header. "null" is foreign, unless the browser vouches for the site: one that hides
    referrers sends it from our own pages too.
    site:   the Sec-Fetch-Site header.
    """
    if site == "cross-site":
        return True
    if origin is None or (origin == "null" and site == "same-origin"):
        return False
    scheme = current_app.config["PREFERRED_URL_SCHEME"]
    return origin not in (current_app.config["BASE_URL"], f"{scheme}://{request.host}")
