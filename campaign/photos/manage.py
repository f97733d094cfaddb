"""Pictures, for organizers."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign import clock
from campaign.accounts.membership import Permission
from campaign.articles import listing as articles
from campaign.campaigns import wording as translating
from campaign.campaigns.forms import translation_form
from campaign.campaigns.models import Campaign
from campaign.errors import Missing
from campaign.extensions import db
from campaign.fields import options
from campaign.photos import keeping, wording
from campaign.photos.checking import LARGEST_FILE, Refused
from campaign.photos.drawing import Drawn, draw
from campaign.photos.forms import DeleteForm, PhotoForm, UploadForm
from campaign.photos.models import Photo
from campaign.web import guard, language, requests, saving

bp = Blueprint("photos", __name__, url_prefix="/photos")


@bp.get("/")
def index() -> ResponseReturnValue:
    photos = guard.every(Photo, may=Permission.VIEW, order=[Photo.id.desc()])
    editable = {photo.id for photo in guard.every(Photo, may=Permission.EDIT)}
    may_add = bool(guard.every(Campaign, may=Permission.EDIT))
    return render_template("manage/photos/index.html", photos=photos, editable=editable, may_add=may_add)


@bp.get("/new")
def new() -> ResponseReturnValue:
    return _new(_upload_form(None))


@bp.post("/new")
@requests.takes_up_to(LARGEST_FILE)
def create() -> ResponseReturnValue:
    form = _upload_form(request.form)
    valid = form.validate()
    drawn = _drawn(form)
    if drawn is None or not valid:
        return _new(form), 422
    campaign = guard.find(Campaign, form.campaign.data, may=Permission.EDIT)
    keeping.add(campaign, drawn, form.texts(), form.focus.data, cover=bool(form.cover.data), folder=_folder())
    db.session.commit()
    flash(_("The picture is kept, without what your camera noted in it. Choose it in an article."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/<int:id>/edit")
def edit(id: int) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    return _page("edit", photo, form=PhotoForm(guard.unsaved_form(), photo))


@bp.post("/<int:id>/edit")
@guard.outlives_its_session
def update(id: int) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    form = PhotoForm(request.form, photo)
    if not form.validate():
        return _page("edit", photo, form=form), form.status
    keeping.describe(photo, form.texts(), form.focus.data, cover=bool(form.cover.data))
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".index"), 303)


@bp.get("/<int:id>/translations/<any(en,fr,es):into>")
def translation(id: int, into: str) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    slots = _slots(photo, into)
    form = translation_form(slots, into)(guard.unsaved_form())
    return _page("translation", photo, form=form, slots=slots, into=into)


@bp.post("/<int:id>/translations/<any(en,fr,es):into>")
@guard.outlives_its_session
def translate(id: int, into: str) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    slots = _slots(photo, into)
    form = translation_form(slots, into)(request.form)
    if not form.validate():
        return _page("translation", photo, form=form, slots=slots, into=into), form.status
    translating.translate(slots, into, {slot.name: form[slot.name].data for slot in slots})
    db.session.commit()
    saving.say_saved(form)
    return redirect(url_for(".edit", id=id), 303)


@bp.get("/<int:id>/delete")
def ask_delete(id: int) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    return _page("delete", photo, form=DeleteForm(None))


@bp.post("/<int:id>/delete")
def delete(id: int) -> ResponseReturnValue:
    photo = guard.find(Photo, id, may=Permission.EDIT)
    for article in articles.showing(photo):
        article.touch(clock.now())
    key = keeping.delete(photo)
    db.session.commit()
    keeping.remove(key, _folder())
    flash(_("The picture is gone, and so are its files."), "ok")
    return redirect(url_for(".index"), 303)


def _drawn(form: UploadForm) -> Drawn | None:
    """None if it was refused; the form then says why. Nobody waits for the database meanwhile."""
    content = form.content()
    if not content:
        form.refuse(_("Choose a picture: JPEG, PNG or WebP, up to 8 MB."))
        return None
    requests.let_go_of_the_write_lock()
    try:
        return draw(content)
    except Refused as refused:
        form.refuse(str(refused))
        return None
    finally:
        requests.take_the_write_lock()


def _folder() -> Path:
    return Path(current_app.config["INSTANCE_DIR"]) / keeping.FOLDER


def _upload_form(formdata: Any) -> UploadForm:
    form = UploadForm(None if formdata is None else request.form | request.files)
    campaigns = guard.every(Campaign, may=Permission.EDIT)
    form.campaign.choices = options((one.id, one.name.best(language.current(), one.language)[0]) for one in campaigns)
    return form


def _new(form: UploadForm) -> str:
    return render_template("manage/photos/new.html", form=form, campaigns=guard.every(Campaign, may=Permission.EDIT))


def _page(name: str, photo: Photo, **context: Any) -> str:
    return render_template(f"manage/photos/{name}.html", photo=photo, articles=articles.showing(photo), **context)


def _slots(photo: Photo, into: str) -> list[translating.Slot]:
    if into == photo.campaign.language:
        raise Missing
    return wording.slots(photo)
