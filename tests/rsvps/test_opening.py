"""Who opens many boxes keeps a vault at hand, and no longer than the action has its key."""

import pytest

from campaign.extensions import db
from campaign.rsvps.models import ActionKey
from campaign.rsvps.opening import Vaults
from campaign.sealing import CannotOpen
from tests import make


def test_boxes_of_two_actions_are_opened_each_with_its_own_key(app, keyring):
    ada, bob = make.rsvp(make.action(), "ada@example.org"), make.rsvp(make.action(), "bob@example.org")
    vaults = Vaults(keyring)

    opened = [vaults.open_box(each.action_id, each.id, each.box).to for each in (ada, bob, ada, bob)]

    assert opened == ["ada@example.org", "bob@example.org"] * 2


def test_a_vault_at_hand_opens_nothing_any_more_once_the_actions_key_is_erased(app, keyring):
    rsvp = make.rsvp(make.action(), "ada@example.org")
    vaults = Vaults(keyring)
    vaults.open_box(rsvp.action_id, rsvp.id, rsvp.box)

    db.session.delete(db.session.get(ActionKey, rsvp.action_id))
    db.session.flush()

    with pytest.raises(CannotOpen):
        vaults.open_box(rsvp.action_id, rsvp.id, rsvp.box)


def test_a_box_moved_to_another_action_doesnt_open(app, keyring):
    ada, bob = make.rsvp(make.action(), "ada@example.org"), make.rsvp(make.action(), "bob@example.org")
    vaults = Vaults(keyring)
    vaults.open_box(bob.action_id, bob.id, bob.box)

    with pytest.raises(CannotOpen):
        vaults.open_box(bob.action_id, ada.id, ada.box)
