"""Signing in and out, on Flask-Security: its settings, and what it doesn't do by itself.

Sessions exist below /manage only, so no other page can set a cookie or differ by one. A session that was signed out,
idle for half an hour or open for eight is over on the server, whatever cookie still says. Where to go after signing in
is remembered on our side; a `next` from the visitor is dropped.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any

from email_validator import EmailNotValidError
from flask import Flask, Request, after_this_request, g, render_template, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Response
from flask_login import user_logged_in, user_logged_out
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.mail_util import EmailValidateException, MailUtil
from flask_security.signals import password_reset
from flask_security.utils import get_message
from werkzeug.datastructures import ImmutableMultiDict

from campaign import clock, tokens
from campaign.accounts import letters, sessions
from campaign.accounts.forms import ForgottenForm, NewPasswordForm, SignInForm
from campaign.accounts.models import Grant, Organizer
from campaign.accounts.passwords import InTurn, Passwords
from campaign.databases import TOGETHER, writing
from campaign.extensions import _l, db, limiter
from campaign.fields import mail_address
from campaign.web import guard, jinja, limits, requests, seals, second_step

PREFIX = "/manage"
RESET_WITHIN = timedelta(hours=2)
WRONG_TRIES = "10 per 15 minutes"
LETTERS = "5 per hour"
LETTERS_OF_ALL = "20 per 2 hours"  # whoever is kept from asking by others has letters whose link still works
HASHING = ("security.login", "security.forgot_password")  # Argon2 for whoever asks: nobody else shall wait for it


def _now() -> datetime:
    return clock.now()


SETTINGS: dict[str, Any] = {
    "SECURITY_URL_PREFIX": PREFIX,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_CLI_USERS_NAME": None,
    "SECURITY_CLI_ROLES_NAME": None,
    "SECURITY_JOIN_USER_ROLES": False,  # nobody has any
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_FRESHNESS": timedelta(seconds=-1),  # no page that asks for the password again
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_HASHING_SCHEMES": ["hex_sha256"],  # of a hash, in a reset link; theirs takes a second, and so tells
    "SECURITY_DEPRECATED_HASHING_SCHEMES": [],  # which addresses have an account
    "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"second_step": "campaign.web.second_step.SecondStep"},
    "SECURITY_RECOVERABLE": True,
    "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
    "SECURITY_EMAIL_PLAINTEXT": False,  # our letters are rendered by the worker
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_POST_LOGIN_VIEW": "manage.site.index",
    "SECURITY_POST_LOGOUT_VIEW": "security.login",
    "SECURITY_POST_RESET_VIEW": "security.login",
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": (_l("This email address and password don’t belong together."), "error"),
    "SECURITY_MSG_EMAIL_NOT_PROVIDED": (_l("Enter your email address."), "error"),
    "SECURITY_MSG_INVALID_EMAIL_ADDRESS": (_l("Enter an email address like name@example.org."), "error"),
    "SECURITY_MSG_PASSWORD_NOT_PROVIDED": (_l("Enter a password."), "error"),
    "SECURITY_MSG_RETYPE_PASSWORD_MISMATCH": (_l("The two passwords differ."), "error"),
    "SECURITY_MSG_PASSWORD_RESET_REQUEST": (
        _l("If %(email)s has an account here, a letter with a link is on its way. The link works for two hours."),
        "ok",
    ),
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": (_l("That link is too old. Ask for a new one."), "warn"),
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": (
        _l("That link doesn’t work, or was used. Ask for a new one."),
        "warn",
    ),
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": (_l("Your password is a new one now. Sign in with it."), "ok"),
    "SECURITY_DATETIME_FACTORY": _now,
    "SECURITY_LOGOUT_CSRF": True,
    "SESSION_PROTECTION": None,
    "WTF_CSRF_CHECK_DEFAULT": False,  # `guard.admit` checks, after it has sent away who isn't signed in
    "WTF_CSRF_TIME_LIMIT": None,  # a token lasts as long as its session
}


class ManageSessions(SecureCookieSessionInterface):
    """A session below /manage; elsewhere one that is empty, can't be written to, and leaves no trace in the answer."""

    def open_session(self, app: Flask, request: Request) -> Any:
        if request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
            return super().open_session(app, request)
        return None


class OwedMail(MailUtil):
    """Flask-Security's letters, owed instead of sent. Addresses in one spelling, and nothing asked of the network."""

    LETTERS = {
        "security/email/reset_instructions": "new_password",
        "security/email/reset_notice": "password_changed",
    }

    def send_mail(self, template: str, *_theirs: Any, **facts: Any) -> None:
        organizer, token = facts["user"], facts.get("reset_token")
        if request.endpoint in HASHING:
            requests.begin_to_write()
        page = url_for("security.reset_password", token=token) if token else url_for("security.forgot_password")
        lasts = RESET_WITHIN if token else None
        letters.owe(
            self.LETTERS[template], organizer, seals.sealer(), clock.now(), lasts=lasts, link=jinja.absolute(page)
        )
        after_this_request(_commit)
        g.is_owed = True

    def validate(self, email: str) -> str:
        try:
            return mail_address(email.strip())
        except EmailNotValidError:
            raise EmailValidateException(get_message("INVALID_EMAIL_ADDRESS")[0]) from None

    normalize = validate


def install(app: Flask) -> None:
    """After `requests.install`: Flask-Security reads who is there, and a writer takes its lock before it reads."""
    app.session_interface = ManageSessions()
    app.before_request_funcs.setdefault(None, []).insert(0, note_use)  # in a transaction of its own, ahead of all
    app.config.update(SETTINGS)
    app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = {
        "argon2__type": "ID",
        "argon2__memory_cost": app.config["ARGON2_MEMORY_KIB"],
        "argon2__rounds": app.config["ARGON2_ROUNDS"],
        "argon2__parallelism": 1,
    }
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Organizer, Grant),
        login_form=SignInForm,
        forgot_password_form=ForgottenForm,
        reset_password_form=NewPasswordForm,
        mail_util_cls=OwedMail,
        password_util_cls=Passwords,
        render_template=render,  # type: ignore[arg-type]  # what it returns, their views return
    )
    security.pwd_context = InTurn(security.pwd_context)
    security.support_mfa = True  # our own second step, see `second_step`: none of theirs has pages here
    second_step.install(app)
    security.login_context_processor(lambda: {"passkeys": second_step.site() is not None})
    security.want_json(lambda _request: False)
    manager = security.login_manager
    manager.user_loader(_while_open(manager.user_callback))
    manager.request_loader(lambda _request: None)  # no tokens in addresses or headers
    manager._session_identifier_generator = lambda: ""  # theirs digests the visitor's address into the cookie
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    password_reset.connect(_end_all, app)
    app.before_request_funcs.setdefault("security", []).append(drop_next)
    app.view_functions["security.forgot_password"] = _for_nobody_too(app.view_functions["security.forgot_password"])
    _limit(app, "security.login", WRONG_TRIES, _account, only_refused=True)
    _limit(app, "security.login", limits.wrong_tries_of_all, limits.from_here, only_refused=True)
    _limit(app, "security.forgot_password", LETTERS, _account)
    _limit(app, "security.forgot_password", LETTERS_OF_ALL, _address)
    _limit(app, "security.forgot_password", limits.wrong_tries_of_all, limits.from_here)
    for endpoint in HASHING:
        app.view_functions[endpoint] = requests.slow_at_first(app.view_functions[endpoint])


@cache  # as `_limited`
def _for_nobody_too(view: Any) -> Any:
    """Where nobody has the address, a letter is owed and taken back, so that the answer takes as long."""

    @wraps(view)
    def asked(*given: Any, **more: Any) -> Any:
        page = view(*given, **more)
        if request.method == "POST" and not g.get("is_owed"):
            requests.begin_to_write()
            nobody = Organizer(id=0, email=request.form.get("email", "")[:254], name="", language="en")
            link = jinja.absolute(url_for("security.reset_password", token=tokens.new()))
            owed = letters.owe("new_password", nobody, seals.sealer(), clock.now(), lasts=RESET_WITHIN, link=link)
            db.session.delete(owed)
            db.session.delete(owed.occasion)
            db.session.commit()
        return page

    return asked


def _limit(app: Flask, endpoint: str, amount: Any, who: Callable[[], str], *, only_refused: bool = False) -> None:
    """429 to who sends this form too often; with `only_refused`, what succeeds isn't counted."""
    app.view_functions[endpoint] = _limited(app.view_functions[endpoint], amount, who, only_refused)


@cache  # a limit is kept by its view's name: made again for another application, it would count each try twice
def _limited(view: Any, amount: Any, who: Callable[[], str], only_refused: bool) -> Any:
    deducted = (lambda response: response.status_code == 422) if only_refused else None
    return limiter.limit(amount, key_func=who, methods=["POST"], deduct_when=deducted)(view)


def _account() -> str:
    """Somebody from one network at one account: they can't lock its owner out from elsewhere."""
    return limits.unrecognisable(f"{limits.from_here()} {_address()}")


def _address() -> str:
    """What was typed, in the one spelling in which accounts are looked up: others of it are no further tries."""
    typed = request.form.get("email", "").strip()
    try:
        return limits.unrecognisable(mail_address(typed))
    except EmailNotValidError:
        return limits.unrecognisable(typed.lower())


def note_use() -> None:
    """Puts off the end of the session that this request belongs to."""
    token = session.get(sessions.ROW)
    if token and sessions.needs_noting(token, clock.now()):
        with writing(TOGETHER):
            sessions.note_use(token, clock.now())
    db.session.rollback()


def drop_next() -> None:
    """Flask-Security asks address and form where to go next. We say it, from what `guard.admit` remembered."""
    request.form = ImmutableMultiDict([pair for pair in request.form.items(multi=True) if pair[0] != "next"])
    wanted = session.get(guard.WANTED)
    request.args = ImmutableMultiDict({"next": wanted} if wanted and request.endpoint == "security.login" else {})


def render(template: str, **context: Any) -> tuple[str, int]:
    """Their pages, with 422 when a form was refused."""
    form = next((value for name, value in context.items() if name.endswith("_form")), None)
    refused = request.method == "POST" and form is not None and form.errors
    return render_template(template, form=form, **context), 422 if refused else 200


def _begin(_app: Flask, user: Organizer) -> None:
    if request.endpoint in HASHING:
        requests.begin_to_write()
    sessions.end(session.get(sessions.ROW, ""))  # whoever was signed in here before
    for left in (limits.WHO_IS_HALF_IN, second_step.SINCE, second_step.CHALLENGE):  # somebody else's, perhaps
        session.pop(left, None)
    session.pop("csrf_token", None)  # not the one that an unsigned page had
    session.pop(guard.WANTED, None)
    session[sessions.ROW] = sessions.begin(user, clock.now())


def _end(_app: Flask, **_who: Any) -> None:
    sessions.end(session.pop(sessions.ROW, ""))
    after_this_request(_commit)


def _end_all(_app: Flask, user: Organizer, **_theirs: Any) -> None:
    sessions.end_all(user)


def _while_open(load: Callable[[str], Organizer | None]) -> Callable[[str], Organizer | None]:
    """Flask-Security's loader, for sessions that the server knows to be open."""

    def load_open(user_id: str) -> Organizer | None:
        organizer = load(user_id)
        if organizer is not None and sessions.is_open(session.get(sessions.ROW, ""), organizer, clock.now()):
            return organizer
        return None

    return load_open


def _commit(response: Response) -> Response:
    db.session.commit()
    return response
