"""Form fields that keep a promise about what they hold, in organizers' forms."""

import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms.fields import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its types
from wtforms.utils import unset_value
from wtforms.validators import Length, ValidationError
from wtforms.widgets import EmailInput, HiddenInput, TextInput

from campaign import timezones
from campaign.extensions import _l

FIRST_YEAR, LAST_YEAR = 1900, 2199
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])  # would turn the line, in headers too
_COORDINATES = re.compile(r"(-?\d{1,3}(?:\.\d{1,10})?)[,;\s]\s*(-?\d{1,3}(?:\.\d{1,10})?)", re.ASCII)
_HOUR = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*(\d{2})?)?\s*(am|pm|a\.m\.|p\.m\.)?", re.ASCII | re.IGNORECASE)


class LineField(StringField):
    """One line: control characters and runs of spaces become one space, and none stands at either end."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = " ".join(_without_control(self.data, " ").split())


class ProseField(TextAreaField):
    """Several lines, ended by \\n alone, without control characters."""

    data: str

    def process_data(self, value: Any) -> None:
        self.data = value or ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        lines = self.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self.data = "\n".join(_without_control(line, " ").rstrip() for line in lines).strip("\n")


class AddressField(LineField):
    """An e-mail address, in lower case. Nothing is asked of the network."""

    widget = EmailInput()

    def pre_validate(self, _form: Any) -> None:
        if not self.data:
            return
        try:
            self.data = mail_address(self.data)
        except EmailNotValidError:
            raise ValidationError(_l("Enter an email address like name@example.org.")) from None


class WholeNumberField(Field):
    """A whole number in ASCII digits, from `least` to `most`, or None when it is left empty."""

    widget = TextInput()
    data: int | None

    def __init__(self, label: Any = None, validators: list[Any] | None = None, *, least: int, most: int, **more: Any):
        super().__init__(label, validators, **more)
        self.least, self.most = least, most

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not typed:
            return
        number = _digits(typed)
        if number is None or not self.least <= number <= self.most:
            words = _l("Enter a whole number from %(least)s to %(most)s.", least=self.least, most=self.most)
            raise ValueError(words)
        self.data = number


class IdField(WholeNumberField):
    """Which row a group of fields is about, hidden. None for a new row, and for what no row can have."""

    def __init__(self, **more: Any):
        super().__init__(None, least=1, most=2**31 - 1, widget=HiddenInput(), **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        with suppress(ValueError):
            super().process_formdata(valuelist)


class WallTimeField(Field):
    """When, as people write it: day, month, year and hour, each in a text field of its own.

    The fields are named `<name>-day`, `-month`, `-year` and `-time`. `typed` keeps what was put in, `wrong` which of
    them to look at again. `data` is naive, to the minute, and None until all of it is there.

    day_optional: the date may be left empty; then `hour` stands alone and whoever knows the day completes it.
    """

    PARTS = ("day", "month", "year", "time")
    data: Any

    def __init__(
        self, label: Any = None, validators: list[Any] | None = None, *, day_optional: bool = False, **more: Any
    ):
        super().__init__(label, validators, **more)
        self.day_optional = day_optional
        self.typed: dict[str, str] = dict.fromkeys(self.PARTS, "")
        self.wrong: set[str] = set()
        self.day: date | None = None
        self.hour: time | None = None

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ARG002 -- its name
        self.process_errors = []
        self.data = (self.default() if callable(self.default) else self.default) if data is unset_value else data
        self.object_data = self.data
        if formdata is not None and any(f"{self.name}-{part}" in formdata for part in self.PARTS):
            self.typed = {part: str(formdata.get(f"{self.name}-{part}", "")).strip()[:20] for part in self.PARTS}
            self.raw_data = list(self.typed.values())
            self._read()
        elif formdata is not None and formdata:
            self._read()
        elif self.data is not None:
            self._write(self.data)

    @property
    def clock(self) -> str:
        """The hour as <input type="time"> wants it; empty if it isn't one."""
        return self.hour.strftime("%H:%M") if self.hour is not None and self.typed["time"] else ""

    def complete(self, day: date) -> None:
        """Gives the day that was left out."""
        if self.day is None and self.hour is not None:
            self.day = day
            self.data = datetime.combine(day, self.hour)

    def leave_out_the_hour(self) -> None:
        """It is about a whole day: `data` is its midnight, and whatever hour was typed doesn't count."""
        self.process_errors, self.wrong, self.typed["time"] = [], set(), ""
        self.hour, self.data = time.min, None
        written = [self.typed[part] for part in ("day", "month", "year")]
        if any(written) or not self.day_optional:
            self._read_day(written)
        if self.day is not None:
            self.data = datetime.combine(self.day, time.min)

    def blame(self, words: Any, parts: Iterable[str] = PARTS) -> None:
        """Something is wrong with it that only its form could see."""
        self.wrong |= set(parts)
        self.errors = [*self.errors, words]

    def _write(self, moment: datetime) -> None:
        self.day, self.hour = moment.date(), moment.time()
        parts = (str(moment.day), str(moment.month), str(moment.year), moment.strftime("%H:%M"))
        self.typed = dict(zip(self.PARTS, parts, strict=True))

    def _read(self) -> None:
        self.data = None
        written = [self.typed[part] for part in ("day", "month", "year")]
        if not any(written) and not self.typed["time"] and not self.day_optional:
            self._refuse(_l("Enter a date and a time."), self.PARTS)
            return
        if any(written) or not self.day_optional:
            self._read_day(written)
        self._read_hour()
        if len(self.process_errors) > 1:
            self.process_errors = [" ".join(map(str, self.process_errors))]
        if self.day is not None and self.hour is not None:
            self.data = datetime.combine(self.day, self.hour)

    def _read_day(self, written: list[str]) -> None:
        day, month, year = map(_digits, written)
        missing = [part for part in ("day", "month", "year") if not self.typed[part]]
        if missing:
            self._refuse(_l("The date needs a day, a month and a year."), missing)
        elif day is None or month is None or year is None:
            self._refuse(_l("Write the date in numbers, such as 31, 5 and 2023."), ("day", "month", "year"))
        elif not FIRST_YEAR <= year <= LAST_YEAR:
            self._refuse(_l("Write the year with four digits, such as 2023."), ("year",))
        else:
            try:
                self.day = date(year, month, day)
            except ValueError:
                self._refuse(_l("There is no such date. Check the day and the month."), ("day", "month"))

    def _read_hour(self) -> None:
        if not self.typed["time"]:
            self._refuse(_l("Enter a time, such as 7:00 or 19:30."), ("time",))
            return
        self.hour = read_hour(self.typed["time"])
        if self.hour is None:
            self._refuse(_l("Write the time like 7:00 or 19:30."), ("time",))

    def _refuse(self, words: Any, parts: Iterable[str]) -> None:
        self.wrong |= set(parts)
        self.process_errors = [*self.process_errors, words]


class HourField(LineField):
    """A time of day or nothing, as text; `hour` is what was understood."""

    hour: time | None = None

    @property
    def clock(self) -> str:
        """As <input type="time"> wants it; empty if it isn't one."""
        return "" if self.hour is None else self.hour.strftime("%H:%M")

    def process_data(self, value: Any) -> None:
        self.hour = value
        super().process_data(self.clock)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.hour = read_hour(self.data)
        if self.data and self.hour is None:
            raise ValueError(_l("Write the time like 7:00 or 19:30."))


class CoordinatesField(LineField):
    """A place on the map as map sites give it, "45.3236, -75.6570": degrees, WGS 84. `point` is what was understood."""

    point: tuple[float, float] | None = None

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.point = None
        if not self.data:
            return
        match = _COORDINATES.fullmatch(self.data)
        latitude, longitude = (float(match[1]), float(match[2])) if match else (91.0, 0.0)
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValueError(_l("Write latitude and longitude like 45.3236, -75.6570."))
        self.point = latitude, longitude


class ZoneField(SelectField):
    """A time zone, by the cities of each country."""

    def offer(self, language: str) -> None:
        """The zones to choose from, named in `language`; the one that is chosen already is among them."""
        groups = timezones.choices(language, keep=self.data or "")
        self.choices = [
            SelectChoice(zone, city, optgroup=group) for group, zones in groups.items() for zone, city in zones
        ]

    def pre_validate(self, _form: Any) -> None:
        if not timezones.known(self.data or ""):
            raise ValidationError(_l("Choose a time zone from the list."))


def options(words: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Choices of a field, from pairs of value and words."""
    return [SelectChoice(value, label) for value, label in words]


def at_most(count: int) -> Length:
    return Length(max=count, message=_l("Use at most %(max)d characters."))


def read_hour(text: str) -> time | None:
    """ "7:00", "07:00", "7h30", "7 h", "19.30", "7:30 pm": a time of day. None for anything else."""
    match = _HOUR.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").replace(".", "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif match[0].isdecimal():
        return None  # a bare "7" may be seven in the evening
    return time(hour, minute) if hour < 24 and minute < 60 else None


def mail_address(text: str) -> str:
    """An address of somebody who signs in or is written to in public, in one spelling. Raises EmailNotValidError."""
    return validate_email(text, check_deliverability=False).normalized.lower()


def _digits(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _without_control(text: str, instead: str) -> str:
    return "".join(instead if unicodedata.category(c) in ("Cc", "Cs") else c for c in text.translate(_TURNING))
