"""Setting up and removing what proves who one is."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, ValidationError

from campaign.accounts import passwords
from campaign.accounts.models import Organizer
from campaign.extensions import _l
from campaign.fields import LineField, at_most


class ProofForm(FlaskForm):
    """What asks for the password once more: somebody may have sat down at a browser that was left open."""

    password = PasswordField(_l("Your password"), [DataRequired(_l("Enter your password."))])

    def __init__(self, *given: Any, organizer: Organizer, **more: Any) -> None:
        super().__init__(*given, **more)
        self.organizer = organizer

    def validate_password(self, field: StringField) -> None:
        if not passwords.is_of(self.organizer, field.data or ""):
            raise ValidationError(_l("That isn’t your password."))


class PasskeyForm(ProofForm):
    name = LineField(_l("Name of the passkey"), [DataRequired(_l("Enter a name, such as “phone”.")), at_most(60)])


class CodeForm(FlaskForm):
    """Six digits of an app, or a code on paper."""

    code = LineField(_l("Code"), [DataRequired(_l("Enter the code."))])


class AnswerForm(FlaskForm):
    """What a passkey has signed, put in by a script."""

    credential = HiddenField()
