"""Members' own keys and the acts they sign.

The key file is PKCS #8 PEM encrypted under the member's passphrase. An act is
signed as ``licet act v1`` and a newline, then the RFC 8785 JSON of its parts and
of the member: nobody's signature can be shown as somebody else's.
"""

from dataclasses import dataclass
from datetime import timedelta

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from licet.terms.errors import BadInput
from licet.terms.ids import MemberId
from licet.terms.organisation import Act, Signature
from licet.terms.when import to_text

ACT_AGE = timedelta(minutes=5)
"""A flow refuses an act signed longer ago than this."""

ACT_AHEAD = timedelta(minutes=1)
"""A flow refuses an act signed further in the future than this (clocks differ a little)."""

PASSPHRASE_LEAST = 12
"""Characters (NIST SP 800-63B asks for 8; this key signs alone, so more)."""


@dataclass(frozen=True, slots=True)
class MemberKey:
    """A fresh member key: the encrypted PEM for the member, the public key (32 bytes) for all."""

    pem: bytes
    public: bytes


class Signer:
    """A member's opened key: it signs and shows nothing else."""

    __slots__ = ("_key",)

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Hold ``key``; callers get one from :func:`open_member_key`."""
        self._key = key

    @property
    def public(self) -> bytes:
        """The public key (32 bytes)."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes)."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"Signer({self.public.hex()[:8]})"


def new_member_key(passphrase: str) -> MemberKey:
    """Make a member's key. Raises BadInput when the passphrase is too short."""
    if len(passphrase) < PASSPHRASE_LEAST:
        raise BadInput(
            f"a passphrase has at least {PASSPHRASE_LEAST} characters", "Four random words will do"
        )
    key = Ed25519PrivateKey.generate()
    lock = BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    return MemberKey(pem, key.public_key().public_bytes_raw())


def open_member_key(pem: bytes, passphrase: str) -> Signer:
    """Open a member's key. Raises BadInput: wrong passphrase, not a key, not Ed25519."""
    wrong = BadInput(
        "the member's key does not open",
        "Check the passphrase and that this is the member's key file",
    )
    if not passphrase:
        raise wrong
    try:
        key = load_pem_private_key(pem, passphrase.encode())
    except TypeError as error:
        raise BadInput(
            "this key file is not protected by a passphrase",
            "Have a steward add a new key for the member",
        ) from error
    except ValueError as error:
        raise wrong from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput("this key is not an Ed25519 key", "Use the file that licet made")
    return Signer(key)


def act_bytes(member: MemberId, act: Act) -> bytes:
    """Return the exact bytes that a member signs."""
    parts: dict[str, str] = {
        "at": to_text(act.at),
        "digest": act.digest,
        "member": member,
        "name": act.name,
        "object": act.object,
        "organisation": act.organisation,
    }
    return b"licet act v1\n" + rfc8785.dumps(dict(parts))


def sign_act(signer: Signer, member_id: MemberId, act: Act) -> Signature:
    """Sign ``act`` as ``member_id``."""
    return Signature(member_id, signer.sign(act_bytes(member_id, act)))


_WEAK = frozenset(
    bytes.fromhex(point)
    for point in (
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
)
"""Every encoding of a point of low order on edwards25519 (RFC 8032 5.1; the torsion points
of order 1, 2, 4 and 8, canonical or not): under such a key anybody can sign."""


def is_weak(public_key: bytes) -> bool:
    """Say whether a public key is one that everybody can sign with."""
    return public_key in _WEAK


def act_holds(act: Act, signature: Signature, public_key: bytes) -> bool:
    """Say whether ``signature`` is its member's over ``act`` under ``public_key`` (32 bytes)."""
    if is_weak(public_key):
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature.value, act_bytes(signature.member, act))
    except (InvalidSignature, ValueError):
        return False
    return True
