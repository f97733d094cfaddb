"""Background for anyone."""

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from campaign import clock, markdown
from campaign.actions import listing as actions
from campaign.articles import listing
from campaign.articles.models import Article
from campaign.errors import Missing
from campaign.web import language, pages
from campaign.web.language import PREFIX

bp = Blueprint("articles", __name__)


@bp.get(f"{PREFIX}/articles/")
def index(lang: str) -> Response:
    return pages.page("articles/index.html", articles=listing.listed())


@bp.get(f"{PREFIX}/articles/<slug>")
def show(lang: str, slug: str) -> Response:
    try:
        article = listing.by_slug(slug)
    except Missing:
        return pages.moved(".show", listing.renamed(slug))
    citations = markdown.Citations(frozenset(source.number for source in article.sources), _source)
    body = markdown.parts(article.body.best(lang, article.language)[0], citations)
    return pages.page(
        "articles/show.html",
        article=article,
        campaign=article.campaign,
        body=body,
        citations=citations,
        figures={str(table.number): table for table in article.figures},
        called=actions.called(part.value for part in body if part.kind == "action"),
        links=listing.actions_of(article),
        others=_other_languages(article),
        now=clock.now(),
    )


def _source(number: int) -> str:
    return str(_("Source %(number)s", number=number))


def _other_languages(article: Article) -> list[str]:
    """In which it can be read besides the page's."""
    return [lang for lang in article.body if lang != language.current()]
