"""Signed notes, checkpoints, cosignatures: known vectors, an independent check, every mutation."""

import base64
import errno
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import checkpoint as checkpoints
from licet.ledger.checkpoint import LedgerKey
from licet.ledger.note import (
    VerifierKey,
    read_note,
    read_secret,
    secret_text,
    signature_line,
)
from licet.terms.errors import BadInput, Conflict, Corrupt, Setup
from tests.ledger.making import ORIGIN, Witness, ledger_key

# The example of golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
    "otpRZb6KE6RyyBwJnAM=\n"
)
ROOT = bytes(range(32))
KEY = ledger_key()


def test_the_go_example_reads_verifies_and_is_signed_alike() -> None:
    key = VerifierKey.read(GO_VKEY)
    assert (key.name, key.id.hex(), key.text) == ("PeterNeumann", "c74f20a3", GO_VKEY)
    note = read_note(f"{GO_TEXT}\n{GO_LINE}")
    assert note.text == GO_TEXT
    assert note.signed_by(key)
    verifier, secret = read_secret(GO_SECRET)
    assert verifier == key
    assert secret_text("PeterNeumann", secret) == GO_SECRET
    assert signature_line(key, secret.sign(GO_TEXT.encode())) == GO_LINE


def test_the_key_of_a_public_ledger_reads() -> None:
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert VerifierKey.read(text).text == text


def _independently(note: str, vkey: str) -> tuple[str, int, bytes]:
    """Read a checkpoint as c2sp.org says, sharing no code with licet. Raises on anything odd."""
    name, _, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)[1:]
    body, _, line = note.rpartition("\n\n")
    dash, signer, data = line.removesuffix("\n").split(" ")
    raw = base64.b64decode(data)
    assert (dash, signer) == ("—", name)
    assert raw[:4] == sha256(name.encode() + b"\n\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], (body + "\n").encode())
    origin, size, root = body.split("\n")
    return origin, int(size), base64.b64decode(root)


@given(st.integers(0, 2**50), st.binary(min_size=32, max_size=32))
def test_what_is_signed_reads_here_and_independently(size: int, root: bytes) -> None:
    signed = checkpoints.sign(ORIGIN, size, root, KEY)
    assert checkpoints.read(signed.note, KEY.verifier) == signed
    assert _independently(signed.note, KEY.vkey) == (ORIGIN, size, root)


def test_every_changed_byte_is_caught() -> None:
    signed = checkpoints.sign(ORIGIN, 1234, ROOT, KEY)
    data = signed.note.encode()
    for at in range(len(data)):
        for bit in (1, 4, 32, 128):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises((Corrupt, UnicodeDecodeError)):
                checkpoints.read(changed.decode(), KEY.verifier)
    with pytest.raises(InvalidSignature):
        _independently(signed.note.replace("1234", "1235"), KEY.vkey)


def test_another_key_or_ledger_is_not_believed() -> None:
    signed = checkpoints.sign(ORIGIN, 1, ROOT, KEY)
    with pytest.raises(Corrupt, match="signature does not hold"):
        checkpoints.read(signed.note, ledger_key(2).verifier)
    with pytest.raises(Corrupt, match="not of other"):
        checkpoints.read(signed.note, ledger_key(1, "other").verifier)
    with pytest.raises(BadInput, match="does not sign for"):
        checkpoints.sign("other", 1, ROOT, KEY)


def test_a_false_line_in_the_ledgers_name_spoils_the_note() -> None:
    signed = checkpoints.sign(ORIGIN, 1, ROOT, KEY)
    spoiled = signed.note + signature_line(KEY.verifier, bytes(64))
    with pytest.raises(Corrupt, match="does not hold"):
        checkpoints.read(spoiled, KEY.verifier)


def test_lines_of_strangers_are_no_concern() -> None:
    signed = checkpoints.sign(ORIGIN, 1, ROOT, KEY)
    stranger = signature_line(ledger_key(3, "stranger").verifier, bytes(99))
    assert checkpoints.read(signed.note + stranger, KEY.verifier).size == 1


B64 = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n1\n{B64}\nmore\n", f"{ORIGIN}\n01\n{B64}\n", f"{ORIGIN}\n-1\n{B64}\n",
        f"{ORIGIN}\n1\n{B64[:-2]}\n", f"{ORIGIN}\n1\nAAAA\n", f"a b\n1\n{B64}\n", f"{ORIGIN}\n1\n",
        f"\n1\n{B64}\n", f"{ORIGIN}\n99999999999999999\n{B64}\n",
    ],
)  # fmt: skip
def test_signed_text_that_is_no_checkpoint(text: str) -> None:
    note = f"{text}\n{signature_line(KEY.verifier, KEY.sign(text.encode()))}"
    with pytest.raises(Corrupt, match="three lines"):
        checkpoints.read(note, KEY.verifier)


@pytest.mark.parametrize(
    "note",
    ["", "text\n", "text\n\n", "a\n\n— name\n", "a\n\n- n AAAAAAAA\n", "a\n\n— n AAAA",
     "a\n\n— n A\n", "a\tb\n\n— n AAAAAAAA\n", "a\n\n— n AAAA\n", "a\n\n" + "— n AAAAAAAA\n" * 65],
)  # fmt: skip
def test_no_note(note: str) -> None:
    with pytest.raises(Corrupt):
        read_note(note)


def test_witnesses_are_counted_when_trusted_and_true() -> None:
    signed = checkpoints.sign(ORIGIN, 7, ROOT, KEY)
    text = read_note(signed.note).text
    one, two, false = (
        Witness("w.example/1", 11),
        Witness("w.example/2", 12),
        Witness("w.example/3", 13),
    )
    noted = checkpoints.add_cosignature(signed, one.line(text, 1_700_000_000), one.verifier)
    noted = checkpoints.add_cosignature(noted, two.line(text, 1_700_000_001), two.verifier)
    note = noted.note + false.line(text.replace("\n7\n", "\n8\n"), 5)
    trusted = [one.verifier, two.verifier, false.verifier, one.verifier]
    assert checkpoints.witnesses(note, trusted) == (
        ("w.example/1", 1_700_000_000), ("w.example/2", 1_700_000_001),
    )  # fmt: skip
    assert checkpoints.witnesses(note, [one.verifier]) == (("w.example/1", 1_700_000_000),)
    assert checkpoints.witnesses(note, []) == ()
    assert checkpoints.read(note, KEY.verifier).size == 7
    with pytest.raises(Corrupt, match=r"cosignature of w\.example/3"):
        checkpoints.add_cosignature(signed, false.line("other\n", 5), false.verifier)


def test_a_cosignature_is_bound_to_its_time() -> None:
    signed = checkpoints.sign(ORIGIN, 7, ROOT, KEY)
    text = read_note(signed.note).text
    witness = Witness("w.example/1", 11)
    _, _, data = witness.line(text, 1_700_000_000).rstrip("\n").split(" ")
    raw = base64.b64decode(data)
    assert raw[:4] == sha256(b"w.example/1\n\x04" + witness.verifier.public).digest()[:4]
    said = b"cosignature/v1\ntime 1700000000\n" + text.encode()
    Ed25519PublicKey.from_public_bytes(witness.verifier.public).verify(raw[12:], said)
    for at in (*range(4, 12), 20, 75):
        bent = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        line = f"— w.example/1 {base64.b64encode(bent).decode()}\n"
        assert checkpoints.witnesses(signed.note + line, [witness.verifier]) == ()


def test_the_key_file_is_private_and_opens(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    made = LedgerKey.create(path, ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened = LedgerKey.open(path)
    assert (opened.vkey, opened.origin) == (made.vkey, ORIGIN)
    assert repr(made) == f"LedgerKey({made.vkey})"
    signed = checkpoints.sign(ORIGIN, 1, ROOT, made)
    assert checkpoints.read(signed.note, opened.verifier) == signed
    with pytest.raises(Conflict, match="keeps its key"):
        LedgerKey.create(path, ORIGIN)
    assert LedgerKey.open(path).vkey == made.vkey


def test_every_changed_byte_of_the_key_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "ledger.key"
    LedgerKey.create(path, ORIGIN)
    whole = path.read_bytes()
    for at in range(len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with pytest.raises(Corrupt, match="is not the ledger's key"):
            LedgerKey.open(path)


@pytest.mark.parametrize("data", [b"", b"\xff", b"PRIVATE+KEY+", GO_VKEY.encode()])
def test_another_file_is_no_ledger_key(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "ledger.key"
    path.write_bytes(data)
    with pytest.raises(Corrupt, match="is not the ledger's key"):
        LedgerKey.open(path)


def test_paths_that_cannot_be_are_clear_messages(tmp_path: Path) -> None:
    with pytest.raises(Setup, match="cannot read the ledger's key"):
        LedgerKey.open(tmp_path / "none")
    with pytest.raises(Setup, match="cannot write the ledger's key"):
        LedgerKey.create(tmp_path / "none" / "key", ORIGIN)


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EROFS, "Let the account"), (errno.EIO, "Check")],
)
def test_a_disk_that_refuses_leaves_no_half_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("licet.ledger.files.os.fsync", refuse)
    with pytest.raises(Setup, match=remedy):
        LedgerKey.create(tmp_path / "key", ORIGIN)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x7fb"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot name a ledger"):
        LedgerKey.create(tmp_path / "key", name)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", "a+00000000+AA==", GO_VKEY.replace("c74f", "c74e"), GO_VKEY + "=",
     "a+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode()],
)  # fmt: skip
def test_lines_that_are_no_key(text: str) -> None:
    with pytest.raises(BadInput):
        VerifierKey.read(text)


def test_a_public_key_that_is_none_holds_nothing() -> None:
    assert not VerifierKey("n", 1, b"short").holds(b"", bytes(64))


def test_a_secret_of_a_witness_does_not_sign_checkpoints() -> None:
    with pytest.raises(BadInput, match="own id"):
        read_secret("PRIVATE+KEY+n+00000000+" + base64.b64encode(b"\x04" + bytes(32)).decode())
