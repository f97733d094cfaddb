"""Articles as an Atom feed (RFC 4287)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from xml.etree.ElementTree import Element, SubElement, tostring

from campaign.articles.models import Article
from campaign.columns import Texts

ATOM = "http://www.w3.org/2005/Atom"
MOST = 30  # articles
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Site:
    """title: of the feed. itself, page: full addresses of the feed and of the page with the same articles.
    host:  of this site; makes entries' ids the only ones in the world.
    article: the full address of an article's page, by its slug.
    """

    title: str
    language: str
    itself: str
    page: str
    host: str
    article: Callable[[str], str]


def written(articles: Sequence[Article], site: Site) -> bytes:
    """An entry for each, with its summary. Its id stays when its slug changes, and is the same in every language."""
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": site.language})
    _text(feed, "title", site.title)
    _text(feed, "id", site.itself)
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": site.itself})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": site.page})
    _text(feed, "updated", _instant(changed_at(articles) or datetime(1970, 1, 1, tzinfo=UTC)))
    for article in articles:
        _entry(feed, article, site)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(feed, "unicode")}\n'.encode()


def changed_at(articles: Sequence[Article]) -> datetime | None:
    return max((article.changed_at for article in articles), default=None)


def _entry(feed: Element, article: Article, site: Site) -> None:
    entry = SubElement(feed, "entry")
    _said(entry, "title", article.title, article, site)
    _text(entry, "id", f"tag:{site.host},{article.created_at:%Y-%m-%d}:article-{article.id}")
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": site.article(article.slug)})
    _text(entry, "published", _instant(datetime.combine(article.published_on, time(12), UTC)))
    _text(entry, "updated", _instant(article.changed_at))
    author = article.author.best(site.language, article.language)[0]
    name = author or article.campaign.name.best(site.language, article.language)[0]
    _text(SubElement(entry, "author"), "name", name)
    if article.category is not None:
        label = article.category.name.best(site.language, article.language)[0]
        SubElement(entry, "category", {"term": article.category.slug, "label": _xml(label)})
    if article.summary:
        _said(entry, "summary", article.summary, article, site)


def _said(parent: Element, name: str, texts: Texts, article: Article, site: Site) -> None:
    """In the feed's language; the next best says its own."""
    text, language = texts.best(site.language, article.language)
    element = _text(parent, name, text)
    if language != site.language:
        element.set("xml:lang", language)


def _text(parent: Element, name: str, text: str) -> Element:
    element = SubElement(parent, name)
    element.text = _xml(text)
    return element


def _xml(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return _NOT_XML.sub("", text)


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
