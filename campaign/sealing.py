"""Personal data under seal: boxes that the web process can only close, vaults that only the worker opens.

`Sealer` holds public keys and nothing else; it lives in the web process. `Keyring` holds the private
ones and lives in the worker. A **box** is sealed with HPKE (RFC 9180; ML-KEM-768 + X25519, HKDF-SHA256,
AES-256-GCM) to the intake key. The worker opens it once and keeps what was in it in the action's
**vault**: AES-256-GCM under a key of that action alone, which stands in the database wrapped by the
epoch key. So nothing asymmetric stays at rest, and without its wrapped key a vault is gone for good.

The first octet of every blob says what it is and in which version; then comes the id of its key. Both
are authenticated, like the `Context`: a blob moved to another row, action or purpose does not open.

    box       01 | number of the intake key, 4 octets | encapsulated key, 1,120 | ciphertext, tag
    vault     02 | id of the action's key, 4          | nonce, 12               | ciphertext, tag
    wrapping  03 | number of the epoch, 4             | nonce, 12               | ciphertext, tag

What is sealed is padded to a multiple of 512 octets, so that the length of a blob doesn't tell the
length of an address, nor whether there is a name beside it.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign import keyfiles, tokens

BOX, VAULT, WRAPPING = b"\x01", b"\x02", b"\x03"
PADDED_TO = 512
_KEY_ID, _NONCE, _KEY = 4, 12, 32  # octets
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

T = TypeVar("T")


class CannotOpen(Exception):
    """Damaged, moved from where it belongs, or sealed under a key that is no more. Which, isn't said."""


@dataclass(frozen=True)
class Context:
    """What a blob is bound to. To open it, say the same again.

    purpose:    what the text is for, e.g. "contact".
    action_id:  none where no action is concerned, as in mail to organizers.
    person_key: the RSVP's random id (the same in a copy of its blob), or whatever names the one row.
    """

    purpose: str
    action_id: int | None
    person_key: str

    def under(self, header: bytes) -> bytes:
        """These values and a blob's header as octets; each part with its length, so none runs into the next."""
        action = "" if self.action_id is None else str(self.action_id)
        parts = (header, self.purpose.encode(), action.encode(), self.person_key.encode())
        return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


class Sealer:
    """What the web process has: it closes boxes and can't open one, not even its own."""

    def __init__(self, keys_dir: Path) -> None:
        """Reads `keys_dir`/web, and never anything else. Raises keyfiles.KeysUnusable."""
        keys = keyfiles.public_intakes(keys_dir)
        self._number = max(keys)
        self._key = keys[self._number]

    def seal(self, plain: bytes, context: Context) -> bytes:
        header = BOX + _key_id(self._number)
        return header + _SUITE.encrypt(_pad(plain), self._key, context.under(header))


class Vault:
    """The key of one action's RSVPs at work. Content and index have keys of their own, derived from it."""

    def __init__(self, key: bytes) -> None:
        self._id = derived(key, "id")[:_KEY_ID]
        self._content = AESGCM(derived(key, "content"))
        self._index = derived(key, "index")

    def seal(self, plain: bytes, context: Context) -> bytes:
        return _encrypt(self._content, VAULT + self._id, _pad(plain), context)

    def open(self, blob: bytes, context: Context) -> bytes:
        """Raises CannotOpen."""
        if blob[: 1 + _KEY_ID] != VAULT + self._id:
            raise CannotOpen
        return _unpad(_decrypt(self._content, blob, context))

    def index(self, address: str) -> bytes:
        """The blind index of an address, normalised by the caller: 16 octets, the same for the same person within
        this action, unlike theirs in any other action, and telling nothing to who hasn't the key."""
        return hmac.digest(self._index, address.encode(), "sha256")[:16]


class Keyring:
    """What the worker has. Several may share a folder of keys, and it may change under them."""

    def __init__(self, keys_dir: Path) -> None:
        """Reads `keys_dir`/worker. Raises keyfiles.KeysUnusable; so does each later look at the files."""
        self._keys_dir = keys_dir
        self._load()

    def open(self, box: bytes, context: Context) -> bytes:
        """What is in a box. Raises CannotOpen, after a second look at the key files."""
        return self._looking_twice(lambda: self._open(box, context))

    def new_vault(self, action_id: int) -> tuple[Vault, int, bytes]:
        """For an action that has none yet: its vault, and to be stored the number of the epoch and the wrapped key."""
        key, epochs = tokens.octets(_KEY), self._epochs
        latest = max(epochs)
        return Vault(key), latest, _encrypt(epochs[latest], WRAPPING + _key_id(latest), key, _key_of(action_id))

    def vault(self, wrapped: bytes, action_id: int) -> Vault:
        """The vault of an action from its stored key. Raises CannotOpen, after a second look at the key files."""
        return self._looking_twice(lambda: self._unwrap(wrapped, action_id))

    def mail_key(self, what: str) -> bytes:
        """32 octets for one use in mail, e.g. "envelopes"; they stay the same when the other keys are renewed."""
        return derived(self._mail, what)

    def _open(self, box: bytes, context: Context) -> bytes:
        header, sealed = box[: 1 + _KEY_ID], box[1 + _KEY_ID :]
        try:
            key = self._intakes[_number(header, BOX)]
            return _unpad(_SUITE.decrypt(sealed, key, context.under(header)))
        except (KeyError, InvalidTag, ValueError):
            raise CannotOpen from None

    def _unwrap(self, wrapped: bytes, action_id: int) -> Vault:
        try:
            epoch = self._epochs[_number(wrapped, WRAPPING)]
        except KeyError:
            raise CannotOpen from None
        return Vault(_decrypt(epoch, wrapped, _key_of(action_id)))

    def _looking_twice(self, attempt: Callable[[], T]) -> T:
        """Another worker may have renewed the keys since we read them."""
        try:
            return attempt()
        except CannotOpen:
            self._load()
            return attempt()

    def _load(self) -> None:
        self._epochs = {number: AESGCM(key) for number, key in keyfiles.epochs(self._keys_dir).items()}
        self._intakes = keyfiles.private_intakes(self._keys_dir)
        self._mail = keyfiles.mail_key(self._keys_dir)


def derived(key: bytes, what: str) -> bytes:
    """A key of 32 octets for one purpose. Whoever has it has neither the one that it comes from nor others of it."""
    return HKDF(hashes.SHA256(), _KEY, salt=None, info=f"campaign {what}".encode()).derive(key)


def _key_of(action_id: int) -> Context:
    return Context("key", action_id, "")


def _key_id(number: int) -> bytes:
    return number.to_bytes(_KEY_ID, "big")


def _number(blob: bytes, kind: bytes) -> int:
    if blob[:1] != kind:
        raise CannotOpen
    return int.from_bytes(blob[1 : 1 + _KEY_ID], "big")


def _encrypt(key: AESGCM, header: bytes, plain: bytes, context: Context) -> bytes:
    nonce = tokens.octets(_NONCE)
    return header + nonce + key.encrypt(nonce, plain, context.under(header))


def _decrypt(key: AESGCM, blob: bytes, context: Context) -> bytes:
    header, nonce, sealed = blob[: 1 + _KEY_ID], blob[1 + _KEY_ID : 1 + _KEY_ID + _NONCE], blob[1 + _KEY_ID + _NONCE :]
    try:
        return key.decrypt(nonce, sealed, context.under(header))
    except (InvalidTag, ValueError):
        raise CannotOpen from None


def _pad(plain: bytes) -> bytes:
    framed = len(plain).to_bytes(4, "big") + plain
    return framed + bytes(-len(framed) % PADDED_TO)


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:4], "big")
    return padded[4 : 4 + length]
