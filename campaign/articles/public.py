"""Background for anyone: the list, an article, the feed."""

import re
from datetime import date
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Blueprint, current_app, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from campaign import clock, timezones
from campaign.articles import feed, listing
from campaign.categories import filing
from campaign.errors import Missing
from campaign.replies.forms import reply_form
from campaign.web import pages, stamp
from campaign.web.article_page import article_page
from campaign.web.jinja import absolute, plain, the_campaign
from campaign.web.language import PREFIX

bp = Blueprint("articles", __name__)

MONTH = re.compile(r"((?:19|20|21)\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@bp.get(f"{PREFIX}/articles/")
def index(lang: str) -> Response:
    """All of them, or those of a category, of a month, of both."""
    known = {category.slug: category for category in listing.categories()}
    asked = request.args.get("category", "")
    if asked and asked not in known and (now_at := filing.renamed(asked)) in known:
        return redirect(url_for(".index", category=now_at, month=request.args.get("month")), 301)
    category = known.get(asked)
    month = _month(request.args.get("month", ""))
    chosen = {"category": category.slug if category else None, "month": f"{month:%Y-%m}" if month else None}
    return pages.page(
        "articles/index.html",
        articles=listing.listed(category=chosen["category"], month=month),
        categories=known.values(),
        months=listing.months(),
        category=category,
        month=month,
        chosen={name: value for name, value in chosen.items() if value},
    )


@bp.get(f"{PREFIX}/articles.atom")
def atom(lang: str) -> Response:
    articles = listing.listed(most=feed.MOST)
    cause = the_campaign()
    site = feed.Site(
        title=f"{plain(cause.name, cause.language)} – {_('Background')}" if cause else _("Background"),
        language=lang,
        itself=absolute(url_for(".atom")),
        page=absolute(url_for(".index")),
        host=urlsplit(current_app.config["BASE_URL"]).hostname or "localhost",
        article=lambda slug: absolute(url_for(".show", slug=slug)),
    )
    text = feed.written(articles, site)
    response = make_response(text)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    response.headers["Cache-Control"] = "public, max-age=300"
    response.set_etag(sha256(text).hexdigest()[:32])
    response.last_modified = feed.changed_at(articles)
    return response.make_conditional(request)


@bp.get(f"{PREFIX}/articles/<slug>")
def show(lang: str, slug: str) -> Response:
    try:
        article = listing.by_slug(slug)
    except Missing:
        return pages.moved(".show", listing.renamed(slug))
    now = clock.now()
    form = None
    if article.takes_replies(timezones.wall(now, article.campaign.zone).date()):
        form = reply_form(stamp=stamp.meta("article", article.id))
    return pages.answer(article_page(article, form, now=now))


def _month(typed: str) -> date | None:
    match = MONTH.fullmatch(typed)
    return date(int(match[1]), int(match[2]), 1) if match else None
