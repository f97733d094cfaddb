"""A category's name in each language, and its address."""

from collections.abc import Callable
from typing import Any

from flask_wtf import FlaskForm
from wtforms.validators import ValidationError

from campaign.articles.models import Category
from campaign.articles.wording import LIMITS
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.categories import filing
from campaign.columns import LANGUAGE_NAMES
from campaign.extensions import _l
from campaign.fields import LineField, at_most


class CategoryForm(FlaskForm):
    """With a field `name_<language>` for each language that the campaign publishes in: see `category_form`."""

    slug = LineField(_l("Address"), [at_most(slugs.LONGEST)])
    campaign: Campaign
    category: Category | None = None

    def names(self) -> dict[str, str]:
        """By language. Of languages that aren't asked for any more, what there was."""
        before = dict(self.category.name) if self.category else {}
        return {**before, **{lang: self[_field(lang)].data for lang in self.campaign.languages}}

    def validate_slug(self, field: LineField) -> None:
        if field.data and not slugs.is_well_formed(field.data):
            raise ValidationError(_l("Use small letters a to z, digits, and single hyphens between them."))
        if field.data and filing.is_taken(self.campaign, field.data, self._mine):
            raise ValidationError(_l("Another category has this address. Choose a different one."))

    def check_name(self, field: LineField) -> None:
        """Of the campaign's own language."""
        if not field.data:
            raise ValidationError(_l("Enter a name."))
        if filing.is_named(self.campaign, field.data, self._mine):
            raise ValidationError(_l("There is a category with this name already."))

    @property
    def _mine(self) -> int | None:
        return self.category.id if self.category else None


class ButtonForm(FlaskForm):
    """A button, and the token that shows it was pressed on our page."""


def category_form(formdata: Any, campaign: Campaign, category: Category | None = None) -> CategoryForm:
    """category: none for a new one."""
    names = category.name if category else {}
    fields: dict[str, Any] = {
        _field(lang): LineField(
            _l("Name, %(language)s", language=LANGUAGE_NAMES[lang]),
            [at_most(LIMITS["category"])],
            default=names.get(lang, ""),
            name=_field(lang),
        )
        for lang in campaign.languages
    }
    check: Callable[[CategoryForm, LineField], None] = CategoryForm.check_name
    known = {"campaign": campaign, "category": category, f"validate_{_field(campaign.language)}": check}
    made = type("CategoryFormOfCampaign", (CategoryForm,), {**fields, **known})
    form: CategoryForm = made(formdata, data={"slug": category.slug if category else ""})
    return form


def _field(lang: str) -> str:
    return f"name_{lang}"
