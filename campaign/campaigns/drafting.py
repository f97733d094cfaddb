"""Beginning a campaign, and changing it."""

from collections.abc import Collection, Mapping
from datetime import datetime

from campaign.accounts.models import Team
from campaign.campaigns import slugs
from campaign.campaigns.models import Campaign
from campaign.columns import LANGUAGES, Texts
from campaign.extensions import db


def begin(team: Team, texts: Mapping[str, str], language: str, zone: str, city: str, now: datetime) -> Campaign:
    """It is public from now on: an address to link to, though nothing happens there yet.

    texts: name, claim, lede and about, in `language`.
    """
    now = now.replace(microsecond=0)
    campaign = Campaign(
        team=team,
        slug=slugs.unused("campaign", Campaign.slug, texts["name"]),
        language=language,
        zone=zone,
        city=city,
        created_at=now,
        changed_at=now,
        **{name: Texts({language: text}) for name, text in texts.items()},
    )
    db.session.add(campaign)
    db.session.flush()
    return campaign


def revise(campaign: Campaign, texts: Mapping[str, str], zone: str, city: str, slug: str, now: datetime) -> None:
    """texts: as above, in the campaign's own language. slug: empty to keep it."""
    for name, text in texts.items():
        setattr(campaign, name, getattr(campaign, name).having(campaign.language, text))
    campaign.zone, campaign.city = zone, city
    if slug:
        slugs.change("campaign", campaign, slug, was_public=True)
    campaign.touch(now)
    db.session.flush()


def set_up(
    campaign: Campaign, languages: Collection[str], retention_days: int, now: datetime, *, subject_names_action: bool
) -> None:
    """languages: those it publishes in, its own among them. retention_days: of actions that begin from now on."""
    campaign.languages = [lang for lang in LANGUAGES if lang in languages]
    campaign.retention_days, campaign.subject_names_action = retention_days, subject_names_action
    campaign.touch(now)
    db.session.flush()


def colour(campaign: Campaign, accent: str, now: datetime) -> None:
    """accent: one without flaws, see `look`; empty for the site's own colours."""
    campaign.accent = accent
    campaign.touch(now)
    db.session.flush()
