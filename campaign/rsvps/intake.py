"""What the worker does with an answer that came in sealed: opens it, finds out whose it is, stores it again, writes.

Everything here is one person's own transaction; nothing is kept of a box that isn't put back under the action's key.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import literal_column, select

from campaign import timezones, tokens
from campaign.actions.models import Action
from campaign.extensions import db
from campaign.outbox import posting, suppressing
from campaign.outbox.models import Delivery, Kind, Occasion
from campaign.outbox.suppressing import Digests
from campaign.rsvps import addresses, letters
from campaign.rsvps.models import Rsvp, State, UnsubscribeLink
from campaign.rsvps.opening import Entered, Person, vault_of
from campaign.sealing import Keyring, Vault

UNSUBSCRIBING_FOR = timedelta(days=60)  # after the purge: an old letter's link still gets its yes


@dataclass(frozen=True)
class Opened:
    """An RSVP that waits, and what its box says."""

    rsvp_id: str
    action_id: int
    entered: Entered


def sealed() -> list[str]:
    """Ids of those that wait."""
    waits = Rsvp.state == literal_column(f"'{State.SEALED}'")  # not bound, or its index isn't seen to serve
    return list(db.session.scalars(select(Rsvp.id).where(waits, Rsvp.box.is_not(None))))


def boxes(ids: Collection[str]) -> list[tuple[str, int, bytes]]:
    """Id, action and box of each of these that still waits."""
    waiting = select(Rsvp.id, Rsvp.action_id, Rsvp.box).where(Rsvp.id.in_(ids), Rsvp.state == State.SEALED)
    return [(rsvp_id, action_id, box) for rsvp_id, action_id, box in db.session.execute(waiting) if box is not None]


def open_box(rsvp_id: str, action_id: int, box: bytes, keyring: Keyring) -> Opened:
    """Raises CannotOpen."""
    return Opened(rsvp_id, action_id, Entered.open(keyring, box, action_id, rsvp_id))


def take_in(opened: Opened, keyring: Keyring, now: datetime) -> None:
    """From sealed to pending, or into the RSVP that this person has already, or away if nobody can be written to.

    Raises CannotOpen if the action's own key can't be had; then nothing has changed.
    """
    rsvp = db.session.get(Rsvp, opened.rsvp_id, with_for_update=True)
    if rsvp is None or rsvp.state is not State.SEALED:
        return  # forgotten or purged in the meantime, or another worker was here
    try:
        address, name = _checked(opened.entered)
    except addresses.Unusable:
        db.session.delete(rsvp)
        return
    if rsvp.action.is_over(now):
        db.session.delete(rsvp)
        return
    vault, digests = vault_of(rsvp.action_id, keyring), Digests(keyring.mail_key("suppressions"))
    index = vault.index(address.key)
    known = db.session.scalar(select(Rsvp).where(Rsvp.action_id == rsvp.action_id, Rsvp.blind_index == index))
    if known is None:
        _settle(rsvp, index, _person(address.mailbox, name, rsvp, opened.entered), vault, now)
    else:
        _meet(known, rsvp, name, opened.entered, vault, now)
    if suppressing.suppressed([digests.of(address.mailbox)]):
        _hold_back(rsvp if known is None else known)


def _checked(entered: Entered) -> tuple[addresses.Address, str]:
    """Validated again: what came through the web is believed no more here than there."""
    try:
        name = addresses.name(entered.name)
    except addresses.Unusable:
        name = ""
    return addresses.address(entered.email), name


def _person(mailbox: str, name: str, rsvp: Rsvp, entered: Entered) -> Person:
    return Person(mailbox, name, tokens.new(), tokens.new(), rsvp.language, entered.entered_at)


def _settle(rsvp: Rsvp, index: bytes, person: Person, vault: Vault, now: datetime) -> None:
    """The first answer from this address to this action."""
    rsvp.wait()
    rsvp.blind_index = index
    rsvp.manage_digest = tokens.digest(person.manage)
    rsvp.box = person.seal(vault, rsvp.action_id, rsvp.id)
    db.session.add(
        UnsubscribeLink(
            digest=tokens.digest(person.unsubscribe),
            rsvp_id=rsvp.id,
            action_id=rsvp.action_id,
            language=rsvp.language,
            expires_on=rsvp.action.erase_on + UNSUBSCRIBING_FOR,
        )
    )
    _write("rsvps/confirm", rsvp, person, vault, now)


def _meet(known: Rsvp, newer: Rsvp, name: str, entered: Entered, vault: Vault, now: datetime) -> None:
    """The same address again. The newer row goes; what of it is taken over depends on who may have sent it.

    As long as nobody has pressed the button, the latest answer is the one to confirm. After that only the
    private link changes it: anyone can type anyone's address.
    """
    if known.box is None:
        raise LookupError("an RSVP with a blind index has a box")
    person = Person.open(vault, known.box, known.action_id, known.id)
    if known.state is State.PENDING and entered.entered_at >= person.entered_at:
        person = replace(person, name=name, language=newer.language, entered_at=entered.entered_at)
        known.answer, known.party_size = newer.answer, newer.party_size
        known.language, known.reminders, known.answered_on = newer.language, newer.reminders, newer.answered_on
        known.box = person.seal(vault, known.action_id, known.id)
    db.session.delete(newer)
    db.session.flush()
    letter = "rsvps/confirm" if known.state is State.PENDING else "rsvps/again"
    waiting = _unsent(known)
    if waiting is not None:
        waiting.to_sealed = person.answering(known.answer, known.party_size).seal(vault, known.action_id, known.id)
        waiting.language = known.language
    elif known.letter_on != _today(known.action, now) and not known.unsubscribed:
        _write(letter, known, person, vault, now)


def _write(letter: str, rsvp: Rsvp, person: Person, vault: Vault, now: datetime) -> None:
    """At most one such letter per address, action and day: nobody can be pestered through a form."""
    copy = person.answering(rsvp.answer, rsvp.party_size).seal(vault, rsvp.action_id, rsvp.id)
    letters.write(letter, Kind.CONFIRMATION, rsvp, copy, now)
    rsvp.letter_on = _today(rsvp.action, now)
    rsvp.purges_seen = 0


def _hold_back(rsvp: Rsvp) -> None:
    """Nobody writes to this address: the letter has come to its end, and unless it was confirmed the answer lapses."""
    waiting = _unsent(rsvp)
    if waiting is not None:
        posting.hold_back(waiting)


def _unsent(rsvp: Rsvp) -> Delivery | None:
    """A letter of this kind to this person that nobody has begun to send."""
    return db.session.scalar(
        select(Delivery)
        .join(Delivery.occasion)
        .where(Delivery.person_key == rsvp.id, Delivery.state.in_(posting.UNSENT), Occasion.kind == Kind.CONFIRMATION)
        .order_by(Delivery.id.desc())
        .limit(1)
    )


def _today(action: Action, now: datetime) -> date:
    return timezones.wall(now, action.zone).date()
