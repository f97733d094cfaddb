"""Who can't be reached or wants no mail: no letter of ours goes to that address again, whatever action it is about."""

from datetime import date

from campaign.extensions import db
from campaign.outbox import returning, suppressing
from campaign.outbox.returning import REASONS, Returned
from campaign.outbox.suppressing import Digests
from campaign.rsvps.models import Rsvp
from campaign.rsvps.opening import Vaults
from campaign.sealing import CannotOpen


def settle(returned: Returned, vaults: Vaults, digests: Digests, today: date) -> None:
    """Draw the conclusions from a letter that came back.

    The address is the one that the RSVP's own box holds, never one that a report names. Who has been forgotten in the
    meantime stays so. Mail to organizers has no RSVP: they ask for it themselves each time, so it isn't held back.
    """
    if not returning.settle(returned):
        return
    reason, mailbox = REASONS.get(returned.kind), _mailbox(returned, vaults)
    if reason is not None and mailbox is not None:
        suppressing.suppress(db.session.connection(), digests.of(mailbox), reason, today)


def _mailbox(returned: Returned, vaults: Vaults) -> str | None:
    rsvp = db.session.get(Rsvp, returned.person_key)
    if rsvp is None or rsvp.box is None:
        return None
    try:
        return vaults.open_box(rsvp.action_id, rsvp.id, rsvp.box).to
    except CannotOpen:
        return None
