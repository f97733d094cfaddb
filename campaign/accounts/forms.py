"""Signing in, a new password, joining, the team."""

from typing import Any

from flask_security.forms import ForgotPasswordForm, LoginForm, ResetPasswordForm
from flask_wtf import FlaskForm
from wtforms.fields import PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Optional, ValidationError

from campaign.accounts import passwords
from campaign.accounts.membership import Level
from campaign.columns import LANGUAGE_NAMES
from campaign.extensions import _l
from campaign.fields import AddressField, LineField, ProseField, at_most, options

EMAIL = _l("Email address")
AGAIN = _l("The same password again")
MAY = {
    Level.OWNER: _l("Owner: everything, also the team’s addresses and members"),
    Level.ORGANIZER: _l("Organizer: writes, publishes, moves and cancels actions, and answers replies"),
    Level.MODERATOR: _l("Moderator: sees everything, and approves, refuses and answers replies"),
}


class SignInForm(LoginForm):
    """Flask-Security's, without "remember me"."""

    remember = None  # type: ignore[assignment]  # how WTForms takes a field of a parent away

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.email.label.text, self.password.label.text = EMAIL, _l("Password")

    def validate(self, **more: Any) -> bool:
        self.password.data = (self.password.data or "")[: passwords.LONGEST + 1]  # a longer one is nobody's
        return bool(super().validate(**more))


class ForgottenForm(ForgotPasswordForm):
    """Flask-Security's. It takes as long whether the address has an account or not."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.email.label.text = EMAIL

    def validate(self, **more: Any) -> bool:
        valid: bool = super().validate(**more)
        if valid:
            passwords.hashed("as long as for an address without an account")
        return valid


class NewPasswordForm(ResetPasswordForm):
    """Flask-Security's."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.password.label.text, self.password_confirm.label.text = _l("New password"), AGAIN


class JoinForm(FlaskForm):
    """What somebody who was invited says about themselves and their team."""

    name = LineField(_l("Your name"), [DataRequired(_l("Enter your name, as the team knows you.")), at_most(80)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter a password."))])
    again = PasswordField(AGAIN, [EqualTo("password", _l("The two passwords differ."))])
    team_name = LineField(_l("Name of your team"), [DataRequired(_l("Enter the name of your team.")), at_most(120)])
    reply_address = AddressField(_l("Reply address"), [Optional(), at_most(254)])
    postal_address = ProseField(_l("Postal address"), [Optional(), at_most(300)])

    def __init__(self, *given: Any, address: str, own_team: bool = True, **more: Any) -> None:
        """own_team: whether they make a team; if not they join one that there is."""
        super().__init__(*given, **more)
        self.address = address
        if not own_team:
            del self.team_name, self.reply_address, self.postal_address

    def validate_password(self, field: StringField) -> None:
        wrong = passwords.problem(field.data or "", self.address)
        if wrong:
            raise ValidationError(wrong)


class TeamForm(FlaskForm):
    """What stands in each of the team's mails."""

    LONGEST_SENDER = 78  # characters: a line of a mail

    name = LineField(_l("Name of the team"), [DataRequired(_l("Enter the name of your team.")), at_most(120)])
    reply_address = AddressField(
        _l("Reply address"), [DataRequired(_l("Enter the address that answers to your mail go to.")), at_most(254)]
    )
    postal_address = ProseField(
        _l("Postal address"), [DataRequired(_l("Enter a postal address. A post box will do.")), at_most(300)]
    )
    sender_name = LineField(_l("Sender"), [at_most(LONGEST_SENDER)])
    language = SelectField(_l("Language"), choices=options(LANGUAGE_NAMES.items()))


def _level(value: Any) -> Level | None:
    return Level(value) if value in MAY else None


class LevelForm(FlaskForm):
    """What a member may do."""

    level = RadioField(_l("What they may do"), choices=options(MAY.items()), coerce=_level, validate_choice=False)

    def validate_level(self, field: RadioField) -> None:
        if field.data is None:
            raise ValidationError(_l("Choose what they may do."))


class InviteForm(LevelForm):
    email = AddressField(EMAIL, [DataRequired(_l("Enter an email address.")), at_most(254)])


class AskedForm(FlaskForm):
    """A button, and the token that shows it was pressed on our page."""
