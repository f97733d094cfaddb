"""What the public reads and can't read in every language that its campaign publishes in."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaign.actions import wording as action_wording
from campaign.actions.models import Action
from campaign.articles import wording as article_wording
from campaign.articles.models import Article


@dataclass(frozen=True)
class Gap:
    """languages: in which some of the thing's texts aren't there."""

    thing: Action | Article
    languages: list[str]

    @property
    def is_article(self) -> bool:
        return isinstance(self.thing, Article)


def gaps(actions: Sequence[Action], articles: Sequence[Article]) -> list[Gap]:
    """Of what lacks something, in the order given, the actions first."""
    found = [
        Gap(action, [lang for lang in _others(action) if action_wording.missing(action, lang)]) for action in actions
    ]
    found += [
        Gap(article, [lang for lang in _others(article) if article_wording.missing(article, lang)])
        for article in articles
    ]
    return [gap for gap in found if gap.languages]


def _others(thing: Action | Article) -> list[str]:
    return [lang for lang in thing.campaign.languages if lang != thing.language]
