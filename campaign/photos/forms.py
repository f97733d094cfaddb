"""A picture and its words, as organizers fill them in."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.fields import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from campaign.extensions import _l
from campaign.fields import LineField, at_most, options
from campaign.merging import SharedForm
from campaign.photos.models import FOCUS_WORDS, Focus, Photo

LIMITS = {"alt": 300, "caption": 300, "credit": 160}  # characters


class WordsForm(FlaskForm):
    """Whoever can't see the picture needs words for it, or must know that there is nothing to miss."""

    alt = LineField(_l("What it shows"), [at_most(LIMITS["alt"])])
    decorative = BooleanField(_l("It only decorates: nothing is missed without it"))
    caption = LineField(_l("Caption"), [at_most(LIMITS["caption"])])
    credit = LineField(_l("Credit"), [at_most(LIMITS["credit"])])
    focus = RadioField(
        _l("What must stay in sight where it is cropped"),
        choices=options(FOCUS_WORDS.items()),
        coerce=Focus,
        default=Focus.CENTRE,
    )
    cover = BooleanField(_l("Show it at the head of the campaign’s page"))

    def validate_alt(self, field: LineField) -> None:
        if not field.data and not self.decorative.data:
            raise ValidationError(_l("Say in a sentence what it shows, or tick that it only decorates."))
        if field.data and self.decorative.data:
            raise ValidationError(_l("Either say what it shows, or tick that it only decorates, not both."))

    def texts(self) -> dict[str, str]:
        return {name: self[name].data for name in LIMITS}


class UploadForm(WordsForm):
    """A new one."""

    campaign = SelectField(_l("Campaign"), coerce=int)
    file = FileField(_l("Picture"))

    def content(self) -> bytes:
        """Of the file; empty if none was chosen."""
        return self.file.data.read() if self.file.data else b""

    def refuse(self, words: Any) -> None:
        """What only drawing it could tell."""
        self.file.errors = [*self.file.errors, words]


class PhotoForm(SharedForm, WordsForm):
    """One that is there."""

    def __init__(self, formdata: Any, photo: Photo) -> None:
        own = photo.campaign.language
        texts = {name: getattr(photo, name).get(own, "") for name in LIMITS}
        more = {"decorative": not photo.alt, "focus": photo.focus, "cover": photo.cover}
        super().__init__(formdata, data={**texts, **more})


class DeleteForm(FlaskForm):
    """Nothing but the button."""
