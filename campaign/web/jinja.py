"""What templates may say besides plain Jinja."""

import json
from functools import cache
from pathlib import Path

from flask import Flask, current_app, url_for
from markupsafe import Markup

from campaign import clock
from campaign.columns import Texts
from campaign.web import language


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset_url=asset_url, absolute=absolute, current_language=language.current)
    app.jinja_env.globals.update(now=clock.now)
    app.jinja_env.filters.update(said=said, plain=plain)


@cache
def _manifest(folder: str) -> dict[str, str]:
    path = Path(folder) / "build" / "manifest.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def asset_url(name: str) -> str:
    """The address of a built file, e.g. "site.css": its name carries a hash of its content, so it may be kept."""
    folder = str(current_app.static_folder)
    return url_for("static", filename=_manifest(folder).get(name, name))


def absolute(path: str) -> str:
    """A full address for mail, feeds and share links: from BASE_URL, never from the request's Host."""
    return f"{current_app.config['BASE_URL']}{path}"


def plain(texts: Texts, default: str) -> str:
    """The text in the page's language, or the next best, as a plain string: for titles and attributes."""
    return texts.best(language.current(), default)[0]


def said(texts: Texts, default: str) -> Markup | str:
    """The text in the page's language, or the next best in a <span> that says its own language."""
    text, lang = texts.best(language.current(), default)
    if lang == language.current():
        return text
    return Markup('<span lang="{}">{}</span>').format(lang, text)
