"""A campaign, and texts in other languages."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from campaign.campaigns import look, slugs
from campaign.campaigns.models import Campaign
from campaign.campaigns.wording import LIMITS, Slot
from campaign.columns import LANGUAGE_NAMES
from campaign.extensions import _l
from campaign.fields import LineField, ProseField, WholeNumberField, ZoneField, at_most, options
from campaign.merging import SharedForm

LONGEST_RETENTION = 14  # days
FLAW_WORDS = {
    "light": _l("Words in this colour on our light ground have a contrast of %(has)s to 1; they need %(needs)s."),
    "control": _l("Ticks and borders in it on the same ground have %(has)s to 1; they need %(needs)s."),
    "button": _l("White words on a button of this colour have %(has)s to 1; they need %(needs)s."),
}


class TextsForm(FlaskForm):
    """What a campaign says, and where it is."""

    name = LineField(_l("Name"), [DataRequired(_l("Enter the name of the campaign.")), at_most(LIMITS["name"])])
    claim = LineField(
        _l("Claim"), [DataRequired(_l("Enter what it is for, in a few words.")), at_most(LIMITS["claim"])]
    )
    lede = ProseField(_l("In short"), [at_most(LIMITS["lede"])])
    about = ProseField(_l("Who you are"), [at_most(LIMITS["about"])])
    city = LineField(_l("City"), [at_most(80)])
    zone = ZoneField(_l("Time zone"))

    def __init__(self, *given: Any, page_language: str, **more: Any) -> None:
        """page_language: zones are named in it."""
        super().__init__(*given, **more)
        self.zone.offer(page_language)

    def texts(self) -> dict[str, str]:
        return {name: self[name].data for name in LIMITS}


class NewCampaignForm(TextsForm):
    """Whose it is and in which language its actions are written: neither changes later."""

    team = SelectField(_l("Team"), coerce=int)
    language = SelectField(_l("Language"))


class CampaignForm(SharedForm, TextsForm):
    """One that has its page."""

    slug = LineField(_l("Address of the page"), [at_most(slugs.LONGEST)])

    def __init__(self, formdata: Any, campaign: Campaign, *, page_language: str) -> None:
        texts = {name: getattr(campaign, name).get(campaign.language, "") for name in LIMITS}
        shown = {"city": campaign.city, "zone": campaign.zone, "slug": campaign.slug, **texts}
        super().__init__(formdata, data=shown, page_language=page_language)
        self.campaign = campaign

    def validate_slug(self, field: LineField) -> None:
        if field.data and not slugs.is_well_formed(field.data):
            raise ValidationError(_l("Use small letters a to z, digits, and single hyphens between them."))
        if field.data and not slugs.is_free("campaign", Campaign.slug, field.data, self.campaign.id):
            raise ValidationError(_l("Another campaign has this address, or had it. Choose a different one."))


class SettingsForm(FlaskForm):
    """What holds for all of a campaign's actions and articles."""

    languages = SelectMultipleField(
        _l("Languages that you publish in"),
        choices=options(LANGUAGE_NAMES.items()),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    retention_days = WholeNumberField(_l("Days until addresses are erased"), least=1, most=LONGEST_RETENTION)
    subject_names_action = BooleanField(_l("Say in the subject of mails which action they are about"))

    def __init__(self, formdata: Any, campaign: Campaign) -> None:
        super().__init__(formdata, obj=campaign)
        self.campaign = campaign

    def languages_and_days(self) -> tuple[list[str], int]:
        """Of a form that is valid."""
        return list(self.languages.data or ()), self.retention_days.data or LONGEST_RETENTION

    def validate_languages(self, field: SelectMultipleField) -> None:
        if set(field.data or ()) - LANGUAGE_NAMES.keys():
            raise ValidationError(_l("Choose among the languages of this site."))
        if self.campaign.language not in (field.data or ()):
            name = LANGUAGE_NAMES[self.campaign.language]
            raise ValidationError(_l("Keep %(language)s: everything is written in it first.", language=name))

    def validate_retention_days(self, field: WholeNumberField) -> None:
        if field.data is None:
            raise ValidationError(_l("Enter a number of days, from 1 to %(most)s.", most=LONGEST_RETENTION))


class LookForm(FlaskForm):
    """The accent. `colour` is what was understood, whether it can be used or not; `better` the nearest that can."""

    accent = LineField(_l("Accent colour"), [at_most(20)])
    colour: str | None = None
    better: str | None = None

    def validate_accent(self, field: LineField) -> None:
        if not field.data:
            return
        self.colour = look.read(field.data)
        if self.colour is None:
            raise ValidationError(_l("Write the colour as # and six of 0 to 9 and a to f, such as #12463f."))
        flaws = look.flaws(self.colour)
        if flaws:
            self.better = look.nearest(self.colour)
            words = [str(FLAW_WORDS[flaw.on]) % {"has": _floored(flaw.has), "needs": flaw.needs} for flaw in flaws]
            nearest = _l("The nearest colour that passes is %(colour)s.", colour=self.better)
            raise ValidationError(" ".join([*words, str(nearest)]))


def _floored(ratio: float) -> float:
    """To one decimal, and never up: 4.48 isn't 4.5."""
    return int(ratio * 10) / 10


def translation_form(slots: Sequence[Slot], language: str) -> Callable[..., SharedForm]:
    """A form with one field for each text, filled with what there is in `language`."""
    fields = {
        slot.name: (ProseField if slot.prose else LineField)(
            slot.label, [at_most(slot.limit)], default=slot.texts.get(language, "")
        )
        for slot in slots
    }
    return type("TranslationForm", (SharedForm,), fields)
