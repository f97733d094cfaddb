"""One's own account: name, language, address, password, and the browsers in which one is signed in."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_security.utils import login_user, logout_user

from campaign import clock, tokens
from campaign.accounts import letters, passwords, sessions
from campaign.accounts.forms import AskedForm
from campaign.accounts.letters import Change
from campaign.credentials import authenticators, factors
from campaign.errors import Missing
from campaign.extensions import db
from campaign.profiles import addresses, wording
from campaign.profiles.forms import NewAddressForm, PasswordForm, ProfileForm
from campaign.web import guard, jinja, limits, requests, seals, second_step

bp = Blueprint("profiles", __name__, url_prefix="/account")

LETTERS = "5 per hour"


@bp.get("")
def index() -> ResponseReturnValue:
    return _page(ProfileForm(None, obj=guard.me()))


@bp.post("")
def update() -> ResponseReturnValue:
    form = ProfileForm(request.form)
    if not form.validate():
        return _page(form), 422
    form.populate_obj(guard.me())
    db.session.commit()
    g.lang = guard.me().language
    refresh()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/password")
def edit_password() -> ResponseReturnValue:
    return render_template("manage/profiles/password.html", form=PasswordForm(None, organizer=guard.me()))


@bp.post("/password")
@limits.guesses
@requests.slow_at_first
def change_password() -> ResponseReturnValue:
    form = PasswordForm(request.form, organizer=guard.me())
    if not form.validate():
        return render_template("manage/profiles/password.html", form=form), 422
    hashed = passwords.hashed(form.new.data or "")
    requests.begin_to_write()
    me = guard.me()
    me.password, me.fs_uniquifier = hashed, tokens.new()
    _stay_alone()
    link = jinja.absolute(url_for("security.forgot_password"))
    letters.owe("password_changed", me, seals.sealer(), clock.now(), link=link)
    db.session.commit()
    flash(_("Your password is a new one now. Every other browser was signed out."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/address")
def edit_address() -> ResponseReturnValue:
    return render_template("manage/profiles/address.html", form=NewAddressForm(None, organizer=guard.me()))


@bp.post("/address")
@limits.per_account(LETTERS)
@limits.guesses
@requests.slow_at_first
def ask_for_address() -> ResponseReturnValue:
    form, now = NewAddressForm(request.form, organizer=guard.me()), clock.now()
    if not form.validate():
        return render_template("manage/profiles/address.html", form=form), 422
    requests.begin_to_write()
    token = addresses.ask(guard.me(), form.email.data, now)
    if token is not None:
        link = jinja.absolute(url_for(".ask_confirm_address", token=token))
        letters.owe(
            "new_address", guard.me(), seals.sealer(), now, link=link, to=form.email.data, lasts=addresses.VALID
        )
    db.session.commit()
    flash(_("A letter with a link is on its way to %(email)s. The link works for a day.", email=form.email.data), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/address/<token>")
def ask_confirm_address(token: str) -> ResponseReturnValue:
    change = addresses.find(guard.me(), token, clock.now())
    return render_template("manage/profiles/confirm_address.html", change=change, token=token, form=AskedForm(None))


@bp.post("/address/<token>")
def confirm_address(token: str) -> ResponseReturnValue:
    me, now = guard.me(), clock.now()
    old = addresses.confirm(me, token, now)
    _stay_alone()
    letters.owe("address_changed", me, seals.sealer(), now, to=old)
    db.session.commit()
    flash(_("You sign in as %(email)s from now on. Every other browser was signed out.", email=me.email), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/sessions/<key>/end")
def end_session(key: str) -> ResponseReturnValue:
    me, digest = guard.me(), _octets(key)
    if digest == _this_one():
        logout_user()
        db.session.commit()
        return redirect(url_for("security.login"), 303)
    sessions.end_one(me, digest)
    second_step.tell(me, Change.SESSIONS_ENDED, clock.now())
    db.session.commit()
    flash(_("That browser is signed out."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/sessions/end")
def ask_end_sessions() -> ResponseReturnValue:
    return render_template("manage/profiles/end_sessions.html", form=AskedForm(None))


@bp.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    me, here_too = guard.me(), request.form.get("which") == "all"
    if sessions.end_all(me, except_for=session.get(sessions.ROW, "")):
        second_step.tell(me, Change.SESSIONS_ENDED, clock.now())
    if here_too:
        logout_user()
    db.session.commit()
    flash(_("You are signed out everywhere.") if here_too else _("Every other browser is signed out."), "ok")
    return redirect(url_for("security.login" if here_too else ".index"), 303)


def _page(form: ProfileForm) -> str:
    me, now = guard.me(), clock.now()
    return render_template(
        "manage/profiles/index.html",
        form=form,
        asked=AskedForm(None),
        has=factors.of(me),
        begun=authenticators.waiting(me, now),
        change=addresses.waiting(me, now),
        open=sessions.open_ones(me, now),
        this_one=_this_one(),
        ago=lambda moment: wording.ago(now - moment),
    )


def _stay_alone() -> None:
    """Whoever knows the old password or reads the old mailbox is out, everywhere. This browser begins a new session."""
    sessions.end_all(guard.me())
    login_user(guard.me(), authn_via=["change"])


def _this_one() -> bytes:
    return tokens.digest(session.get(sessions.ROW, ""))


def _octets(key: str) -> bytes:
    try:
        return bytes.fromhex(key)
    except ValueError:
        raise Missing from None
