"""What readers fill in under an article, and organizers in the queue."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, StringField, TextAreaField, ValidationError

from campaign.asking import PublicForm
from campaign.extensions import _l
from campaign.rsvps import addresses

LONGEST = 2_000  # octets of a reply, UTF-8


class ReplyForm(PublicForm):
    """A reply. The address is looked at while the form is read and kept nowhere (docs/decisions/0008)."""

    text = TextAreaField(_l("Your reply"))
    name = StringField(_l("Name"))
    email = EmailField(_l("Email"))
    website = StringField(_l("Leave this empty"))  # a honeypot: people don't see it, machines fill it in

    def validate_text(self, field: TextAreaField) -> None:
        field.data = check_text(_sent(field))

    def validate_name(self, field: StringField) -> None:
        try:
            field.data = addresses.name(_sent(field))
        except addresses.Unusable:
            limit = addresses.NAME_LIMIT
            words = _l("Enter a name of at most %(limit)s characters, without a link. A nickname is fine.", limit=limit)
            raise ValidationError(words) from None
        if not field.data:
            raise ValidationError(_l("Enter a name. It can be a nickname."))

    def validate_email(self, field: EmailField) -> None:
        typed = _sent(field).strip()
        field.data = typed
        if typed:
            try:
                addresses.address(typed)
            except addresses.Unusable:
                words = _l("Enter an email address like name@example.org, or leave it empty")
                raise ValidationError(words) from None

    def is_from_a_machine(self) -> bool:
        return any(self.website.raw_data or [])


class AnswerForm(FlaskForm):
    """An organizer's answer."""

    text = TextAreaField(_l("Your answer"))

    def validate_text(self, field: TextAreaField) -> None:
        field.data = check_text(_sent(field))


class QueueForm(FlaskForm):
    """Nothing but buttons: what is ticked is read beside it."""


def reply_form(data: Any = None, *, stamp: Mapping[str, Any]) -> ReplyForm:
    """data: what was sent, with all values of a field; none for a fresh form. stamp: of `web.stamp.meta`."""
    form = ReplyForm(data, meta=stamp)
    form.email.flags.optional = True
    return form


def check_text(typed: str) -> str:
    """The text as it is kept: its lines ended by \\n, without control characters. Raises ValidationError."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    text = "\n".join("".join(sign for sign in line if _is_seen(sign)).rstrip() for line in lines).strip()
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    if not text:
        raise ValidationError(_l("Write your reply."))
    octets = len(text.encode())
    if octets > LONGEST:
        words = _l(
            "A reply can have %(most)s bytes, about 300 words. This one has %(now)s.",
            most=f"{LONGEST:,}",
            now=f"{octets:,}",
        )
        raise ValidationError(words)
    return text


def _is_seen(sign: str) -> bool:
    """Not: controls, and marks that turn the direction of a line. Tabs and joiners are part of writing."""
    if sign in "\t\u200c\u200d":
        return True
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co")


def _sent(field: Any) -> str:
    """What was sent for the field; "" if nothing was."""
    return str(field.raw_data[0]) if field.raw_data else ""
