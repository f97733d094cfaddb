"""The page of an article: as it is, with a reply that was refused, or to its organizers before anyone else."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from campaign import markdown, timezones
from campaign.actions import listing as actions
from campaign.articles import listing
from campaign.articles.models import Article
from campaign.replies import reading
from campaign.web import language

NAMED = re.compile(r"\[\[(action|figures):([a-z0-9-]{1,80})\]\]")


def article_page(article: Article, form: Any = None, *, now: datetime, preview: bool = False) -> str:
    """The HTML.

    form:    for a reply, where the article takes them. With errors, the page is short: head and form.
    preview: for organizers: the page says that it isn't public yet, and can't be sent from.
    """
    refused = bool(form is not None and form.errors)
    text = "" if refused else article.body.best(language.current(), article.language)[0]
    return render_template(
        "articles/show.html",
        article=article,
        campaign=article.campaign,
        form=form,
        refused=refused,
        preview=preview,
        replies=reading.approved(article),
        closed=not preview and not article.takes_replies(timezones.wall(now, article.campaign.zone).date()),
        links=listing.actions_of(article),
        related=listing.related(article),
        others=[lang for lang in article.body if lang != language.current()],
        **body_of(article, text, [source.number for source in article.sources], now),
    )


def body_of(article: Article, text: str, sources: Iterable[int], now: datetime) -> dict[str, Any]:
    """What `articles/_body.html` needs.

    text:    Markdown, which needn't be the article's own yet.
    sources: their numbers.
    """
    citations = markdown.Citations(frozenset(sources), _source)
    body = markdown.parts(text, citations)
    return {
        "body": body,
        "citations": citations,
        "figures": {str(table.number): table for table in article.figures},
        "called": actions.called(part.value for part in body if part.kind == "action"),
        "now": now,
    }


def loose_ends(text: str, page: dict[str, Any]) -> Sequence[str]:
    """What a text names and its page can't show, in words. page: what `body_of` gave."""
    found = [
        _("The text cites source %(number)s, which isn’t among the sources.", number=number)
        for number in dict.fromkeys(markdown.CITATION.findall(text))
        if int(number) not in page["citations"].known
    ]
    for kind, name in dict.fromkeys(NAMED.findall(text)):
        if name not in {part.value for part in page["body"] if part.kind == kind}:
            found.append(_("%(line)s must stand alone on a line.", line=f"[[{kind}:{name}]]"))
        elif kind == "figures" and name not in page["figures"]:
            found.append(_("There is no figures table %(number)s.", number=name))
        elif kind == "action" and name not in page["called"]:
            found.append(_("There is no public action with the address %(slug)s.", slug=name))
    return found


def _source(number: int) -> str:
    return str(_("Source %(number)s", number=number))
