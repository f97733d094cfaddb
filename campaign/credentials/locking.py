"""Where the secrets of second factors are locked away: under a key made from SECRET_KEY, which isn't in the database.

With another SECRET_KEY no authenticator app and no recovery code works any more (passkeys do): `flask accounts
reset-factors` then lets their owner begin anew.
"""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from campaign.accounts.models import Organizer
from campaign.sealing import Context, Vault


def vault_of(secret_key: str) -> Vault:
    return Vault(HKDF(hashes.SHA256(), 32, salt=None, info=b"campaign credentials").derive(secret_key.encode()))


def secret_of(organizer: Organizer) -> Context:
    """What the secret of somebody's authenticator app is bound to: in another row it doesn't open."""
    return Context("totp", None, f"organizer:{organizer.id}")
