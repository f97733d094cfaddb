"""A campaign, and texts in other languages."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import SelectField
from wtforms.validators import DataRequired, ValidationError

from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.campaigns.wording import LIMITS, Slot
from campaign.extensions import _l
from campaign.fields import LineField, ProseField, ZoneField, at_most


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


class CampaignForm(TextsForm):
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


def translation_form(slots: Sequence[Slot], language: str) -> Callable[..., FlaskForm]:
    """A form with one field for each text, filled with what there is in `language`."""
    fields = {
        slot.name: (ProseField if slot.prose else LineField)(
            slot.label, [at_most(slot.limit)], default=slot.texts.get(language, "")
        )
        for slot in slots
    }
    return type("TranslationForm", (FlaskForm,), fields)
