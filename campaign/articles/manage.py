"""Background articles, for organizers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.articles import linking
from campaign.articles.forms import kind_of, links_form
from campaign.articles.models import Article
from campaign.extensions import db
from campaign.web import guard, language

bp = Blueprint("articles", __name__)


@bp.get("/actions/<int:id>/background")
def links(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    shown = {f"article-{article_id}": kind.value for article_id, kind in linking.links(action).items()}
    form = links_form(_articles(action), language.current())(None, data=shown)
    return _page(action, form)


@bp.post("/actions/<int:id>/background")
def link(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    articles = _articles(action)
    form = links_form(articles, language.current())(request.form)
    if not form.validate():
        return _page(action, form), 422
    kinds = {article.id: kind_of(form[f"article-{article.id}"].data) for article in articles}
    linking.link(action, kinds, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for("manage.actions.show", id=id), 303)


def _articles(action: Action) -> list[Article]:
    mine = [Article.campaign_id == action.campaign_id]
    return list(guard.every(Article, may=Permission.VIEW, where=mine, order=[Article.published_on.desc()]))


def _page(action: Action, form: object) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template("manage/articles/links.html", action=action, form=form, may=may)
