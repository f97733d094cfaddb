"""Actions, for their organizers: from the first draft to the last change."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.actions import drafting, wording
from campaign.actions.editing import ActionForm
from campaign.actions.forms import LEVEL_WORDS, BeginForm, DeleteForm, MoveForm, ReasonForm
from campaign.actions.models import Action, Status
from campaign.campaigns.forms import translation_form
from campaign.campaigns.models import Campaign
from campaign.campaigns.wording import Slot
from campaign.columns import LANGUAGES
from campaign.errors import Missing
from campaign.extensions import db
from campaign.fields import options
from campaign.history import of_actions, recording
from campaign.history.models import Deed
from campaign.messages import notices
from campaign.rsvps.forms import rsvp_form
from campaign.series import dates
from campaign.statistics import answers
from campaign.web import action_overview, guard, language, saving, stamp
from campaign.web.action_page import action_page

bp = Blueprint("actions", __name__, url_prefix="/actions")


@bp.get("/")
def index() -> ResponseReturnValue:
    now = clock.now()
    actions = guard.every(Action, may=Permission.VIEW, order=[Action.starts_at])
    public = [action for action in actions if action.is_public()]
    groups = {
        "coming": [action for action in public if not action.is_over(now)],
        "drafts": [action for action in actions if not action.is_public()],
        "past": [action for action in reversed(public) if action.is_over(now)],
    }
    more: dict[int, int] = {}
    for name, group in groups.items():
        groups[name], of_series = dates.folded(group)
        more |= of_series
    may_begin = bool(guard.every(Campaign, may=Permission.EDIT))
    return render_template(
        "manage/actions/index.html",
        groups=groups,
        more=more,
        counts=answers.counts(public),
        may_begin=may_begin,
        now=now,
    )


@bp.get("/new")
def new() -> ResponseReturnValue:
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    chosen = next((cause for cause in campaigns if str(cause.id) == request.args.get("campaign")), None)
    cause = chosen or (campaigns[-1] if campaigns else None)
    proposed = {"campaign": cause.id, "zone": cause.zone, "city": cause.city} if cause else {}
    form = _begin_form(guard.unsaved_form(), campaigns, proposed)
    return render_template("manage/actions/new.html", form=form, campaigns=campaigns)


@bp.post("/new")
@guard.outlives_its_session
def create() -> ResponseReturnValue:
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    form = _begin_form(request.form, campaigns)
    if not form.validate():
        return render_template("manage/actions/new.html", form=form, campaigns=campaigns), 422
    cause = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    host = urlsplit(current_app.config["BASE_URL"]).hostname or ""
    now = clock.now()
    action = drafting.begin(cause, form.content(), form.time(), form.place(), host, now)
    recording.begun(action, guard.me().id, now)
    db.session.commit()
    flash(_("Kept as a draft. Nobody but your team sees it yet."), "ok")
    return redirect(url_for(".show", id=action.id), 303)


@bp.get("/<int:id>")
def show(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    in_total = request.args.get("chart") == "total"
    return _page("show", action, in_total=in_total, **action_overview.facts_of(action, clock.now()))


@bp.get("/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    return _page("edit", action, form=_action_form(guard.unsaved_form(), action))


@bp.post("/<int:id>/edit")
@guard.outlives_its_session
def update(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    form = _action_form(request.form, action)
    if request.form.get("add") in ActionForm.LISTS:
        form[request.form["add"]].append_entry()
        return _page("edit", action, form=form)
    if not form.validate():
        return _page("edit", action, form=form), form.status
    now = clock.now()
    with recording.change(action, Deed.EDITED, guard.me().id, now):
        drafting.revise(action, form.content(), now)
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    slots = _slots(action, into)
    form = translation_form(slots, into)(guard.unsaved_form())
    return _page("translation", action, form=form, slots=slots, into=into)


@bp.post("/<int:id>/translations/<any(en,fr,es):into>")
@guard.outlives_its_session
def translate(id: int, into: str) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    slots = _slots(action, into)
    form = translation_form(slots, into)(request.form)
    if not form.validate():
        return _page("translation", action, form=form, slots=slots, into=into), form.status
    now = clock.now()
    with recording.change(action, Deed.TRANSLATED, guard.me().id, now):
        wording.translate(action, into, {slot.name: form[slot.name].data for slot in slots}, now)
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/preview")
def preview(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    now = clock.now()
    g.lang = request.args["lang"] if request.args.get("lang") in LANGUAGES else action.language
    form = None
    if action.status in (Status.DRAFT, Status.PUBLISHED) and not action.is_over(now) and not action.is_full:
        form = rsvp_form(action, stamp=stamp.meta("action", action.id), lang=g.lang)
    return action_page(action, form, now=now, preview=True)


@bp.get("/<int:id>/publish")
def ask_publish(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    return _page("publish", action, form=ReasonForm(None))


@bp.post("/<int:id>/publish")
def publish(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    now = clock.now()
    with recording.change(action, Deed.PUBLISHED, guard.me().id, now):
        notices.publish(action, now)
    db.session.commit()
    flash(_("Published. People can see it and RSVP now."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/postpone")
def ask_postpone(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    return _page("postpone", action, form=ReasonForm(None), told=answers.to_be_told(action))


@bp.post("/<int:id>/postpone")
def postpone(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    form = ReasonForm(request.form)
    if not form.validate():
        return _page("postpone", action, form=form, told=answers.to_be_told(action)), 422
    now = clock.now()
    with recording.change(action, Deed.POSTPONED, guard.me().id, now, reason=form.reason.data):
        notices.postpone(action, form.reason.data, now)
    db.session.commit()
    flash(_("Postponed. Those who answered will be told by mail."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/move")
def ask_move(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    form = MoveForm(guard.unsaved_form(), action, language=language.current())
    version = request.args.get("version", type=int)
    if version is not None:
        form.propose(**of_actions.time_and_place(recording.entry(action, version).content))
    return _page("move", action, form=form)


@bp.post("/<int:id>/move")
@guard.outlives_its_session
def move(id: int) -> ResponseReturnValue:
    """Twice: first to see in words what it will be, then to do it."""
    action = guard.find(Action, id, may=Permission.PUBLISH)
    form = MoveForm(request.form, action, language=language.current())
    if not form.validate():
        return _page("move", action, form=form), form.status
    confirmed = request.form.get("confirm")
    if confirmed == "change":
        return _page("move", action, form=form)
    if confirmed != "yes":
        return _page("confirm_move", action, form=form, told=answers.to_be_told(action), **form.in_words())
    time, place = form.time(), form.place()
    now = clock.now()
    with recording.change(action, Deed.MOVED, guard.me().id, now, reason=form.reason.data):
        notices.move(
            action,
            time.starts_local,
            time.ends_local,
            time.zone,
            place.venue,
            place.address,
            place.city,
            form.reason.data,
            now,
            all_day=time.all_day,
        )
    db.session.commit()
    flash(_("Moved. Those who answered will be told by mail."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/cancel")
def ask_cancel(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.CANCEL)
    return _page("cancel", action, form=ReasonForm(None), told=answers.to_be_told(action))


@bp.post("/<int:id>/cancel")
def cancel(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.CANCEL)
    form = ReasonForm(request.form)
    if not form.validate():
        return _page("cancel", action, form=form, told=answers.to_be_told(action)), 422
    now = clock.now()
    with recording.change(action, Deed.CANCELLED, guard.me().id, now, reason=form.reason.data):
        notices.cancel(action, form.reason.data, now)
    db.session.commit()
    flash(_("Cancelled. Those who answered will be told by mail."), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/<int:id>/delete")
def ask_delete(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    return _page("delete", action, form=DeleteForm(None))


@bp.post("/<int:id>/delete")
def delete(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    drafting.delete(action)
    db.session.commit()
    flash(_("The draft is gone."), "ok")
    return redirect(url_for(".index"), 303)


def _page(name: str, action: Action, **context: Any) -> str:
    may = guard.permissions(action.campaign.team_id)
    context = {"last": recording.latest(action), **context}
    words = {"level_words": LEVEL_WORDS, "now": clock.now()}
    return render_template(f"manage/actions/{name}.html", action=action, may=may, **words, **context)


def _begin_form(formdata: Any, campaigns: Any, proposed: dict[str, Any] | None = None) -> BeginForm:
    form = BeginForm(formdata, data=proposed, language=language.current())
    form.campaign.choices = options((cause.id, cause.name.best(g.lang, cause.language)[0]) for cause in campaigns)
    return form


def _action_form(formdata: MultiDict[str, str] | None, action: Action) -> ActionForm:
    return ActionForm(formdata, action, language=language.current(), answered=answers.anybody(action))


def _slots(action: Action, into: str) -> list[Slot]:
    if into == action.language:
        raise Missing
    return wording.slots(action)
