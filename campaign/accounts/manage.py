"""Joining by an invitation; a team's settings and its members."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.utils import login_user, logout_user

from campaign import clock
from campaign.accounts import joining, letters, listing, teamwork
from campaign.accounts.forms import AskedForm, InviteForm, JoinForm, LevelForm, TeamForm
from campaign.accounts.membership import LEVEL_WORDS, Membership, Permission
from campaign.accounts.models import Invitation, Team
from campaign.errors import Conflict, Missing
from campaign.extensions import db
from campaign.web import guard, jinja, limits, seals

bp = Blueprint("accounts", __name__)


@bp.get("/invitations/<token>")
@guard.open_to_all
def invitation(token: str) -> ResponseReturnValue:
    invited = joining.invitation(token, clock.now())
    if joining.account_of(invited) and invited.team_id is not None:
        return _page_for_members(invited, token)
    form = JoinForm(None, address=invited.email, own_team=invited.team_id is None)
    return _page_for_strangers(invited, token, form)


@bp.post("/invitations/<token>")
@guard.open_to_all
def accept(token: str) -> ResponseReturnValue:
    now = clock.now()
    invited = joining.invitation(token, now)
    if joining.account_of(invited) and invited.team_id is not None:
        return _join(invited, token)
    form = JoinForm(request.form, address=invited.email, own_team=invited.team_id is None)
    if not form.validate():
        return _page_for_strangers(invited, token, form), 422
    team = _team_of(invited) or Team(
        name=form.team_name.data,
        reply_address=form.reply_address.data,
        postal_address=form.postal_address.data,
        language=invited.language,
        created_at=now,
    )
    organizer = joining.accept(token, form.name.data, form.password.data or "", team, now)
    logout_user()
    login_user(organizer)
    words = _("Welcome. Begin with a campaign: what your actions are for.")
    if invited.team_id is not None:
        words = _("Welcome. You are in the team now: %(team)s.", team=team.name)
    db.session.commit()
    flash(words, "ok")
    return redirect(url_for("manage.site.index"), 303)


def _join(invited: Invitation, token: str) -> ResponseReturnValue:
    """Of somebody who has an account: they have to be signed in with it."""
    team = _team_of(invited)
    if team is None or not current_user.is_authenticated or guard.me().email != invited.email:
        return _page_for_members(invited, token), 409
    joining.join(token, guard.me(), team, clock.now())
    db.session.commit()
    flash(_("You are in the team now: %(team)s.", team=team.name), "ok")
    return redirect(url_for(".index"), 303)


def _page_for_members(invited: Invitation, token: str) -> str:
    me = guard.me() if current_user.is_authenticated else None
    if me is None:
        session[guard.WANTED] = url_for(".invitation", token=token)
    form = AskedForm(None)
    return render_template(
        "manage/accounts/join.html", invited=invited, token=token, team=_team_of(invited), visitor=me, form=form
    )


def _page_for_strangers(invited: Invitation, token: str, form: JoinForm) -> str:
    return render_template(
        "manage/accounts/invitation.html", form=form, invited=invited, token=token, team=_team_of(invited)
    )


def _team_of(invited: Invitation) -> Team | None:
    return db.session.get(Team, invited.team_id) if invited.team_id is not None else None


@bp.get("/teams/")
def index() -> ResponseReturnValue:
    teams = [
        (team, listing.members(team), Permission.MANAGE_TEAM in guard.permissions(team.id))
        for team in guard.every(Team, may=Permission.VIEW)
    ]
    invited = {team.id: listing.waiting(team, clock.now()) for team, _members, editable in teams if editable}
    return render_template(
        "manage/accounts/index.html", teams=teams, invited=invited, level_words=LEVEL_WORDS, form=AskedForm(None)
    )


@bp.get("/teams/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    return render_template("manage/accounts/edit.html", form=TeamForm(None, obj=team), team=team)


@bp.post("/teams/<int:id>/edit")
def update(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    form = TeamForm(request.form, obj=team)
    if not form.validate():
        return render_template("manage/accounts/edit.html", form=form, team=team), 422
    form.populate_obj(team)
    db.session.commit()
    flash(_("Saved. It stands in every mail from now on."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/teams/<int:id>/invite")
def ask_invite(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    return render_template("manage/accounts/invite.html", team=team, form=InviteForm(None))


@bp.post("/teams/<int:id>/invite")
@limits.per_account("30 per hour")
def invite(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    form, now = InviteForm(request.form), clock.now()
    if not form.validate():
        return render_template("manage/accounts/invite.html", team=team, form=form), 422
    try:
        invited, token = joining.invite(team, form.email.data, form.level.data, now, team.language)
    except Conflict as refusal:
        form.email.errors = [str(refusal)]
        return render_template("manage/accounts/invite.html", team=team, form=form), 422
    link = jinja.absolute(url_for(".invitation", token=token))
    letters.owe_invitation(invited, team, link, seals.sealer(), now)
    db.session.commit()
    flash(
        _("A letter with a link is on its way to %(email)s. The link works once, for a week.", email=invited.email),
        "ok",
    )
    return redirect(url_for(".index"), 303)


@bp.post("/teams/<int:id>/invitations/<key>/withdraw")
def withdraw(id: int, key: str) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    digest = _octets(key)
    joining.withdraw(team, digest)
    letters.take_back(digest)
    db.session.commit()
    flash(_("Withdrawn. The link works no more."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/teams/<int:id>/members/<int:member>")
def member(id: int, member: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    membership = _member(team, member)
    form = LevelForm(None, data={"level": membership.level})
    return render_template("manage/accounts/member.html", team=team, membership=membership, form=form)


@bp.post("/teams/<int:id>/members/<int:member>")
def change_level(id: int, member: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    membership = _member(team, member)
    form = LevelForm(request.form)
    if not form.validate():
        return render_template("manage/accounts/member.html", team=team, membership=membership, form=form), 422
    teamwork.change_level(membership, form.level.data)
    db.session.commit()
    flash(_("Saved. It holds from now on."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/teams/<int:id>/members/<int:member>/remove")
def ask_remove(id: int, member: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    membership = _member(team, member)
    return render_template("manage/accounts/remove.html", team=team, membership=membership, form=AskedForm(None))


@bp.post("/teams/<int:id>/members/<int:member>/remove")
def remove(id: int, member: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.MANAGE_TEAM)
    teamwork.remove(_member(team, member))
    db.session.commit()
    flash(_("Removed. They see nothing of the team any more."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/teams/<int:id>/leave")
def ask_leave(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.VIEW)
    return render_template("manage/accounts/leave.html", team=team, form=AskedForm(None))


@bp.post("/teams/<int:id>/leave")
def leave(id: int) -> ResponseReturnValue:
    team = guard.find(Team, id, may=Permission.VIEW)
    teamwork.remove(_member(team, guard.me().id))
    db.session.commit()
    flash(_("You have left the team."), "ok")
    return redirect(url_for(".index"), 303)


def _member(team: Team, id: int) -> Membership:
    if id > guard.LARGEST_ID:
        raise Missing
    return teamwork.member(team, id)


def _octets(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise Missing from None
