"""The second step of signing in, by app, passkey or paper; and signing in by a passkey alone."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from campaign import clock
from campaign.accounts.letters import Change
from campaign.accounts.models import Organizer
from campaign.credentials import authenticators, factors, passkeys, recovery
from campaign.credentials.forms import AnswerForm, CodeForm
from campaign.credentials.passkeys import NotProven
from campaign.errors import Missing
from campaign.extensions import db
from campaign.web import guard, limits, requests, second_step

bp = Blueprint("signins", __name__)

ALONE, SECOND = "sign-in", "second step"  # what a challenge is for


@bp.get("/login/second")
@guard.open_to_all
def second() -> ResponseReturnValue:
    organizer = _half_in()
    return _page(organizer, CodeForm(None)) if organizer else _begin_again()


@bp.post("/login/second")
@guard.open_to_all
@limits.guesses
def enter_code() -> ResponseReturnValue:
    organizer, form, now = _half_in(), CodeForm(request.form), clock.now()
    if organizer is None:
        return _begin_again()
    if form.validate() and not authenticators.check(organizer, form.code.data, second_step.vault(), now):
        form.code.errors = [
            _("That code isn’t right, too old, or was used before. Enter the one that the app shows now.")
        ]
    if form.errors:
        return _page(organizer, form), 422
    page = second_step.let_in(organizer, "authenticator")
    db.session.commit()
    return page


@bp.get("/login/recovery")
@guard.open_to_all
def recover() -> ResponseReturnValue:
    form = CodeForm(None)
    return render_template("manage/signins/recovery.html", form=form) if _half_in() else _begin_again()


@bp.post("/login/recovery")
@guard.open_to_all
@limits.guesses
def enter_recovery_code() -> ResponseReturnValue:
    organizer, form, now = _half_in(), CodeForm(request.form), clock.now()
    if organizer is None:
        return _begin_again()
    if form.validate() and not recovery.use(organizer, form.code.data, second_step.vault()):
        form.code.errors = [_("That isn’t one of your recovery codes, or it was used before.")]
    if form.errors:
        return render_template("manage/signins/recovery.html", form=form), 422
    page, left = second_step.let_in(organizer, "recovery"), recovery.left(organizer)
    second_step.tell(organizer, Change.CODE_USED, now, left=left)
    db.session.commit()
    flash(
        _("You have used a recovery code. If your phone or passkey is lost, remove it on the page “Account”."), "warn"
    )
    return page


@bp.post("/login/second/passkey/options")
@guard.open_to_all
@requests.slow_at_first  # it writes nothing
def options_for_second() -> ResponseReturnValue:
    organizer = _half_in()
    if organizer is None:
        raise Missing
    return _options(SECOND, organizer)


@bp.post("/login/second/passkey")
@guard.open_to_all
@limits.guesses
def answer_for_second() -> ResponseReturnValue:
    organizer = _half_in()
    if organizer is None:
        return _begin_again()
    try:
        page = _signed_in(SECOND, organizer)
    except NotProven:
        db.session.rollback()
        return _page(organizer, CodeForm(None), refused=True), 422
    return page


@bp.post("/login/passkey/options")
@guard.open_to_all
@requests.slow_at_first
def options() -> ResponseReturnValue:
    return _options(ALONE)


@bp.post("/login/passkey")
@guard.open_to_all
@limits.wrong_tries
def answer() -> ResponseReturnValue:
    try:
        return _signed_in(ALONE)
    except NotProven:
        db.session.rollback()
        return render_template("manage/signins/refused.html"), 422


def _half_in() -> Organizer | None:
    """Who is on the way in. Their page is in their language: the password was right."""
    organizer = second_step.who_is_half_in(clock.now())
    if organizer is not None:
        g.lang = organizer.language
    return organizer


def _begin_again() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("manage.site.index"), 303)
    flash(_("That took too long. Begin again."), "warn")
    return redirect(url_for("security.login"), 303 if request.method == "POST" else 302)


def _page(organizer: Organizer, form: CodeForm, *, refused: bool = False) -> str:
    site, has = second_step.site(), factors.of(organizer)
    return render_template("manage/signins/second.html", form=form, has=has, possible=site is not None, refused=refused)


def _options(what_for: str, organizer: Organizer | None = None) -> ResponseReturnValue:
    site = second_step.site()
    if site is None:
        raise Missing
    given = passkeys.options_to_sign_in(site, second_step.challenge(what_for, clock.now()), organizer)
    return given, {"Content-Type": "application/json"}


def _signed_in(what_for: str, organizer: Organizer | None = None) -> ResponseReturnValue:
    """Raises NotProven."""
    site, form, now = second_step.site(), AnswerForm(request.form), clock.now()
    noted = second_step.challenged(what_for, now)
    if site is None or noted is None or not form.validate():
        raise NotProven
    who = passkeys.check(form.credential.data or "", site, noted[0], now, organizer)
    if not who.active:
        raise NotProven
    page = second_step.let_in(who, "passkey")
    db.session.commit()
    return page
