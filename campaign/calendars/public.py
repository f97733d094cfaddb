"""Calendars for anyone: the page with the month, and the feeds that calendar programs fetch."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from campaign import clock, timezones, versions
from campaign.actions import listing as actions
from campaign.actions.models import Action, Kind
from campaign.calendars import feeds, months, qr, subscribe
from campaign.calendars.shelf import Shelf
from campaign.campaigns import listing as campaigns
from campaign.campaigns.models import Campaign
from campaign.copies import Copy
from campaign.errors import Missing
from campaign.extensions import db
from campaign.outbox.mishaps import place_of
from campaign.web import headers, kept, language, pages
from campaign.web.answers import Answer
from campaign.web.jinja import absolute, the_campaign

bp = Blueprint("calendars", __name__)
log = logging.getLogger(__name__)

DAY = timedelta(days=1)
KINDS = ",".join(Kind)
SAID = {
    "Content-Type": "text/calendar; charset=utf-8",
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "X-Robots-Tag": "noindex",
}


def last_good(view: Callable[..., Response]) -> Callable[..., Response]:
    """For a feed that can't be made: what was last there. Calendar programs give up on one that fails."""

    @wraps(view)
    def safe(**values: Any) -> Response:
        try:
            return view(**values)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            copy = _shelf().last(_address())
            if copy is None:
                raise
            log.error("a feed's last good bytes are served: %s", place_of(error))  # noqa: TRY400 -- names nobody
            return kept.once(_answer(copy, "inline"))

    return safe


@bp.get(f"{language.PREFIX}/calendar")
def index(lang: str) -> Response:
    now = clock.now()
    cause = the_campaign()
    today = timezones.wall(now, cause.zone if cause else "UTC").date()
    chosen = request.args.get("month", "")
    month = months.show(months.read(chosen) if chosen else today.replace(day=1))
    shown = month.actions if chosen else actions.listed(after=now, whole=True)
    return pages.page(
        "calendars/index.html",
        actions=shown,
        headline=actions.headline(shown, now),
        month=month,
        chosen=chosen,
        later=None if shown else months.next_with_actions(month.first),
        today=today,
        now=now,
    )


@bp.get("/calendar.ics")
@bp.get(f"{language.PREFIX}/calendar.ics")
@last_good
def site(lang: str | None = None) -> Response:
    return _feed(feeds.of_site(clock.now(), versions.read(db.session)), lang, "calendar")


@bp.get(f"/calendar/<any({KINDS}):kind>.ics")
@bp.get(f"{language.PREFIX}/calendar/<any({KINDS}):kind>.ics")
@last_good
def kind(kind: str, lang: str | None = None) -> Response:
    return _feed(feeds.of_site(clock.now(), versions.read(db.session), Kind(kind)), lang, kind)


@bp.get("/campaigns/<slug>/calendar.ics")
@bp.get(f"{language.PREFIX}/campaigns/<slug>/calendar.ics")
@last_good
def campaign(slug: str, lang: str | None = None) -> Response:
    try:
        cause = campaigns.by_slug(slug)
    except Missing:
        return _moved(campaigns.renamed(slug), lang)
    return _feed(feeds.of_campaign(cause), lang or cause.language, cause.slug)


@bp.get("/actions/<slug>.ics")
@bp.get(f"{language.PREFIX}/actions/<slug>.ics")
@last_good
def action(slug: str, lang: str | None = None) -> Response:
    try:
        found = actions.by_slug(slug)
    except Missing:
        return _moved(actions.renamed(slug), lang)
    spoken = lang or found.language
    copy = feeds.of_one(found, _shelf(), spoken, absolute(""), _address(), agenda=_with_agenda())
    return _calendar(copy, f'attachment; filename="{found.slug}.ics"')


@bp.get(f"{language.PREFIX}/subscribe")
def subscribe_to_all(lang: str) -> Response:
    return _ways("calendars.site", the_campaign(), None)


@bp.get(f"{language.PREFIX}/subscribe/<any({KINDS}):kind>")
def subscribe_to_kind(lang: str, kind: str) -> Response:
    return _ways("calendars.kind", the_campaign(), Kind(kind), kind=kind)


@bp.get(f"{language.PREFIX}/subscribe/campaigns/<slug>")
def subscribe_to_campaign(lang: str, slug: str) -> Response:
    try:
        cause = campaigns.by_slug(slug)
    except Missing:
        return pages.moved(".subscribe_to_campaign", campaigns.renamed(slug))
    return _ways("calendars.campaign", cause, None, slug=slug)


@bp.get(f"{language.PREFIX}/calendar.png")
def site_code(lang: str) -> Response:
    return _code(url_for(".site"))


@bp.get(f"{language.PREFIX}/calendar/<any({KINDS}):kind>.png")
def kind_code(lang: str, kind: str) -> Response:
    return _code(url_for(".kind", kind=kind))


@bp.get(f"{language.PREFIX}/campaigns/<slug>/calendar.png")
def campaign_code(lang: str, slug: str) -> Response:
    return _code(url_for(".campaign", slug=campaigns.by_slug(slug).slug))


@bp.app_template_global()
def subscription(path: str, name: str) -> subscribe.Subscription:
    """For `calendars/_subscribe.html`: the ways to subscribe to the feed at this path."""
    return subscribe.to_feed(absolute(path), name)


@bp.app_template_global()
def adding(action: Action) -> subscribe.Adding:
    """For `calendars/_subscribe.html`: the ways to put one action into a calendar."""
    return subscribe.adding(action, language.current(), absolute(""))


def _ways(endpoint: str, cause: Campaign | None, only: Kind | None, **values: Any) -> Response:
    """The page with all the ways to subscribe to a feed. endpoint: the feed's; its picture's is called alike."""
    name = feeds.name(cause, only, language.current())
    ways = subscribe.to_feed(absolute(url_for(endpoint, **values)), name)
    return pages.page(
        "calendars/subscribe.html",
        ways=ways,
        name=name,
        code=url_for(f"{endpoint}_code", **values),
        side=qr.side(ways.webcal),
        chosen=(endpoint, values),
        causes=campaigns.every(),
    )


def _code(path: str) -> Response:
    """A feed's address as a picture. It stays the same for ever, so it may be kept for a day before it's asked for."""
    body = qr.png(subscribe.to_feed(absolute(path), "").webcal)
    copy = Copy(body, sha256(body).hexdigest()[:32])
    said = {"Content-Type": "image/png", "Cache-Control": "public, max-age=86400", **headers.of_public()}
    return kept.once(Answer(copy, list(said.items())))


def _feed(feed: feeds.Feed, lang: str | None, name: str) -> Response:
    spoken = lang or str(current_app.config["DEFAULT_LANGUAGE"])
    copy = feed.copy(_shelf(), spoken, absolute(""), _address(), agenda=_with_agenda())
    return _calendar(copy, f'inline; filename="{name}.ics"')


def _calendar(copy: Copy, disposition: str) -> Response:
    """A calendar file, with what a program needs to ask whether it has changed; 304 if it hasn't."""
    midnight = datetime.combine(clock.now().astimezone(UTC).date() + DAY, time.min, UTC)
    return kept.respond(_answer(copy, disposition), midnight, is_feed=True)


def _answer(copy: Copy, disposition: str) -> Answer:
    said = {**SAID, "Content-Disposition": disposition, **headers.of_public()}
    return Answer(copy, list(said.items()), varies=True)


def _moved(slug: str | None, lang: str | None) -> Response:
    """301 to the same feed under its new name. Raises Missing when there is none."""
    if slug is None:
        raise Missing
    return redirect(_address(slug=slug), 301)


def _address(**others: str) -> str:
    """The path of the feed that is asked for, with what was asked of it."""
    asked = {"agenda": "1"} if _with_agenda() else {}
    return url_for(str(request.endpoint), **{"lang": None, **(request.view_args or {}), **asked, **others})


def _shelf() -> Shelf:
    shelf: Shelf = current_app.extensions["shelf"]
    return shelf


def _with_agenda() -> bool:
    return request.args.get("agenda") == "1"
