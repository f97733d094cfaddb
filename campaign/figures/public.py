"""Figures to download, for anyone."""

from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from campaign.articles import listing
from campaign.errors import Missing
from campaign.figures import writing
from campaign.web import pages
from campaign.web.language import PREFIX

bp = Blueprint("figures", __name__)


@bp.get(f"{PREFIX}/articles/<slug>/figures/<int:number>.csv")
def show(lang: str, slug: str, number: int) -> Response:
    try:
        table = writing.public(slug, number)
    except Missing:
        return pages.moved(".show", listing.renamed(slug), number=number)
    article = listing.by_slug(slug)
    response = make_response(writing.to_csv(table, lang, article.language))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{article.slug}-{number}.csv"'
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response
