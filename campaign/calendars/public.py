"""Calendars for anyone: the page with the month, and the feeds that calendar programs fetch."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from campaign import clock, timezones
from campaign.actions import listing as actions
from campaign.actions.models import Action
from campaign.calendars import feeds, months, subscribe
from campaign.campaigns import listing as campaigns
from campaign.errors import Missing
from campaign.web import language, pages
from campaign.web.jinja import absolute, the_campaign

bp = Blueprint("calendars", __name__)


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
def site(lang: str | None = None) -> Response:
    return _feed(feeds.of_site(clock.now()), lang, "calendar")


@bp.get("/campaigns/<slug>/calendar.ics")
@bp.get(f"{language.PREFIX}/campaigns/<slug>/calendar.ics")
def campaign(slug: str, lang: str | None = None) -> Response:
    try:
        cause = campaigns.by_slug(slug)
    except Missing:
        return _moved(campaigns.renamed(slug), lang)
    return _feed(feeds.of_campaign(cause), lang, cause.slug)


@bp.get("/actions/<slug>.ics")
@bp.get(f"{language.PREFIX}/actions/<slug>.ics")
def action(slug: str, lang: str | None = None) -> Response:
    try:
        found = actions.by_slug(slug)
    except Missing:
        return _moved(actions.renamed(slug), lang)
    text = feeds.of_one(found, _known(lang), absolute(""), agenda=_with_agenda())
    return _calendar(text, found.changed_at, f'attachment; filename="{found.slug}.ics"')


@bp.app_template_global()
def subscription(path: str, name: str) -> subscribe.Subscription:
    """For `calendars/_subscribe.html`: the ways to subscribe to the feed at this path."""
    return subscribe.to_feed(absolute(path), name)


@bp.app_template_global()
def adding(action: Action) -> subscribe.Adding:
    """For `calendars/_subscribe.html`: the ways to put one action into a calendar."""
    return subscribe.adding(action, language.current(), absolute(""))


def _feed(feed: feeds.Feed, lang: str | None, name: str) -> Response:
    path = _address(request.view_args or {}, lang)
    text = feeds.written(feed, _known(lang), absolute(""), path, agenda=_with_agenda())
    return _calendar(text, feed.changed_at, f'inline; filename="{name}.ics"')


def _calendar(text: bytes, changed_at: datetime | None, disposition: str) -> Response:
    """A calendar file, with what a program needs to ask whether it has changed; 304 if it hasn't."""
    response = make_response(text)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = disposition
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(sha256(text).hexdigest()[:32])
    if changed_at is not None:
        response.last_modified = changed_at
    return response.make_conditional(request)


def _moved(slug: str | None, lang: str | None) -> Response:
    """301 to the same feed under its new name. Raises Missing when there is none."""
    if slug is None:
        raise Missing
    return redirect(_address({"slug": slug}, lang), 301)


def _address(values: dict[str, Any], lang: str | None) -> str:
    """The path of the feed that is asked for, with what was asked of it."""
    asked = {"agenda": "1"} if _with_agenda() else {}
    return url_for(str(request.endpoint), **{**values, **asked, "lang": lang})


def _known(lang: str | None) -> str:
    return lang or str(current_app.config["DEFAULT_LANGUAGE"])


def _with_agenda() -> bool:
    return request.args.get("agenda") == "1"
