"""What organizers fill in to say something at once."""

from typing import Any

from wtforms.fields import HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from campaign import tokens
from campaign.actions.models import Action
from campaign.columns import LANGUAGES, Texts
from campaign.extensions import _l
from campaign.fields import LineField, ProseField, at_most, options
from campaign.messages.forms import SUBJECT_LIMIT, WordsForm, check_body, check_subject
from campaign.updates.broadcasting import ANSWERS

UPDATE_LIMIT = 600  # characters: it stands at the top of a page, and on a phone
TOKEN_LIMIT = 100


class TokenField(HiddenField):
    """Tells one form from the next, so that a double click is one sending."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0])[:TOKEN_LIMIT] if valuelist else ""


class UpdateForm(WordsForm):
    """News, in plain words: nothing in it is a placeholder."""

    limit = UPDATE_LIMIT
    token = TokenField()

    def __init__(self, formdata: Any, action: Action, texts: Texts | None = None, *, changes: bool = False) -> None:
        """texts: what it begins with. changes: one that stands already."""
        self.changes = changes
        shown = {f"body_{lang}": text for lang, text in (texts or {}).items()}
        super().__init__(formdata, action, data={"token": tokens.new(), **shown})

    def validate(self, extra_validators: Any = None) -> bool:
        return _has_words(self, bool(super().validate(extra_validators)), _l("Enter what is new."))


class BroadcastForm(WordsForm):
    """To whom, and what."""

    token = TokenField()
    answer = RadioField(_l("To whom"), choices=options(ANSWERS.items()))
    language = SelectField(
        _l("Who reads"), choices=options([("", _l("any language")), *((lang, lang) for lang in LANGUAGES)])
    )

    def __init__(self, formdata: Any, action: Action, words: dict[str, Texts] | None = None, **chosen: str) -> None:
        shown = {f"{name}_{lang}": text for name, texts in (words or {}).items() for lang, text in texts.items()}
        super().__init__(
            formdata, action, data={"token": tokens.new(), "answer": "", "language": "", **chosen, **shown}
        )

    def segment(self) -> dict[str, str]:
        return {"answer": self.answer.data or "", "language": self.language.data or ""}

    def validate(self, extra_validators: Any = None) -> bool:
        return _has_words(self, bool(super().validate(extra_validators)), _l("Enter what you want to say."))


def _has_words(form: WordsForm, valid: bool, words: Any) -> bool:
    """In the language that the others fall back to."""
    field = form[f"body_{form.action.language}"]
    if not field.data:
        field.errors = [*field.errors, words]
        return False
    return valid


def _check_length(form: WordsForm, field: ProseField) -> None:
    if len(field.data) > form.limit:
        raise ValidationError(_l("Use at most %(most)s characters.", most=form.limit))


for _lang in LANGUAGES:
    setattr(UpdateForm, f"body_{_lang}", ProseField(_l("What is new"), [_check_length]))
    setattr(BroadcastForm, f"subject_{_lang}", LineField(_l("Subject"), [at_most(SUBJECT_LIMIT), check_subject]))
    setattr(BroadcastForm, f"body_{_lang}", ProseField(_l("Text"), [check_body]))
