"""One's own name, language, password and address."""

from flask_wtf import FlaskForm
from wtforms.fields import PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from campaign.accounts import passwords
from campaign.accounts.forms import AGAIN
from campaign.columns import LANGUAGE_NAMES
from campaign.credentials.forms import ProofForm
from campaign.extensions import _l
from campaign.fields import AddressField, LineField, at_most, options


class ProfileForm(FlaskForm):
    name = LineField(_l("Your name"), [DataRequired(_l("Enter your name, as the team knows you.")), at_most(80)])
    language = RadioField(_l("Language"), choices=options(LANGUAGE_NAMES.items()), validate_choice=False)

    def validate_language(self, field: RadioField) -> None:
        if field.data not in LANGUAGE_NAMES:
            raise ValidationError(_l("Choose a language."))


class PasswordForm(ProofForm):
    new = PasswordField(_l("New password"), [DataRequired(_l("Enter a new password."))])
    again = PasswordField(AGAIN, [EqualTo("new", _l("The two passwords differ."))])

    def validate_new(self, field: StringField) -> None:
        wrong = passwords.problem(field.data or "", self.organizer.email)
        if wrong:
            raise ValidationError(wrong)


class NewAddressForm(ProofForm):
    email = AddressField(_l("New email address"), [DataRequired(_l("Enter an email address.")), at_most(254)])

    def validate_email(self, field: StringField) -> None:
        if field.data == self.organizer.email:
            raise ValidationError(_l("That is the address you have."))
