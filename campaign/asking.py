"""What every form for the public keeps to."""

from typing import Any

from wtforms import Form
from wtforms.fields import FieldList, FormField, SelectMultipleField

from campaign.extensions import _l

SEVERAL = (FieldList, FormField, SelectMultipleField)  # may come more than once


class PublicForm(Form):
    """Each field is sent once or not at all: of two values nobody knows which one was meant, so they are refused.

    But for a honeypot: whoever fills that in isn't told.
    """

    HONEYPOT = "website"

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field, SEVERAL) or field.name == self.HONEYPOT:
                continue
            if len(field.raw_data or ()) > 1:
                field.errors = field.errors or [_l("This came twice, with two answers. Enter it once.")]
                valid = False
        return valid
