"""Members' keys and signed acts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from licet.terms.errors import BadInput
from licet.terms.ids import MemberId, OrganisationId
from licet.terms.organisation import Act, Signature
from licet.vault.signing import (
    ACT_AGE,
    ACT_AHEAD,
    act_bytes,
    act_holds,
    new_member_key,
    open_member_key,
    sign_act,
)

PASSPHRASE = "correct horse battery"
MEMBER = MemberId("member-1")
ACT = Act(
    "case.approve", OrganisationId("org-1"), "case-1", "ab" * 32, datetime(2026, 1, 1, tzinfo=UTC)
)


def test_a_key_opens_with_its_passphrase_and_signs() -> None:
    made = new_member_key(PASSPHRASE)
    assert made.pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    signer = open_member_key(made.pem, PASSPHRASE)
    assert signer.public == made.public
    assert len(made.public) == 32
    signature = sign_act(signer, MEMBER, ACT)
    assert signature.member == MEMBER
    assert act_holds(ACT, signature, made.public)
    Ed25519PublicKey.from_public_bytes(made.public).verify(signature.value, act_bytes(MEMBER, ACT))


def test_the_signed_bytes_are_spelled_out() -> None:
    assert act_bytes(MEMBER, ACT) == (
        b'licet act v1\n{"at":"2026-01-01T00:00:00.000Z","digest":"'
        + b"ab" * 32
        + b'","member":"member-1","name":"case.approve","object":"case-1","organisation":"org-1"}'
    )


def test_any_other_act_member_key_or_signature_does_not_hold() -> None:
    made, other = new_member_key(PASSPHRASE), new_member_key(PASSPHRASE)
    signature = sign_act(open_member_key(made.pem, PASSPHRASE), MEMBER, ACT)
    for act in (
        replace(ACT, name="case.close"),
        replace(ACT, organisation=OrganisationId("org-2")),
        replace(ACT, object="case-2"),
        replace(ACT, digest="cd" * 32),
        replace(ACT, at=ACT.at + timedelta(milliseconds=1)),
    ):
        assert not act_holds(act, signature, made.public)
    assert not act_holds(ACT, Signature(MemberId("member-2"), signature.value), made.public)
    assert not act_holds(ACT, signature, other.public)
    assert not act_holds(ACT, signature, b"short")
    for value in (b"", bytes(64), signature.value[:-1]):
        assert not act_holds(ACT, Signature(MEMBER, value), made.public)


@pytest.mark.parametrize("wrong", ["", "correct horse batterz", PASSPHRASE + " "])
def test_a_wrong_passphrase_says_what_to_do(wrong: str) -> None:
    with pytest.raises(BadInput, match="Check the passphrase"):
        open_member_key(new_member_key(PASSPHRASE).pem, wrong)


@pytest.mark.parametrize("data", [b"", b"hello", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"])
def test_other_bytes_are_no_key(data: bytes) -> None:
    with pytest.raises(BadInput, match="does not open"):
        open_member_key(data, PASSPHRASE)


def test_a_key_without_a_passphrase_is_refused() -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(BadInput, match="not protected by a passphrase"):
        open_member_key(pem, PASSPHRASE)


def test_a_key_of_another_kind_is_refused() -> None:
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    with pytest.raises(BadInput, match="not an Ed25519 key"):
        open_member_key(pem, PASSPHRASE)


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 12 characters"):
        new_member_key("eleven char")


def test_a_signer_shows_no_secret() -> None:
    signer = open_member_key(new_member_key(PASSPHRASE).pem, PASSPHRASE)
    assert repr(signer) == f"Signer({signer.public.hex()[:8]})"
    assert not hasattr(signer, "__dict__")


def test_the_ages_of_an_act() -> None:
    assert timedelta(minutes=5) == ACT_AGE
    assert timedelta(minutes=1) == ACT_AHEAD
