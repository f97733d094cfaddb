"""Calendars in and out, for organizers: import a file or an address, look at what it would do, say yes; export."""

from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from campaign import clock, days, timezones
from campaign.accounts.membership import Permission
from campaign.calendars import sizes
from campaign.campaigns.models import Campaign
from campaign.errors import Conflict, Missing
from campaign.exchange import exporting, keeping, planning, reading, writing
from campaign.exchange.fetching import SECONDS
from campaign.exchange.forms import FORM_AROUND, AddressForm, ConfirmForm, FileForm, in_words
from campaign.exchange.lines import LARGEST_FILE, Unreadable
from campaign.exchange.models import Import, State
from campaign.exchange.planning import Plan, Step, Verdict
from campaign.exchange.troubles import FAULT_WORDS, NOTE_WORDS
from campaign.extensions import _l, db
from campaign.fields import options
from campaign.outbox import health
from campaign.web import guard, language, limits, requests
from campaign.web.jinja import absolute

bp = Blueprint("exchange", __name__, url_prefix="/exchange")

CHANGE_WORDS = {
    "title": _l("Title"),
    "time": _l("Time"),
    "place": _l("Place"),
    "point": _l("Map"),
    "kind": _l("Kind"),
    "summary": _l("In short"),
    "why": _l("Why"),
}
CALENDARS = "60 per hour"  # each may take seconds of a processor
ASLEEP = 120  # seconds without a sign of the worker


@bp.get("/")
def index() -> ResponseReturnValue:
    campaigns = guard.every(Campaign, may=Permission.VIEW)
    editable = {campaign.id for campaign in guard.every(Campaign, may=Permission.EDIT)}
    now = clock.now()
    weights = sizes.of_feeds(current_app.extensions["shelf"], campaigns, absolute(""), now)
    return render_template(
        "manage/exchange/index.html",
        campaigns=campaigns,
        editable=editable,
        weights=weights,
        waiting=keeping.waiting(guard.me(), now),
    )


@bp.get("/campaigns/<int:id>.ics")
def export(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.VIEW)
    drafts = request.args.get("drafts") == "1"
    response = make_response(exporting.calendar(campaign, absolute(""), drafts=drafts))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.slug}.ics"'
    return response


@bp.app_template_global()
def feed_is_almost_too_large() -> bool:
    """Whether the feed with everything is near the size at which Google stops reading. For whoever can do something."""
    if not guard.every(Campaign, may=Permission.EDIT, most=1):
        return False
    return sizes.of_site(current_app.extensions["shelf"], absolute(""), clock.now()).is_almost_too_large


@bp.get("/imports/new")
def new() -> ResponseReturnValue:
    return _new()


@bp.post("/imports/new")
@limits.per_account(CALENDARS)
@requests.takes_up_to(LARGEST_FILE + FORM_AROUND)
@requests.slow_at_first
def create() -> ResponseReturnValue:
    """Read first, while nobody waits for the database."""
    form = _offer(FileForm(request.form | request.files))
    valid, content = form.validate(), form.content()
    if not content:
        form.refuse(_("Choose a calendar file: it ends in .ics."))
        return _new(file=form), 422
    if not valid:
        return _new(file=form), 422
    guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    try:
        calendar = reading.read(content, clock.now())
    except Unreadable as trouble:
        form.refuse(in_words(str(trouble)))
        return _new(file=form), 422
    requests.begin_to_write()
    campaign = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    one = keeping.begin(campaign, guard.me(), form.file_name or _("Calendar"), clock.now())
    keeping.keep(one, calendar, len(content), clock.now())
    db.session.commit()
    return redirect(url_for(".show", id=one.id), 303)


@bp.post("/imports/fetch")
@limits.per_account(CALENDARS)
def fetch() -> ResponseReturnValue:
    form = _offer(AddressForm(request.form))
    if not form.validate():
        return _new(address=form), 422
    campaign = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    one = keeping.begin(campaign, guard.me(), form.host, clock.now(), address=form.address.data)
    db.session.commit()
    return redirect(url_for(".show", id=one.id), 303)


@bp.get("/imports/<int:id>")
def show(id: int) -> ResponseReturnValue:
    one = _mine(id)
    if one.state is State.READ:
        return _preview(one, planning.plan(one, absolute(""), clock.now()))
    seen = health.worker_seen_seconds(clock.now())
    return render_template(
        "manage/exchange/waiting.html",
        one=one,
        form=ConfirmForm(None),
        words=in_words(one.trouble, one.detail) if one.trouble else "",
        seconds=round(SECONDS),
        asleep=seen is None or seen > ASLEEP,
    )


@bp.post("/imports/<int:id>/confirm")
def confirm(id: int) -> ResponseReturnValue:
    one = _mine(id)
    if one.state is not State.READ:
        raise Conflict(_l("There is nothing to take over yet. Look at the calendar first."))
    plan = planning.plan(one, absolute(""), clock.now())
    wanted = set(request.form.getlist("take"))
    if request.form.get("seal") != plan.seal:
        return _preview(one, plan, wanted, changed=True), 409
    if not wanted & {step.key for step in plan.of(Verdict.CREATE, Verdict.UPDATE)}:
        return _preview(one, plan, wanted, nothing=True), 422
    done = writing.carry_out(plan, wanted, one.campaign, guard.me().id, clock.now())
    db.session.delete(one)
    db.session.commit()
    flash(_told(done), "ok")
    return redirect(url_for("manage.actions.index"), 303)


@bp.post("/imports/<int:id>/discard")
def discard(id: int) -> ResponseReturnValue:
    db.session.delete(_mine(id))
    db.session.commit()
    flash(_("Nothing was taken over. What we had read of the calendar is gone."), "ok")
    return redirect(url_for(".index"), 303)


def _mine(id: int) -> Import:
    """Only who gave us a calendar decides about it."""
    one = guard.find(Import, id, may=Permission.EDIT)
    if one.organizer_id != guard.me().id or one.expires_at <= clock.now():
        raise Missing
    return one


def _told(done: writing.Done) -> str:
    created = ngettext("%(num)s draft is there now.", "%(num)s drafts are there now.", done.created)
    updated = ngettext("%(num)s draft was updated.", "%(num)s drafts were updated.", done.updated)
    said = [words for words, count in ((created, done.created), (updated, done.updated)) if count]
    return " ".join([*said, _("Nobody but your team sees drafts: publish each when it is right.")])


def _preview(
    one: Import, plan: Plan, wanted: set[str] | None = None, *, changed: bool = False, nothing: bool = False
) -> str:
    return render_template(
        "manage/exchange/preview.html",
        one=one,
        plan=plan,
        form=ConfirmForm(None),
        wanted={step.key for step in plan.steps if step.is_wanted} if wanted is None else wanted,
        changed=changed,
        nothing=nothing,
        Verdict=Verdict,
        when=_when,
        when_here=lambda step: _when_here(step, one.campaign),
        when_is=lambda action: days.fully_in_words(action, language.current()),
        fault_words=FAULT_WORDS,
        note_words=NOTE_WORDS,
        change_words=CHANGE_WORDS,
    )


def _when(step: Step) -> str:
    return "" if step.taken is None else days.fully_in_words(step.taken.when, language.current())


def _when_here(step: Step, campaign: Campaign) -> str:
    """The start on the clocks of the campaign, if they show another hour."""
    if step.taken is None or step.taken.time.all_day:
        return ""
    there, here = step.taken.starts_at, timezones.wall(step.taken.starts_at, campaign.zone)
    if here == timezones.wall(there, step.taken.time.zone):
        return ""
    return timezones.fully_in_words(there, campaign.zone, language.current(), campaign.city)


def _new(file: FileForm | None = None, address: AddressForm | None = None) -> str:
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    chosen = request.args.get("campaign", type=int)
    proposed: dict[str, Any] = {"campaign": chosen} if chosen in {campaign.id for campaign in campaigns} else {}
    return render_template(
        "manage/exchange/new.html",
        campaigns=campaigns,
        form=file or address,
        file=file or _offer(FileForm(None, data=proposed)),
        address=address or _offer(AddressForm(None, data=proposed)),
    )


def _offer(form: Any) -> Any:
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    form.campaign.choices = options((one.id, one.name.best(language.current(), one.language)[0]) for one in campaigns)
    return form
