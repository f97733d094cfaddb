"""Where a page stands: its address in each language, for the language links, canonical and alternate links."""

from typing import Any

from flask import request, url_for

Place = tuple[str, dict[str, Any]]

FRONT: Place = ("site.index", {})


def here() -> Place:
    """The (endpoint, values) of the page being made; the front page if it has no address that a link can open."""
    if request.method in ("GET", "HEAD") and request.endpoint and "lang" in (request.view_args or {}):
        return request.endpoint, {name: value for name, value in (request.view_args or {}).items() if name != "lang"}
    return FRONT


def in_language(lang: str, place: Place) -> str:
    """The path of `place` in `lang`."""
    endpoint, values = place
    return url_for(endpoint, lang=lang, **values)
