"""The challenges of sign-ins and registrations: known again without being kept."""

from licet.app import CONTACT_KEY, App
from licet.vault.seal import derive


def challenge_key(app: App) -> bytes:
    """Return the key by which a challenge of ours is known again, in every process."""
    return derive(app.keyring.get(CONTACT_KEY), "challenge")
