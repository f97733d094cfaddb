"""A letter to whoever wrote it, before others get it: marked as a test, counted with nobody's."""

from collections.abc import Mapping
from datetime import datetime

from campaign.accounts.models import Organizer
from campaign.actions.models import Action
from campaign.extensions import in_language, say
from campaign.messages.planning import subject_of
from campaign.outbox import posting, sealed
from campaign.outbox.models import Delivery, Kind, OnUnknown
from campaign.sealing import Sealer


def send(
    action: Action,
    letter: str,
    facts: Mapping[str, object],
    organizer: Organizer,
    language: str,
    sealer: Sealer,
    base_url: str,
    now: datetime,
) -> Delivery:
    """What is one person's own leads to the action's page. There is nothing to unsubscribe from."""
    key = f"organizer:{organizer.id}"
    with in_language(language):
        answer = say("Yes, I will be there")
    box = sealed.seal(
        sealer,
        key,
        to=organizer.email,
        name=organizer.name,
        manage=f"{base_url}/{language}/actions/{action.slug}",
        unsubscribe="",
        answer=answer,
        people="2",
    )
    return posting.post(
        letter,
        kind=Kind.TEST,
        subject=subject_of(action),
        person_key=key,
        to_sealed=box,
        language=language,
        now=now,
        facts={**facts, "test": True},
        on_unknown=OnUnknown.PRESUME,
    )
