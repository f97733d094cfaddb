"""What organizers fill in about an action."""

from datetime import datetime, time, timedelta
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, SelectField
from wtforms.validators import DataRequired

from campaign import days, timezones
from campaign.actions.drafting import Content, Place, Time
from campaign.actions.models import KIND_WORDS, Action, Kind, Level, Status
from campaign.actions.parts import AnnouncedDate
from campaign.actions.wording import LIMITS
from campaign.extensions import _l
from campaign.fields import LineField, ProseField, WallTimeField, ZoneField, at_most, options
from campaign.merging import SharedForm

DAY = timedelta(days=1)
LONGEST = 60 * DAY
LEVEL_WORDS = {
    Level.REMINDERS: _l("Reminders: people may leave an email address and a name, and are told of changes"),
    Level.COUNT: _l("Count only: people say how many they are, and nothing else is asked or kept"),
}


class TimedForm(FlaskForm):
    """When and where. Dates that don't exist, ends before starts, hours that clocks skip: refused in words.

    all_day: then `starts` and `ends` are the first day and the last, without hours.
    """

    all_day = BooleanField(_l("All day"))
    starts = WallTimeField(_l("Starts"))
    ends = WallTimeField(_l("Ends"), day_optional=True)
    zone = ZoneField(_l("Time zone"))
    venue = LineField(_l("Place"), [at_most(120)])
    address = LineField(_l("Address"), [at_most(200)])

    def __init__(self, *given: Any, language: str, **more: Any) -> None:
        """language: of the page; zones are named in it."""
        super().__init__(*given, **more)
        self.language = language
        if "zone" in self:
            self.zone.offer(language)
        self._leave_out_hours_of_whole_days()

    def _leave_out_hours_of_whole_days(self) -> None:
        if "starts" in self and self.all_day.data:
            self.starts.leave_out_the_hour()
            self.ends.leave_out_the_hour()

    def validate(self, extra_validators: Any = None) -> bool:
        if "starts" not in self:
            return bool(super().validate(extra_validators))
        if self.starts.day is not None:
            self.ends.complete(self.starts.day)
        valid = bool(super().validate(extra_validators))
        if self.starts.errors or self.ends.errors or self.zone.errors:
            return False
        is_real = self.all_day.data or (self._is_real(self.starts) and self._is_real(self.ends))
        return bool(is_real and self._is_in_order() and valid)

    def time(self) -> Time:
        """Of a form that is valid."""
        if self.all_day.data:
            return Time(self.starts.data, self.ends.data + DAY, self.zone.data, all_day=True)
        return Time(self.starts.data, self.ends.data, self.zone.data)

    def place(self) -> Place:
        return Place(self.venue.data, self.address.data)

    def _is_real(self, field: WallTimeField) -> bool:
        try:
            timezones.instant(field.data, self.zone.data)
        except timezones.MissingHour as missing:
            later = timezones.hour_in_words(missing.later.time(), self.language)
            words = _l(
                "The clocks go forward over that hour, so there is no such time. Do you mean %(hour)s?", hour=later
            )
            field.blame(words, ("time",))
        return not field.errors

    def _is_in_order(self) -> bool:
        if self.all_day.data:
            starts, ends = self.starts.data, self.ends.data + DAY
        else:
            starts, ends = (timezones.instant(field.data, self.zone.data) for field in (self.starts, self.ends))
        if ends <= starts and self.all_day.data:
            self.ends.blame(_l("Its last day is before its first."))
        elif ends <= starts:
            self.ends.blame(_l("It ends before it starts. If it ends on another day, give that day."))
        elif ends - starts > LONGEST:
            self.ends.blame(_l("It can last 60 days at most: people’s addresses are kept until it is over."))
        return not self.ends.errors


class ContentForm(TimedForm):
    """What a first draft needs, to be shown to somebody."""

    title = LineField(_l("Title"), [DataRequired(_l("Enter a title.")), at_most(LIMITS["title"])])
    kind = SelectField(_l("Kind"), choices=options(KIND_WORDS.items()), coerce=Kind)
    summary = ProseField(_l("In short"), [at_most(LIMITS["summary"])])
    city = LineField(_l("City"), [at_most(80)])


class BeginForm(ContentForm):
    """A first draft."""

    campaign = SelectField(_l("Campaign"), coerce=int)

    def content(self) -> Content:
        return Content(title=self.title.data, kind=self.kind.data, summary=self.summary.data, city=self.city.data)


class ReasonForm(FlaskForm):
    """Why an action is postponed or cancelled: it stands in the mail to those who answered."""

    reason = LineField(_l("Reason"), [DataRequired(_l("Enter a reason. One sentence is enough.")), at_most(300)])


class DeleteForm(FlaskForm):
    """A button, and the token that shows it was pressed on our page."""


class MoveForm(SharedForm, TimedForm):
    """A new date or place for what has been announced."""

    city = LineField(_l("City"), [at_most(80)])
    reason = LineField(_l("Reason"), [DataRequired(_l("Enter a reason. One sentence is enough.")), at_most(300)])

    def __init__(self, formdata: Any, action: Action, *, language: str) -> None:
        super().__init__(formdata, obj=action, data=time_of(action), language=language)
        self.action = action

    def propose(self, **values: Any) -> None:
        super().propose(**values)
        self._leave_out_hours_of_whole_days()

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and self.changes_nothing():
            self.starts.blame(_l("That is when and where it takes place already."), ())
            return False
        return valid

    def place(self) -> Place:
        return Place(self.venue.data, self.address.data, self.city.data)

    def in_words(self) -> dict[str, str]:
        """starts, ends and where, as they would be announced. Whole days have no end of their own: `ends` is empty."""
        time = self.time()
        moved = AnnouncedDate(**vars(time), city=self.city.data)
        ends = ""
        if not time.all_day:
            ends_at = timezones.instant(time.ends_local, time.zone)
            ends = timezones.fully_in_words(ends_at, time.zone, self.language, moved.city)
        return {
            "starts": days.announced_in_words(moved, self.language),
            "ends": ends,
            "where": ", ".join(part for part in (self.venue.data, self.address.data) if part),
        }

    def may_have_forgotten_the_city(self) -> bool:
        """Whether the zone is a new one, and is still called by the city of the old one."""
        return self.zone.data != self.action.zone and bool(self.city.data) and self.city.data == self.action.city

    def changes_nothing(self) -> bool:
        before = Time.of(self.action), Place(self.action.venue, self.action.address, self.action.city)
        return self.action.status is Status.PUBLISHED and (self.time(), self.place()) == before


def time_of(action: Action) -> dict[str, Any]:
    """What a form shows of an action's time."""
    ends = datetime.combine(days.last_day(action), time.min) if action.all_day else action.ends_local
    return {"starts": action.starts_local, "ends": ends, "zone": action.zone, "all_day": action.all_day}
