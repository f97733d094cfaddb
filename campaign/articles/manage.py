"""Background articles, for organizers: from the first draft to the last correction."""

from contextlib import ExitStack
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
    check_body,
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
from campaign.history import recording
from campaign.history.models import Deed
from campaign.photos.models import Photo
from campaign.replies.forms import reply_form
from campaign.web import guard, language, requests, saving, stamp
from campaign.web.article_page import article_page, body_of, loose_ends

bp = Blueprint("articles", __name__)


@bp.get("/articles/")
def index() -> ResponseReturnValue:
    articles = guard.every(Article, may=Permission.VIEW, order=[Article.published_on.desc()])
    may_begin = bool(guard.every(Campaign, may=Permission.EDIT))
    return render_template("manage/articles/index.html", articles=articles, may_begin=may_begin)


@bp.get("/articles/new")
def new() -> ResponseReturnValue:
    return _new(_begin_form(guard.unsaved_form(), {"author": guard.me().name}))


@bp.post("/articles/new")
@guard.outlives_its_session
def create() -> ResponseReturnValue:
    form = _begin_form(request.form)
    if not form.validate():
        return _new(form), 422
    campaign = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    now = clock.now()
    article = writing.begin(campaign, form.title.data, form.author.data, _today(campaign), now)
    recording.begun(article, guard.me().id, now)
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
    return _page("edit", article, form=ArticleForm(guard.unsaved_form(), article, _photos(article)))


@bp.post("/articles/<int:id>/edit")
@guard.outlives_its_session
def update(id: int) -> ResponseReturnValue:
    """Save; or see how the text will look; or ask for room for one more source. What was typed stays."""
    article = guard.find(Article, id, may=Permission.EDIT)
    form = ArticleForm(request.form, article, _photos(article))
    if request.form.get("add") in ArticleForm.LISTS:
        form[request.form["add"]].append_entry()
        return _page("edit", article, form=form)
    if not form.validate():
        return _page("edit", article, form=form), form.status
    if "preview" in request.form:
        return _page("edit", article, form=form, **_seen(article, form))
    photo = guard.find(Photo, form.photo.data, may=Permission.VIEW) if form.photo.data else None
    now = clock.now()
    with recording.change(article, Deed.EDITED, guard.me().id, now):
        writing.revise(article, form.content(photo), _today(article.campaign), now)
    db.session.commit()
    saving.say_saved(form)
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


@bp.post("/articles/<int:id>/preview")
@requests.slow_at_first
def try_out(id: int) -> ResponseReturnValue:
    """What the form says, as it will look: a part of the page, for the script that asks while somebody is typing.

    Nothing is kept, so nobody who writes has to wait for it. Only the text has to be in order.
    """
    article = guard.find(Article, id, may=Permission.EDIT)
    form = ArticleForm(request.form, article, _photos(article))
    if not form.body.validate(form, [lambda _form, field: check_body(field.data)]):
        return render_template("manage/articles/_seen.html", article=article, live=True, wrong=form.body.errors), 422
    return render_template("manage/articles/_seen.html", article=article, live=True, **_seen(article, form))


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
    now = clock.now()
    with recording.change(article, Deed.PUBLISHED, guard.me().id, now):
        writing.publish(article, form.published_on.data, now)
    db.session.commit()
    flash(_("Published. Everyone can read it now."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/unpublish")
def ask_unpublish(id: int) -> ResponseReturnValue:
    return _page("unpublish", guard.find(Article, id, may=Permission.PUBLISH), form=ButtonForm(None))


@bp.post("/articles/<int:id>/unpublish")
def unpublish(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.PUBLISH)
    now = clock.now()
    with recording.change(article, Deed.UNPUBLISHED, guard.me().id, now):
        writing.unpublish(article, now)
    db.session.commit()
    flash(_("It is a draft again. Its page is gone for readers."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    slots = _slots(article, into)
    form = article_translation_form(slots, into)(guard.unsaved_form())
    return _page("translation", article, form=form, slots=slots, into=into)


@bp.post("/articles/<int:id>/translations/<any(en,fr,es):into>")
@guard.outlives_its_session
def translate(id: int, into: str) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    slots = _slots(article, into)
    form = article_translation_form(slots, into)(request.form)
    if not form.validate():
        return _page("translation", article, form=form, slots=slots, into=into), form.status
    now = clock.now()
    with recording.change(article, Deed.TRANSLATED, guard.me().id, now):
        wording.translate(article, into, {slot.name: form[slot.name].data for slot in slots}, now)
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".show", id=id), 303)


@bp.get("/articles/<int:id>/actions")
def actions(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    form = linked_actions_form(_actions(article), linking.links_of(article), language.current())
    return _page("actions", article, form=form(guard.unsaved_form()))


@bp.post("/articles/<int:id>/actions")
@guard.outlives_its_session
def link_actions(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    every = _actions(article)
    form = linked_actions_form(every, linking.links_of(article), language.current())(request.form)
    if not form.validate():
        return _page("actions", article, form=form), form.status
    kinds = {action: kind_of(form[f"action-{action.id}"].data) for action in every}
    now = clock.now()
    with recording.change(article, Deed.EDITED, guard.me().id, now):
        linking.link_article(article, kinds, now)
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".show", id=id), 303)


@bp.get("/actions/<int:id>/background")
def links(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    form = links_form(_articles(action), linking.links(action), language.current())
    return _background(action, form(guard.unsaved_form()))


@bp.post("/actions/<int:id>/background")
@guard.outlives_its_session
def link(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    articles = _articles(action)
    before = linking.links(action)
    form = links_form(articles, before, language.current())(request.form)
    if not form.validate():
        return _background(action, form), form.status
    kinds = {article.id: kind_of(form[f"article-{article.id}"].data) for article in articles}
    now = clock.now()
    with ExitStack() as changes:
        for article in articles:
            if kinds[article.id] is not before.get(article.id):
                changes.enter_context(recording.change(article, Deed.EDITED, guard.me().id, now))
        linking.link(action, kinds, now)
    db.session.commit()
    saving.say_saved(form)
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


def _seen(article: Article, form: ArticleForm) -> dict[str, Any]:
    """What a preview needs."""
    numbers = [source.number for source in form.numbered()]
    shown = body_of(article, form.body.data, numbers, clock.now())
    return {"shown": True, "loose": loose_ends(form.body.data, shown), **shown}


def _page(name: str, article: Article, **context: Any) -> str:
    may = guard.permissions(article.campaign.team_id)
    context = {"last": recording.latest(article), **context}
    return render_template(f"manage/articles/{name}.html", article=article, may=may, **context)


def _background(action: Action, form: object) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template("manage/articles/links.html", action=action, form=form, may=may, last=None)


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
