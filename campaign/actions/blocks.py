"""What the sections of an action's page are called, in the order in which they are offered."""

from campaign.actions.parts import BlockKind
from campaign.extensions import _l

BLOCK_TITLES = {
    BlockKind.TRANSIT: _l("By bus"),
    BlockKind.CAR: _l("By car or shared ride"),
    BlockKind.ACCESS: _l("Access"),
    BlockKind.BRING: _l("What to bring"),
    BlockKind.RIGHTS: _l("Your rights and legal support"),
    BlockKind.PHOTOS: _l("Photos and filming"),
    BlockKind.MEDIA: _l("Media contact"),
}
