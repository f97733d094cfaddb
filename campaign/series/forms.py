"""What organizers fill in about what repeats."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import RadioField, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from campaign import timezones
from campaign.actions import repeating
from campaign.actions.models import Action
from campaign.actions.repeating import MOST, Pattern
from campaign.articles.forms import DayField
from campaign.extensions import _l
from campaign.fields import LineField, WholeNumberField, at_most, options
from campaign.series.carrying import WORDS, What

PATTERN_WORDS = {
    Pattern.WEEKLY: _l("Every week"),
    Pattern.MONTHLY: {
        1: _l("Every month on the first %(weekday)s"),
        2: _l("Every month on the second %(weekday)s"),
        3: _l("Every month on the third %(weekday)s"),
        4: _l("Every month on the fourth %(weekday)s"),
    },
    Pattern.MONTHLY_LAST: _l("Every month on the last %(weekday)s"),
}


class BoxesField(SelectMultipleField):
    """Any of several, as boxes to tick."""

    data: list[Any]
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OptionalDayField(DayField):
    """A date, or none."""

    def _read(self) -> None:
        self.data = None
        written = [self.typed[part] for part in self.PARTS]
        if any(written):
            self._read_day(written)
            self.data = self.day


class EndForm(FlaskForm):
    """When it ends."""

    count = WholeNumberField(_l("Number of dates"), least=1, most=MOST)
    until = OptionalDayField(_l("Last day"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        if valid and self.count.data is None and self.until.data is None:
            self.count.errors = [_l("Say when it ends: a number of dates, or a last day.")]
            return False
        return valid

    def blame(self, words: Any) -> None:
        """The end that was given makes no sense."""
        (self.count if self.count.data else self.until).errors = [words]


class RepeatForm(EndForm):
    """How an action repeats."""

    count = WholeNumberField(_l("Number of dates, with this one"), least=2, most=MOST)
    pattern = RadioField(_l("It repeats"), coerce=Pattern)
    every = WholeNumberField(_l("Every how many"), least=1, most=12)
    weekdays = BoxesField(_l("On which days of the week"), coerce=int)

    def __init__(self, formdata: Any, action: Action, *, language: str) -> None:
        """language: of the page; weekdays are named in it."""
        self.first = action.starts_local.date()
        super().__init__(formdata, data={"pattern": Pattern.WEEKLY, "every": 1, "weekdays": [self.first.weekday()]})
        self.pattern.choices = options(
            (pattern, in_words(pattern, self.first, language)) for pattern in repeating.patterns(self.first)
        )
        self.weekdays.choices = options((day, timezones.weekday_name(_a(day), language)) for day in range(7))

    def validate_until(self, field: OptionalDayField) -> None:
        if field.data is not None and field.data <= self.first:
            raise ValidationError(_l("The last day comes after the first date."))

    def rule(self) -> str:
        """Of a form that is valid."""
        return repeating.rule(self.pattern.data, self.every.data or 1, self.weekdays.data, self.first)


class FollowingForm(FlaskForm):
    """What is carried over to the dates that follow."""

    what = BoxesField(_l("What they take over"), coerce=What, choices=options(WORDS.items()))
    reason = LineField(_l("Reason"), [at_most(300)])

    def validate_what(self, field: BoxesField) -> None:
        if not field.data:
            raise ValidationError(_l("Tick what they take over."))

    def must_give_a_reason(self) -> bool:
        """Adds the words that are missing, for a change that people are told of."""
        if self.reason.data:
            return False
        self.reason.errors = [_l("Enter a reason. One sentence is enough.")]
        return True


def in_words(pattern: Pattern, first: date, language: str) -> Any:
    words = PATTERN_WORDS[pattern]
    if isinstance(words, dict):
        words = words[(first.day - 1) // 7 + 1]
    return words % {"weekday": timezones.weekday_name(first, language)} if pattern is not Pattern.WEEKLY else words


def _a(weekday: int) -> date:
    """Some day that is one. 0: Monday."""
    return date(2024, 1, 1 + weekday)
