"""Who a letter goes to, under seal: for mail to organizers. An RSVP's own box is opened by `rsvps/opening.py`."""

import json
from collections.abc import Mapping

from campaign.sealing import CannotOpen, Context, Keyring, Sealer

PURPOSE = "outbox"


def seal(sealer: Sealer, person_key: str, *, to: str, name: str = "", **own: str) -> bytes:
    """A box that only the worker opens, for `posting.post(to_sealed=…)` with the same `person_key`.

    own: what else the letter says to this person alone, such as the link to a new password. In the letter it is
         `person.<name>`.
    """
    return sealer.seal(json.dumps({"to": to, "name": name, **own}).encode(), Context(PURPOSE, None, person_key))


def open_box(keyring: Keyring, person_key: str, box: bytes) -> Mapping[str, str]:
    """What was sealed. Raises CannotOpen."""
    plain = json.loads(keyring.open(box, Context(PURPOSE, None, person_key)))
    if not isinstance(plain, dict) or not all(isinstance(value, str) for value in plain.values()):
        raise CannotOpen
    return plain
