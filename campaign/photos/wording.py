"""A picture's words in other languages."""

from campaign.campaigns.wording import Slot
from campaign.extensions import _l
from campaign.photos.forms import LIMITS
from campaign.photos.models import Photo


def slots(photo: Photo) -> list[Slot]:
    """What there is to translate."""
    every = [
        Slot("alt", _l("What it shows"), photo, "alt", LIMITS["alt"]),
        Slot("caption", _l("Caption"), photo, "caption", LIMITS["caption"]),
        Slot("credit", _l("Credit"), photo, "credit", LIMITS["credit"]),
    ]
    return [slot for slot in every if slot.texts.get(photo.campaign.language)]
