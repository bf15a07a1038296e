"""Sealing: what goes in comes out, and nothing else does."""

import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from licet.terms.errors import Corrupt
from licet.vault.seal import OVERHEAD, derive, open_sealed, seal, tag

KEY, OTHER = bytes(range(32)), bytes(32)
keys = st.binary(min_size=32, max_size=32)


@given(keys, st.binary(max_size=400), st.text(max_size=40))
def test_what_is_sealed_opens(key: bytes, plain: bytes, where: str) -> None:
    sealed = seal(key, plain, where)
    assert len(sealed) == len(plain) + OVERHEAD
    assert open_sealed(key, sealed, where) == plain


def test_the_same_bytes_never_seal_the_same() -> None:
    assert len({seal(KEY, b"x", "row:1") for _ in range(100)}) == 100


def test_every_changed_bit_other_key_other_place_is_corrupt() -> None:
    sealed = seal(KEY, b"forty-two", "template:1")
    for at in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(Corrupt, match="template:1"):
            open_sealed(KEY, bytes(changed), "template:1")
    for key, where in ((OTHER, "template:1"), (KEY, "template:2"), (KEY, "")):
        with pytest.raises(Corrupt, match="do not open"):
            open_sealed(key, sealed, where)


@given(st.binary(max_size=60))
def test_other_bytes_are_corrupt_never_a_crash(data: bytes) -> None:
    with pytest.raises(Corrupt):
        open_sealed(KEY, data, "row:1")


@pytest.mark.parametrize("length", range(OVERHEAD))
def test_short_bytes_are_not_in_our_form(length: int) -> None:
    with pytest.raises(Corrupt, match="not in a form this version reads"):
        open_sealed(KEY, b"\x01" * length, "row:1")


def test_the_layout_is_version_nonce_gcm() -> None:
    sealed = seal(KEY, b"plain", "row:1")
    assert sealed[0] == 1
    opened = AESGCM(KEY).decrypt(sealed[1:13], sealed[13:], b"licet sealed v1\nrow:1")
    assert opened == b"plain"


@given(keys, st.text(max_size=30))
def test_deriving_is_rfc_5869(key: bytes, label: str) -> None:
    extracted = hmac.digest(bytes(32), key, "sha256")
    assert derive(key, label) == hmac.digest(extracted, label.encode() + b"\x01", "sha256")


def test_a_tag_depends_on_key_label_and_value() -> None:
    tags = {tag(k, lab, v) for k in (KEY, OTHER) for lab in ("a", "b") for v in (b"x", b"y")}
    assert len(tags) == 8
    assert tag(KEY, "a", b"x") == hmac.digest(derive(KEY, "a"), b"x", "sha256")
