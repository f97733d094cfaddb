"""Joining by an invitation, and the settings of a team."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security.utils import login_user, logout_user

from campaign import clock
from campaign.accounts import joining, listing
from campaign.accounts.forms import JoinForm, TeamForm
from campaign.accounts.membership import LEVEL_WORDS, Permission
from campaign.accounts.models import Team
from campaign.extensions import db
from campaign.web import guard

bp = Blueprint("accounts", __name__)


@bp.get("/invitations/<token>")
@guard.open_to_all
def invitation(token: str) -> ResponseReturnValue:
    invited = joining.invitation(token, clock.now())
    form = JoinForm(None, address=invited.email)
    return render_template("manage/accounts/invitation.html", form=form, invited=invited, token=token)


@bp.post("/invitations/<token>")
@guard.open_to_all
def accept(token: str) -> ResponseReturnValue:
    now = clock.now()
    invited = joining.invitation(token, now)
    form = JoinForm(request.form, address=invited.email)
    if not form.validate():
        return render_template("manage/accounts/invitation.html", form=form, invited=invited, token=token), 422
    team = Team(
        name=form.team_name.data,
        reply_address=form.reply_address.data,
        postal_address=form.postal_address.data,
        created_at=now,
    )
    organizer = joining.accept(token, form.name.data, form.password.data or "", team, now)
    logout_user()
    login_user(organizer)
    db.session.commit()
    flash(_("Welcome. Begin with a campaign: what your actions are for."), "ok")
    return redirect(url_for("manage.site.index"), 303)


@bp.get("/teams/")
def index() -> ResponseReturnValue:
    teams = [
        (team, listing.members(team), Permission.MANAGE_TEAM in guard.permissions(team.id))
        for team in guard.every(Team, may=Permission.VIEW)
    ]
    return render_template("manage/accounts/index.html", teams=teams, level_words=LEVEL_WORDS)


@bp.get("/teams/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    return render_template("manage/accounts/edit.html", form=TeamForm(None, obj=team), team=team)


@bp.post("/teams/<int:id>/edit")
def update(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    form = TeamForm(request.form)
    if not form.validate():
        return render_template("manage/accounts/edit.html", form=form, team=team), 422
    form.populate_obj(team)
    db.session.commit()
    flash(_("Saved. It stands in every mail from now on."), "ok")
    return redirect(url_for(".index"), 303)
