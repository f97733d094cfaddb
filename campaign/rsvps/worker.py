"""What the worker does about RSVPs. Called by its loop, again and again."""

import logging
from datetime import datetime

from campaign.databases import writing
from campaign.extensions import db
from campaign.outbox import returning
from campaign.outbox.suppressing import Digests
from campaign.rsvps import counting, intake, silencing
from campaign.rsvps.opening import Vaults
from campaign.sealing import CannotOpen, Keyring

log = logging.getLogger(__name__)

AT_ONCE = 20  # so that a burst of answers doesn't hold up mail

_given_up: set[str] = set()  # ids that this process can't open; tried again when it is started anew


def take_in(now: datetime, keyring: Keyring) -> bool:
    """Opens some of the RSVPs that wait and settles them, in the order in which they were sent, each in a transaction
    of its own. Returns whether more wait. What can't be opened stays as it is, and lapses if that doesn't change."""
    ids = [rsvp_id for rsvp_id in intake.sealed() if rsvp_id not in _given_up]
    waiting = intake.boxes(ids[:AT_ONCE])
    db.session.rollback()
    opened, taken = [], 0
    for rsvp_id, action_id, box in waiting:
        try:
            opened.append(intake.open_box(rsvp_id, action_id, box, keyring))
        except CannotOpen:
            _given_up.add(rsvp_id)
    for one in sorted(opened, key=lambda one: one.entered.entered_at):
        try:
            with writing():
                intake.take_in(one, keyring, now)
            taken += 1
        except CannotOpen:
            _given_up.add(one.rsvp_id)
    if taken < len(waiting):
        log.error("%d RSVPs can't be opened with the keys in KEYS_DIR. Are they the right ones?", len(waiting) - taken)
    return len(ids) > AT_ONCE


def take_back(now: datetime, keyring: Keyring) -> bool:
    """Acts upon some of the letters that came back. Returns whether more wait."""
    returned = returning.unsettled(AT_ONCE)
    db.session.rollback()
    if returned:
        vaults, digests = Vaults(keyring), Digests(keyring.mail_key("suppressions"))
        with writing():
            for each in returned:
                silencing.settle(each, vaults, digests, now.date())
    return len(returned) == AT_ONCE


def refresh_counts(now: datetime) -> None:
    """Hourly: the public counts."""
    with writing():
        counting.refresh_public_counts(now)
