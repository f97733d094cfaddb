"""Envelope senders that tell which delivery came back (VERP), signed so that nobody can make one up.

    campaign+b-4711-5e0c9a7b31f2d846@example.org

What stands behind the plus sign is the number of the delivery and a keyed digest of it. Mail servers deliver such an
address to the mailbox before the sign (RFC 5233); from there it is piped to `flask mail receive`.
"""

import hmac
import re
from hashlib import blake2b

SIGNATURE = 8  # octets: 16 characters
LONGEST_LOCAL = 64  # octets, RFC 5321 4.5.3.1.1
_LONGEST_TAG = len("+b-") + 10 + len("-") + 16
_TAG = re.compile(r"\+b-([1-9][0-9]{0,9})-([0-9a-f]{16})@", re.IGNORECASE)  # some servers change a letter's case


class Envelopes:
    """address: whose mailbox gets what comes back. Raises ValueError if it is too long to put a number behind it."""

    def __init__(self, address: str, key: bytes) -> None:
        self._local, _, self._domain = address.rpartition("@")
        self._key = key
        if len(self._local) + _LONGEST_TAG > LONGEST_LOCAL:
            raise ValueError(address)

    def sender(self, delivery_id: int) -> str:
        """What is said in MAIL FROM."""
        return f"{self._local}+b-{delivery_id}-{self._signature(delivery_id)}@{self._domain}"

    def read(self, address: str) -> int | None:
        """The delivery that an address of ours stands for; none for any other."""
        found = _TAG.search(address)
        if found is None:
            return None
        delivery_id, said = int(found[1]), found[2].lower()
        return delivery_id if hmac.compare_digest(said, self._signature(delivery_id)) else None

    def _signature(self, delivery_id: int) -> str:
        return blake2b(b"%d" % delivery_id, key=self._key, digest_size=SIGNATURE).hexdigest()
