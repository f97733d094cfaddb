"""What organizers fill in about an article, and linking articles and actions."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Form
from wtforms.fields import FieldList, FormField, SelectField
from wtforms.validators import DataRequired, ValidationError

from campaign import markdown
from campaign.actions.models import Action
from campaign.articles import writing
from campaign.articles.models import LINK_WORDS, Article, LinkKind
from campaign.articles.wording import LIMITS
from campaign.articles.writing import Cited, Content
from campaign.campaigns import slugs
from campaign.campaigns.forms import translation_form
from campaign.campaigns.wording import Slot
from campaign.extensions import _l
from campaign.fields import IdField, LineField, ProseField, WallTimeField, WholeNumberField, at_most, options
from campaign.merging import SharedForm
from campaign.photos.models import Photo

LONGEST_BODY = 20_000  # octets, UTF-8
ADDRESS = re.compile(r"https://[^\s/<>\"'\\]+\.[^\s<>\"'\\]+", re.IGNORECASE)
EXCESS_WORDS = {
    markdown.Excess.DEEP: _l("Quotations or lists stand too deep in each other. Use fewer > and indents."),
    markdown.Excess.FAT: _l("The same long link is used too often. Shorten it, or use it less."),
}


class DayField(WallTimeField):
    """A date: day, month and year, each in a text field of its own. `data` is None until all of it is there."""

    PARTS = ("day", "month", "year")  # type: ignore[assignment] # a part less

    def _write(self, day: date) -> None:
        self.day = day
        self.typed = {"day": str(day.day), "month": str(day.month), "year": str(day.year)}

    def _read(self) -> None:
        self.data = None
        written = [self.typed[part] for part in self.PARTS]
        if any(written):
            self._read_day(written)
            self.data = self.day
        else:
            self._refuse(_l("Enter a date."), self.PARTS)


class BeginForm(FlaskForm):
    """A first draft."""

    campaign = SelectField(_l("Campaign"), coerce=int)
    title = LineField(_l("Title"), [DataRequired(_l("Enter a title.")), at_most(LIMITS["title"])])
    author = LineField(_l("Author"), [at_most(LIMITS["author"])])


class SourceForm(Form):
    """One of the numbered sources."""

    number = IdField()
    text = LineField(_l("Who says what, when"), [at_most(LIMITS["source"])])
    address = LineField(_l("Link"), [at_most(500)])

    def is_empty(self) -> bool:
        return not (self.text.data or self.address.data)

    def validate_text(self, field: LineField) -> None:
        if self.address.data and not field.data:
            raise ValidationError(_l("Enter in words what this source is."))

    def validate_address(self, field: LineField) -> None:
        if field.data and not ADDRESS.fullmatch(field.data):
            raise ValidationError(_l("Enter a link that begins with https://, or leave it empty."))


class ArticleForm(SharedForm):
    """Everything about an article in its own language. Once it is public, its date and what was corrected too."""

    LISTS = ("sources",)

    title = LineField(_l("Title"), [DataRequired(_l("Enter a title.")), at_most(LIMITS["title"])])
    summary = ProseField(_l("In short"), [at_most(LIMITS["summary"])])
    author = LineField(_l("Author"), [at_most(LIMITS["author"])])
    body = ProseField(_l("Text"))
    category = SelectField(_l("Category"), coerce=int)
    new_category = LineField(_l("A new category"), [at_most(60)])
    photo = SelectField(_l("Photo"), coerce=int)
    sources = FieldList(FormField(SourceForm), _l("Sources"), max_entries=60)
    reply_days = WholeNumberField(_l("Days for replies"), least=0, most=3650)
    slug = LineField(_l("Address of the page"), [at_most(slugs.LONGEST)])
    published_on = DayField(_l("Date"))
    correction = LineField(_l("What did you correct?"), [at_most(LIMITS["correction"])])

    def __init__(self, formdata: Any, article: Article, photos: dict[int, str]) -> None:
        """photos: those to choose from, in words by their ids."""
        super().__init__(formdata, data=_shown(article))
        self.article = article
        own = article.language
        named = [(one.id, one.name.best(own, own)[0]) for one in writing.categories(article.campaign)]
        self.category.choices = options([(0, _l("none")), *named])
        self.photo.choices = options([(0, _l("none")), *photos.items()])
        if not article.is_public():
            del self.published_on, self.correction

    def validate_body(self, field: ProseField) -> None:
        check_body(field.data)
        if self.article.is_public() and not field.data.strip():
            raise ValidationError(_l("A published article needs a text. Unpublish it, if it should go."))

    def validate_slug(self, field: LineField) -> None:
        if field.data and not slugs.is_well_formed(field.data):
            raise ValidationError(_l("Use small letters a to z, digits, and single hyphens between them."))
        if field.data and not slugs.is_free("article", Article.slug, field.data, self.article.id):
            raise ValidationError(_l("Another article has this address, or had it. Choose a different one."))

    def numbered(self) -> list[Cited]:
        """The sources; new ones have the next numbers, as they will when this is saved."""
        rows = [row.form for row in self.sources if not row.form.is_empty()]
        mine = {source.number for source in self.article.sources}
        following = count(max([*mine, 0]) + 1)
        return [
            Cited(row.number.data if row.number.data in mine else next(following), row.text.data, row.address.data)
            for row in rows
        ]

    def content(self, photo: Photo | None) -> Content:
        """Of a form that is valid. photo: the one that was chosen."""
        chosen = {one.id: one for one in writing.categories(self.article.campaign)}.get(self.category.data)
        if self.new_category.data:
            chosen = writing.category(self.article.campaign, self.new_category.data)
        return Content(
            **{name: self[name].data for name in ("title", "summary", "author", "body", "slug")},
            category=chosen,
            photo=photo,
            sources=self.numbered(),
            reply_days=self.reply_days.data,
            published_on=self.published_on.data if "published_on" in self else None,
            correction=self.correction.data if "correction" in self else "",
        )


class PublishForm(FlaskForm):
    """The date that it carries."""

    published_on = DayField(_l("Date"))


class ButtonForm(FlaskForm):
    """Nothing but a button."""


def links_form(articles: Sequence[Article], links: Mapping[int, LinkKind], language: str) -> Callable[..., SharedForm]:
    """A form with one choice for each article: what it is to the action, if anything.

    links:    what they are now, by the articles' ids.
    language: of the page; titles are shown in it.
    """
    return _links_form("article", articles, links, language)


def linked_actions_form(
    actions: Sequence[Action], links: Mapping[int, LinkKind], language: str
) -> Callable[..., SharedForm]:
    """The same from the other side: one choice for each action."""
    return _links_form("action", actions, links, language)


def kind_of(typed: str) -> LinkKind | None:
    return LinkKind(typed) if typed else None


def article_translation_form(slots: Sequence[Slot], language: str) -> Callable[..., SharedForm]:
    """A form with one field for each text; the long one is looked at as in the article's own language."""
    form = translation_form(slots, language)

    def validate_body(_form: SharedForm, field: ProseField) -> None:
        check_body(field.data)

    return type("ArticleTranslationForm", (form,), {"validate_body": validate_body})  # type: ignore[arg-type]  # `form` is a class


def check_body(text: str) -> None:
    """Raises ValidationError for a text that is too long, or no text at all but a bomb."""
    octets = len(text.encode())
    if octets > LONGEST_BODY:
        words = _l(
            "The text is too long: %(now)s bytes, and %(most)s at most. Make two articles of it.",
            now=f"{octets:,}",
            most=f"{LONGEST_BODY:,}",
        )
        raise ValidationError(words)
    excess = markdown.excess(text)
    if excess is not None:
        raise ValidationError(EXCESS_WORDS[excess])


def _shown(article: Article) -> dict[str, Any]:
    """What the form shows of an article before anybody has typed anything."""
    own = article.language
    return {
        **{name: getattr(article, name).get(own, "") for name in ("title", "summary", "author", "body")},
        **{name: getattr(article, name) for name in ("slug", "reply_days", "published_on")},
        "category": article.category_id or 0,
        "photo": article.photo_id or 0,
        "sources": [
            {"number": source.number, "text": source.text.get(own, ""), "address": source.address}
            for source in article.sources
        ],
    }


def _links_form(
    name: str, things: Sequence[Action] | Sequence[Article], links: Mapping[int, LinkKind], language: str
) -> Callable[..., SharedForm]:
    fields = {
        f"{name}-{thing.id}": SelectField(
            thing.title.best(language, thing.language)[0], choices=_kinds(), default=links.get(thing.id, "")
        )
        for thing in things
    }
    return type("LinksForm", (SharedForm,), fields)


def _kinds() -> list[Any]:
    return options([("", _l("not linked")), *((kind.value, words) for kind, words in LINK_WORDS.items())])
