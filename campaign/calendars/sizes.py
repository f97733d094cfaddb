"""How large the feeds are. Google stops reading near 1 MB, and says nothing: so the organizers are told before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaign import versions
from campaign.calendars import feeds
from campaign.calendars.feeds import Feed
from campaign.calendars.shelf import Shelf
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGES
from campaign.extensions import db

ALMOST_TOO_LARGE = 900_000  # octets
LOOK_CLOSER = ALMOST_TOO_LARGE * 2 // 3  # another language's may be half as large again


@dataclass(frozen=True)
class Weight:
    """campaign: whose feed it is; none: everybody's. octets: in the language in which it is largest."""

    campaign: Campaign | None
    octets: int

    @property
    def is_almost_too_large(self) -> bool:
        return self.octets >= ALMOST_TOO_LARGE


def of_site(shelf: Shelf, base_url: str, now: datetime) -> Weight:
    """Of the feed with everything."""
    numbers = versions.read(db.session)
    return Weight(None, _heaviest(feeds.of_site(now, numbers), "calendar.ics", LANGUAGES, shelf, base_url))


def of_feeds(shelf: Shelf, campaigns: Iterable[Campaign], base_url: str, now: datetime) -> list[Weight]:
    """Of the feed with everything, then of each campaign's."""
    weights = [of_site(shelf, base_url, now)]
    for campaign in campaigns:
        path = f"campaigns/{campaign.slug}/calendar.ics"
        languages = (campaign.language, *(lang for lang in LANGUAGES if lang != campaign.language))
        octets = _heaviest(feeds.of_campaign(campaign), path, languages, shelf, base_url)
        weights.append(Weight(campaign, octets))
    return weights


def _heaviest(feed: Feed, path: str, languages: Sequence[str], shelf: Shelf, base_url: str) -> int:
    """They are the bytes that are served, so nothing is made that nobody will fetch."""
    first, *others = languages
    octets = len(feed.copy(shelf, first, base_url, f"/{first}/{path}").body)
    if octets < LOOK_CLOSER:
        return octets
    return max([octets, *(len(feed.copy(shelf, lang, base_url, f"/{lang}/{path}").body) for lang in others)])
