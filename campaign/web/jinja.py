"""What templates may say besides plain Jinja."""

import json
from collections.abc import Callable
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, g, url_for
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from campaign import clock, timezones
from campaign.campaigns import listing as campaigns
from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.web import language, places

LANGUAGE_NAMES = {"en": "English", "fr": "Français", "es": "Español"}
NOT_YET = {
    "en": _l("This text is not yet available in English."),
    "fr": _l("This text is not yet available in French."),
    "es": _l("This text is not yet available in Spanish."),
}
INSTEAD = {
    "en": _l("You are reading it in English."),
    "fr": _l("You are reading it in French."),
    "es": _l("You are reading it in Spanish."),
}


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        asset_url=asset_url,
        absolute=absolute,
        current_language=language.current,
        now=clock.now,
        here=places.here,
        in_language=places.in_language,
        LANGUAGE_NAMES=LANGUAGE_NAMES,
        NOT_YET=NOT_YET,
        INSTEAD=INSTEAD,
        the_campaign=the_campaign,
        zone_in_words=zone_in_words,
        for_machines=timezones.for_machines,
    )
    app.jinja_env.filters.update(
        said=said,
        plain=plain,
        in_words=_spoken(timezones.in_words),
        day_in_words=_spoken(timezones.day_in_words),
        month_in_words=_spoken(timezones.month_in_words),
        short_day=_spoken(timezones.short_day),
        hour_in_words=hour_in_words,
        weekday_name=weekday_name,
        month_name=month_name,
    )


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


def the_campaign() -> Campaign | None:
    """The only campaign of this site, for pages that belong to none. None if there are several."""
    if "campaign" not in g:
        every = campaigns.every()
        g.campaign = every[0] if len(every) == 1 else None
    return cast(Campaign | None, g.campaign)


def plain(texts: Texts, default: str) -> str:
    """The text in the page's language, or the next best, as a plain string: for titles and attributes."""
    return texts.best(language.current(), default)[0]


def said(texts: Texts, default: str) -> Markup | str:
    """The text in the page's language, or the next best in a <span> that says its own language."""
    text, lang = texts.best(language.current(), default)
    if lang == language.current():
        return text
    return Markup('<span lang="{}">{}</span>').format(lang, text)


def zone_in_words(start: datetime, zone: str, city: str = "", end: datetime | None = None) -> str:
    """ "Ottawa time (EDT)", in the page's language."""
    return timezones.zone_in_words(start, zone, language.current(), city, end)


def hour_in_words(moment: datetime | time) -> str:
    """ "7:00 am", in the page's language."""
    hour = moment.time() if isinstance(moment, datetime) else moment
    return timezones.hour_in_words(hour, language.current())


def weekday_name(day: date, short: bool = False) -> str:
    return timezones.weekday_name(day, language.current(), short)


def month_name(day: date, short: bool = False) -> str:
    return timezones.month_name(day, language.current(), short)


def _spoken(words: Callable[[Any, str], str]) -> Callable[[Any], str]:
    """`words` in the page's language."""

    def say(moment: date) -> str:
        return words(moment, language.current())

    return say
