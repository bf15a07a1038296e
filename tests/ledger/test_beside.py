"""What a copy of the published ledger adds to a file: who saw it since, or that it is a lie."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from licet.ledger.beside import Beside
from licet.ledger.checkpoint import sign
from licet.ledger.findings import UNWITNESSED, Verdict
from licet.ledger.kept import Kept
from licet.ledger.receipt import complete, encode
from licet.ledger.stamp import question, read_authorities
from licet.ledger.tiles import Tiles
from licet.ledger.verify import verify_file
from licet.ledger.verify_checkpoint import is_checkpoint, verify_checkpoint
from licet.terms.errors import BadInput
from licet.terms.ledger import Checkpoint
from tests.fakes.authority import LocalAuthority
from tests.ledger.making import Ledger, Witness, ledger_key, receipt_in, signer
from tests.ledger.test_witness import seen_by

KEY = ledger_key()
ONE, TWO = Witness("w.example/1", 11), Witness("w.example/2", 12)
LINES = (ONE.verifier.text, TWO.verifier.text)
AUTHORITY = LocalAuthority()
ROOTS = read_authorities(AUTHORITY.pem)
LATER = 1_700_086_400
ELSEWHERE = sign(KEY.origin, 304, bytes(32), KEY)
"""Signed by the ledger's own key, of a tree that is not this one."""


@dataclass
class Story:
    """A receipt handed out at once, and the ledger's copy of some days later."""

    file: bytes
    mirror: Path
    noted: Checkpoint
    ledger: Ledger

    def verdict(self, **brought: object) -> Verdict:
        return verify_file(self.file, KEY.vkey, **brought)  # type: ignore[arg-type]


def _publish(mirror: Path, ledger: Ledger) -> Checkpoint:
    return Tiles(mirror, KEY.verifier).publish(ledger.read, ledger.head, signer())


@pytest.fixture
def story(tmp_path: Path) -> Story:
    mirror, ledger = tmp_path / "mirror", Ledger().fill(3)
    receipt = receipt_in(ledger)
    noted = _publish(mirror, ledger)
    file = encode(complete(receipt, Tiles(mirror, KEY.verifier)), KEY)
    kept = Kept(mirror, KEY.verifier)
    kept.add(seen_by(_publish(mirror, ledger.fill(300)), ONE))
    later = _publish(mirror, ledger.fill(5))
    kept.add(seen_by(later, ONE, TWO, moment=LATER))
    kept.add_stamp(later, AUTHORITY.stamp(question(later).data))
    _publish(mirror, ledger.fill(4))
    return Story(file, mirror, noted, ledger)


def test_a_copy_tells_who_saw_the_entry_and_since_when(story: Story) -> None:
    alone = story.verdict(witnesses=LINES)
    assert alone.ok
    assert alone.rests_on_word[0] == UNWITNESSED
    brought = story.verdict(witnesses=LINES, authorities=ROOTS, mirror=story.mirror)
    assert brought.ok
    assert set(brought.proved) - set(alone.proved) == {
        "the ledger's copy of 313 entries continues that checkpoint",
        "CN=Harbour Time stamped it by 2026-03-02 09:00:00 UTC, in 309 entries",
        "the witness w.example/1 saw it by 2023-11-14 22:13:20 UTC, in 304 entries",
        "the witness w.example/2 saw it by 2023-11-15 22:13:20 UTC, in 309 entries",
    }
    assert UNWITNESSED not in brought.rests_on_word
    nobody = story.verdict(mirror=story.mirror)
    assert nobody.ok
    assert nobody.rests_on_word[0] == UNWITNESSED, "nobody whom this reader trusts"


def test_the_ledgers_own_key_is_no_witness(story: Story) -> None:
    own = ledger_key()
    line = f"{own.origin}+{own.verifier.id.hex()}+" + own.vkey.rpartition("+")[2]
    assert story.verdict(witnesses=(line,), mirror=story.mirror).rests_on_word[0] == UNWITNESSED


def test_a_copy_of_another_history_is_a_problem(story: Story, tmp_path: Path) -> None:
    """The operator wrote the ledger anew: the file that somebody holds gives it away."""
    ledger = Ledger().fill(2)
    ledger.append(b"another past")
    other = tmp_path / "other"
    _publish(other, ledger.fill(400))
    verdict = story.verdict(witnesses=LINES, mirror=other)
    assert not verdict.ok
    assert "another history" in verdict.problems[0]
    shorter = tmp_path / "shorter"
    _publish(shorter, Ledger().fill(2))
    verdict = story.verdict(mirror=shorter)
    assert "the copy ends at entry 2, before the file's 4" in verdict.problems[0]
    with pytest.raises(BadInput, match="no copy of a ledger"):
        story.verdict(mirror=tmp_path / "none")


def test_cosignatures_of_another_history_vouch_for_nothing(story: Story) -> None:
    """What witnesses saw is put beside tiles that it does not belong to."""
    place = story.mirror / "checkpoints" / "304"
    place.write_text(seen_by(ELSEWHERE, ONE).note)
    verdict = story.verdict(witnesses=LINES, mirror=story.mirror)
    assert verdict.problems == (
        "the copy of the ledger: the checkpoint of 304 entries in the copy is of another history",
    )
    place.write_text("damaged")
    assert "the copy of the ledger" in story.verdict(
        witnesses=LINES, mirror=story.mirror
    ).problems[0]  # fmt: skip


def test_a_timestamp_must_hold_and_be_of_this_history(story: Story) -> None:
    stamp = story.mirror / "checkpoints" / "309.tsr"
    stamp.write_bytes(AUTHORITY.stamp(question(ELSEWHERE).data))
    verdict = story.verdict(authorities=ROOTS, mirror=story.mirror)
    assert "of something else than this checkpoint" in verdict.problems[0]
    (story.mirror / "checkpoints" / "309").write_text(ELSEWHERE.note)
    assert "the copy of the ledger" in story.verdict(
        authorities=ROOTS, mirror=story.mirror
    ).problems[0]  # fmt: skip


def test_a_receipt_is_proved_in_what_a_witness_saw(story: Story) -> None:
    """Handed out again, it leads to the checkpoint that proves most."""
    receipt = receipt_in(story.ledger)
    _publish(story.mirror, story.ledger)
    tiles, seen = Tiles(story.mirror, KEY.verifier), Kept(story.mirror, KEY.verifier).last()
    assert seen is not None
    early = verify_file(encode(complete(receipt, tiles, seen), KEY), KEY.vkey, LINES)
    assert early.rests_on_word[0] == UNWITNESSED, "not covered by what they saw"
    size = story.ledger.head.size
    seen = Kept(story.mirror, KEY.verifier).add(seen_by(_publish(story.mirror, story.ledger), TWO))
    _publish(story.mirror, story.ledger.fill(50))
    verdict = verify_file(encode(complete(receipt, tiles, seen), KEY), KEY.vkey, LINES)
    assert "1 witnesses saw that checkpoint: w.example/2" in verdict.proved
    assert any(f"of {size} entries" in line for line in verdict.proved)
    # One that is not of this ledger is passed over.
    forged = seen_by(sign(KEY.origin, size, bytes(32), KEY), TWO)
    plain = verify_file(encode(complete(receipt, tiles, forged), KEY), KEY.vkey, LINES)
    assert plain.ok
    assert plain.rests_on_word[0] == UNWITNESSED


# -- a checkpoint alone


def _note(data: bytes, by: Beside | None = None, token: bytes | None = None) -> Verdict:
    return verify_checkpoint(data, KEY.vkey, by or Beside(), token)


def test_a_noted_checkpoint_is_held_against_a_later_copy(story: Story, tmp_path: Path) -> None:
    note = story.noted.note.encode()
    assert is_checkpoint(note)
    assert not is_checkpoint(story.file)
    alone = _note(note)
    assert alone.ok
    assert alone.proved == (
        "the ledger licet.example/archive had 4 entries, as the key you trust signed it",
    )
    by = Beside((ONE.verifier,), ROOTS, story.mirror)
    later = _note(note, by)
    assert "the ledger's copy of 313 entries continues that checkpoint" in later.proved
    assert UNWITNESSED not in later.rests_on_word
    other = tmp_path / "other"
    _publish(other, Ledger().fill(30))
    assert not _note(note, Beside(mirror=other)).ok


def test_a_checkpoint_with_its_timestamp(story: Story) -> None:
    kept = Kept(story.mirror, KEY.verifier)
    one, token = kept.at(309), kept.stamp(309)
    assert one is not None
    note = one.note.encode()
    held = _note(note, Beside((TWO.verifier,), ROOTS), token)
    assert held.proved[1:] == (
        "CN=Harbour Time stamped that checkpoint: 2026-03-02 09:00:00 UTC",
        "1 witnesses saw that checkpoint: w.example/2",
    )
    assert "when it was signed: you named no timestamp authority" in _note(
        note, Beside(), token
    ).rests_on_word  # fmt: skip
    assert not _note(note, Beside((), ROOTS), b"nonsense").ok


def test_what_is_wrong_with_a_checkpoint_is_said(story: Story) -> None:
    note = story.noted.note.encode()
    with pytest.raises(BadInput, match="--vkey"):
        verify_checkpoint(note, None, Beside())
    assert "signature does not hold" in _note(note.replace(b"\n4\n", b"\n5\n")).problems[0]
    assert _note(b"\xff\xfe").problems == ("this is not a signed note",)
    stranger = ledger_key(9, "other")
    assert "not of other" in verify_checkpoint(note, stranger.vkey, Beside()).problems[0]
