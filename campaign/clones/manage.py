"""Cloning an action, for organizers."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.clones import making
from campaign.clones.forms import CloneForm
from campaign.extensions import db
from campaign.history import recording
from campaign.web import guard, language

bp = Blueprint("clones", __name__)


@bp.get("/actions/<int:id>/clone")
def new(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    return _page(action, CloneForm(None, action, language=language.current()))


@bp.post("/actions/<int:id>/clone")
def create(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    form = CloneForm(request.form, action, language=language.current())
    if not form.validate():
        return _page(action, form), 422
    host = urlsplit(current_app.config["BASE_URL"]).hostname or ""
    now = clock.now()
    made = making.clone(action, form.time(), host, now)
    recording.begun(made, guard.me().id, now)
    db.session.commit()
    flash(_("A new draft. Nobody but your team sees it, and nothing is sent, until you publish it."), "ok")
    return redirect(url_for("manage.actions.show", id=made.id), 303)


def _page(action: Action, form: CloneForm) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template("manage/clones/new.html", action=action, form=form, may=may)
