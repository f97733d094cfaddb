"""What organizers fill in about an action's messages."""

from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, SelectField
from wtforms.validators import ValidationError

from campaign.actions.models import Action
from campaign.columns import LANGUAGES, Texts
from campaign.extensions import _l
from campaign.fields import HourField, LineField, ProseField, WholeNumberField, at_most, options
from campaign.messages import placeholders, usual
from campaign.messages.models import Rule, RuleKind
from campaign.messages.offsets import Offset, trouble

SUBJECT_LIMIT, BODY_LIMIT = 120, 3000  # characters
DAYS, HOURS, MINUTES = "days", "hours", "minutes"
BEFORE, AFTER = "before", "after"
LIMITS = {DAYS: 366, HOURS: 14 * 24, MINUTES: 14 * 24 * 60}


class WordsForm(FlaskForm):
    """Own words in each language, all of them optional: a subject and a body, named `subject_en`, `body_en` and so on.

    A class that derives from it says what may stand between braces.
    """

    in_body: tuple[str, ...] = placeholders.IN_BODY
    limit = BODY_LIMIT
    form_errors: list[Any]
    changes = False  # what is there already: then what didn't come is missing, and not emptied

    def __init__(self, formdata: Any, action: Action, **more: Any) -> None:
        super().__init__(formdata, **more)
        self.action = action
        named = action.campaign.subject_names_action
        self.in_subject = (*placeholders.IN_SUBJECT, "title") if named else placeholders.IN_SUBJECT

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.changes and not all(field.raw_data for field in self if isinstance(field, LineField | ProseField)):
            words = _l("The form did not come whole, so nothing was saved. Look at it once more, then save it.")
            self.form_errors = [*self.form_errors, words]
            return False
        return valid

    def texts(self, name: str) -> Texts:
        """What was written, by language. name: "subject" or "body"."""
        return Texts({lang: self[f"{name}_{lang}"].data for lang in LANGUAGES if f"{name}_{lang}" in self})

    def words(self) -> dict[str, Texts]:
        return {"subject": self.texts("subject"), "body": self.texts("body")}

    def fallback(self, name: str, language: str) -> str:
        """The language that is read instead, where there are own words and none in this one. "" if there is no need."""
        texts = self.texts(name)
        _, spoken = texts.best(language, self.action.language)
        return spoken if texts and spoken != language else ""


class BodyForm(WordsForm):
    """The same without a subject of its own."""


class ConfirmationForm(BodyForm):
    """What the team wants to have said in the letter to each who answers. Its subject says what to do."""

    in_body = placeholders.IN_CONFIRMATION
    limit = 1000
    changes = True


class RuleForm(WordsForm):
    """A message with a time of its own."""

    count = WholeNumberField(_l("Number"), least=0, most=max(LIMITS.values()))
    unit = SelectField(
        _l("Unit"), choices=options([(DAYS, _l("days")), (HOURS, _l("hours")), (MINUTES, _l("minutes"))])
    )
    side = SelectField(_l("Before or after"), choices=options([(BEFORE, _l("before")), (AFTER, _l("after"))]))
    at = HourField(_l("At"))
    asks = BooleanField(_l("Ask whether they still come"))

    def __init__(self, formdata: Any, action: Action, rule: Rule | None, *, now: datetime, language: str) -> None:
        """rule: which it changes; none for a new one. language: of the page."""
        super().__init__(formdata, action, data=_shown(rule))
        self.rule, self.now, self.language = rule, now, language
        self.changes = rule is not None
        if rule is not None:
            del self.side  # a reminder stays one
        if self.kind is RuleKind.FOLLOWUP and rule is not None:
            del self.asks

    @property
    def kind(self) -> RuleKind:
        if self.rule is not None:
            return self.rule.kind
        return RuleKind.FOLLOWUP if self.side.data == AFTER else RuleKind.REMINDER

    @property
    def letter(self) -> str:
        if self.kind is RuleKind.FOLLOWUP:
            return usual.THANKS
        if self.asks.data:
            return usual.STILL
        before = self.rule.letter if self.rule else usual.REMINDER
        return usual.REMINDER if before == usual.STILL else before

    def offset(self) -> Offset:
        """Of a form that is valid."""
        sign = -1 if self.kind is RuleKind.FOLLOWUP else 1
        number = sign * (self.count.data or 0)
        if self.unit.data == DAYS:
            return Offset(days=number, at_local=self.at.hour)
        return Offset(minutes=number * (60 if self.unit.data == HOURS else 1))

    def validate_count(self, field: WholeNumberField) -> None:
        if field.data is None:
            raise ValidationError(_l("Enter a number. For the same day, enter 0 and “days”."))
        most = LIMITS.get(self.unit.data or DAYS, 0)
        if field.data > most:
            raise ValidationError(_l("Enter at most %(most)s of these.", most=most))

    def validate_at(self, field: HourField) -> None:
        if self.unit.data == DAYS and field.hour is None and not field.errors:
            raise ValidationError(_l("Enter the hour of that day, such as 18:00."))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if self.count.errors or self.unit.errors or self.at.errors or ("side" in self and self.side.errors):
            return False
        offset = self.offset()
        if self.rule is not None and offset == Offset.of(self.rule):
            return valid  # its words may be changed whenever
        words = trouble(offset, self.kind, self.action, self.now, self.language)
        if words:
            self.count.errors = [*self.count.errors, words]
        return valid and not words


class TestForm(FlaskForm):
    """A button: send me this, in that language."""

    __test__ = False

    language = SelectField(_l("Language"), choices=options((lang, lang) for lang in LANGUAGES))


class ButtonForm(FlaskForm):
    """A button, and the token that shows it was pressed on our page."""


def _shown(rule: Rule | None) -> dict[str, Any]:
    """What the form shows before anybody has typed anything."""
    if rule is None:
        return {"count": 2, "unit": DAYS, "side": BEFORE, "at": None}
    shown = {f"subject_{lang}": text for lang, text in rule.subject.items()}
    shown |= {f"body_{lang}": text for lang, text in rule.body.items()}
    asks = rule.letter == usual.STILL
    if rule.days is not None:
        return {**shown, "count": abs(rule.days), "unit": DAYS, "at": rule.at_local, "asks": asks}
    minutes = abs(rule.minutes or 0)
    whole = minutes and minutes % 60 == 0
    return {
        **shown,
        "count": minutes // 60 if whole else minutes,
        "unit": HOURS if whole else MINUTES,
        "at": None,
        "asks": asks,
    }


def check_subject(form: WordsForm, field: LineField) -> None:
    _check(field, form.in_subject)


def check_body(form: WordsForm, field: ProseField) -> None:
    if len(field.data) > form.limit:
        raise ValidationError(_l("Use at most %(most)s characters.", most=form.limit))
    _check(field, form.in_body)


def _check(field: LineField | ProseField, allowed: tuple[str, ...]) -> None:
    """Names what isn't understood, with its line."""
    wrong = placeholders.unknown(field.data, allowed)
    if wrong:
        line, found = wrong[0]
        raise ValidationError(
            _l(
                "Line %(line)s: %(found)s can’t stand here. What can: %(known)s.",
                line=line,
                found=found,
                known=", ".join(f"{{{name}}}" for name in allowed),
            )
        )


for _lang in LANGUAGES:
    for _form in (BodyForm, RuleForm):
        setattr(_form, f"body_{_lang}", ProseField(_l("Text"), [check_body]))
    setattr(RuleForm, f"subject_{_lang}", LineField(_l("Subject"), [at_most(SUBJECT_LIMIT), check_subject]))
