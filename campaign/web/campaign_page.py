"""What a campaign's page shows; where there is one campaign only, the front page shows it too."""

from datetime import datetime
from typing import Any

from campaign.actions import listing as actions
from campaign.articles import listing as articles
from campaign.campaigns.models import Campaign

ARTICLES = 6  # on the page; all of them stand on the page of articles
PAST = 6


def facts_of(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """For `campaigns/show.html`."""
    coming = actions.listed(campaign, after=now)
    return {
        "campaign": campaign,
        "coming": coming,
        "headline": actions.headline(coming, now),
        "past": actions.past(campaign, now, PAST),
        "articles": articles.listed(campaign, ARTICLES),
        "cover": articles.cover(campaign),
        "now": now,
    }
