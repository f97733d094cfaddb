"""Campaigns, for their organizers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.accounts.models import Team
from campaign.campaigns import drafting, wording
from campaign.campaigns.forms import CampaignForm, NewCampaignForm, translation_form
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGES
from campaign.errors import Missing
from campaign.extensions import db
from campaign.fields import options
from campaign.web import guard, language
from campaign.web.jinja import LANGUAGE_NAMES

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
    return render_template("manage/campaigns/new.html", form=_form(None, {"language": guard.me().language}))


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
    form = CampaignForm(None, campaign, page_language=language.current())
    return render_template("manage/campaigns/edit.html", form=form, campaign=campaign)


@bp.post("/<int:id>/edit")
def update(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form = CampaignForm(request.form, campaign, page_language=language.current())
    if not form.validate():
        return render_template("manage/campaigns/edit.html", form=form, campaign=campaign), 422
    drafting.revise(campaign, form.texts(), form.zone.data, form.city.data, form.slug.data, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    slots = _slots(campaign, into)
    form = translation_form(slots, into)(None)
    return render_template("manage/campaigns/translation.html", form=form, campaign=campaign, slots=slots, into=into)


@bp.post("/<int:id>/translations/<any(en,fr,es):into>")
def translate(id: int, into: str) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    slots = _slots(campaign, into)
    form = translation_form(slots, into)(request.form)
    if not form.validate():
        context = {"form": form, "campaign": campaign, "slots": slots, "into": into}
        return render_template("manage/campaigns/translation.html", **context), 422
    wording.translate(slots, into, {slot.name: form[slot.name].data for slot in slots})
    campaign.touch(clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


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
    return {lang: wording.missing(slots, lang) for lang in LANGUAGES if lang != campaign.language}
