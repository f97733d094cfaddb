"""What is said to those who come, for organizers: all of it in the order of time, and the rules behind it."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action, Level
from campaign.errors import Conflict
from campaign.extensions import db
from campaign.messages import faring, planning, previews, rules, timeline, trying, usual
from campaign.messages.forms import ButtonForm, ConfirmationForm, RuleForm, TestForm
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import Offset
from campaign.messages.placeholders import WORDS
from campaign.rsvps import counting
from campaign.web import guard, language
from campaign.web.seals import sealer

bp = Blueprint("messages", __name__)


@bp.get("/actions/<int:id>/messages")
def index(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    now = clock.now()
    messages = timeline.messages(action, language.current(), now)
    return _page(
        "index",
        action,
        on_demand=[_shown(message, action, now) for message in messages if message.due_at is None],
        timed=_in_order(messages, action, now),
        words=timeline.PROGRESS_WORDS,
        lacks_some=usual.lacks_some(action),
        again=counting.said_again(action),
        form=ButtonForm(None),
    )


@bp.post("/actions/<int:id>/messages/usual")
def set_up(id: int) -> ResponseReturnValue:
    """The usual five, as far as they aren't there: to be changed, or switched on."""
    action = guard.find(Action, id, may=Permission.EDIT)
    _refuse_if_nobody_is_asked(action)
    usual.add_missing(action)
    planning.plan(action, clock.now()) if action.is_public() else None
    db.session.commit()
    flash(_("The usual messages are there. Change them, or switch them on and off."), "ok")
    return _back(action)


@bp.get("/actions/<int:id>/messages/new")
def new(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    return _page("new", action, form=_form(guard.unsaved_form(), action, None), placeholders=WORDS)


@bp.post("/actions/<int:id>/messages/new")
@guard.outlives_its_session
def create(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    _refuse_if_nobody_is_asked(action)
    form = _form(request.form, action, None)
    if not form.validate():
        return _page("new", action, form=form, placeholders=WORDS), 422
    rule = rules.add(action, form.kind, form.offset(), form.letter, form.words(), clock.now())
    db.session.commit()
    flash(_("Kept as a draft. Release it when it may go out.") if not rule.active else _("Planned."), "ok")
    return redirect(url_for(".edit", id=id, number=rule.id), 303)


@bp.get("/actions/<int:id>/messages/rules/<int:number>")
def edit(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    rule = rules.find(action, number)
    return _rule_page(rule, _form(guard.unsaved_form(), action, rule))


@bp.post("/actions/<int:id>/messages/rules/<int:number>")
@guard.outlives_its_session
def update(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    rule = rules.find(action, number)
    form = _form(request.form, action, rule)
    if not form.validate():
        return _rule_page(rule, form), 422
    if isinstance(form, RuleForm):
        rules.revise(rule, form.offset(), form.letter, form.words(), clock.now())
    else:
        rule.body = form.texts("body")
    db.session.commit()
    flash(_("Saved. Below you see how it reads now."), "ok")
    return redirect(url_for(".edit", id=id, number=number), 303)


@bp.post("/actions/<int:id>/messages/rules/<int:number>/switch")
def switch(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    rule = rules.find(action, number)
    rules.switch(rule, request.form.get("on") == "yes", clock.now())
    db.session.commit()
    flash(*_switched(rule))
    return _back(action)


@bp.get("/actions/<int:id>/messages/rules/<int:number>/delete")
def ask_delete(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    rule = rules.find(action, number)
    return _page("delete", action, form=ButtonForm(None), rule=rule, **_named(rule))


@bp.post("/actions/<int:id>/messages/rules/<int:number>/delete")
def delete(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    rules.delete(rules.find(action, number))
    db.session.commit()
    flash(_("The message is gone. What it had sent stays counted."), "ok")
    return _back(action)


@bp.post("/actions/<int:id>/messages/rules/<int:number>/test")
def test(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    rule = rules.find(action, number)
    form = TestForm(request.form)
    if not form.validate():
        return _rule_page(rule, _form(None, action, rule)), 422
    base_url, facts = current_app.config["BASE_URL"], planning.words_of(rule)
    me = guard.me()
    trying.send(action, rule.letter, facts, me, form.language.data, sealer(), base_url, clock.now())
    db.session.commit()
    flash(_("A test is on its way to %(address)s.", address=me.email), "ok")
    return redirect(url_for(".edit", id=id, number=number), 303)


def _form(formdata: Any, action: Action, rule: Rule | None) -> RuleForm | ConfirmationForm:
    if rule is not None and rule.kind is RuleKind.CONFIRMATION:
        return ConfirmationForm(formdata, action, data={f"body_{lang}": text for lang, text in rule.body.items()})
    return RuleForm(formdata, action, rule, now=clock.now(), language=language.current())


def _rule_page(rule: Rule, form: RuleForm | ConfirmationForm) -> str:
    base_url, now = current_app.config["BASE_URL"], clock.now()
    planned = planning.occasion_of(rule) if rule.kind is not RuleKind.CONFIRMATION else None
    return _page(
        "edit",
        rule.action,
        form=form,
        rule=rule,
        test=TestForm(None, data={"language": language.current()}),
        previews=previews.each_language(rule.action, rule.letter, planning.words_of(rule), base_url),
        placeholders={name: words for name, words in WORDS.items() if name in form.in_body},
        at_once=rules.goes_at_once(rule, now),
        has_gone=planned is not None and bool(faring.of(planned).owed),
        **_named(rule),
    )


def _named(rule: Rule) -> dict[str, Any]:
    confirmation = rule.kind is RuleKind.CONFIRMATION
    offset = "" if confirmation else Offset.of(rule).in_words(language.current())
    return {"called": timeline.name_of(rule), "offset": offset}


def _switched(rule: Rule) -> tuple[str, str]:
    """What to say, and in which colour."""
    planned = planning.occasion_of(rule)
    if not rule.active:
        words = _("A draft again: it doesn’t go out.") if rule.kind is RuleKind.FOLLOWUP else _("Switched off.")
        return str(words), "ok"
    if not rule.action.is_public():
        return str(_("Switched on. It is planned once the action is published.")), "ok"
    if planned is not None and planned.state.value == "planned" and planned.due_at is not None:
        due = timezones.in_words(timezones.wall(planned.due_at, rule.action.zone), language.current())
        return str(_("It goes out %(when)s. Until then you can switch it off.", when=due)), "ok"
    words = _("Switched on. For the present date its time has passed, so it counts only if the action is moved.")
    return str(words), "warn"


def _refuse_if_nobody_is_asked(action: Action) -> None:
    if action.level is Level.COUNT:
        raise Conflict(_("This action only counts who comes. Nobody is asked for an address, so nothing can be sent."))


def _in_order(messages: list[timeline.Message], action: Action, now: datetime) -> list[dict[str, Any]]:
    """The messages with a time, today and the action itself, as they come."""
    entries = [_shown(message, action, now) for message in messages if message.due_at is not None]
    entries.append({"is": "now", "at": now, "local": timezones.wall(now, action.zone)})
    entries.append({"is": "day", "at": action.starts_at, "local": action.starts_local})
    return sorted(entries, key=lambda entry: entry["at"])


def _shown(message: timeline.Message, action: Action, now: datetime) -> dict[str, Any]:
    base_url = current_app.config["BASE_URL"]
    rule = message.rule if message.rule is not None and message.rule.id is not None else None  # it is stored
    return {
        "is": "message",
        "at": message.due_at,
        "local": timezones.wall(message.due_at, action.zone) if message.due_at else None,
        "message": message,
        "rule": rule,
        "at_once": rule is not None and rules.goes_at_once(rule, now),
        "previews": previews.each_language(action, message.letter, message.facts, base_url),
    }


def _page(page: str, action: Action, **context: Any) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template(f"manage/messages/{page}.html", action=action, may=may, **context)


def _back(action: Action) -> ResponseReturnValue:
    return redirect(url_for(".index", id=action.id), 303)
