"""Linking articles and actions."""

from collections.abc import Callable, Sequence

from flask_wtf import FlaskForm
from wtforms.fields import SelectField

from campaign.articles.models import LINK_WORDS, Article, LinkKind
from campaign.extensions import _l
from campaign.fields import options


def links_form(articles: Sequence[Article], language: str) -> Callable[..., FlaskForm]:
    """A form with one choice for each article: what it is to the action, if anything.

    language: of the page; titles are shown in it.
    """
    choices = options([("", _l("not linked")), *((kind.value, words) for kind, words in LINK_WORDS.items())])
    fields = {
        f"article-{article.id}": SelectField(article.title.best(language, article.language)[0], choices=choices)
        for article in articles
    }
    return type("LinksForm", (FlaskForm,), fields)


def kind_of(typed: str) -> LinkKind | None:
    return LinkKind(typed) if typed else None
