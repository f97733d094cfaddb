"""What is known of a person, as it lies under seal: in the box that the form made, and after intake."""

import json
from dataclasses import asdict, dataclass, replace

from campaign import sealing
from campaign.extensions import db, in_language
from campaign.rsvps.models import ANSWER_WORDS, ActionKey, Answer


@dataclass(frozen=True)
class Entered:
    """What the form's box holds. Sealed by the web process, opened once, by the intake."""

    email: str  # as typed
    name: str
    entered_at: str  # ISO 8601, UTC: of two the later holds. No time stands outside the seal

    def seal(self, sealer: sealing.Sealer, action_id: int, rsvp_id: str) -> bytes:
        return sealer.seal(_octets(self), sealing.Context("intake", action_id, rsvp_id))

    @classmethod
    def open(cls, keyring: sealing.Keyring, box: bytes, action_id: int, rsvp_id: str) -> "Entered":
        """Raises sealing.CannotOpen."""
        return cls(**json.loads(keyring.open(box, sealing.Context("intake", action_id, rsvp_id))))


@dataclass(frozen=True)
class Person:
    """What an RSVP's box holds after intake, and the copy of it that travels with each letter to its owner."""

    to: str  # what mail is sent to
    name: str  # "" if none; only to greet
    manage: str  # token of the private link
    unsubscribe: str  # token of the unsubscribe link
    language: str
    entered_at: str
    answer: str = ""  # in letters that show it: the answer in words of that language,
    people: str = ""  # and how many come

    def seal(self, vault: sealing.Vault, action_id: int, rsvp_id: str) -> bytes:
        return vault.seal(_octets(self), sealing.Context("contact", action_id, rsvp_id))

    @classmethod
    def open(cls, vault: sealing.Vault, box: bytes, action_id: int, rsvp_id: str) -> "Person":
        """rsvp_id: also the person_key of a letter. Raises sealing.CannotOpen."""
        return cls(**json.loads(vault.open(box, sealing.Context("contact", action_id, rsvp_id)).decode()))

    def answering(self, answer: Answer, party_size: int) -> "Person":
        """For a letter that shows the answer."""
        with in_language(self.language):
            return replace(self, answer=str(ANSWER_WORDS[answer]), people=str(party_size))


def open_box(keyring: sealing.Keyring, action_id: int, person_key: str, box: bytes) -> Person:
    """Who a letter about an action goes to. Raises sealing.CannotOpen, also when the action's key is no more."""
    return Vaults(keyring).open_box(action_id, person_key, box)


class Vaults:
    """Vaults at hand, for who opens many boxes. That an action still has its key is looked up every time."""

    def __init__(self, keyring: sealing.Keyring) -> None:
        self._keyring = keyring
        self._by_key: dict[tuple[int, bytes], sealing.Vault] = {}

    def open_box(self, action_id: int, person_key: str, box: bytes) -> Person:
        """As `open_box`. Raises sealing.CannotOpen."""
        kept = db.session.get(ActionKey, action_id)
        if kept is None:
            raise sealing.CannotOpen
        key = action_id, kept.wrapped
        vault = self._by_key.get(key)
        if vault is None:
            vault = self._by_key[key] = self._keyring.vault(kept.wrapped, action_id)
        return Person.open(vault, box, action_id, person_key)

    def clear(self) -> None:
        """Keep no key longer than for a moment: its action's may be erased."""
        self._by_key.clear()


def vault_of(action_id: int, keyring: sealing.Keyring) -> sealing.Vault:
    """The action's vault; a new one if it has none. Raises sealing.CannotOpen if the keys don't fit the one it has."""
    kept = db.session.get(ActionKey, action_id)
    if kept is not None:
        return keyring.vault(kept.wrapped, action_id)
    vault, epoch, wrapped = keyring.new_vault(action_id)
    db.session.add(ActionKey(action_id=action_id, epoch=epoch, wrapped=wrapped))
    db.session.flush()
    return vault


def _octets(known: "Entered | Person") -> bytes:
    return json.dumps(asdict(known), ensure_ascii=False, separators=(",", ":")).encode()
