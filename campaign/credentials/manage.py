"""Setting up and removing a second step: authenticator app, passkeys, recovery codes. Each change is told by mail."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.letters import Change
from campaign.credentials import authenticators, factors, passkeys, recovery
from campaign.credentials.forms import AnswerForm, CodeForm, PasskeyForm, ProofForm
from campaign.credentials.passkeys import NotProven
from campaign.errors import Conflict, Missing
from campaign.extensions import db
from campaign.sealing import CannotOpen
from campaign.web import guard, limits, requests, second_step

bp = Blueprint("credentials", __name__, url_prefix="/account")

ADDING = "adding"  # what a challenge is for


@bp.get("/app/new")
def new_app() -> ResponseReturnValue:
    return render_template("manage/credentials/new_app.html", form=ProofForm(None, organizer=guard.me()))


@bp.post("/app/new")
@limits.guesses
@requests.slow_at_first
def begin_app() -> ResponseReturnValue:
    form = ProofForm(request.form, organizer=guard.me())
    if not form.validate():
        return render_template("manage/credentials/new_app.html", form=form), 422
    requests.begin_to_write()
    authenticators.begin(guard.me(), second_step.vault(), clock.now())
    db.session.commit()
    return redirect(url_for(".app"), 303)


@bp.get("/app")
def app() -> ResponseReturnValue:
    return _page_of_app(CodeForm(None))


@bp.post("/app")
@limits.guesses
def confirm_app() -> ResponseReturnValue:
    me, form, now = guard.me(), CodeForm(request.form), clock.now()
    if form.validate() and not authenticators.confirm(me, form.code.data, second_step.vault(), now):
        form.code.errors = [
            _("That code isn’t right. Enter the one that the app shows now, and see that your phone’s clock is right.")
        ]
    if form.errors:
        return _page_of_app(form, 422)
    second_step.tell(me, Change.APP_ADDED, now)
    return _added(_("Your authenticator app is set up."))


@bp.get("/app/remove")
def ask_remove_app() -> ResponseReturnValue:
    has, form = factors.of(guard.me()), ProofForm(None, organizer=guard.me())
    if not has.app:
        raise Missing
    return render_template("manage/credentials/remove_app.html", form=form, has=has)


@bp.post("/app/remove")
@limits.guesses
@requests.slow_at_first
def remove_app() -> ResponseReturnValue:
    form = ProofForm(request.form, organizer=guard.me())
    if not form.validate():
        return render_template("manage/credentials/remove_app.html", form=form, has=factors.of(guard.me())), 422
    requests.begin_to_write()
    factors.remove_app(guard.me())
    second_step.tell(guard.me(), Change.APP_REMOVED, clock.now())
    db.session.commit()
    flash(_("The authenticator app is removed."), "ok")
    return redirect(url_for("manage.profiles.index"), 303)


@bp.get("/passkeys/new")
def new_passkey() -> ResponseReturnValue:
    form = PasskeyForm(None, organizer=guard.me())
    return render_template("manage/credentials/new_passkey.html", form=form, site=second_step.site())


@bp.post("/passkeys/new")
@limits.guesses
@requests.slow_at_first
def begin_passkey() -> ResponseReturnValue:
    site, form = second_step.site(), PasskeyForm(request.form, organizer=guard.me())
    if site is None or not form.validate():
        return render_template("manage/credentials/new_passkey.html", form=form, site=site), 422
    challenge = second_step.challenge(ADDING, clock.now(), name=form.name.data)
    asked = passkeys.options_to_add(guard.me(), site, challenge)
    return _page_of_passkey(form.name.data, asked)


@bp.post("/passkeys")
def create_passkey() -> ResponseReturnValue:
    me, site, form, now = guard.me(), second_step.site(), AnswerForm(request.form), clock.now()
    noted = second_step.challenged(ADDING, now)
    if site is None or noted is None or not form.validate():
        return _page_of_passkey(), 422
    try:
        passkeys.add(me, noted[1]["name"], form.credential.data or "", site, noted[0], now)
    except NotProven:
        db.session.rollback()
        return _page_of_passkey(), 422
    second_step.tell(me, Change.PASSKEY_ADDED, now)
    return _added(_("The passkey is added."))


@bp.get("/passkeys/<int:id>/remove")
def ask_remove_passkey(id: int) -> ResponseReturnValue:
    return _page_of_removal(id, ProofForm(None, organizer=guard.me()))


@bp.post("/passkeys/<int:id>/remove")
@limits.guesses
@requests.slow_at_first
def remove_passkey(id: int) -> ResponseReturnValue:
    passkeys.find(guard.me(), _known(id))
    form = ProofForm(request.form, organizer=guard.me())
    if not form.validate():
        return _page_of_removal(id, form), 422
    requests.begin_to_write()
    factors.remove_passkey(passkeys.find(guard.me(), _known(id)), guard.me())
    second_step.tell(guard.me(), Change.PASSKEY_REMOVED, clock.now())
    db.session.commit()
    flash(_("The passkey is removed. Delete it on your device, too."), "ok")
    return redirect(url_for("manage.profiles.index"), 303)


@bp.get("/recovery")
def ask_renew_codes() -> ResponseReturnValue:
    return _page_of_codes(ProofForm(None, organizer=guard.me()))


@bp.post("/recovery")
@limits.guesses
@requests.slow_at_first
def renew_codes() -> ResponseReturnValue:
    form = ProofForm(request.form, organizer=guard.me())
    if not form.validate():
        return _page_of_codes(form), 422
    requests.begin_to_write()
    if not factors.of(guard.me()):
        raise Conflict(_("Set up an authenticator app or a passkey first: recovery codes stand in for them."))
    codes = recovery.make(guard.me(), second_step.vault())
    second_step.tell(guard.me(), Change.CODES_RENEWED, clock.now())
    db.session.commit()
    return render_template("manage/credentials/codes.html", codes=codes)


def _added(words: str) -> ResponseReturnValue:
    """What follows an app or a passkey: the first time, codes on paper. They are shown on this page and never again."""
    codes = factors.codes_for_the_first(guard.me(), second_step.vault())
    db.session.commit()
    flash(words, "ok")
    return render_template("manage/credentials/codes.html", codes=codes) if codes else _to_account()


def _to_account() -> ResponseReturnValue:
    return redirect(url_for("manage.profiles.index"), 303)


def _page_of_app(form: CodeForm, status: int = 200) -> ResponseReturnValue:
    me = guard.me()
    begun = authenticators.waiting(me, clock.now())
    if begun is None:
        return redirect(url_for("manage.profiles.index" if authenticators.is_set_up(me) else ".new_app"), 303)
    try:
        secret = authenticators.secret(begun, me, second_step.vault())
    except CannotOpen:
        return redirect(url_for(".new_app"), 303)
    picture = authenticators.qr_code(secret, me, second_step.name_of_site())
    return render_template("manage/credentials/app.html", form=form, secret=secret, picture=picture), status


def _page_of_passkey(name: str = "", asked: str = "") -> str:
    """Where the browser is asked for a passkey; without a question, that it didn't work."""
    form = AnswerForm(None)
    return render_template("manage/credentials/make_passkey.html", form=form, name=name, asked=asked)


def _page_of_removal(id: int, form: ProofForm) -> str:
    passkey, has = passkeys.find(guard.me(), _known(id)), factors.of(guard.me())
    return render_template("manage/credentials/remove_passkey.html", passkey=passkey, form=form, has=has)


def _page_of_codes(form: ProofForm) -> str:
    return render_template("manage/credentials/recovery.html", form=form, has=factors.of(guard.me()))


def _known(id: Any) -> int:
    if id > guard.LARGEST_ID:
        raise Missing
    return int(id)
