"""What repeats, for organizers: made, published, changed and ended in one go, never without seeing each date first."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.actions import drafting
from campaign.actions.forms import DeleteForm, ReasonForm
from campaign.actions.models import Action, Series
from campaign.errors import Conflict, Missing
from campaign.extensions import db
from campaign.history import recording
from campaign.history.models import Deed
from campaign.messages import notices
from campaign.series import carrying, dates, making
from campaign.series.forms import EndForm, FollowingForm, RepeatForm
from campaign.statistics import answers
from campaign.web import guard, language

bp = Blueprint("series", __name__)


@bp.get("/actions/<int:id>/repeat")
def ask_repeat(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.EDIT)
    return _of_action("repeat", action, form=RepeatForm(None, action, language=language.current()))


@bp.post("/actions/<int:id>/repeat")
def repeat(id: int) -> ResponseReturnValue:
    """Twice: first to see every date, then to make them."""
    action = guard.find(Action, id, may=Permission.EDIT)
    form = RepeatForm(request.form, action, language=language.current())
    if not form.validate():
        return _of_action("repeat", action, form=form), 422
    try:
        to_be = making.planned(action, form.rule(), form.count.data, form.until.data)
    except Conflict as refusal:
        form.blame(str(refusal))
        return _of_action("repeat", action, form=form), 422
    confirmed = request.form.get("confirm")
    if confirmed == "change":
        return _of_action("repeat", action, form=form)
    if confirmed != "yes":
        return _of_action("confirm_repeat", action, form=form, to_be=to_be)
    now = clock.now()
    made = making.begin(action, form.rule(), to_be, _host(), now)
    for date in made:
        recording.begun(date, guard.me().id, now)
    db.session.commit()
    flash(_made(len(made)), "ok")
    return redirect(url_for(".show", id=action.series_id), 303)


@bp.get("/series/<int:id>")
def show(id: int) -> ResponseReturnValue:
    series = guard.find(Series, id, may=Permission.VIEW)
    drafts = dates.unpublished(series, clock.now())
    return _of_series("show", series, counts=answers.counts(dates.of(series)), drafts=drafts)


@bp.get("/series/<int:id>/publish")
def ask_publish(id: int) -> ResponseReturnValue:
    series = guard.find(Series, id, may=Permission.PUBLISH)
    return _of_series("publish", series, to_be=dates.unpublished(series, clock.now()), form=DeleteForm(None))


@bp.post("/series/<int:id>/publish")
def publish(id: int) -> ResponseReturnValue:
    series, now = guard.find(Series, id, may=Permission.PUBLISH), clock.now()
    drafts = dates.unpublished(series, now)
    if not drafts:
        raise Conflict(_("Every date of this series is published already."))
    for date in drafts:
        with recording.change(date, Deed.PUBLISHED, guard.me().id, now):
            notices.publish(date, now)
    db.session.commit()
    words = ngettext(
        "%(num)s date is published. People can see it and RSVP now.",
        "%(num)s dates are published. People can see them and RSVP now.",
        len(drafts),
    )
    flash(words, "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/series/<int:id>/extend")
def ask_extend(id: int) -> ResponseReturnValue:
    series = guard.find(Series, id, may=Permission.EDIT)
    return _of_series("extend", series, form=EndForm(None))


@bp.post("/series/<int:id>/extend")
def extend(id: int) -> ResponseReturnValue:
    """Twice, as `repeat`."""
    series, form = guard.find(Series, id, may=Permission.EDIT), EndForm(request.form)
    if not form.validate():
        return _of_series("extend", series, form=form), 422
    try:
        to_be = making.further(series, form.count.data, form.until.data)
    except Conflict as refusal:
        form.blame(str(refusal))
        return _of_series("extend", series, form=form), 422
    confirmed = request.form.get("confirm")
    if confirmed == "change":
        return _of_series("extend", series, form=form)
    if confirmed != "yes":
        return _of_series("confirm_extend", series, form=form, to_be=to_be)
    now = clock.now()
    made = making.extend(series, to_be, _host(), now)
    for date in made:
        recording.begun(date, guard.me().id, now)
    db.session.commit()
    flash(_made(len(made)), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.get("/actions/<int:id>/following")
def ask_carry_over(id: int) -> ResponseReturnValue:
    action, _series = _date(id, Permission.EDIT)
    return _of_action("following", action, form=FollowingForm(None), **_following(action))


@bp.post("/actions/<int:id>/following")
def carry_over(id: int) -> ResponseReturnValue:
    """Twice: first to see what changes on which date, then to do it."""
    (action, series), form, now = _date(id, Permission.EDIT), FollowingForm(request.form), clock.now()
    context = _following(action)
    if not form.validate():
        return _of_action("following", action, form=form, **context), 422
    changed = [date for date in context["following"] if context["differing"][date.id] & set(form.what.data)]
    told = [date for date in changed if carrying.tells(action, date, form.what.data)]
    if told:
        guard.find(Action, id, may=Permission.PUBLISH)
    if told and form.must_give_a_reason():
        return _of_action("following", action, form=form, **context), 422
    confirmed = request.form.get("confirm")
    if confirmed == "change":
        return _of_action("following", action, form=form, **context)
    if confirmed != "yes":
        people = sum(answers.to_be_told(date) for date in told)
        return _of_action("confirm_following", action, form=form, changed=changed, told=people, **context)
    for date in changed:
        deed = Deed.MOVED if date in told else Deed.EDITED
        with recording.change(date, deed, guard.me().id, now, reason=form.reason.data if date in told else ""):
            carrying.carry_over(action, date, form.what.data, form.reason.data, now)
    db.session.commit()
    flash(ngettext("%(num)s date is changed.", "%(num)s dates are changed.", len(changed)), "ok")
    return redirect(url_for(".show", id=series.id), 303)


@bp.get("/actions/<int:id>/end-series")
def ask_end(id: int) -> ResponseReturnValue:
    action, _series = _date(id, Permission.CANCEL)
    return _of_action("end", action, form=ReasonForm(None), **_to_end(action))


@bp.post("/actions/<int:id>/end-series")
def end(id: int) -> ResponseReturnValue:
    (action, series), form, now = _date(id, Permission.CANCEL), ReasonForm(request.form), clock.now()
    ending = _to_end(action)
    if ending["public"] and not form.validate():
        return _of_action("end", action, form=form, **ending), 422
    for date in ending["public"]:
        with recording.change(date, Deed.CANCELLED, guard.me().id, now, reason=form.reason.data):
            notices.cancel(date, form.reason.data, now)
    for date in ending["drafts"]:
        drafting.delete(date)
    left = dates.of(series)
    if not left:
        db.session.delete(series)
    db.session.commit()
    flash(_("The series has ended. Those who answered will be told by mail."), "ok")
    return redirect(url_for(".show", id=series.id) if left else url_for("manage.actions.index"), 303)


def _date(id: int, may: Permission) -> tuple[Action, Series]:
    """One date, and the series that it is of. Raises Missing for what belongs to none."""
    action = guard.find(Action, id, may=may)
    if action.series is None:
        raise Missing
    return action, action.series


def _following(action: Action) -> dict[str, Any]:
    following = dates.following(action, clock.now())
    return {
        "following": following,
        "differing": {date.id: carrying.differing(action, date) for date in following},
        "will_be": {date.id: carrying.time_like(action, date) for date in following},
    }


def _to_end(action: Action) -> dict[str, Any]:
    """This date and those that follow: public ones are cancelled, drafts deleted."""
    ending = dates.from_here_on(action, clock.now())
    public = [date for date in ending if date.is_public()]
    drafts = [date for date in ending if not date.is_public()]
    return {"public": public, "drafts": drafts, "told": sum(answers.to_be_told(date) for date in public)}


def _of_action(name: str, action: Action, **context: Any) -> str:
    may = guard.permissions(action.campaign.team_id)
    words = {"words": carrying.WORDS, "now": clock.now()}
    return render_template(f"manage/series/{name}.html", action=action, may=may, **words, **context)


def _of_series(name: str, series: Series, **context: Any) -> str:
    may, every = guard.permissions(series.campaign.team_id), dates.of(series)
    page = f"manage/series/{name}.html"
    return render_template(page, series=series, every=every, may=may, now=clock.now(), **context)


def _host() -> str:
    return urlsplit(current_app.config["BASE_URL"]).hostname or ""


def _made(count: int) -> str:
    words = ngettext(
        "%(num)s date is made, as a draft. Nobody but your team sees it yet.",
        "%(num)s dates are made, as drafts. Nobody but your team sees them yet.",
        count,
    )
    return str(words)
