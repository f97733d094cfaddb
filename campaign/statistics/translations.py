"""What the public reads and can't read in every language that its campaign publishes in."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.actions import wording as action_wording
from campaign.actions.models import Action
from campaign.articles import wording as article_wording
from campaign.articles.models import Article


@dataclass(frozen=True)
class Gap:
    """count: texts of the thing that aren't there in the language."""

    thing: Action | Article
    language: str
    count: int

    @property
    def is_article(self) -> bool:
        return isinstance(self.thing, Article)


def gaps(actions: Sequence[Action], articles: Sequence[Article]) -> list[Gap]:
    """In the order given, the actions first."""
    found = [Gap(action, lang, action_wording.missing(action, lang)) for action in actions for lang in _others(action)]
    found += [
        Gap(article, lang, article_wording.missing(article, lang)) for article in articles for lang in _others(article)
    ]
    return [gap for gap in found if gap.count]


def _others(thing: Action | Article) -> list[str]:
    return [lang for lang in thing.campaign.languages if lang != thing.language]
