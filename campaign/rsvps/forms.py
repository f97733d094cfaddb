"""What supporters fill in. Read strictly: what isn't exactly one of the answers offered is asked for again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, EmailField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its types

from campaign import timezones
from campaign.actions.models import Action, Level
from campaign.asking import PublicForm
from campaign.extensions import _l
from campaign.rsvps import addresses
from campaign.rsvps.models import ANSWER_WORDS, Answer

PARTY_LIMIT = 20  # people in one RSVP
EMAIL_LIMIT = 254  # characters, RFC 5321
_NUMBER = re.compile(r"\s*0*([0-9]{1,3})\s*", re.ASCII)


@dataclass(frozen=True)
class Asked:
    """What somebody has sent. email: as typed, or "" for none."""

    answer: Answer
    party_size: int
    email: str = ""
    name: str = ""
    reminders: bool = False


class AnswerField(RadioField):
    """Yes, maybe or no. `chosen` once it is valid."""

    def __init__(self, **more: Any) -> None:
        choices = [SelectChoice(answer.value, words) for answer, words in ANSWER_WORDS.items()]
        super().__init__(_l("Will you come?"), choices=choices, validate_choice=False, **more)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 -- WTForms' signature
        if _the_one(self) not in set(Answer):
            self.data = None
            raise ValidationError(_l("Choose an answer: yes, maybe or no."))

    @property
    def chosen(self) -> Answer:
        return Answer(self.data)


class PartyField(StringField):
    """How many people, in ASCII digits. `people` once it is valid."""

    people = 1

    def __init__(self, **more: Any) -> None:
        super().__init__(_l("How many people, with you?"), **more)

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 -- WTForms' signature
        number = _NUMBER.fullmatch(_the_one(self) or "")
        if number is None or not 1 <= int(number[1]) <= PARTY_LIMIT:
            raise ValidationError(_l("Enter a whole number from 1 to %(limit)s, you included.", limit=PARTY_LIMIT))
        self.people = int(number[1])


class Tick(BooleanField):
    """A box to tick: "yes" when ticked, absent when not; nothing else. (WTForms' own takes "no" for a tick.)"""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist == ["yes"]

    def _value(self) -> str:
        return "yes"

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 -- WTForms' signature
        if self.raw_data not in ([], ["yes"]):
            raise ValidationError(_l("Tick this box or leave it empty."))


class CountForm(PublicForm):
    """The form of level `count`: an answer and a number, nothing of a person."""

    answer = AnswerField()
    party_size = PartyField()
    website = StringField(_l("Leave this empty"))  # a honeypot: people don't see it, machines fill it in

    def is_from_a_machine(self) -> bool:
        return any(self.website.raw_data or [])

    def asked(self) -> Asked:
        return Asked(self.answer.chosen, self.party_size.people)


class RsvpForm(CountForm):
    """The form of level `reminders`: an address and a name besides, if the supporter likes."""

    name = StringField(_l("Name"))
    email = EmailField(_l("Email"))
    reminders = Tick(_l("Remind me the evening before and that morning"))
    consent = Tick()  # rsvp_form gives its words, with the date

    def __init__(self, *args: Any, action: Action, **more: Any) -> None:
        super().__init__(*args, **more)
        self.needs_address = action.capacity is not None
        self.name.flags.optional = True
        self.email.flags.optional = not self.needs_address

    def validate_name(self, field: StringField) -> None:
        try:
            field.data = addresses.name(_at_most_one(field))
        except addresses.Unusable:
            limit = addresses.NAME_LIMIT
            words = _l("Enter a name of at most %(limit)s characters, without a link. A nickname is fine.", limit=limit)
            raise ValidationError(words) from None

    def validate_email(self, field: EmailField) -> None:
        try:
            field.data = _at_most_one(field).strip()
            if field.data:
                addresses.address(field.data)
        except addresses.Unusable:
            raise ValidationError(self._email_words()) from None
        if self.needs_address and not field.data:
            raise ValidationError(_l("Enter an email address: places are kept for those who confirm by mail."))
        if self.reminders.data and not field.data:
            raise ValidationError(_l("Enter an email address, so that we can remind you, or untick the reminder."))

    def validate_consent(self, field: Tick) -> None:
        if any(typed.strip() for typed in self.email.raw_data or []) and not field.data:
            raise ValidationError(_l("Tick this box so that we may keep your address, or leave the address empty."))

    def asked(self) -> Asked:
        given = super().asked()
        if not self.email.data:
            return given  # a name without an address is dropped
        return Asked(given.answer, given.party_size, self.email.data, self.name.data or "", bool(self.reminders.data))

    def _email_words(self) -> Any:
        if self.needs_address:
            return _l("Enter an email address like name@example.org")
        return _l("Enter an email address like name@example.org, or leave it empty")


class ChangeForm(PublicForm):
    """What can be changed through the private link. Another address means: cancel, and RSVP anew."""

    answer = AnswerField()
    party_size = PartyField()
    reminders = Tick(_l("Remind me the evening before and that morning"))


def rsvp_form(action: Action, data: Any = None, *, stamp: Mapping[str, Any], lang: str) -> CountForm:
    """The form on an action's page, as its level asks.

    data:  what was sent, with all values of a field (request.form); none for a fresh form.
    stamp: what `web.stamp.meta("action", action.id)` gives.
    lang:  of the page: the date in the consent is written in it.
    """
    start = {"answer": Answer.YES.value, "party_size": "1"}
    if action.level is Level.COUNT:
        return CountForm(data, data=start, meta=stamp)
    form = RsvpForm(data, data=start, meta=stamp, action=action)
    until = timezones.day_in_words(action.erase_on, lang)
    form.consent.label.text = _l("Keep my email address until %(day)s to write to me about this action", day=until)
    return form


def _the_one(field: Any) -> str | None:
    """What was sent for the field; none if nothing was, or more than one thing."""
    sent = field.raw_data or []
    return str(sent[0]) if len(sent) == 1 else None


def _at_most_one(field: Any) -> str:
    """What was sent for the field; "" if nothing was. Raises Unusable for more than one thing: which is meant?"""
    sent = field.raw_data or [""]
    if len(sent) > 1:
        raise addresses.Unusable
    return str(sent[0])
