"""A campaign's actions as a calendar file, for its organizers: to keep, or to take along."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from campaign.actions.models import Action, Status
from campaign.calendars import entries, ical
from campaign.calendars.ical import Head
from campaign.campaigns.models import Campaign
from campaign.extensions import db


def calendar(campaign: Campaign, base_url: str, *, drafts: bool = False) -> bytes:
    """Everything that was ever public, unlisted or over too, in the campaign's language. What the public may know of
    each: who comes is nowhere in it.

    drafts: and what is still being written, as TENTATIVE.
    """
    query = select(Action).where(Action.campaign_id == campaign.id).order_by(Action.starts_at, Action.id)
    if not drafts:
        query = query.where(Action.status != Status.DRAFT)
    actions = db.session.scalars(query.options(selectinload(Action.announced), selectinload(Action.agenda)))
    lang = campaign.language
    head = Head(
        name=campaign.name.best(lang, lang)[0],
        about=campaign.lede.best(lang, lang)[0],
        page=f"{base_url}/{lang}/campaigns/{campaign.slug}",
        source=f"{base_url}/{lang}/campaigns/{campaign.slug}/calendar.ics",
        zone=campaign.zone,
    )
    return ical.calendar([entries.of_action(action, lang, base_url) for action in actions], head)
