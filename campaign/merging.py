"""Two people who edit one thing at once: nothing that one of them saved is overwritten unasked.

A form carries `made_from`: a digest of what each of its fields held when the page was made. When it comes back, a field
is one of these:

    only the person changed it      saved
    only somebody else changed it   theirs stays, whatever the form still says; `kept` names the field
    both did, to the same           nothing to do
    both did, differently           a conflict: 409, both texts shown, and the person says whose holds

A list (a plan, sources) is one field. What isn't on the page any more, since the thing has changed state meanwhile, is
a conflict too. A form that comes without a part of its fields is refused: what is missing isn't taken for emptied.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from hashlib import sha256
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, Field, FieldList, HiddenField, RadioField
from wtforms.fields.choices import SelectFieldBase
from wtforms.widgets import HiddenInput

from campaign.extensions import _l
from campaign.fields import HourField, WallTimeField

LONGEST = 16_000  # characters of `made_from`
IDENTITY = ("id", "number")  # of a row: which one it is, not what it says
PAIR = re.compile(r"([\w-]{1,60}):([0-9a-f]{12})", re.ASCII)


@dataclass(frozen=True)
class Conflict:
    """A field that two have changed. theirs: as saved; mine: as typed; both as people read them."""

    label: Any
    theirs: str
    mine: str


class SharedForm(FlaskForm):
    """The base of every form that changes what is there already."""

    made_from = HiddenField()

    def __init__(self, formdata: Any = None, **more: Any) -> None:
        super().__init__(formdata, **more)
        self.form_errors: list[Any] = []
        self.sent = formdata
        self.conflicts: list[Conflict] = []
        self.kept: list[Any] = []
        if formdata is None:
            self.made_from.data = None

    @property
    def status(self) -> int:
        """What a form that isn't valid is answered with."""
        return 409 if self.conflicts else 422

    @property
    def holds_now(self) -> str:
        """What each field holds in the database, as `made_from` says it. A page with conflicts asks about this."""
        return " ".join(f"{name}:{digest(field.object_data)}" for name, field in self._shared())

    def hidden_tag(self, *fields: Any) -> Any:
        self.made_from.data = self.made_from.data or self.holds_now
        return super().hidden_tag(*fields)

    def propose(self, **values: Any) -> None:
        """Shows these instead of what there is. It is a change like one that was typed."""
        for name, value in values.items():
            held = self[name].object_data
            self[name].process(None, value)
            self[name].object_data = held

    def validate(self, extra_validators: Any = None) -> bool:
        complete = self._merge()
        valid = super().validate(extra_validators)
        if not complete:
            words = _l("The form did not come whole, so nothing was saved. Look at it once more, then save it.")
            self.form_errors = [*self.form_errors, words]
        return bool(valid and complete and not self.conflicts)

    def _merge(self) -> bool:
        """Settles each field. False if something that was on the page didn't come back."""
        seen = read(self.made_from.data)
        settled = read(self._said("against")) if self._said("settle") else None
        fields = dict(self._shared())
        missing = [name for name, field in fields.items() if name in seen and _is_missing(field, seen[name])]
        for name, field in fields.items():
            if name not in seen or name in missing:
                _take_theirs(field)
            elif self._is_contested(field, seen[name]) and not self._is_settled(name, field, settled):
                ours = _in_words(field, _typed(field))
                self.conflicts.append(Conflict(field.label.text, _in_words(field, field.object_data), ours))
        if settled is None:
            self.conflicts += [one for name in seen if name not in fields for one in self._vanished(name, seen[name])]
        if not seen or missing:
            self.made_from.data = None
        return bool(seen) and not missing

    def _is_contested(self, field: Field, seen: str) -> bool:
        now, typed = digest(field.object_data), digest(_typed(field))
        if now in (seen, typed):
            return False
        if typed == seen:
            _take_theirs(field)
            self.kept.append(field.label.text)
            return False
        return True

    def _is_settled(self, name: str, field: Field, settled: Mapping[str, str] | None) -> bool:
        """Whether the person has said whose holds, and has been shown what is there now."""
        if settled is None or settled.get(name) != digest(field.object_data):
            return False
        if self._said("settle") == "theirs":
            _take_theirs(field)
        return True

    def _vanished(self, name: str, seen: str) -> Iterator[Conflict]:
        """What was typed into a field that the page hasn't any more."""
        sent = self.sent or {}
        typed = " ".join(str(sent[key]) for key in sent if key == name or key.startswith(f"{name}-"))
        if typed.strip() and digest(typed) != seen:
            declared = getattr(type(self), name, None)
            label = declared.args[0] if declared is not None and declared.args else name
            yield Conflict(label, str(_l("This can’t be changed here any more.")), typed)

    def _said(self, name: str) -> str:
        return str(self.sent.get(name, "")) if self.sent is not None else ""

    def _shared(self) -> Iterator[tuple[str, Field]]:
        for name, field in self._fields.items():
            if not isinstance(field.widget, HiddenInput):
                yield name, field


def digest(value: Any) -> str:
    """Of what a field holds: the same for what reads the same."""
    return sha256(json.dumps(plain(value), sort_keys=True).encode()).hexdigest()[:12]


def plain(value: Any) -> Any:
    """As JSON has it, without what a browser may change on the way: ends of lines, blanks at either end, empty rows."""
    if value is None or value is False:
        return ""
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        lines = value.splitlines() or [""]
        return " ".join(lines[0].split()) if len(lines) == 1 else "\n".join(map(str.rstrip, lines)).strip("\n")
    if isinstance(value, (datetime, time)):
        return value.isoformat("minutes") if isinstance(value, time) else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        held = {str(name): plain(one) for name, one in value.items() if name not in IDENTITY}
        return {name: one for name, one in held.items() if one} or ""
    if isinstance(value, (list, tuple)):
        return [one for one in map(plain, value) if one] or ""
    return str(value)


def read(seen: str | None) -> dict[str, str]:
    """Digests by the names of fields; empty if that is nothing of ours."""
    pairs = [PAIR.fullmatch(pair) for pair in (seen or "")[:LONGEST].split()]
    return {pair[1]: pair[2] for pair in pairs if pair} if all(pairs) else {}


def _is_missing(field: Field, seen: str) -> bool:
    if isinstance(field, FieldList):
        return not field.entries and seen != digest([])
    if isinstance(field, (BooleanField, RadioField)):
        return False  # what isn't ticked isn't sent
    if isinstance(field, WallTimeField):
        return field.raw_data is None
    return not field.raw_data


def _typed(field: Field) -> Any:
    if isinstance(field, FieldList):
        return [{name: _typed(one) for name, one in row.form._fields.items()} for row in field.entries]
    if isinstance(field, HourField):
        return field.hour or field.data
    return field.data


def _take_theirs(field: Field) -> None:
    field.process(None, field.object_data)


def _in_words(field: Field, value: Any) -> str:
    """For reading. What was typed and couldn't be understood is shown as it was typed."""
    if isinstance(field, SelectFieldBase):
        choices: Any = field.iter_choices()
        chosen = (choice.label for choice in choices if plain(choice.value) == plain(value))
        return str(next(chosen, ""))
    if isinstance(field, BooleanField):
        return str(_l("yes") if value else _l("no"))
    if isinstance(field, WallTimeField) and value is None:
        return " ".join(filter(None, field.typed.values()))
    held = plain(value)
    rows = held if isinstance(held, list) else [held]
    return "\n".join(" · ".join(row.values()) if isinstance(row, dict) else str(row) for row in rows)
