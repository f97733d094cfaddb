"""Campaigns, for their organizers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.accounts.models import Team
from campaign.campaigns import drafting, wording
from campaign.campaigns import look as colours
from campaign.campaigns.forms import CampaignForm, LookForm, NewCampaignForm, SettingsForm, translation_form
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGE_NAMES
from campaign.errors import Missing
from campaign.extensions import db
from campaign.fields import options
from campaign.privacy import retention
from campaign.web import guard, language, saving

READY_MADE = {  # to begin with
    "#0b4f8a": _l("Sea"),
    "#5b2a86": _l("Violet"),
    "#8a1550": _l("Berry"),
    "#a3200d": _l("Brick"),
    "#3f5a12": _l("Moss"),
    "#3b4a5a": _l("Slate"),
}

bp = Blueprint("campaigns", __name__, url_prefix="/campaigns")


@bp.get("/")
def index() -> ResponseReturnValue:
    campaigns = [
        (campaign, Permission.EDIT in guard.permissions(campaign.team_id), _missing(campaign))
        for campaign in guard.every(Campaign, may=Permission.VIEW)
    ]
    may_begin = bool(guard.every(Team, may=Permission.EDIT))
    return render_template("manage/campaigns/index.html", campaigns=campaigns, may_begin=may_begin)


@bp.get("/new")
def new() -> ResponseReturnValue:
    teams = guard.every(Team, may=Permission.EDIT)
    proposed = {"language": teams[0].language if teams else guard.me().language}
    return render_template("manage/campaigns/new.html", form=_form(None, proposed))


@bp.post("/new")
def create() -> ResponseReturnValue:
    form = _form(request.form)
    if not form.validate():
        return render_template("manage/campaigns/new.html", form=form), 422
    team = guard.find(Team, form.team.data, may=Permission.EDIT)
    drafting.begin(team, form.texts(), form.language.data, form.zone.data, form.city.data, clock.now())
    db.session.commit()
    flash(_("The campaign has its page. Now write what people come to."), "ok")
    return redirect(url_for("manage.actions.new"), 303)


@bp.get("/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form = CampaignForm(guard.unsaved_form(), campaign, page_language=language.current())
    return _page("edit", campaign, form=form)


@bp.post("/<int:id>/edit")
@guard.outlives_its_session
def update(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form = CampaignForm(request.form, campaign, page_language=language.current())
    if not form.validate():
        return _page("edit", campaign, form=form), form.status
    drafting.revise(campaign, form.texts(), form.zone.data, form.city.data, form.slug.data, clock.now())
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    slots = _slots(campaign, into)
    form = translation_form(slots, into)(guard.unsaved_form())
    return _page("translation", campaign, form=form, slots=slots, into=into)


@bp.post("/<int:id>/translations/<any(en,fr,es):into>")
@guard.outlives_its_session
def translate(id: int, into: str) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    slots = _slots(campaign, into)
    form = translation_form(slots, into)(request.form)
    if not form.validate():
        return _page("translation", campaign, form=form, slots=slots, into=into), form.status
    wording.translate(slots, into, {slot.name: form[slot.name].data for slot in slots})
    campaign.touch(clock.now())
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:id>/settings")
def settings(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    return _page("settings", campaign, form=SettingsForm(None, campaign))


@bp.post("/<int:id>/settings")
def set_up(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form, now = SettingsForm(request.form, campaign), clock.now()
    if not form.validate():
        return _page("settings", campaign, form=form), 422
    drafting.set_up(campaign, *form.languages_and_days(), now, subject_names_action=form.subject_names_action.data)
    followed = retention.adopt(campaign, now)
    db.session.commit()
    flash(_said(followed), "ok")
    return redirect(url_for(".settings", id=id), 303)


@bp.get("/<int:id>/look")
def look(id: int) -> ResponseReturnValue:
    """With a colour in its address, how that would look."""
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    proposed = colours.read(request.args.get("accent", "")) or campaign.accent
    return _look_page(campaign, LookForm(None, data={"accent": proposed}), proposed)


@bp.post("/<int:id>/look")
def colour(id: int) -> ResponseReturnValue:
    """Keep it, or see it first."""
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form = LookForm(request.form)
    if not form.validate():
        return _look_page(campaign, form, form.colour or ""), 422
    if "preview" in request.form:
        return _look_page(campaign, form, form.colour or "")
    drafting.colour(campaign, form.colour or "", clock.now())
    db.session.commit()
    flash(_("Saved. Every page of the campaign wears it."), "ok")
    return redirect(url_for(".look", id=id), 303)


@bp.get("/looks/<accent>.css")
def swatch(accent: str) -> ResponseReturnValue:
    """A stylesheet for the organizers' page: it can't carry colours itself."""
    colour = colours.read(accent)
    if colour is None:
        raise Missing
    return Response(colours.swatch(colour), content_type="text/css; charset=utf-8")


def _page(name: str, campaign: Campaign, **context: Any) -> str:
    return render_template(f"manage/campaigns/{name}.html", campaign=campaign, **context)


def _look_page(campaign: Campaign, form: LookForm, shown: str) -> str:
    measured = colours.measured(colours.nearest(shown)) if shown else ()
    return _page("look", campaign, form=form, shown=shown, measured=measured, ready_made=READY_MADE)


def _said(followed: int) -> str:
    if not followed:
        return str(_("Saved."))
    return str(
        ngettext(
            "Saved. %(num)d action that nobody has answered yet follows.",
            "Saved. %(num)d actions that nobody has answered yet follow.",
            followed,
        )
    )


def _form(formdata: Any, proposed: dict[str, Any] | None = None) -> NewCampaignForm:
    teams = guard.every(Team, may=Permission.EDIT)
    form = NewCampaignForm(formdata, data=proposed, page_language=language.current())
    form.team.choices = options((team.id, team.name) for team in teams)
    form.language.choices = options(LANGUAGE_NAMES.items())
    return form


def _slots(campaign: Campaign, into: str) -> list[wording.Slot]:
    if into == campaign.language:
        raise Missing
    return wording.slots(campaign)


def _missing(campaign: Campaign) -> dict[str, int]:
    slots = wording.slots(campaign)
    return {lang: wording.missing(slots, lang) for lang in campaign.languages if lang != campaign.language}
