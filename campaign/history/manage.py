"""The history of an action or an article, for organizers: who changed what, and going back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock, timezones
from campaign.accounts.membership import Permission
from campaign.actions.models import Action
from campaign.articles.models import Article
from campaign.extensions import db
from campaign.history import recording, restoring, unsaved
from campaign.history.forms import RestoreForm
from campaign.history.models import DEED_WORDS, Revision
from campaign.history.recording import Thing
from campaign.statistics import answers
from campaign.web import guard, language

bp = Blueprint("history", __name__)

A_PAGE = 30  # entries


@bp.get("/actions/<int:id>/history")
def of_action(id: int) -> ResponseReturnValue:
    return _index(guard.find(Action, id, may=Permission.VIEW))


@bp.get("/articles/<int:id>/history")
def of_article(id: int) -> ResponseReturnValue:
    return _index(guard.find(Article, id, may=Permission.VIEW))


@bp.get("/actions/<int:id>/history/<int:entry>")
def show_of_action(id: int, entry: int) -> ResponseReturnValue:
    return _show(guard.find(Action, id, may=Permission.VIEW), entry)


@bp.get("/articles/<int:id>/history/<int:entry>")
def show_of_article(id: int, entry: int) -> ResponseReturnValue:
    return _show(guard.find(Article, id, may=Permission.VIEW), entry)


@bp.get("/actions/<int:id>/history/<int:entry>/restore")
def ask_restore_action(id: int, entry: int) -> ResponseReturnValue:
    return _ask(guard.find(Action, id, may=Permission.EDIT), entry)


@bp.get("/articles/<int:id>/history/<int:entry>/restore")
def ask_restore_article(id: int, entry: int) -> ResponseReturnValue:
    return _ask(guard.find(Article, id, may=Permission.EDIT), entry)


@bp.post("/actions/<int:id>/history/<int:entry>/restore")
def restore_action(id: int, entry: int) -> ResponseReturnValue:
    return _restore(guard.find(Action, id, may=Permission.EDIT), entry)


@bp.post("/articles/<int:id>/history/<int:entry>/restore")
def restore_article(id: int, entry: int) -> ResponseReturnValue:
    return _restore(guard.find(Article, id, may=Permission.EDIT), entry)


@bp.post("/unsaved/forget")
def forget_unsaved() -> ResponseReturnValue:
    """Only what is the person's own can be meant, so the path is taken as it comes; it is never gone to."""
    unsaved.forget(guard.me().id, request.form.get("path", ""))
    db.session.commit()
    flash(_("Thrown away. The page shows what is saved."), "ok")
    return redirect(url_for("manage.site.index"), 303)


def _index(thing: Thing) -> str:
    """Of each entry, what it changed. The oldest of a page is compared with the first of the next."""
    before = request.args.get("before", type=int)
    before = before if before is None or before <= guard.LARGEST_ID else None
    found = recording.entries(thing, A_PAGE + 1, before)
    changes = {later.id: _labels(thing, earlier, later) for earlier, later in zip(found[1:], found, strict=False)}
    older = found[A_PAGE - 1].id if len(found) > A_PAGE else None
    return _page("index", thing, entries=found[:A_PAGE], changes=changes, older=older, newer=before is not None)


def _show(thing: Thing, id: int) -> str:
    entry, last = recording.entry(thing, id), recording.latest(thing)
    earlier = next(iter(recording.entries(thing, 1, entry.id)), None)
    changes = restoring.between(thing, earlier.content if earlier else {}, entry.content, language.current())
    is_now = last is not None and last.id == entry.id
    return _page("show", thing, entry=entry, earlier=earlier, changes=changes, is_now=is_now)


def _ask(thing: Thing, id: int) -> str:
    entry = recording.entry(thing, id)
    return _page("restore", thing, entry=entry, form=_form(None, thing), **_aim(thing, entry))


def _restore(thing: Thing, id: int) -> ResponseReturnValue:
    entry = recording.entry(thing, id)
    form = _form(request.form, thing)
    if not form.validate():
        page = _page("restore", thing, entry=entry, form=_form(None, thing), stale=True, **_aim(thing, entry))
        return page, 409
    restoring.restore(thing, entry, _answered(thing), guard.me().id, clock.now())
    db.session.commit()
    flash(_("Restored. What it said before is in the history, too."), "ok")
    return redirect(_address("of", thing), 303)


def _aim(thing: Thing, entry: Revision) -> dict[str, Any]:
    """What the page says that restoring would do."""
    aim, left = restoring.target(thing, entry.content, _answered(thing))
    now = recording.content_of(thing)
    changes = restoring.between(thing, now, aim, language.current())
    return {"changes": changes, "left": left, "moves": restoring.would_move(thing, entry)}


def _form(formdata: Any, thing: Thing) -> RestoreForm:
    return RestoreForm(formdata, recording.content_of(thing))


def _answered(thing: Thing) -> bool:
    return isinstance(thing, Action) and answers.anybody(thing)


def _labels(thing: Thing, earlier: Revision, later: Revision) -> list[str]:
    """What differs between them, in the order of the page, each once."""
    changes = restoring.between(thing, earlier.content, later.content, language.current())
    return list(dict.fromkeys(str(change.label) for change in changes))


def _page(name: str, thing: Thing, **context: Any) -> str:
    kind = "action" if isinstance(thing, Action) else "article"
    return render_template(
        f"manage/history/{name}.html",
        frame=f"manage/{kind}s/_frame.html",
        address=lambda verb, **more: _address(verb, thing, **more),
        deed_words=DEED_WORDS,
        may=guard.permissions(thing.campaign.team_id),
        now=clock.now(),
        wall=timezones.wall,
        **{kind: thing, "thing": thing},
        **context,
    )


def _address(verb: str, thing: Thing, **more: Any) -> str:
    """verb: "of" for the list, "show_of" for an entry, "ask_restore", "restore"."""
    kind = "action" if isinstance(thing, Action) else "article"
    return url_for(f"manage.history.{verb}_{kind}", id=thing.id, **more)
