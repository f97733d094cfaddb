"""Background articles, for organizers: from the first draft to the last correction."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.articles import linking, wording, writing
from campaign.articles.forms import (
    ArticleForm,
    BeginForm,
    ButtonForm,
    PublishForm,
    article_translation_form,
    kind_of,
    linked_actions_form,
    links_form,
)
from campaign.articles.models import Article
from campaign.campaigns.models import Campaign
from campaign.campaigns.wording import Slot
from campaign.columns import LANGUAGES
from campaign.errors import Missing
from campaign.extensions import db
from campaign.fields import options
from campaign.photos.models import Photo
from campaign.replies.forms import reply_form
from campaign.web import guard, language, stamp
from campaign.web.article_page import article_page, body_of, loose_ends

bp = Blueprint("articles", __name__)


@bp.get("/articles/")
def index() -> ResponseReturnValue:
    articles = guard.every(Article, may=Permission.VIEW, order=[Article.published_on.desc()])
    may_begin = bool(guard.every(Campaign, may=Permission.EDIT))
    return render_template("manage/articles/index.html", articles=articles, may_begin=may_begin)


@bp.get("/articles/new")
def new() -> ResponseReturnValue:
    return _new(_begin_form(None, {"author": guard.me().name}))


@bp.post("/articles/new")
def create() -> ResponseReturnValue:
    form = _begin_form(request.form)
    if not form.validate():
        return _new(form), 422
    campaign = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    article = writing.begin(campaign, form.title.data, form.author.data, _today(campaign), clock.now())
    db.session.commit()
    flash(_("Kept as a draft. Nobody but your team sees it yet."), "ok")
    return redirect(url_for(".edit", id=article.id), 303)


@bp.get("/articles/<int:id>")
def show(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.VIEW)
    missing = {lang: wording.missing(article, lang) for lang in article.campaign.languages if lang != article.language}
    return _page("show", article, missing=missing)


@bp.get("/articles/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    return _page("edit", article, form=ArticleForm(None, article, _photos(article)))


@bp.post("/articles/<int:id>/edit")
def update(id: int) -> ResponseReturnValue:
    """Save; or see how the text will look; or ask for room for one more source. What was typed stays."""
    article = guard.find(Article, id, may=Permission.EDIT)
    form = ArticleForm(request.form, article, _photos(article))
    if request.form.get("add") in ArticleForm.LISTS:
        form[request.form["add"]].append_entry()
        return _page("edit", article, form=form)
    if not form.validate():
        return _page("edit", article, form=form), 422
    if "preview" in request.form:
        numbers = [source.number for source in form.numbered()]
        shown = body_of(article, form.body.data, numbers, clock.now())
        return _page("edit", article, form=form, shown=shown, loose=loose_ends(form.body.data, shown), **shown)
    photo = guard.find(Photo, form.photo.data, may=Permission.VIEW) if form.photo.data else None
    writing.revise(article, form.content(photo), _today(article.campaign), clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    following = {"figures": url_for("manage.figures.new", id=id), "photo": url_for("manage.photos.new")}
    return redirect(following.get(request.form.get("then", ""), url_for(".show", id=id)), 303)


@bp.get("/articles/<int:id>/preview")
def preview(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.VIEW)
    g.lang = request.args["lang"] if request.args.get("lang") in LANGUAGES else article.language
    form = None
    if article.reply_days is None or article.reply_days > 0:
        form = reply_form(stamp=stamp.meta("article", article.id))
    return article_page(article, form, now=clock.now(), preview=True)


@bp.get("/articles/<int:id>/publish")
def ask_publish(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.PUBLISH)
    form = PublishForm(None, data={"published_on": _today(article.campaign)})
    return _page("publish", article, form=form, written=writing.is_written(article))


@bp.post("/articles/<int:id>/publish")
def publish(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.PUBLISH)
    form = PublishForm(request.form)
    if not form.validate():
        return _page("publish", article, form=form, written=writing.is_written(article)), 422
    writing.publish(article, form.published_on.data, clock.now())
    db.session.commit()
    flash(_("Published. Everyone can read it now."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/unpublish")
def ask_unpublish(id: int) -> ResponseReturnValue:
    return _page("unpublish", guard.find(Article, id, may=Permission.PUBLISH), form=ButtonForm(None))


@bp.post("/articles/<int:id>/unpublish")
def unpublish(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.PUBLISH)
    writing.unpublish(article, clock.now())
    db.session.commit()
    flash(_("It is a draft again. Its page is gone for readers."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    slots = _slots(article, into)
    return _page("translation", article, form=article_translation_form(slots, into)(None), slots=slots, into=into)


@bp.post("/articles/<int:id>/translations/<any(en,fr,es):into>")
def translate(id: int, into: str) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    slots = _slots(article, into)
    form = article_translation_form(slots, into)(request.form)
    if not form.validate():
        return _page("translation", article, form=form, slots=slots, into=into), 422
    wording.translate(article, into, {slot.name: form[slot.name].data for slot in slots}, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/actions")
def actions(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    shown = {f"action-{action_id}": kind.value for action_id, kind in linking.links_of(article).items()}
    form = linked_actions_form(_actions(article), language.current())(None, data=shown)
    return _page("actions", article, form=form)


@bp.post("/articles/<int:id>/actions")
def link_actions(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    every = _actions(article)
    form = linked_actions_form(every, language.current())(request.form)
    if not form.validate():
        return _page("actions", article, form=form), 422
    kinds = {action: kind_of(form[f"action-{action.id}"].data) for action in every}
    linking.link_article(article, kinds, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/actions/<int:id>/background")
def links(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    shown = {f"article-{article_id}": kind.value for article_id, kind in linking.links(action).items()}
    form = links_form(_articles(action), language.current())(None, data=shown)
    return _background(action, form)


@bp.post("/actions/<int:id>/background")
def link(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    articles = _articles(action)
    form = links_form(articles, language.current())(request.form)
    if not form.validate():
        return _background(action, form), 422
    kinds = {article.id: kind_of(form[f"article-{article.id}"].data) for article in articles}
    linking.link(action, kinds, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for("manage.actions.show", id=id), 303)


def _articles(action: Action) -> list[Article]:
    mine = [Article.campaign_id == action.campaign_id]
    return list(guard.every(Article, may=Permission.VIEW, where=mine, order=[Article.published_on.desc()]))


def _actions(article: Article) -> list[Action]:
    mine = [Action.campaign_id == article.campaign_id]
    return list(guard.every(Action, may=Permission.VIEW, where=mine, order=[Action.starts_at.desc()]))


def _photos(article: Article) -> dict[int, str]:
    """Those of the campaign, in words by their ids, the newest first."""
    mine = guard.every(Photo, may=Permission.VIEW, where=[Photo.campaign_id == article.campaign_id])
    return {photo.id: f"{photo.id}. {_words_for(photo)[:70]}" for photo in reversed(mine)}


def _words_for(photo: Photo) -> str:
    own = photo.campaign.language
    return photo.alt.best(own, own)[0] or photo.caption.best(own, own)[0] or _("decorative")


def _page(name: str, article: Article, **context: Any) -> str:
    may = guard.permissions(article.campaign.team_id)
    return render_template(f"manage/articles/{name}.html", article=article, may=may, **context)


def _background(action: Action, form: object) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template("manage/articles/links.html", action=action, form=form, may=may)


def _new(form: BeginForm) -> str:
    return render_template("manage/articles/new.html", form=form, campaigns=guard.every(Campaign, may=Permission.EDIT))


def _begin_form(formdata: Any, proposed: dict[str, Any] | None = None) -> BeginForm:
    form = BeginForm(formdata, data=proposed)
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    form.campaign.choices = options((one.id, one.name.best(language.current(), one.language)[0]) for one in campaigns)
    return form


def _today(campaign: Campaign) -> date:
    return timezones.wall(clock.now(), campaign.zone).date()


def _slots(article: Article, into: str) -> list[Slot]:
    if into == article.language:
        raise Missing
    return wording.slots(article)
