"""Texts in another language, one beside the other: what there is to translate, and how it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import _l

LIMITS = {"name": 120, "claim": 120, "lede": 600, "about": 1000}  # characters, in any language


@dataclass(frozen=True)
class Slot:
    """One text that something has in its campaign's language, and may have in others."""

    name: str  # of the form's field
    label: Any
    owner: Any  # the row that holds it
    column: str
    limit: int  # characters
    prose: bool = False  # more than one line

    @property
    def texts(self) -> Texts:
        return getattr(self.owner, self.column) or Texts()


def slots(campaign: Campaign) -> list[Slot]:
    """What there is to translate, in the order in which the page shows it."""
    every = [
        Slot("name", _l("Name"), campaign, "name", LIMITS["name"]),
        Slot("claim", _l("Claim"), campaign, "claim", LIMITS["claim"]),
        Slot("lede", _l("In short"), campaign, "lede", LIMITS["lede"], prose=True),
        Slot("about", _l("Who you are"), campaign, "about", LIMITS["about"], prose=True),
    ]
    return [slot for slot in every if slot.texts.get(campaign.language)]


def missing(every: Sequence[Slot], language: str) -> int:
    """How many texts are still to be written in this language."""
    return sum(1 for slot in every if language not in slot.texts)


def translate(every: Sequence[Slot], language: str, typed: Mapping[str, str]) -> None:
    """typed: by the slots' names. An empty text takes the translation away."""
    for slot in every:
        setattr(slot.owner, slot.column, slot.texts.having(language, typed[slot.name]))
