"""Timestamps of checkpoints, against an authority that shares no code with what checks them."""

import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.ledger import checkpoint as checkpoints
from licet.ledger import stamp as stamps
from licet.ledger.stamp import Stamp, answered, check, question, read_authorities
from licet.terms.errors import BadInput, Corrupt
from tests.exploring import examples
from tests.fakes.authority import LocalAuthority
from tests.ledger.making import ORIGIN, ledger_key

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHECKPOINT = checkpoints.sign(ORIGIN, 7, bytes(32), ledger_key())
OTHER = checkpoints.sign(ORIGIN, 8, bytes(32), ledger_key())
AUTHORITY = LocalAuthority()
ROOTS = read_authorities(AUTHORITY.pem)
ASKED = question(CHECKPOINT)
TOKEN = AUTHORITY.stamp(ASKED.data)


def test_a_stamp_says_when_and_who() -> None:
    stamp = Stamp(AT, "CN=Harbour Time")
    assert answered(TOKEN, ASKED, CHECKPOINT, ROOTS) == stamp
    assert check(TOKEN, CHECKPOINT, ROOTS) == stamp
    assert question(CHECKPOINT).nonce != ASKED.nonce
    two = read_authorities(LocalAuthority("Other").pem + AUTHORITY.pem)
    assert check(TOKEN, CHECKPOINT, two) == stamp, "one of several that are trusted"


def test_what_does_not_hold_says_why() -> None:
    with pytest.raises(Corrupt, match="something else than this checkpoint"):
        check(TOKEN, OTHER, ROOTS)
    with pytest.raises(Corrupt, match="another question"):
        answered(TOKEN, question(CHECKPOINT), CHECKPOINT, ROOTS)
    with pytest.raises(Corrupt, match="no certificate that you trust"):
        check(TOKEN, CHECKPOINT, read_authorities(LocalAuthority("Harbour Time").pem))
    with pytest.raises(BadInput, match="no timestamp authority is trusted"):
        check(TOKEN, CHECKPOINT, ())
    with pytest.raises(Corrupt, match="refused"):
        check(bytes.fromhex("30053003020102"), CHECKPOINT, ROOTS)


def test_not_every_certificate_may_stamp() -> None:
    """A certificate for something else under a trusted root makes no timestamp (RFC 3161 2.3)."""
    web = LocalAuthority(use="web")
    with pytest.raises(Corrupt, match=r"EKU|certificate"):
        check(web.stamp(ASKED.data), CHECKPOINT, read_authorities(web.pem))


def test_a_stamp_from_outside_a_certificates_days_does_not_hold() -> None:
    late = LocalAuthority(clock=lambda: datetime(2041, 1, 1, tzinfo=UTC))
    with pytest.raises(Corrupt, match="no certificate that you trust"):
        check(late.stamp(ASKED.data), CHECKPOINT, read_authorities(late.pem))


def test_no_changed_bit_moves_what_a_stamp_says() -> None:
    """A few bytes are not signed (copies of certificates): changed, they change no word."""
    said: Counter[str] = Counter()
    for at in range(len(TOKEN)):
        bent = TOKEN[:at] + bytes([TOKEN[at] ^ 1]) + TOKEN[at + 1 :]
        try:
            assert check(bent, CHECKPOINT, ROOTS).at == AT
            said["held"] += 1
        except Corrupt:
            said["caught"] += 1
    assert said["held"] < 20 < said["caught"]


@given(st.binary(max_size=300))
@settings(max_examples=examples(25))
def test_what_is_no_timestamp_is_told_so(data: bytes) -> None:
    with pytest.raises(Corrupt):
        check(data, CHECKPOINT, ROOTS)


def test_what_is_no_certificate_is_told_so() -> None:
    for pem in (b"", b"words", AUTHORITY.pem[:200]):
        with pytest.raises(BadInput, match="no certificates"):
            read_authorities(pem)


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not on this machine")
def test_others_check_it_too(tmp_path: Path) -> None:
    """The first five lines of a kept checkpoint and its timestamp are all that openssl needs."""
    parts = {"note": CHECKPOINT.note.encode(), "stamp.tsr": TOKEN, "roots": AUTHORITY.pem}
    for name, data in parts.items():
        (tmp_path / name).write_bytes(data)
    assert len(CHECKPOINT.note.splitlines()) == 5
    command = ["openssl", "ts", "-verify", "-data", "note", "-in", "stamp.tsr", "-CAfile", "roots"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout, done.stderr


def test_an_authority_is_asked_by_sha256_for_its_certificates() -> None:
    from asn1crypto import tsp

    asked = tsp.TimeStampReq.load(ASKED.data)
    assert asked["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert asked["cert_req"].native
    assert asked["nonce"].native == ASKED.nonce
    assert stamps.QUESTION_TYPE == "application/timestamp-query"
