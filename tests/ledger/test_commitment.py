"""Commitments: only the key tells, and an opening tells one entry only."""

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger.commitment import commit, opening, opens

keys = st.binary(min_size=32, max_size=32)


@given(keys, st.text(max_size=40))
def test_a_commitment_opens_for_its_key_and_object(key: bytes, object_id: str) -> None:
    made = commit(key, object_id)
    assert (len(made.nonce), len(made.value)) == (16, 32)
    assert opens(made, key, object_id)
    assert not opens(made, key, object_id + "x")
    assert not opens(made, bytes(31) + bytes([key[31] ^ 1]), object_id)


def test_two_commitments_to_one_subject_do_not_look_alike() -> None:
    key = bytes(32)
    made = [commit(key, "subject") for _ in range(50)]
    assert len({one.value for one in made}) == len({one.nonce for one in made}) == 50


def test_an_opening_opens_its_own_commitment_only() -> None:
    key = bytes(range(32))
    one, two = commit(key, "subject"), commit(key, "subject")
    shown = opening("subject", key, "subject", one)
    assert shown.opens(one)
    assert not shown.opens(two)
    assert shown.key != opening("subject", key, "subject", two).key
    assert key not in (shown.key, shown.nonce)
    # Not even with the other's nonce put in by hand.
    forged = type(shown)("subject", "subject", two.nonce, shown.key)
    assert not forged.opens(two)


def test_the_value_is_as_the_format_says() -> None:
    key, nonce = bytes(range(32)), bytes(range(16))
    info = b"licet commitment v1\n" + nonce
    single = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key)
    assert commit(key, "id", nonce).value == hmac.digest(single, nonce + b"id", "sha256")


def test_a_nonce_has_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        commit(bytes(32), "id", b"short")
