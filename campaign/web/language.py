"""The language of a page is a part of its address: `/<lang>/…`."""

from typing import Any

from flask import Flask, current_app, g, has_request_context, request

from campaign.columns import LANGUAGES

PREFIX = "/<any(en,fr,es):lang>"


def install(app: Flask) -> None:
    app.url_value_preprocessor(_remember)
    app.url_defaults(_fill_in)
    app.jinja_env.globals["LANGUAGES"] = LANGUAGES


def current() -> str:
    """The language of the page that is being made; of one that doesn't exist, what its address begins with."""
    if has_request_context():
        wanted = g.get("lang") or request.path[1:].partition("/")[0]
        if wanted in LANGUAGES:
            return str(wanted)
    return str(current_app.config["DEFAULT_LANGUAGE"])


def preferred(default: str) -> str:
    """The best of ours for this visitor's browser."""
    return request.accept_languages.best_match(LANGUAGES, default=default) or default


def _remember(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    if values and "lang" in values:
        g.lang = values["lang"]


def _fill_in(endpoint: str, values: dict[str, Any]) -> None:
    if "lang" not in values and current_app.url_map.is_endpoint_expecting(endpoint, "lang"):
        values["lang"] = current()
