"""What templates may say besides plain Jinja."""

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import numbers
from flask import Flask, current_app, g, has_request_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from campaign import clock, days, markdown, timezones
from campaign.actions.blocks import BLOCK_TITLES
from campaign.actions.models import KIND_WORDS, STATUS_WORDS, Action
from campaign.articles.models import LINK_WORDS
from campaign.campaigns import listing as campaigns
from campaign.campaigns import look
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGE_NAMES, Texts
from campaign.photos.models import Photo
from campaign.rsvps import counting
from campaign.web import language, places

NUMBERS = {"en": "en_CA", "fr": "fr_CA", "es": "es_PE"}
WORDS_A_MINUTE = 220
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
        look_url=look_url,
        deep_ground=deep_ground,
        photo_url=photo_url,
        absolute=absolute,
        current_language=language.current,
        now=clock.now,
        here=places.here,
        in_language=places.in_language,
        LANGUAGE_NAMES=LANGUAGE_NAMES,
        NOT_YET=NOT_YET,
        status_words=status_words,
        kind_words=KIND_WORDS,
        block_titles=BLOCK_TITLES,
        link_words=LINK_WORDS,
        coming_in_words=coming_in_words,
        INSTEAD=INSTEAD,
        the_campaign=the_campaign,
        zone_in_words=zone_in_words,
        fully_in_words=fully_in_words,
    )
    app.jinja_env.filters.update(
        said=said,
        plain=plain,
        markdown=rich,
        reading_minutes=reading_minutes,
        money=money,
        share=share,
        in_words=_spoken(timezones.in_words),
        start_in_words=_spoken(days.start_in_words),
        span_in_words=_spoken(days.span_in_words),
        announced_in_words=_spoken(days.announced_in_words),
        runs_into_another_day=days.runs_into_another_day,
        for_machines=days.for_machines,
        day_in_words=_spoken(timezones.day_in_words),
        date_in_words=_spoken(timezones.date_in_words),
        day_and_month=_spoken(timezones.day_and_month),
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


def look_url(campaign: Campaign) -> str:
    """Of the stylesheet that colours its pages. For one that has an accent of its own."""
    accent = campaign.accent
    return url_for("campaigns.stylesheet", accent=accent.removeprefix("#"), version=look.version(accent))


def deep_ground(campaign: Campaign | None) -> str:
    """What browsers colour their own frame with: as the head of the page."""
    return look.of(campaign.accent).light["deep"] if campaign and campaign.accent else "#0b2b27"


def photo_url(photo: Photo, width: int, ending: str) -> str:
    """The address of one of a picture's files. ending: "webp" or "jpg"."""
    if photo.key:
        return url_for("photos.show", key=photo.key, width=width, ending=ending)
    return asset_url(f"{photo.file}-{width}.{ending}")


def absolute(path: str) -> str:
    """A full address for mail, feeds and share links: from BASE_URL, never from the request's Host."""
    return f"{current_app.config['BASE_URL']}{path}"


def the_campaign() -> Campaign | None:
    """The only campaign of this site, for pages that belong to none. None if there are several."""
    if "campaigns" not in g or not has_request_context():
        g.campaigns = campaigns.every()
    return g.campaigns[0] if len(g.campaigns) == 1 else None


def plain(texts: Texts, default: str) -> str:
    """The text in the page's language, or the next best, as a plain string: for titles and attributes."""
    return texts.best(language.current(), default)[0]


def said(texts: Texts, default: str) -> Markup | str:
    """The text in the page's language, or the next best in a <span> that says its own language."""
    text, lang = texts.best(language.current(), default)
    if lang == language.current():
        return text
    return Markup('<span lang="{}">{}</span>').format(lang, text)


def rich(texts: Texts, default: str, top: int = 3, **attributes: str) -> Markup:
    """Markdown in the page's language as HTML in a <div>; the next best in one that says its own language.

    top: the level of its highest headings. attributes: of the <div>, e.g. class="measure stack".
    """
    text, lang = texts.best(language.current(), default)
    if lang != language.current():
        attributes["lang"] = lang
    written = Markup("").join(Markup(' {}="{}"').format(*attribute) for attribute in attributes.items())
    return Markup("<div{}>{}</div>").format(written, markdown.to_html(text, top))


def reading_minutes(text: str) -> int:
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))


def money(value: Decimal, currency: str) -> str:
    """ "$88,823.51", as the page's language writes it; without a currency, a plain number."""
    locale = NUMBERS[language.current()]
    if not currency:
        return str(numbers.format_decimal(value, locale=locale))
    return str(numbers.format_currency(value, currency, locale=locale))


def share(value: Decimal, largest: Decimal) -> int:
    """How long a bar is, 0 to 100."""
    return round(max(Decimal(), value) / largest * 100) if largest > 0 else 0


def status_words(action: Action) -> Any:
    """ "Postponed"."""
    return STATUS_WORDS[action.status]


def coming_in_words(action: Action) -> str:
    """ "More than 200 people are coming so far."."""
    step = counting.step(action.public_count)
    if not step:
        return str(_("Fewer than 10 people are coming so far."))
    if step == counting.STEPS[0]:
        return str(_("10 or more people are coming so far."))
    number = numbers.format_decimal(step, locale=NUMBERS[language.current()])
    return str(_("More than %(number)s people are coming so far.", number=number))


def zone_in_words(start: datetime, zone: str, city: str = "", end: datetime | None = None) -> str:
    """ "Ottawa time (EDT)", in the page's language."""
    return timezones.zone_in_words(start, zone, language.current(), city, end)


def fully_in_words(instant: datetime, action: Action) -> str:
    """ "Wednesday 31 May 2023, 7:00 am, Ottawa time (EDT)": one of an action's times, nothing left open."""
    return timezones.fully_in_words(instant, action.zone, language.current(), action.city)


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

    def say(moment: Any) -> str:
        return words(moment, language.current())

    return say
