"""Categories, for organizers."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.articles.models import Category
from campaign.campaigns.models import Campaign
from campaign.categories import filing
from campaign.categories.forms import ButtonForm, CategoryForm, category_form
from campaign.extensions import db
from campaign.web import guard

bp = Blueprint("categories", __name__)


@bp.get("/campaigns/<int:id>/categories")
def index(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    return _list(campaign, category_form(None, campaign))


@bp.post("/campaigns/<int:id>/categories")
def create(id: int) -> ResponseReturnValue:
    campaign = guard.find(Campaign, id, may=Permission.EDIT)
    form = category_form(request.form, campaign)
    if not form.validate():
        return _list(campaign, form), 422
    filing.add(campaign, form.names(), form.slug.data, clock.now())
    db.session.commit()
    flash(_("The category is there. Choose it where you write an article."), "ok")
    return redirect(url_for(".index", id=id), 303)


@bp.get("/categories/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    category = guard.find(Category, id, may=Permission.EDIT)
    return _page("edit", category, category_form(None, category.campaign, category))


@bp.post("/categories/<int:id>/edit")
def update(id: int) -> ResponseReturnValue:
    category = guard.find(Category, id, may=Permission.EDIT)
    form = category_form(request.form, category.campaign, category)
    if not form.validate():
        return _page("edit", category, form), 422
    filing.rename(category, form.names(), form.slug.data, clock.now())
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index", id=category.campaign_id), 303)


@bp.get("/categories/<int:id>/delete")
def ask_delete(id: int) -> ResponseReturnValue:
    category = guard.find(Category, id, may=Permission.EDIT)
    filed = filing.counts(category.campaign).get(category.id, 0)
    return _page("delete", category, ButtonForm(None), filed=filed)


@bp.post("/categories/<int:id>/delete")
def delete(id: int) -> ResponseReturnValue:
    category = guard.find(Category, id, may=Permission.EDIT)
    campaign_id = category.campaign_id
    filing.delete(category, clock.now())
    db.session.commit()
    flash(_("The category is gone. Its articles stay."), "ok")
    return redirect(url_for(".index", id=campaign_id), 303)


def _list(campaign: Campaign, form: CategoryForm) -> str:
    return render_template(
        "manage/categories/index.html",
        campaign=campaign,
        categories=filing.every(campaign),
        counts=filing.counts(campaign),
        form=form,
    )


def _page(name: str, category: Category, form: Any, **context: Any) -> str:
    own = category.campaign
    return render_template(f"manage/categories/{name}.html", campaign=own, category=category, form=form, **context)
