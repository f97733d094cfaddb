"""A button that says what the page showed."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import HiddenField
from wtforms.validators import AnyOf

from campaign.merging import digest


class RestoreForm(FlaskForm):
    """Good for as long as the thing says what it said when the page with the button was made."""

    against = HiddenField()

    def __init__(self, formdata: Any, now: Any) -> None:
        """now: what the thing says."""
        super().__init__(formdata, data={"against": digest(now)})
        self.against.validators = [AnyOf([digest(now)])]
