"""Replying to an article, for anyone; and taking a reply back."""

from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from campaign import clock, timezones, tokens
from campaign.articles import listing
from campaign.articles.models import Article
from campaign.errors import Conflict, Missing
from campaign.extensions import db
from campaign.replies import lapsing, reading, sending
from campaign.replies.forms import ReplyForm, reply_form
from campaign.web import stamp
from campaign.web.article_page import article_page
from campaign.web.headers import never_stored
from campaign.web.language import PREFIX
from campaign.web.limits import per_visitor
from campaign.web.origin import from_here

bp = Blueprint("replies", __name__)


@bp.post(f"{PREFIX}/articles/<slug>/replies")
@per_visitor
@from_here
def create(lang: str, slug: str) -> Response:
    try:
        article = listing.by_slug(slug)
    except Missing:
        return _moved(slug)
    now = clock.now()
    today = timezones.wall(now, article.campaign.zone).date()
    form = reply_form(request.form, stamp=stamp.meta("article", article.id))
    try:
        sending.refuse_unless_open(article, today)
    except Conflict:
        return never_stored(make_response(article_page(article, now=now), 409))
    if not form.validate():
        return never_stored(make_response(article_page(article, form, now=now), 422))
    token = _kept(article, form, lang)
    db.session.commit()
    return _once("replies/thanks.html", article, token=token, days=lapsing.WAITING.days)


@bp.get(f"{PREFIX}/replies/<token>")
def show(lang: str, token: str) -> Response:
    reply = reading.by_token(token)
    return _once("replies/show.html", reply.article, token=token, reply=reply)


@bp.post(f"{PREFIX}/replies/<token>/delete")
@from_here
def delete(lang: str, token: str) -> Response:
    reply = reading.by_token(token)
    article = reply.article
    sending.delete(reply)
    db.session.commit()
    return _once("replies/deleted.html", article)


def _kept(article: Article, form: ReplyForm, lang: str) -> str:
    """What the answer page shows. A machine's reply isn't kept, and the page doesn't let it know."""
    if form.is_from_a_machine():
        return tokens.new()
    today = timezones.wall(clock.now(), article.campaign.zone).date()
    secret = current_app.config["SECRET_KEY"]
    return sending.receive(article, form.name.data or "", form.text.data or "", lang, today, secret=secret)


def _moved(slug: str) -> Response:
    """308: the form is sent once more, to where the article is now. Raises Missing."""
    now_at = listing.renamed(slug)
    if now_at is None:
        raise Missing
    return redirect(url_for(".create", slug=now_at), 308)


def _once(template: str, article: Article, **context: Any) -> Response:
    """A page that shows, or was reached by, a secret: kept by no cache."""
    page = render_template(template, article=article, campaign=article.campaign, **context)
    return never_stored(make_response(page))
