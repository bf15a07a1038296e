"""Members' passkeys (W3C WebAuthn level 3): made in a browser, checked here.

A passkey signs an act as a key file does: the challenge is the SHA-256 of the very bytes that
the key would sign (``licet act v1``), so an assertion is over one act of one member. As a
signature it is ``licet passkey v1``, a newline, and the browser's answer as JSON.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from licet.terms.admission import Passkey
from licet.terms.errors import BadInput
from licet.terms.ids import MemberId
from licet.terms.organisation import Act
from licet.terms.when import from_ms, to_ms
from licet.vault.signing import act_bytes

HEAD = b"licet passkey v1\n"

CHALLENGE_AGE = timedelta(minutes=5)
"""A sign-in or registration takes no longer."""

LONGEST = 16 * 1024
"""Bytes of a browser's answer: attestation is not asked for, so it is short."""

_NONCE, _MOMENT, _MARK = 16, 8, 16
_WRONG = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What the library raises over an answer that is not one; what was sent is never quoted."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey as its authenticator made it: credential id, COSE public key, counter."""

    credential: bytes
    public_key: bytes
    counter: int


@dataclass(frozen=True, slots=True)
class Assertion:
    """A browser's answer to a challenge: by which credential, and the answer itself (JSON)."""

    credential: bytes
    answer: bytes

    @property
    def signature(self) -> bytes:
        """The answer as the signature of an act."""
        return HEAD + self.answer


def new_challenge(key: bytes, now: datetime) -> bytes:
    """Return a fresh challenge (40 bytes) that ``key`` will know again for five minutes.

    Nothing is kept of it: whoever asks for many fills no table.
    """
    body = secrets.token_bytes(_NONCE) + to_ms(now + CHALLENGE_AGE).to_bytes(_MOMENT, "big")
    return body + _mark(key, body)


def challenge_holds(key: bytes, challenge: bytes, now: datetime) -> bool:
    """Say whether a challenge is one of ours and not over."""
    body, mark = challenge[: _NONCE + _MOMENT], challenge[_NONCE + _MOMENT :]
    if len(challenge) != _NONCE + _MOMENT + _MARK or not hmac.compare_digest(
        mark, _mark(key, body)
    ):
        return False
    return now <= from_ms(int.from_bytes(body[_NONCE:], "big"))


def challenge_of(member: MemberId, act: Act) -> bytes:
    """Return the challenge (32 bytes) that ``member`` answers to sign ``act``."""
    return hashlib.sha256(act_bytes(member, act)).digest()


def registration_options(
    challenge: bytes, relying_party: str, member: MemberId, name: str, have: tuple[bytes, ...]
) -> str:
    """Return what a browser is given to make a passkey (JSON); ``have`` are there already.

    The person must be verified by the authenticator, and the passkey be found without a name.
    Attestation is not asked for: which device a member owns is theirs to know.
    """
    options = generate_registration_options(
        rp_id=relying_party,
        rp_name="licet",
        user_id=member.encode(),
        user_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(have),
    )
    return options_to_json(options)


def assertion_options(challenge: bytes, relying_party: str, of: tuple[bytes, ...] = ()) -> str:
    """Return what a browser is given to answer a challenge (JSON), with one of ``of`` if any."""
    options = generate_authentication_options(
        rp_id=relying_party,
        challenge=challenge,
        allow_credentials=_described(of),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def registered(answer: bytes, challenge: bytes, relying_party: str, origin: str) -> Registered:
    """Return the passkey that a browser made. Raises ``BadInput`` when the answer is not right."""
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=relying_party,
            expected_origin=origin,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise BadInput("this is no passkey made here", "Begin again.") from error
    return Registered(made.credential_id, made.credential_public_key, made.sign_count)


def read_assertion(answer: bytes) -> Assertion:
    """Return what a browser answered, unchecked. Raises ``BadInput`` when it is no answer."""
    try:
        parts = _read(answer)
        response = parts["response"]
        kept = {
            "id": str(parts["id"]),
            "rawId": str(parts["id"]),
            "response": {
                name: str(response[name])
                for name in ("authenticatorData", "clientDataJSON", "signature")
            },
            "type": "public-key",
        }
        return Assertion(base64url_to_bytes(str(parts["id"])), json.dumps(kept).encode())
    except _WRONG as error:
        raise BadInput("this is no answer of a passkey", "Begin again.") from error


def challenge_in(assertion: Assertion) -> bytes:
    """Return the challenge that an answer says it is to. Raises ``BadInput``."""
    try:
        said = json.loads(base64url_to_bytes(_read(assertion.answer)["response"]["clientDataJSON"]))
        return bytes(base64url_to_bytes(said["challenge"]))
    except _WRONG as error:
        raise BadInput("this is no answer of a passkey", "Begin again.") from error


def assertion_of(signature: bytes) -> Assertion | None:
    """Return the assertion that a signature is, or None where a key file made it."""
    if not signature.startswith(HEAD):
        return None
    try:
        return read_assertion(signature.removeprefix(HEAD))
    except BadInput:
        return None


def counted(assertion: Assertion, challenge: bytes, passkey: Passkey, counter: int) -> int | None:
    """Return the authenticator's count when the answer is this passkey's, else None.

    ``counter`` is what it must be beyond, where it counts (WebAuthn 6.1.1): 0 checks nothing.
    """
    if assertion.credential != passkey.credential:
        return None
    try:
        checked = verify_authentication_response(
            credential=_read(assertion.answer),
            expected_challenge=challenge,
            expected_rp_id=passkey.relying_party,
            expected_origin=passkey.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=counter,
            require_user_verification=True,
        )
    except _WRONG:
        return None
    return checked.new_sign_count


def passkey_signed(member: MemberId, act: Act, signature: bytes, passkey: Passkey) -> bool:
    """Say whether a signature is this passkey's, and over this very act of this member."""
    assertion = assertion_of(signature)
    if assertion is None or passkey.member != member:
        return False
    return counted(assertion, challenge_of(member, act), passkey, 0) is not None


def _read(answer: bytes) -> Any:
    if len(answer) > LONGEST:
        raise ValueError("too long")
    return json.loads(answer)


def _mark(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, b"licet challenge v1\n" + body, "sha256")[:_MARK]


def _described(credentials: tuple[bytes, ...]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in credentials]
