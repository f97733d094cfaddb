"""Replies, for those who read them before everyone else."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.errors import Missing
from campaign.extensions import db
from campaign.replies import moderation, sending
from campaign.replies.forms import AnswerForm, QueueForm
from campaign.replies.models import VERDICT_WORDS, Reply, Verdict
from campaign.web import guard

bp = Blueprint("replies", __name__, url_prefix="/replies")

SHOWN = 50  # at once
BUTTONS = {"approve": Verdict.APPROVED, "reject": Verdict.REJECTED, "spam": Verdict.SPAM}


@bp.get("/")
def index() -> ResponseReturnValue:
    shown = request.args.get("show", "")
    verdict = Verdict(shown) if shown in set(Verdict) else Verdict.WAITING
    return _queue(verdict, all_ticked=request.args.get("tick") == "all")


@bp.post("/")
def decide() -> ResponseReturnValue:
    """For one, by the button beside it ("approve-12"), or for all that are ticked ("approve")."""
    form = QueueForm(request.form)
    shown = Verdict(request.form["show"]) if request.form.get("show") in set(Verdict) else Verdict.WAITING
    button, _dash, only = request.form.get("verdict", "").partition("-")
    ids = _ids([only] if only else request.form.getlist("reply"))
    if button not in BUTTONS or not ids or not form.validate():
        form.form_errors.append(_("Tick the replies first, then choose what becomes of them."))
        return _queue(shown, form, ticked=ids), 422
    replies = guard.every(Reply, may=Permission.MODERATE, where=[Reply.id.in_(ids)])
    if len(replies) != len(ids):
        raise Missing
    count = moderation.decide(replies, BUTTONS[button], clock.now().date())
    db.session.commit()
    flash(_said(BUTTONS[button], count), "ok")
    return redirect(url_for(".index", show=None if shown is Verdict.WAITING else shown.value), 303)


@bp.get("/<int:id>/answer")
def new_answer(id: int) -> ResponseReturnValue:
    reply = guard.find(Reply, id, may=Permission.MODERATE)
    return render_template("manage/replies/answer.html", reply=reply, form=AnswerForm(None))


@bp.post("/<int:id>/answer")
def answer(id: int) -> ResponseReturnValue:
    reply = guard.find(Reply, id, may=Permission.MODERATE)
    form = AnswerForm(request.form)
    if not form.validate():
        return render_template("manage/replies/answer.html", reply=reply, form=form), 422
    sending.answer(reply, guard.me(), form.text.data or "", clock.now().date())
    db.session.commit()
    flash(_("Your answer stands under the reply."), "ok")
    return redirect(url_for(".index", show=Verdict.APPROVED.value), 303)


def _queue(
    shown: Verdict, form: QueueForm | None = None, *, ticked: Collection[int] = (), all_ticked: bool = False
) -> str:
    by_suspicion = [Reply.links >= moderation.MANY_LINKS, Reply.id]
    order = by_suspicion if shown is Verdict.WAITING else [Reply.decided_on.desc(), Reply.id.desc()]
    these = [Reply.verdict == shown]
    replies = guard.every(Reply, may=Permission.MODERATE, where=these, order=order, most=SHOWN)
    return render_template(
        "manage/replies/index.html",
        waiting=moderation.judged(replies),
        count=guard.count(Reply, may=Permission.MODERATE, where=these),
        shown=shown,
        ticked={reply.id for reply in replies} if all_ticked else ticked,
        many_links=moderation.MANY_LINKS,
        verdicts=VERDICT_WORDS,
        form=form or QueueForm(None),
    )


def _ids(typed: list[str]) -> set[int]:
    """Raises Missing for what is no id."""
    if not all(text.isascii() and text.isdecimal() and len(text) < 10 for text in typed):
        raise Missing
    return {int(text) for text in typed}


def _said(verdict: Verdict, count: int) -> Any:
    if verdict is Verdict.APPROVED:
        return ngettext("%(num)d reply is public now.", "%(num)d replies are public now.", count)
    if verdict is Verdict.REJECTED:
        return ngettext(
            "%(num)d reply is rejected and will be erased in a week.",
            "%(num)d replies are rejected and will be erased in a week.",
            count,
        )
    return ngettext(
        "%(num)d reply is marked as spam and will be erased in a week.",
        "%(num)d replies are marked as spam and will be erased in a week.",
        count,
    )
