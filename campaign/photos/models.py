"""Pictures and their words."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campaign.campaigns.models import Campaign
from campaign.columns import Texts
from campaign.extensions import Record, _l, choice_of

WIDTHS = (480, 800, 1200)  # pixels; a narrower picture isn't blown up


class Focus(StrEnum):
    """What must stay in sight where a picture is cropped."""

    CENTRE = "centre"
    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"


FOCUS_WORDS = {
    Focus.CENTRE: _l("The middle"),
    Focus.TOP: _l("The upper edge"),
    Focus.BOTTOM: _l("The lower edge"),
    Focus.LEFT: _l("The left edge"),
    Focus.RIGHT: _l("The right edge"),
}


class Photo(Record):
    """A picture in up to three widths, WebP and JPEG; of those that come with the code, one JPEG only."""

    __tablename__ = "photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    file: Mapped[str] = mapped_column(String(120), default="")  # comes with the code: "img/gates", below static/
    key: Mapped[str] = mapped_column(String(27), default="")  # was uploaded: what its files' names begin with
    width: Mapped[int] = mapped_column(default=800)  # pixels of the JPEG that old browsers get
    height: Mapped[int] = mapped_column(default=450)
    widest: Mapped[int] = mapped_column(default=1200)  # pixels of the largest there is
    focus: Mapped[Focus] = mapped_column(choice_of(Focus), default=Focus.CENTRE)
    alt: Mapped[Texts]  # empty: decorative
    caption: Mapped[Texts] = mapped_column(default=Texts)
    credit: Mapped[Texts] = mapped_column(default=Texts)
    cover: Mapped[bool] = mapped_column(default=False)  # stands on the campaign's front page

    campaign: Mapped[Campaign] = relationship()

    @property
    def widths(self) -> list[int]:
        return widths_up_to(self.widest)


def widths_up_to(widest: int) -> list[int]:
    """In which widths a picture is kept that is `widest` pixels wide itself."""
    return sorted({min(width, widest) for width in WIDTHS})
