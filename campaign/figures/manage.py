"""An article's figures tables, for organizers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.articles.models import Article, FiguresTable
from campaign.extensions import db
from campaign.figures import writing
from campaign.figures.forms import DeleteForm, TableForm
from campaign.history import recording
from campaign.history.models import Deed
from campaign.web import guard, saving

bp = Blueprint("figures", __name__, url_prefix="/articles/<int:id>/figures")


@bp.get("/new")
def new(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    return _page(article, TableForm(guard.unsaved_form(), article))


@bp.post("/new")
@guard.outlives_its_session
def create(id: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    form = TableForm(request.form, article)
    if not form.validate():
        return _page(article, form), form.status
    now = clock.now()
    with recording.change(article, Deed.EDITED, guard.me().id, now):
        table = writing.add(article, form.content(), now)
    db.session.commit()
    line = f"[[figures:{table.number}]]"
    flash(_("Saved. Put %(line)s alone on a line of the text, where the figures shall stand.", line=line), "ok")
    return redirect(url_for("manage.articles.edit", id=id), 303)


@bp.get("/<int:number>/edit")
def edit(id: int, number: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    table = writing.numbered(article, number)
    return _page(article, TableForm(guard.unsaved_form(), article, table), table)


@bp.post("/<int:number>/edit")
@guard.outlives_its_session
def update(id: int, number: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    table = writing.numbered(article, number)
    form = TableForm(request.form, article, table)
    if not form.validate():
        return _page(article, form, table), form.status
    now = clock.now()
    with recording.change(article, Deed.EDITED, guard.me().id, now):
        writing.revise(article, table, form.content(), now)
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for("manage.articles.edit", id=id), 303)


@bp.get("/<int:number>/delete")
def ask_delete(id: int, number: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    table = writing.numbered(article, number)
    return _page(article, DeleteForm(None), table, name="delete")


@bp.post("/<int:number>/delete")
def delete(id: int, number: int) -> ResponseReturnValue:
    article = guard.find(Article, id, may=Permission.EDIT)
    now = clock.now()
    with recording.change(article, Deed.EDITED, guard.me().id, now):
        writing.delete(article, writing.numbered(article, number), now)
    db.session.commit()
    flash(_("The figures are gone."), "ok")
    return redirect(url_for("manage.articles.edit", id=id), 303)


def _page(article: Article, form: Any, table: FiguresTable | None = None, name: str = "edit") -> str:
    may = guard.permissions(article.campaign.team_id)
    context = {"form": form, "table": table, "may": may, "last": recording.latest(article)}
    return render_template(f"manage/figures/{name}.html", article=article, **context)
