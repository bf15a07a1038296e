"""Receipts and certificates: both phases, strict reading, and what verifying says."""

import base64
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from licet.ledger import checkpoint as checkpoints
from licet.ledger import receipt as receipts
from licet.ledger.commitment import opening
from licet.ledger.note import COSIGNATURE, VerifierKey, read_note
from licet.ledger.receipt import Proof, Receipt, ReceiptKind, complete, decode, encode
from licet.ledger.statement import Ended, PlaintextScan, SealedBytes, StoreCount, from_json, to_json
from licet.ledger.verify import Verdict, verify_file
from licet.terms.errors import BadInput, Conflict, Corrupt, NotFound
from licet.terms.grant import GrantState
from licet.terms.ledger import EntryKind, InclusionProof
from tests.ledger.making import (
    ORIGIN,
    SUBJECT,
    SUBJECT_KEY,
    Ledger,
    Witness,
    ending_statement,
    erasure_statement,
    grant_statement,
    ledger_key,
    published,
    receipt_in,
)

KEY = ledger_key()
CERTIFICATE = (ReceiptKind.ERASURE_CERTIFICATE, EntryKind.CERTIFIED)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger().fill(40)


@pytest.fixture
def first(ledger: Ledger) -> Receipt:
    """A grant receipt in phase one."""
    return receipt_in(ledger)


@pytest.fixture
def second(ledger: Ledger, first: Receipt, tmp_path: Path) -> Receipt:
    """The same in phase two."""
    return complete(first, published(tmp_path, ledger.fill(30)))


@pytest.fixture
def certificate(ledger: Ledger, tmp_path: Path) -> Receipt:
    """An erasure certificate in phase two."""
    made = receipt_in(ledger, *CERTIFICATE, erasure_statement())
    return complete(made, published(tmp_path, ledger))


def _verdict(receipt: Receipt) -> Verdict:
    return verify_file(encode(receipt, KEY), KEY.vkey)


def test_both_phases_read_back(first: Receipt, second: Receipt, certificate: Receipt) -> None:
    for receipt in (first, second, certificate):
        data = encode(receipt, KEY)
        assert decode(data) == receipt
        assert encode(decode(data), KEY) == data
    assert first.proof is None
    assert second.proof is not None
    assert replace(second, proof=None) == first


def test_completing_waits_for_the_checkpoint(ledger: Ledger, tmp_path: Path) -> None:
    tiles = published(tmp_path, ledger)
    late = receipt_in(ledger)
    with pytest.raises(NotFound, match="Try again after the next"):
        complete(late, tiles)


def test_completing_refuses_another_ledgers_entry(first: Receipt, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="is not the receipt's"):
        complete(first, published(tmp_path, Ledger().fill(90)))


def test_only_the_ledgers_own_key_signs(first: Receipt) -> None:
    with pytest.raises(BadInput, match="does not sign for"):
        encode(first, ledger_key(1, "other.example"))


def test_a_first_receipt_says_what_is_still_missing(first: Receipt) -> None:
    verdict = _verdict(first)
    assert (verdict.kind, verdict.ok, verdict.problems) == ("grant", True, ())
    assert verdict.proved == (
        f"the file is whole, as {ORIGIN} signed it",
        "it was signed by the key you trust",
        "the ledger entry commits to this statement",
        f"the entry's subject is {SUBJECT}",
    )
    assert "no witness" in verdict.rests_on_word[0]
    assert any("no proof yet" in line for line in verdict.rests_on_word)
    assert any("never entered" in line for line in verdict.rests_on_word)


def test_a_second_receipt_proves_the_entry(second: Receipt) -> None:
    verdict = _verdict(second)
    assert (verdict.ok, verdict.problems) == (True, ())
    assert f"the entry is number 40 in the ledger {ORIGIN} of 71 entries" in verdict.proved
    assert "no witness" in verdict.rests_on_word[0]
    assert not any("no proof yet" in line for line in verdict.rests_on_word)


def test_without_a_trusted_key_the_key_rests_on_word(second: Receipt) -> None:
    verdict = verify_file(encode(second, KEY))
    assert verdict.ok
    assert any(KEY.vkey in line for line in verdict.rests_on_word)
    assert "it was signed by the key you trust" not in verdict.proved


def test_a_witness_is_counted_and_the_word_falls_away(second: Receipt) -> None:
    assert second.proof is not None
    witnesses = [Witness("w.example/1", 11), Witness("w.example/2", 12)]
    checkpoint = second.proof.checkpoint
    text = read_note(checkpoint.note).text
    for one in witnesses:
        line = one.line(text, 1_700_000_000)
        checkpoint = checkpoints.add_cosignature(checkpoint, line, one.verifier)
    seen = replace(second, proof=Proof(second.proof.inclusion, checkpoint))
    lines = [one.verifier.text for one in witnesses]
    verdict = verify_file(encode(seen, KEY), KEY.vkey, lines)
    assert verdict.ok
    assert "2 witnesses saw that checkpoint: w.example/1, w.example/2" in verdict.proved
    assert not any("no witness" in line for line in verdict.rests_on_word)
    unknown = verify_file(encode(seen, KEY), KEY.vkey)
    assert "no witness you named" in unknown.rests_on_word[0]


def test_the_ledgers_own_key_is_no_witness(second: Receipt) -> None:
    assert second.proof is not None
    own = Witness("w.example/own", 1)
    assert own.verifier.public == KEY.verifier.public
    line = own.line(read_note(second.proof.checkpoint.note).text, 1)
    checkpoint = checkpoints.add_cosignature(second.proof.checkpoint, line, own.verifier)
    seen = replace(second, proof=Proof(second.proof.inclusion, checkpoint))
    verdict = verify_file(encode(seen, KEY), KEY.vkey, [own.verifier.text])
    assert "no witness" in verdict.rests_on_word[0]


def test_a_malformed_key_line_is_the_readers_mistake(first: Receipt) -> None:
    data = encode(first, KEY)
    with pytest.raises(BadInput):
        verify_file(data, "nonsense")
    with pytest.raises(BadInput):
        verify_file(data, KEY.vkey, ["nonsense"])


SOAKING = os.environ.get("LICET_SOAK") == "1"


@pytest.mark.parametrize("which", ["first", "second", "certificate"])
def test_every_single_changed_byte_is_caught(which: str, request: pytest.FixtureRequest) -> None:
    data = encode(request.getfixturevalue(which), KEY)
    assert verify_file(data).ok
    # Every byte when soaking; a prime step else, which meets every part of the file.
    for at in range(0, len(data), 1 if SOAKING else 23):
        for changed in (data[at] ^ 1, *((data[at] ^ 0x20, 0x30) if at % 5 == 0 else ())):
            if changed == data[at]:
                continue
            verdict = verify_file(data[:at] + bytes([changed]) + data[at + 1 :])
            assert not verdict.ok, (at, data[max(0, at - 20) : at + 20])
            assert verdict.problems
    for at in range(0, len(data), 31):
        assert not verify_file(data[:at] + data[at + 1 :]).ok
        assert not verify_file(data[:at]).ok


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xd8\xff", b"null", b'{"format":"x"}'])
def test_other_files_are_unknown(data: bytes) -> None:
    verdict = verify_file(data)
    assert (verdict.kind, verdict.ok, len(verdict.problems)) == ("unknown", False, 1)
    with pytest.raises(Corrupt):
        decode(data)


# --- an operator who lies: the file is whole and signed, and still does not hold


def _lie(receipt: Receipt, **changes: object) -> tuple[str, ...]:
    verdict = _verdict(replace(receipt, **changes))  # type: ignore[arg-type]
    assert not verdict.ok
    assert f"the file is whole, as {ORIGIN} signed it" in verdict.proved
    return verdict.problems


def test_another_statement_under_an_old_entry(second: Receipt) -> None:
    statement = grant_statement(GrantState.ACTIVE)
    assert _lie(second, statement=statement) == (
        "the statement is not the one that the ledger entry commits to",
    )


def test_another_person_under_an_old_entry(second: Receipt) -> None:
    other = (replace(second.openings[0], object="somebody-else"),)
    assert _lie(second, openings=other) == ("the opening of the entry's subject does not open it",)
    nobody = (replace(second.openings[0], of="actor"),)
    assert _lie(second, openings=nobody) == ("the entry has no actor that could be opened",)


def test_an_entry_that_is_not_in_the_ledger(second: Receipt, ledger: Ledger) -> None:
    never = receipt_in(Ledger().fill(40), statement=grant_statement(GrantState.ENDED))
    assert _lie(never, proof=second.proof) == (
        "the proof does not lead from the entry to the checkpoint's root",
    )


def test_a_bent_proof(second: Receipt) -> None:
    assert second.proof is not None
    inclusion, checkpoint = second.proof.inclusion, second.proof.checkpoint
    says = "the proof does not lead from the entry to the checkpoint's root"
    bent = replace(inclusion, path=(bytes(32), *inclusion.path[1:]))
    assert _lie(second, proof=Proof(bent, checkpoint)) == (says,)
    assert _lie(second, leaf=replace(second.leaf, index=41)) == (says,)
    grown = replace(inclusion, size=72)
    assert _lie(second, proof=Proof(grown, checkpoint)) == (
        "the proof and the checkpoint are of different sizes",
    )


def test_a_checkpoint_of_another_key_or_ledger(second: Receipt) -> None:
    assert second.proof is not None
    held = second.proof.checkpoint
    false = checkpoints.sign(ORIGIN, held.size, held.root, ledger_key(9))
    assert _lie(second, proof=Proof(second.proof.inclusion, false)) == (
        "the checkpoint is not signed by the key that signed the file",
    )
    data = encode(replace(second, proof=Proof(second.proof.inclusion, false)), KEY)
    assert not any("the entry is number" in line for line in verify_file(data, KEY.vkey).proved)
    other = ledger_key(1, "other.example")
    foreign = checkpoints.sign("other.example", held.size, held.root, other)
    problems = _lie(second, proof=Proof(second.proof.inclusion, foreign))
    assert "the checkpoint is of another ledger, other.example" in problems


def test_a_receipt_of_one_kind_for_an_entry_of_another(second: Receipt) -> None:
    assert _lie(second, kind=ReceiptKind.WITHDRAWAL) == (
        "the entry (grant.asked) is not one that a withdrawal is for",
    )
    problems = _lie(second, kind=ReceiptKind.ERASURE_CERTIFICATE)
    assert "the statement is not of the sort that erasure-certificate stands for" in problems


def test_a_leaf_that_is_no_entry(second: Receipt, ledger: Ledger) -> None:
    assert _lie(second, leaf=ledger.leaves[3], proof=None) == (
        "the ledger entry is damaged: this is not JSON text: Expecting value at character 0",
    )


def test_a_statement_that_the_entry_does_not_bind_rests_on_word(ledger: Ledger) -> None:
    from licet.ledger.commitment import commit
    from licet.terms.ledger import Entry
    from tests.ledger.making import NOW

    entry = Entry(EntryKind.GRANT_ASKED, NOW, subject=commit(SUBJECT_KEY, SUBJECT))
    assert entry.subject is not None
    opened = opening("subject", SUBJECT_KEY, SUBJECT, entry.subject)
    made = Receipt(
        ReceiptKind.GRANT, ORIGIN, NOW, ledger.record(entry), (opened,), grant_statement()
    )
    verdict = _verdict(made)
    assert verdict.ok
    assert any("does not commit to it" in line for line in verdict.rests_on_word)


def test_signed_by_a_key_that_is_not_trusted(second: Receipt) -> None:
    verdict = verify_file(encode(second, KEY), ledger_key(5).vkey)
    assert not verdict.ok
    assert verdict.problems == (f"it was signed by {KEY.vkey}, not by the key you trust",)


def test_an_origin_that_is_not_the_signers(first: Receipt) -> None:
    """Only by hand: licet's own encoder refuses it."""
    parts = receipts._to_json(replace(first, origin="other.example"), KEY.vkey)
    signature = base64.b64encode(KEY.sign(receipts._signed_bytes(parts))).decode()
    verdict = verify_file(receipts._laid_out({**parts, "signature": signature}))
    assert verdict.problems == (f"it is of the ledger other.example, signed by {ORIGIN}",)


# --- certificates


def test_a_certificate_says_what_is_the_operators_word(certificate: Receipt) -> None:
    verdict = _verdict(certificate)
    assert (verdict.kind, verdict.ok) == ("erasure-certificate", True)
    assert any("operator's own checks" in line for line in verdict.rests_on_word)
    assert not any("pending" in line or "unreadable" in line for line in verdict.rests_on_word)


def test_pending_and_remaining_are_said(ledger: Ledger) -> None:
    statement = replace(
        erasure_statement(),
        sealed_bytes=SealedBytes.MAY_REMAIN_UNREADABLE,
        plaintext_scan=PlaintextScan.PENDING,
        scanned_at=None,
    )
    verdict = _verdict(receipt_in(ledger, *CERTIFICATE, statement))
    assert verdict.ok
    assert any("may remain, unreadable" in line for line in verdict.rests_on_word)
    assert any("still pending" in line for line in verdict.rests_on_word)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"keys_absent_from_keyring": False}, "a key is still in the keyring"),
        ({"keys_absent_from_key_service": False}, "old epoch key is not destroyed"),
        ({"candidates_found": 1}, "a search still finds the person"),
        ({"counts": (StoreCount("templates", 4, 1),)}, "something is left in: templates"),
        ({"scanned_at": None}, "contradict each other"),
        ({"plaintext_scan": PlaintextScan.PENDING}, "contradict each other"),
    ],
)
def test_a_certificate_of_no_erasure_is_a_problem(
    ledger: Ledger, changes: dict[str, object], says: str
) -> None:
    statement = replace(erasure_statement(), **changes)  # type: ignore[arg-type]
    verdict = _verdict(receipt_in(ledger, *CERTIFICATE, statement))
    assert not verdict.ok
    assert says in verdict.problems[0]


# --- damage by hand: each part has its own message


def _edited(receipt: Receipt, edit: str, value: object) -> bytes:
    parts = json.loads(encode(receipt, KEY))
    *steps, last = edit.split(".")
    at = parts
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if value is None:
        del at[last]
    else:
        at[int(last) if isinstance(at, list) else last] = value
    return receipts._laid_out(parts)


@pytest.mark.parametrize(
    ("edit", "value", "says"),
    [
        ("kind", "lottery", "kind this licet does not know"),
        ("kind", None, "lacks kind"),
        ("more", 1, "unknown parts: more"),
        ("format", "licet receipt v2", "not a file of the format"),
        ("leaf", 3, "the leaf is not an object"),
        ("leaf.index", -1, "the leaf's index is not a whole number"),
        ("leaf.index", True, "the leaf's index is not a whole number"),
        ("leaf.data", "AAB", "the leaf's bytes is not base64"),
        ("openings", {}, "the openings is not a list"),
        ("openings.0.nonce", "AA==", "nonce is not 16 bytes"),
        ("openings.0.key", "AA==", "key is not 32 bytes"),
        ("origin", 1, "the origin is not text"),
        ("issued_at", "yesterday", "not a moment"),
        ("proof.path.0", "AA==", None),
        ("proof.size", "5", "the proof's size is not a whole number"),
        ("proof.checkpoint", "x", "not a signed note"),
        ("signer", "x", "signer is damaged"),
        ("signature", "AA==", "the signature is not 64 bytes"),
        ("statement", [], "the statement is not an object"),
        ("statement.about", "weather", "something this licet does not know"),
        ("statement.record.state", "sold", "a word this licet does not know"),
        ("statement.record.events.0.type.0", "dpv:Sold", "a word this licet does not know"),
        ("statement.record.type", "dpv:Consent", "not in licet's form"),
        ("statement.record.pii_processing.lawful_basis.0", "gdpr:A6-1-f", "does not know"),
        ("statement.record.pii_processing.privacy_notice.text", "Yes.", "not in licet's form"),
        ("statement.record.pii_processing.purpose", {}, "lacks a part: 'purpose_id'"),
        ("statement.record.pii_processing.purpose", "fun", "the purpose is not an object"),
        ("statement.record.party_identification", [], "names no controller"),
        ("statement.@context.about", "dpv:hasName", "not in licet's form"),
        ("statement.extra", 1, "unknown parts: extra"),
        ("says", "a\u0000b", "unknown parts"),
    ],
)
def test_each_damage_has_its_message(
    second: Receipt, edit: str, value: object, says: str | None
) -> None:
    if says is None:
        parts = json.loads(encode(second, KEY))
        parts["proof"]["path"][0] = value
        data, says = receipts._laid_out(parts), "a step of the proof is not 32 bytes"
    else:
        data = _edited(second, edit, value)
    verdict = verify_file(data)
    assert verdict.problems
    assert says in verdict.problems[0]
    with pytest.raises(Corrupt, match=says):
        decode(data)


def test_damage_in_a_certificate_has_its_message(certificate: Receipt) -> None:
    for edit, value, says in (
        ("statement.keys_absent_from_keyring", 1, "is not true or false"),
        ("statement.counts.0.after", "none", "a count after is not a whole number"),
        ("statement.scanned_at", 5, "the scan's moment is not text"),
    ):
        assert says in verify_file(_edited(certificate, edit, value)).problems[0]


def test_an_edited_word_breaks_the_signature(second: Receipt) -> None:
    data = _edited(second, "statement.record.party_identification.1.party_name", "Another")
    assert "signature does not hold" in verify_file(data).problems[0]
    with pytest.raises(Corrupt, match="signature does not hold"):
        decode(data)


def test_another_layout_is_an_edit(second: Receipt) -> None:
    data = encode(second, KEY)
    for other in (json.dumps(json.loads(data)).encode(), data + b"\n", data.replace(b"  ", b" ")):
        assert verify_file(other).problems == (
            "the receipt is not laid out as licet lays it out: it was edited",
        )


def test_a_proof_without_steps_for_a_lone_entry(tmp_path: Path) -> None:
    lone = Ledger()
    made = complete(receipt_in(lone), published(tmp_path, lone))
    assert made.proof is not None
    assert made.proof.inclusion == InclusionProof(0, 1, ())
    assert _verdict(made).ok


def test_the_witness_key_type_is_its_own() -> None:
    assert Witness("w", 1).verifier == VerifierKey.read(Witness("w", 1).verifier.text)
    assert Witness("w", 1).verifier.type == COSIGNATURE


def test_a_date_survives(certificate: Receipt) -> None:
    statement = decode(encode(certificate, KEY)).statement
    assert statement == erasure_statement()
    assert statement != replace(erasure_statement(), asked_at=certificate.issued_at - timedelta(1))


# --- the end of a source, and of a whole deployment


ENDINGS = {
    Ended.SOURCE: (ReceiptKind.SOURCE_CERTIFICATE, EntryKind.SOURCE_PURGED),
    Ended.DEPLOYMENT: (ReceiptKind.CLOSING_CERTIFICATE, EntryKind.DEPLOYMENT_CLOSED),
}


@pytest.mark.parametrize("ended", Ended)
def test_the_certificate_of_an_end_reads_back_and_holds(ledger: Ledger, ended: Ended) -> None:
    statement = ending_statement(ended)
    made = receipt_in(ledger, *ENDINGS[ended], statement)
    assert decode(encode(made, KEY)).statement == statement
    verdict = _verdict(made)
    assert (verdict.kind, verdict.ok) == (ENDINGS[ended][0].value, True)
    assert f"the {ended.value} that ended is {statement.id}" in verdict.proved
    assert any("operator's own checks" in line for line in verdict.rests_on_word)


def test_a_certificate_names_the_notice_that_it_answers(ledger: Ledger) -> None:
    """Without one it is written as before, so certificates of before still hold."""
    plain = to_json(ending_statement())
    assert "notice" not in plain
    answering = replace(ending_statement(), notice="ab" * 32)
    assert from_json(to_json(answering)) == answering
    verdict = _verdict(receipt_in(ledger, *ENDINGS[Ended.SOURCE], answering))
    assert verdict.ok
    assert any("ab" * 32 in line for line in verdict.proved)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"keys_left": 1}, "a key is left"),
        ({"epochs_left": 1}, "a key is left"),
        ({"counts": (StoreCount("items", 40, 1),)}, "something is left in: items"),
        ({"ended": Ended.DEPLOYMENT}, "not what source-certificate stands for"),
    ],
)
def test_a_certificate_of_no_end_is_a_problem(
    ledger: Ledger, changes: dict[str, object], says: str
) -> None:
    statement = replace(ending_statement(), **changes)  # type: ignore[arg-type]
    verdict = _verdict(receipt_in(ledger, *ENDINGS[Ended.SOURCE], statement))
    assert not verdict.ok
    assert any(says in problem for problem in verdict.problems)
