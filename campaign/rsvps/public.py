"""Pages for anyone: sending an RSVP, and what its private link does."""

from datetime import datetime
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from campaign import clock, tokens
from campaign.actions import listing
from campaign.actions.models import Action
from campaign.errors import Conflict, Missing
from campaign.extensions import db
from campaign.messages import asking
from campaign.rsvps import booking, signup
from campaign.rsvps.forms import ChangeForm, CountForm, rsvp_form
from campaign.rsvps.models import ANSWER_WORDS, Rsvp, State
from campaign.web import stamp
from campaign.web.action_page import action_page
from campaign.web.headers import never_stored
from campaign.web.language import PREFIX
from campaign.web.limits import per_visitor
from campaign.web.origin import from_here
from campaign.web.seals import sealer

bp = Blueprint("rsvps", __name__)


@bp.post(f"{PREFIX}/actions/<slug>/rsvp")
@per_visitor
@from_here
def create(lang: str, slug: str) -> ResponseReturnValue:
    try:
        action = listing.by_slug(slug)
    except Missing:
        return _moved(slug)
    now = clock.now()
    form = rsvp_form(action, request.form, stamp=stamp.meta("action", action.id), lang=lang)
    try:
        signup.refuse_unless_open(action, now)
        if not form.validate():
            return never_stored(make_response(action_page(action, form, now=now), 422))
        token = _kept(action, form, lang, now)
    except Conflict as refusal:
        return _refused(slug, form, refusal)
    db.session.commit()
    return _once("rsvps/thanks.html", action=action, token=token, answer=form.asked().answer)


@bp.get(f"{PREFIX}/rsvps/<token>")
def show(lang: str, token: str) -> ResponseReturnValue:
    return _own_page(token, booking.find(token))


@bp.post(f"{PREFIX}/rsvps/<token>/confirm")
@from_here
def confirm(lang: str, token: str) -> ResponseReturnValue:
    rsvp = booking.find(token, to_change=True)
    try:
        booking.confirm(rsvp, clock.now())
    except Conflict as refusal:
        return _own_page_refused(token, refusal)
    db.session.commit()
    return _back(token)


@bp.post(f"{PREFIX}/rsvps/<token>/change")
@from_here
def change(lang: str, token: str) -> ResponseReturnValue:
    rsvp = booking.find(token, to_change=True)
    form = ChangeForm(request.form)
    if not form.validate():
        return _own_page(token, rsvp, form, status=422)
    answer, people, reminders = form.answer.chosen, form.party_size.people, bool(form.reminders.data)
    try:
        booking.change(rsvp, answer, people, reminders, clock.now())
    except Conflict as refusal:
        return _own_page_refused(token, refusal, form)
    db.session.commit()
    return _back(token)


@bp.post(f"{PREFIX}/rsvps/<token>/still")
@from_here
def still(lang: str, token: str) -> ResponseReturnValue:
    """Whether they still come: "yes" or "no". Anything else asks again."""
    rsvp = booking.find(token, to_change=True)
    said = request.form.get("coming")
    try:
        if said in ("yes", "no"):
            booking.say_again(rsvp, said == "yes", clock.now())
    except Conflict as refusal:
        return _own_page_refused(token, refusal)
    db.session.commit()
    return _back(token)


@bp.post(f"{PREFIX}/rsvps/<token>/cancel")
@from_here
def cancel(lang: str, token: str) -> ResponseReturnValue:
    booking.cancel(booking.find(token, to_change=True), clock.now())
    db.session.commit()
    return _back(token)


@bp.post(f"{PREFIX}/rsvps/<token>/forget")
@from_here
def forget(lang: str, token: str) -> ResponseReturnValue:
    rsvp = booking.find(token, to_change=True)
    action = rsvp.action
    booking.forget(rsvp)
    db.session.commit()
    return _once("rsvps/forgotten.html", action=action)


@bp.get("/unsubscribe/<token>")
def ask_unsubscribe(token: str) -> ResponseReturnValue:
    return _unsubscribing(token, done=False)


@bp.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """From the page's button, or from a mail program (RFC 8058): so from anywhere, without more than the token."""
    booking.unsubscribe(booking.find_unsubscribe(token))
    db.session.commit()
    return _unsubscribing(token, done=True)


def _kept(action: Action, form: CountForm, lang: str, now: datetime) -> str | None:
    """What the thank-you page may show. A machine's answer isn't kept, and the page doesn't let it know."""
    asked = form.asked()
    if form.is_from_a_machine():
        return None if asked.email else tokens.new()
    return signup.receive(action, asked, sealer(), lang, now)


def _moved(slug: str) -> Response:
    """308: the form is sent once more, to where the action is now. Raises Missing."""
    now_at = listing.renamed(slug)
    if now_at is None:
        raise Missing
    return redirect(url_for(".create", slug=now_at), 308)


def _refused(slug: str, form: CountForm, refusal: Conflict) -> Response:
    """The action's page, which says why; with the form and what was entered, if another answer would do."""
    db.session.rollback()
    action, now = listing.by_slug(slug), clock.now()
    form.form_errors.append(str(refusal))
    still_open = action.takes_rsvps(now) and not action.is_full
    return never_stored(make_response(action_page(action, form if still_open else None, now=now), 409))


def _own_page(token: str, rsvp: Rsvp, form: ChangeForm | None = None, *, status: int = 200) -> Response:
    now = clock.now()
    offered = rsvp.state is not State.CANCELLED and not rsvp.action.is_over(now)
    return _once(
        "rsvps/show.html",
        status,
        token=token,
        rsvp=rsvp,
        words=ANSWER_WORDS[rsvp.answer],
        action=rsvp.action,
        form=form or _as_it_is(rsvp),
        offered=offered,
        asked=offered and asking.still_to_ask(rsvp),
    )


def _own_page_refused(token: str, refusal: Conflict, form: ChangeForm | None = None) -> Response:
    """The same page with the reason, and what was entered."""
    db.session.rollback()
    rsvp = booking.find(token)
    form = form or _as_it_is(rsvp)
    form.form_errors.append(str(refusal))
    return _own_page(token, rsvp, form, status=409)


def _as_it_is(rsvp: Rsvp) -> ChangeForm:
    now = {"answer": rsvp.answer.value, "party_size": str(rsvp.party_size), "reminders": rsvp.reminders}
    return ChangeForm(data=now)


def _unsubscribing(token: str, *, done: bool) -> Response:
    link = booking.find_unsubscribe(token)
    g.lang = link.language
    action = db.session.get_one(Action, link.action_id)
    return _once("rsvps/unsubscribe.html", token=token, action=action, done=done)


def _back(token: str) -> Response:
    return never_stored(make_response(redirect(url_for(".show", token=token), 303)))


def _once(template: str, status: int = 200, **context: Any) -> Response:
    """A page that shows, or was reached by, a secret: kept by no cache."""
    return never_stored(
        make_response(render_template(template, campaign=context["action"].campaign, **context), status)
    )
