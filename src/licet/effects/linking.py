"""The tokens of links: made from a key of the deployment, so that none is kept."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from licet.app import CONTACT_KEY, App
from licet.store.unit import Reader, Unit
from licet.terms.album import AlbumLink
from licet.terms.ids import LinkId
from licet.terms.source import SourceState
from licet.vault.seal import derive

TOKEN_BYTES = 18
"""144 bits: nobody comes to a link by guessing."""


def token_of(app: App, link: LinkId) -> str:
    """Return the word at the end of a link's address."""
    key = derive(app.keyring.get(CONTACT_KEY), "album link")
    made = hmac.digest(key, link.encode(), "sha256")[:TOKEN_BYTES]
    return urlsafe_b64encode(made).decode()


def token_digest(token: str) -> bytes:
    """Return what is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode()).digest()


def link_of_token(reader: Reader | Unit, token: str) -> AlbumLink | None:
    """Return the link that a token is of, open or not, or None."""
    return reader.links.with_token(token_digest(token))


def live_now(reader: Reader | Unit, link: AlbumLink) -> bool:
    """Say whether a link is open now and has room. Whether one may come by it, is decided."""
    source = reader.sources.get(link.source)
    there = source is not None and source.state is SourceState.AUTHORISED
    open_now = link.closed_at is None and reader.now < link.expires
    return there and open_now and link.joined < link.most
