"""The form that holds everything about an action."""

from typing import Any

from wtforms import Form
from wtforms.fields import BooleanField, FieldList, FormField, RadioField
from wtforms.validators import ValidationError

from campaign import days
from campaign.actions.blocks import BLOCK_TITLES
from campaign.actions.drafting import Content, Figure, Line, Point
from campaign.actions.forms import LEVEL_WORDS, ContentForm, time_of
from campaign.actions.models import Action, Level
from campaign.actions.parts import BlockKind
from campaign.actions.wording import LIMITS
from campaign.campaigns import slugs
from campaign.extensions import _l
from campaign.fields import (
    CoordinatesField,
    HourField,
    IdField,
    LineField,
    ProseField,
    WholeNumberField,
    at_most,
    options,
)
from campaign.merging import SharedForm


class LineForm(Form):
    """Of the agenda."""

    id = IdField()
    time = HourField(_l("Time"))
    day = WholeNumberField(_l("Day"), least=1, most=61)
    text = LineField(_l("What happens"), [at_most(LIMITS["line"])])

    def is_empty(self) -> bool:
        return not (self.time.data or self.text.data)

    def validate_time(self, field: HourField) -> None:
        if self.text.data and not field.data:
            raise ValidationError(_l("Enter a time for this line of the plan."))

    def validate_text(self, field: LineField) -> None:
        if self.time.data and not field.data:
            raise ValidationError(_l("Enter what happens then."))


class PointForm(Form):
    """A meeting point."""

    id = IdField()
    name = LineField(_l("Name"), [at_most(LIMITS["point"])])
    time = HourField(_l("Time"))
    address = LineField(_l("Address"), [at_most(200)])
    directions = ProseField(_l("How to find it"), [at_most(LIMITS["directions"])])

    def is_empty(self) -> bool:
        return not (self.name.data or self.time.data or self.address.data or self.directions.data)

    def validate_name(self, field: LineField) -> None:
        if not field.data and not self.is_empty():
            raise ValidationError(_l("Enter a name for this meeting point."))


class FigureForm(Form):
    """A number large on the page."""

    id = IdField()
    figure = LineField(_l("Figure"), [at_most(LIMITS["figure"])])
    text = LineField(_l("What it counts"), [at_most(LIMITS["line"])])

    def is_empty(self) -> bool:
        return not (self.figure.data or self.text.data)

    def validate_figure(self, field: LineField) -> None:
        if self.text.data and not field.data:
            raise ValidationError(_l("Enter the figure."))

    def validate_text(self, field: LineField) -> None:
        if self.figure.data and not field.data:
            raise ValidationError(_l("Enter what the figure counts."))


class ActionForm(SharedForm, ContentForm):
    """Everything about an action in its own language. Once it has been public, without its time and place."""

    LISTS = ("agenda", "points", "figures")

    slug = LineField(_l("Address of the page"), [at_most(slugs.LONGEST)])
    why = ProseField(_l("Why"), [at_most(LIMITS["why"])])
    who = LineField(_l("Who it is for"), [at_most(LIMITS["who"])])
    directions = ProseField(_l("Directions"), [at_most(LIMITS["directions"])])
    position = CoordinatesField(_l("Position on the map"))
    agenda = FieldList(FormField(LineForm), _l("Plan"), max_entries=60)
    points = FieldList(FormField(PointForm), _l("Meeting points"), max_entries=20)
    figures = FieldList(FormField(FigureForm), _l("Key figures"), max_entries=6)
    level = RadioField(_l("What people are asked"), choices=options(LEVEL_WORDS.items()), coerce=Level)
    capacity = WholeNumberField(_l("Places"), least=1, most=100_000)
    goal = WholeNumberField(_l("Goal"), least=1, most=1_000_000)
    unlisted = BooleanField(_l("Not in lists and calendars: only who has the link finds it"))

    def __init__(self, formdata: Any, action: Action, *, language: str, answered: bool) -> None:
        """answered: whether somebody has; then the level stays, since their consent was for it."""
        super().__init__(formdata, data=_shown(action), language=language)
        self.action = action
        if action.is_public():
            for name in ("starts", "ends", "all_day", "zone", "venue", "address"):
                delattr(self, name)
        if answered:
            del self.level

    def validate_slug(self, field: LineField) -> None:
        if field.data and not slugs.is_well_formed(field.data):
            raise ValidationError(_l("Use small letters a to z, digits, and single hyphens between them."))
        if field.data and not slugs.is_free("action", Action.slug, field.data, self.action.id):
            raise ValidationError(_l("Another action has this address, or had it. Choose a different one."))

    def validate_capacity(self, field: WholeNumberField) -> None:
        level = self.level.data if "level" in self else self.action.level
        if field.data is None:
            return
        if level is Level.COUNT:
            raise ValidationError(_l("To keep places for people, they must be asked for an address: choose reminders."))
        if field.data < self.action.seats_taken:
            raise ValidationError(_l("%(taken)s places are taken already.", taken=self.action.seats_taken))

    def content(self) -> Content:
        """Of a form that is valid."""
        lines = [row.form for row in self.agenda if not row.form.is_empty()]
        points = [row.form for row in self.points if not row.form.is_empty()]
        figures = [row.form for row in self.figures if not row.form.is_empty()]
        return Content(
            **{
                name: self[name].data
                for name in ("title", "kind", "slug", "summary", "why", "who", "directions", "city")
            },
            point=self.position.point,
            unlisted=self.unlisted.data,
            capacity=self.capacity.data,
            goal=self.goal.data,
            level=self.level.data if "level" in self else None,
            time=self.time() if "starts" in self else None,
            place=self.place() if "starts" in self else None,
            agenda=[
                Line(row.id.data, row.time.hour, row.text.data, row.day.data)
                for row in lines
                if row.time.hour is not None
            ],
            points=[
                Point(row.id.data, row.name.data, row.time.hour, row.address.data, row.directions.data)
                for row in points
            ],
            figures=[Figure(row.id.data, row.figure.data, row.text.data) for row in figures],
            blocks={kind: self[f"block_{kind}"].data for kind in BlockKind},
        )


for _kind in BlockKind:
    setattr(ActionForm, f"block_{_kind}", ProseField(BLOCK_TITLES[_kind], [at_most(LIMITS["block"])]))


def _shown(action: Action) -> dict[str, Any]:
    """What the form shows of an action before anybody has typed anything."""
    own = action.language
    several_days = days.runs_into_another_day(action)

    def day(minutes: int) -> int | None:
        return (action.at_minute(minutes).date() - action.starts_local.date()).days + 1 if several_days else None

    def hour(minutes: int | None) -> Any:
        return None if minutes is None else action.at_minute(minutes).time()

    return {
        **time_of(action),
        **{name: getattr(action, name).get(own, "") for name in ("title", "summary", "why", "who", "directions")},
        **{name: getattr(action, name) for name in ("kind", "slug", "venue", "address", "city", "level")},
        **{name: getattr(action, name) for name in ("capacity", "goal", "unlisted")},
        "position": "" if action.latitude is None else f"{action.latitude}, {action.longitude}",
        "agenda": [
            {
                "id": item.id,
                "time": hour(item.minutes_from_start),
                "day": day(item.minutes_from_start),
                "text": item.text.get(own, ""),
            }
            for item in action.agenda
        ],
        "points": [
            {
                "id": point.id,
                "name": point.name.get(own, ""),
                "time": hour(point.minutes_from_start),
                "address": point.address,
                "directions": point.directions.get(own, ""),
            }
            for point in action.meeting_points
        ],
        "figures": [
            {"id": row.id, "figure": row.figure.get(own, ""), "text": row.text.get(own, "")}
            for row in action.key_figures
        ],
        **{f"block_{block.kind}": block.text.get(own, "") for block in action.blocks},
    }
