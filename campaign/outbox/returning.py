"""Letters that come back after a server took them: noted as they arrive, acted upon by the worker.

Whoever receives such mail can read no address and needs no private key. The worker knows whose letter it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campaign.extensions import db
from campaign.outbox.envelopes import Envelopes
from campaign.outbox.models import OPEN, Delivery, DeliveryState, Return
from campaign.outbox.reports import Kind, Report
from campaign.outbox.suppressing import Reason

REASONS = {Kind.GONE: Reason.BOUNCED, Kind.FULL: Reason.FULL, Kind.COMPLAINT: Reason.COMPLAINED}
_TAKEN = (DeliveryState.SENT, DeliveryState.PRESUMED)


@dataclass(frozen=True)
class Returned:
    """A return that nobody has acted upon yet."""

    delivery_id: int
    person_key: str
    kind: Kind


def note(report: Report, envelopes: Envelopes, today: date, *, by_message_id: bool) -> int | None:
    """Keep what a report says, once. Returns which delivery it is about; none if about no letter of ours.

    by_message_id: whether a bounce may name its letter so. Whoever reads the team's mailbox knows Message-IDs of those
                   who wrote back, so it's for servers that can't have signed envelopes. Complaints have no other way.
    """
    if report.kind is None:
        return None
    delivery_id = _by_envelope(report, envelopes)
    if delivery_id is None and (by_message_id or report.kind is Kind.COMPLAINT):
        delivery_id = _by_message_id(report)
    if delivery_id is not None:
        db.session.execute(
            insert(Return)
            .values(delivery_id=delivery_id, kind=report.kind, code=report.code, received_on=today, settled=False)
            .on_conflict_do_nothing(index_elements=["delivery_id", "kind"])
        )
    return delivery_id


def unsettled(limit: int) -> Sequence[Returned]:
    """Some of those that wait. A letter that is still in somebody's hand isn't among them: its result comes first."""
    rows = db.session.execute(
        select(Return.delivery_id, Delivery.person_key, Return.kind)
        .join(Delivery, Delivery.id == Return.delivery_id)
        .where(~Return.settled, Delivery.state.not_in(OPEN))
        .order_by(Return.delivery_id)
        .limit(limit)
    ).all()
    return [Returned(row.delivery_id, row.person_key, Kind(row.kind)) for row in rows]


def settle(returned: Returned) -> bool:
    """A letter that came back hasn't arrived: organizers see it as failed, with the code. One complained of has.

    False: another worker has settled it.
    """
    mine = (Return.delivery_id == returned.delivery_id) & (Return.kind == returned.kind)
    settled = update(Return).where(mine, ~Return.settled).values(settled=True).returning(Return.delivery_id)
    if db.session.execute(settled, execution_options={"synchronize_session": False}).first() is None:
        return False
    if returned.kind is not Kind.COMPLAINT:
        code = select(Return.code).where(mine).scalar_subquery()
        db.session.execute(
            update(Delivery)
            .where(Delivery.id == returned.delivery_id, Delivery.state.in_(_TAKEN))
            .values(state=DeliveryState.FAILED, smtp_code=code),
            execution_options={"synchronize_session": False},
        )
    return True


def _by_envelope(report: Report, envelopes: Envelopes) -> int | None:
    for address in report.addresses:
        delivery_id = envelopes.read(address)
        if delivery_id is not None:
            return db.session.scalar(select(Delivery.id).where(Delivery.id == delivery_id))
    return None


def _by_message_id(report: Report) -> int | None:
    return db.session.scalar(select(Delivery.id).where(Delivery.message_id.in_(report.message_ids)).limit(1))
