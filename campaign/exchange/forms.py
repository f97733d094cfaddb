"""Where a calendar comes from, as organizers say it."""

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.fields import SelectField
from wtforms.validators import DataRequired, ValidationError

from campaign.exchange import fetching
from campaign.exchange.fetching import NotFetched
from campaign.exchange.lines import LARGEST_FILE
from campaign.exchange.troubles import TROUBLE_WORDS, Trouble
from campaign.extensions import _l
from campaign.fields import LineField, at_most

FORM_AROUND = 16 * 1024  # octets of a request beside the file


class FileForm(FlaskForm):
    """A calendar file."""

    campaign = SelectField(_l("Campaign"), coerce=int)
    file = FileField(_l("Calendar file"))

    def content(self) -> bytes:
        """Of the file; empty if none was chosen."""
        return self.file.data.read(LARGEST_FILE + 1) if self.file.data else b""

    @property
    def file_name(self) -> str:
        return str(self.file.data.filename or "") if self.file.data else ""

    def refuse(self, words: Any) -> None:
        """What only reading it could tell."""
        self.file.errors = [*self.file.errors, words]


class AddressForm(FlaskForm):
    """A calendar's address."""

    campaign = SelectField(_l("Campaign"), coerce=int)
    address = LineField(
        _l("Address of the calendar"), [DataRequired(_l("Enter the calendar’s address.")), at_most(500)]
    )

    def validate_address(self, field: LineField) -> None:
        try:
            fetching.place(field.data)
        except NotFetched as trouble:
            raise ValidationError(in_words(str(trouble), trouble.detail)) from None

    @property
    def host(self) -> str:
        """Of an address that is valid."""
        return fetching.place(self.address.data).host


class ConfirmForm(FlaskForm):
    """A button, and the token that shows it was pressed on our page."""


def in_words(trouble: str, detail: str = "") -> str:
    return str(TROUBLE_WORDS[Trouble(trouble)]) % {"detail": detail}
