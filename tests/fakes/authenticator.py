"""An authenticator in software: makes passkeys and answers challenges as a browser would.

It follows WebAuthn's own rules (level 3, 6.1 and 5.8.1) with nothing of the library that checks
it. ``verifies`` False is a device that did not ask who holds it.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    """Bytes as WebAuthn writes them: base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def octets(word: str) -> bytes:
    """The bytes of such a word."""
    return urlsafe_b64decode(word + "=" * (-len(word) % 4))


@dataclass
class SoftAuthenticator:
    """One device with one passkey."""

    origin: str
    verifies: bool = True
    counts: bool = True
    counter: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> bytes:
        """Answer registration options with a new passkey."""
        asked = json.loads(options)
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        held = bytes(16) + len(self.credential).to_bytes(2) + self.credential + cbor2.dumps(cose)
        data = self._data(asked["rp"]["id"], HOLDS_KEY) + held
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer({"clientDataJSON": text(said), "attestationObject": text(attested)})

    def answer(self, options: str) -> bytes:
        """Answer a challenge with the passkey."""
        asked = json.loads(options)
        return self.sign(octets(asked["challenge"]), asked["rpId"])

    def sign(self, challenge: bytes, relying_party: str) -> bytes:
        """Answer a challenge of a relying party."""
        self.counter += self.counts
        data = self._data(relying_party, 0)
        said = self._said("webauthn.get", text(challenge))
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": said, "signature": signed}
        return self._answer({name: text(part) for name, part in parts.items()})

    def _data(self, relying_party: str, more: int) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        hashed = hashlib.sha256(relying_party.encode()).digest()
        return hashed + bytes([flags]) + self.counter.to_bytes(4)

    def _said(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> bytes:
        name = text(self.credential)
        whole = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps(whole).encode()
