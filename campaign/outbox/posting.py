"""Owing mail, and taking back what is owed. Part of the caller's transaction: what is rolled back was never owed."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, select, update

from campaign import tokens
from campaign.extensions import db
from campaign.outbox.models import Delivery, DeliveryState, Kind, Occasion, OccasionState, OnUnknown, Priority

ORGANIZER = "organizer:"  # before their number: whom a letter goes to, if to no RSVP
LASTS = timedelta(hours=48)  # how long a letter is tried unless its occasion says otherwise
REMINDING = frozenset({Kind.REMINDER, Kind.FOLLOWUP, Kind.BROADCAST})  # what only those get who want reminders
TO_ALL = REMINDING | {Kind.NOTICE}  # whatever goes to an audience

UNSENT = (DeliveryState.QUEUED, DeliveryState.PAUSED, DeliveryState.LEASED)


def post(
    letter: str,
    *,
    kind: str,
    subject: str,
    person_key: str,
    to_sealed: bytes,
    language: str,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    priority: Priority = Priority.PERSONAL,
    on_unknown: OnUnknown = OnUnknown.RESEND,
    expires_at: datetime | None = None,
    dedup_key: str | None = None,
) -> Delivery:
    """Owe one letter to one person, from now on.

    letter:     a template below templates/mail/, e.g. "rsvps/confirm".
    subject:    what it is about: "action:7", or "organizer:3" for mail to an organizer.
    person_key: an RSVP's random id, or the "organizer:3" that the box was sealed for.
    to_sealed:  a copy of the RSVP's box, or `sealed.seal`: address, name and whatever is this person's own.
    facts:      plain values for the letter; nothing that is one person's secret.
    expires_at: not sent after this; 48 hours from now if nothing is said.
    dedup_key:  posted before with the same key: that delivery is returned and no other is made.
    """
    if dedup_key is not None and (before := _posted(dedup_key)):
        return before
    expires_at = expires_at or now + LASTS
    occasion = Occasion(
        kind=kind,
        letter=letter,
        subject=subject,
        dedup_key=dedup_key,
        expires_at=expires_at,
        state=OccasionState.EXPANDED,
        priority=priority,
        on_unknown=on_unknown,
        facts=dict(facts or {}),
    )
    delivery = Delivery(
        occasion=occasion,
        person_key=person_key,
        to_sealed=to_sealed,
        language=language,
        priority=priority,
        state=DeliveryState.QUEUED,
        next_at=now,
        expires_at=expires_at,
        message_id=tokens.new(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def hold_back(delivery: Delivery) -> None:
    """It isn't sent, because its address isn't written to: organizers see it counted as suppressed."""
    delivery.state = DeliveryState.SUPPRESSED
    delivery.owner = delivery.next_at = delivery.to_sealed = None


def withdraw(person_key: str, kinds: Collection[str] | None = None) -> int:
    """Take back what is still owed to this person: letters of these kinds, or all.

    Reminders off or an answer `no`: `REMINDING`. Unsubscribed: `TO_ALL`, since word of changes stops too. Forgotten or
    purged: all. What is on the wire can't be called back, but its copy of the address is erased, so that it isn't
    tried again. Returns how many were taken back.
    """
    mine = Delivery.person_key == person_key
    if kinds is not None:
        mine &= Delivery.occasion_id.in_(select(Occasion.id).where(Occasion.kind.in_(kinds)))
    return _cancel(mine)


def withdraw_about(subject: str, kinds: Collection[str] | None = None) -> int:
    """Nothing more of these kinds (or at all) goes out about this subject, now or at a time that was planned."""
    db.session.execute(
        update(Occasion)
        .where(_is_about(subject, kinds), Occasion.state == OccasionState.PLANNED)
        .values(state=OccasionState.CANCELLED)
    )
    return _cancel(_is_for(subject, kinds))


def stop(occasion_id: int) -> int:
    """What is left of one occasion doesn't go out. Returns how many letters were taken back."""
    return _cancel(Delivery.occasion_id == occasion_id)


def make_anonymous(subject: str) -> None:
    """What was sent about this subject stays for the count, and doesn't tell to whom any more.

    A mail server's log says which Message-ID went to which address, and we would say which answer belongs to it.
    """
    nobody = literal("nobody:").concat(cast(Delivery.id, String))
    db.session.execute(
        update(Delivery).where(_is_for(subject, None)).values(person_key=nobody, message_id=nobody),
        execution_options={"synchronize_session": False},
    )


def renew_about(subject: str, kinds: Collection[str], now: datetime) -> None:
    """The facts of this subject have changed: unsent letters of these kinds are composed anew, at once.

    Letters are composed late, from the facts of the day, so this concerns only what a worker has in hand, what waits
    for another try, and what may have arrived with the old facts: the last gets a new Message-ID, or a mail server
    that knows the old one might drop it as a double. What is paused stays so.
    """
    mine = _is_for(subject, kinds)
    waits = mine & Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.LEASED))
    db.session.execute(update(Delivery).where(waits).values(state=DeliveryState.QUEUED, owner=None, next_at=now))
    doubtful = mine & Delivery.state.in_(UNSENT) & (Delivery.unknowns > 0)
    for delivery in db.session.scalars(select(Delivery).where(doubtful)):
        delivery.message_id = tokens.new()
    db.session.flush()


def _posted(dedup_key: str) -> Delivery | None:
    return db.session.scalar(select(Delivery).join(Delivery.occasion).where(Occasion.dedup_key == dedup_key))


def _is_about(subject: str, kinds: Collection[str] | None) -> ColumnElement[bool]:
    """Of an occasion."""
    about = Occasion.subject == subject
    return about if kinds is None else about & Occasion.kind.in_(kinds)


def _is_for(subject: str, kinds: Collection[str] | None) -> ColumnElement[bool]:
    """Of a delivery."""
    return Delivery.occasion_id.in_(select(Occasion.id).where(_is_about(subject, kinds)))


def _cancel(which: ColumnElement[bool]) -> int:
    db.session.execute(update(Delivery).where(which, Delivery.state == DeliveryState.SENDING).values(to_sealed=None))
    done = db.session.execute(
        update(Delivery)
        .where(which, Delivery.state.in_(UNSENT))
        .values(state=DeliveryState.CANCELLED, owner=None, next_at=None, to_sealed=None)
        .returning(Delivery.id)
    )
    return len(done.all())
