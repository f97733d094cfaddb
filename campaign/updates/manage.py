"""Saying something at once, for organizers: updates to all, broadcasts to some; and each sending's own page."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action, Level
from campaign.errors import Conflict
from campaign.extensions import db
from campaign.messages import faring, notices, previews, sends, timeline, trying
from campaign.messages.forms import ButtonForm
from campaign.messages.placeholders import WORDS
from campaign.outbox import health
from campaign.outbox.models import Kind
from campaign.updates import broadcasting, writing
from campaign.updates.forms import BroadcastForm, UpdateForm
from campaign.web import guard, language
from campaign.web.seals import sealer

bp = Blueprint("updates", __name__, url_prefix="/actions/<int:id>")

ASLEEP = 60  # seconds without a sign of a worker


@bp.get("/update")
def new(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    again = request.args.get("again", type=int)
    texts = writing.find(action, again).text if again else None
    return _update_page(action, UpdateForm(guard.unsaved_form(), action, texts))


@bp.post("/update")
@guard.outlives_its_session
def create(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    form = UpdateForm(request.form, action)
    if not form.validate():
        return _update_page(action, form), 422
    facts = writing.facts(action, form.texts("body"))
    if request.form.get("do") in ("preview", "test"):
        return _update_page(action, form, _looked_at(action, notices.LETTER, facts))
    occasion = writing.write(action, form.texts("body"), form.token.data or "", clock.now())
    db.session.commit()
    return redirect(url_for(".send", id=id, number=occasion.id), 303)


@bp.get("/updates/<int:number>")
def edit(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    update = writing.find(action, number)
    return _page("edit", action, form=UpdateForm(guard.unsaved_form(), action, update.text), update=update)


@bp.post("/updates/<int:number>")
@guard.outlives_its_session
def correct(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    update = writing.find(action, number)
    form = UpdateForm(request.form, action, changes=True)
    if not form.validate():
        return _page("edit", action, form=form, update=update), 422
    writing.correct(action, update, form.texts("body"), clock.now())
    db.session.commit()
    flash(_("Corrected on the page, and in what hasn’t gone out yet."), "ok")
    return redirect(url_for("manage.messages.index", id=id), 303)


@bp.post("/updates/<int:number>/stand")
def stand(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    up = request.form.get("up") == "yes"
    writing.stand(action, writing.find(action, number), up, clock.now())
    db.session.commit()
    flash(_("It stands on the page again.") if up else _("It is taken down. What was mailed was mailed."), "ok")
    return redirect(url_for("manage.messages.index", id=id), 303)


@bp.get("/broadcast")
def new_broadcast(id: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    broadcasting.refuse_unless_possible(action)
    return _broadcast_page(action, BroadcastForm(guard.unsaved_form(), action, **_begun(action)))


@bp.post("/broadcast")
@guard.outlives_its_session
def broadcast(id: int) -> ResponseReturnValue:
    """Twice: first to see how it reads and how many it reaches, then to send it."""
    action = guard.find(Action, id, may=Permission.PUBLISH)
    broadcasting.refuse_unless_possible(action)
    form = BroadcastForm(request.form, action)
    if not form.validate():
        return _broadcast_page(action, form), 422
    facts = broadcasting.facts(form.segment(), form.words())
    if request.form.get("do") != "send":
        return _broadcast_page(action, form, _looked_at(action, broadcasting.LETTER, facts))
    occasion = broadcasting.write(action, form.segment(), form.words(), form.token.data or "", clock.now())
    db.session.commit()
    return redirect(url_for(".send", id=id, number=occasion.id), 303)


@bp.get("/messages/sends/<int:number>")
def send(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.VIEW)
    occasion = sends.find(action, number)
    now, base_url = clock.now(), current_app.config["BASE_URL"]
    seen = health.worker_seen_seconds(now)
    return _page(
        "send",
        action,
        occasion=occasion,
        called=timeline.title_of(occasion),
        progress=timeline.progress_of(action, occasion),
        words=timeline.PROGRESS_WORDS,
        counts=faring.of(occasion),
        parts=faring.parts(occasion),
        people=timeline.people(action, occasion.kind, occasion.facts.get("segment")),
        due=timezones.wall(occasion.due_at, action.zone) if occasion.due_at else None,
        is_over_due=occasion.due_at is not None and occasion.due_at <= now,
        previews=previews.each_language(action, occasion.letter, occasion.facts, base_url),
        asleep=seen is None or seen > ASLEEP,
        trouble=health.TROUBLE_WORDS.get(health.mail_trouble()),
        form=ButtonForm(None),
    )


@bp.post("/messages/sends/<int:number>/undo")
def undo(id: int, number: int) -> ResponseReturnValue:
    """Back to the form, with what was written."""
    action = guard.find(Action, id, may=Permission.PUBLISH)
    occasion = sends.find(action, number)
    if not occasion.dedup_key:
        raise Conflict(_("It is planned by a rule. Switch that off instead."))
    update = writing.take_back(action, occasion, clock.now())
    db.session.commit()
    flash(_("Taken back: nobody gets it. Below is what you wrote."), "ok")
    if update is not None:
        return redirect(url_for(".new", id=id, again=update.id), 303)
    return redirect(url_for(".new_broadcast", id=id, again=occasion.id), 303)


@bp.post("/messages/sends/<int:number>/pause")
def pause(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    sends.pause(sends.find(action, number))
    db.session.commit()
    flash(_("Paused. A few letters that are under way still arrive."), "ok")
    return redirect(url_for(".send", id=id, number=number), 303)


@bp.post("/messages/sends/<int:number>/resume")
def resume(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    sends.resume(sends.find(action, number), clock.now())
    db.session.commit()
    flash(_("It goes on."), "ok")
    return redirect(url_for(".send", id=id, number=number), 303)


@bp.get("/messages/sends/<int:number>/stop")
def ask_stop(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    occasion = sends.find(action, number)
    counts, called = faring.of(occasion), timeline.title_of(occasion)
    return _page("stop", action, occasion=occasion, called=called, counts=counts, form=ButtonForm(None))


@bp.post("/messages/sends/<int:number>/stop")
def stop(id: int, number: int) -> ResponseReturnValue:
    action = guard.find(Action, id, may=Permission.PUBLISH)
    occasion = sends.find(action, number)
    left = sends.stop(occasion)
    gone = faring.of(occasion).gone
    db.session.commit()
    flash(_("Stopped. %(gone)s had gone out already; %(left)s don’t.", gone=gone, left=left), "ok")
    return redirect(url_for(".send", id=id, number=number), 303)


def _looked_at(action: Action, letter: str, facts: Mapping[str, object]) -> list[previews.Preview]:
    """How it reads; and, if that is asked for, in the organizer's own mailbox."""
    base_url, me = current_app.config["BASE_URL"], guard.me()
    if request.form.get("do") == "test":
        trying.send(action, letter, facts, me, language.current(), sealer(), base_url, clock.now())
        db.session.commit()
        flash(_("A test is on its way to %(address)s.", address=me.email), "ok")
    return previews.each_language(action, letter, facts, base_url)


def _begun(action: Action) -> dict[str, Any]:
    """A broadcast that was taken back is written on."""
    again = request.args.get("again", type=int)
    if not again:
        return {}
    facts = sends.find(action, again).facts
    words = {name: facts.get(f"own_{name}", {}) for name in ("subject", "body")}
    return {"words": words, **facts.get("segment", {})}


def _update_page(action: Action, form: UpdateForm, seen: list[previews.Preview] | None = None) -> str:
    told = 0 if action.level is Level.COUNT else timeline.people(action, Kind.NOTICE)
    return _page("new", action, form=form, told=told, previews=seen or [])


def _broadcast_page(action: Action, form: BroadcastForm, seen: list[previews.Preview] | None = None) -> str:
    reach = broadcasting.reach(action)
    segment = form.segment()
    reached = reach.get((segment["answer"], segment["language"]), 0)
    return _page("broadcast", action, form=form, reach=reach, reached=reached, previews=seen or [], placeholders=WORDS)


def _page(page: str, action: Action, **context: Any) -> str:
    may = guard.permissions(action.campaign.team_id)
    return render_template(f"manage/updates/{page}.html", action=action, may=may, **context)
