"""What is said to a witness and what it answers; the checkpoints that are kept of it."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.ledger import checkpoint as checkpoints
from licet.ledger import tree
from licet.ledger.kept import Kept
from licet.ledger.note import COSIGNATURE, VerifierKey, read_note
from licet.ledger.tiles import Tiles
from licet.ledger.witness import bare, cosigned, merged, saw, seen_size, submission, trusted
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint, ConsistencyProof
from tests.fakes.witness import LocalWitness, consistent
from tests.ledger.making import ORIGIN, Ledger, Witness, ledger_key, published, signer

KEY = ledger_key()
ONE, TWO = Witness("w.example/1", 11), Witness("w.example/2", 12)


def signed(size: int = 7, root: bytes = bytes(32)) -> Checkpoint:
    return checkpoints.sign(ORIGIN, size, root, KEY)


def seen_by(checkpoint: Checkpoint, *witnesses: Witness, moment: int = 1_700_000_000) -> Checkpoint:
    text = read_note(checkpoint.note).text
    for one in witnesses:
        line = one.line(text, moment)
        checkpoint = checkpoints.add_cosignature(checkpoint, line, one.verifier)
    return checkpoint


def test_a_submission_is_laid_out_as_the_specification_says() -> None:
    proof = ConsistencyProof(3, 7, (b"\x01" * 32, b"\x02" * 32))
    head, _, note = submission(proof, signed()).decode().partition("\n\n")
    steps = [base64.b64encode(step).decode() for step in proof.path]
    assert head == "\n".join(["old 3", *steps])
    assert note == signed().note
    assert submission(ConsistencyProof(0, 7, ()), signed()).startswith(b"old 0\n\nlicet.example/")


@pytest.mark.parametrize(
    "proof", [ConsistencyProof(3, 8, ()), ConsistencyProof(3, 7, (bytes(32),) * 64)]
)
def test_a_proof_that_cannot_lead_there_is_not_sent(proof: ConsistencyProof) -> None:
    with pytest.raises(BadInput):
        submission(proof, signed())


def test_a_size_is_one_line_and_nothing_else() -> None:
    assert (seen_size(b"0\n"), seen_size(b"20852163\n")) == (0, 20852163)
    for answer in (b"", b"7", b"07\n", b"-1\n", b"7\n7\n", b"7\r\n", b"9" * 17 + b"\n", b" 7\n"):
        with pytest.raises(Corrupt, match="no size"):
            seen_size(answer)


def test_only_the_witnesss_own_line_is_taken() -> None:
    text = read_note(signed().note).text
    lines = [one.line(text, 1_700_000_000) for one in (TWO, ONE)]
    taken = cosigned(signed(), "".join(lines).encode(), ONE.verifier)
    assert taken == seen_by(signed(), ONE)
    assert saw(taken, (ONE.verifier, TWO.verifier)) == (("w.example/1", 1_700_000_000),)
    with pytest.raises(Corrupt, match="without its own"):
        cosigned(signed(), lines[0].encode(), ONE.verifier)
    with pytest.raises(Corrupt, match="does not hold"):
        cosigned(signed(), ONE.line("other\n", 5).encode(), ONE.verifier)


@given(st.binary(max_size=200))
def test_whatever_a_witness_answers_is_a_cosignature_or_an_error(answer: bytes) -> None:
    with pytest.raises(Corrupt):
        cosigned(signed(), answer, ONE.verifier)


def test_two_checkpoints_of_one_tree_become_one() -> None:
    one, two = seen_by(signed(), ONE), seen_by(signed(), TWO)
    both = merged(one, two)
    assert saw(both, (ONE.verifier, TWO.verifier)) == saw(merged(two, one), (
        ONE.verifier, TWO.verifier,
    ))  # fmt: skip
    assert merged(both, one) == both
    assert bare(both, KEY.verifier) == signed()
    # The first cosignature of a witness stays: an earlier moment proves more.
    later = seen_by(signed(), ONE, moment=1_800_000_000)
    assert merged(one, later) == one
    for other in (signed(8), signed(7, b"\x01" * 32)):
        with pytest.raises(Corrupt, match="two roots"):
            merged(one, other)


def test_whose_keys_may_witness() -> None:
    assert trusted((ONE.verifier.text,), KEY.verifier) == (ONE.verifier,)
    own = VerifierKey("w.example/own", COSIGNATURE, KEY.verifier.public)
    for line, says in ((own.text, "own key"), (KEY.vkey, "not a witness's"), ("x", "not a key")):
        with pytest.raises(BadInput, match=says):
            trusted((line,), KEY.verifier)


# -- what is kept


def test_what_is_kept_stays_and_only_grows(tmp_path: Path) -> None:
    kept = Kept(tmp_path, KEY.verifier)
    assert (kept.last(), kept.sizes(), kept.first_from(0), kept.stamped()) == (None, (), None, ())
    assert kept.add(seen_by(signed(9), ONE)) == kept.last()
    kept.add(seen_by(signed(5), ONE))
    assert kept.sizes() == (5, 9)
    assert kept.last() == seen_by(signed(9), ONE), "a smaller one is never the last"
    both = kept.add(seen_by(signed(9), TWO))
    assert both == kept.last() == kept.at(9) == merged(
        seen_by(signed(9), ONE), seen_by(signed(9), TWO)
    )  # fmt: skip
    assert [kept.first_from(n) for n in (0, 6, 10)] == [kept.at(5), kept.at(9), None]
    kept.add_stamp(signed(11), b"token")
    kept.add_stamp(signed(5), b"other")
    assert kept.stamped() == (5, 11)
    assert (kept.stamp(5), kept.stamp(9), kept.at(5)) == (b"other", None, seen_by(signed(5), ONE))
    assert kept.last() == both, "what nobody witnessed is not the last witnessed"
    assert kept.bare(both) == signed(9)


def test_a_second_history_is_kept_out_and_the_first_stays(tmp_path: Path) -> None:
    kept = Kept(tmp_path, KEY.verifier)
    first = kept.add(seen_by(signed(9), ONE))
    with pytest.raises(Corrupt, match="two roots"):
        kept.add(seen_by(signed(9, b"\x01" * 32), ONE))
    with pytest.raises(Corrupt, match="two roots"):
        kept.add_stamp(signed(9, b"\x01" * 32), b"token")
    assert kept.at(9) == kept.last() == first
    assert kept.stamped() == ()


def test_damage_is_told_by_its_file(tmp_path: Path) -> None:
    kept = Kept(tmp_path, KEY.verifier)
    kept.add(seen_by(signed(9), ONE))
    place = tmp_path / "checkpoints" / "9"
    whole = place.read_bytes()
    for bad in (b"\xff", whole[:-9], whole.replace(b"\n9\n", b"\n8\n"), signed(8).note.encode()):
        place.write_bytes(bad)
        with pytest.raises(Corrupt, match="checkpoints/9"):
            kept.at(9)
    assert Kept(tmp_path).last() == kept.last()


def test_who_keeps_at_once_loses_no_cosignature(tmp_path: Path) -> None:
    def keep(seed: int) -> None:
        Kept(tmp_path, KEY.verifier).add(seen_by(signed(9), Witness(f"w.example/{seed}", seed)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(keep, range(1, 7)))
    last = Kept(tmp_path, KEY.verifier).last()
    assert last is not None
    assert len(read_note(last.note).signatures) == 1 + 6


def test_the_published_checkpoint_takes_cosignatures_of_its_own_tree(tmp_path: Path) -> None:
    ledger = Ledger().fill(5)
    tiles = published(tmp_path, ledger)
    latest = tiles.latest()
    assert latest is not None
    seen = seen_by(latest, ONE)
    assert tiles.cosign(seen)
    assert tiles.latest() == seen
    assert tiles.publish(ledger.read, ledger.head, signer()) == seen
    ledger.fill(1)
    tiles.publish(ledger.read, ledger.head, signer())
    assert not tiles.cosign(seen), "it is not the last any more"
    with pytest.raises(Corrupt, match="two roots"):
        tiles.cosign(seen_by(signed(6), ONE))
    assert not Tiles(tmp_path / "none").cosign(seen)


@given(st.integers(0, 600), st.integers(0, 600))
def test_the_root_of_any_earlier_day_is_in_the_tiles(old: int, grown: int) -> None:
    """The root at each size, read from the tiles of a larger ledger, proved to the witness."""
    new = old + grown
    hashes = [tree.leaf_hash(b"%d" % n) for n in range(new)]
    node = tree.nodes_of(hashes)
    roots = [tree.root(tree.frontier_of(size, node), size) for size in (old, new)]
    proof = tree.consistency(old, new, node)
    assert consistent(old, roots[0], new, roots[1], list(proof.path))
    if 0 < old < new:
        assert not consistent(old, bytes(32), new, roots[1], list(proof.path))
        assert not consistent(old, roots[0], new, roots[1], [*proof.path, bytes(32)])
        assert not consistent(old, roots[0], new, roots[1], list(proof.path[:-1]))


def test_the_root_at_a_size_is_the_one_that_was_signed(tmp_path: Path) -> None:
    ledger, roots = Ledger(), {}
    tiles = Tiles(tmp_path, KEY.verifier)
    for grown in (1, 2, 253, 1, 3, 300):
        ledger.fill(grown)
        tiles.publish(ledger.read, ledger.head, signer())
        roots[ledger.head.size] = ledger.root
    assert {size: tiles.root_at(size) for size in roots} == roots
    assert tiles.root_at(0) == tree.EMPTY_ROOT
    with pytest.raises(BadInput, match="only 560"):
        tiles.root_at(561)


def test_the_fake_witness_is_a_witness(tmp_path: Path) -> None:
    """It has the key line that licet reads, and refuses by the specification's numbers."""
    witness = LocalWitness("w.example/1", 11, tmp_path / "state").knows(KEY.vkey)
    assert witness.vkey == ONE.verifier.text
    body = submission(ConsistencyProof(0, 7, ()), signed())
    assert witness.answer("/other", body)[0] == 404
    assert witness.answer("/add-checkpoint", body)[0] == 200
    assert witness.answer("/add-checkpoint", body) == (409, "text/x.tlog.size", b"7\n")
    again = submission(ConsistencyProof(7, 7, ()), signed(7, b"\x01" * 32))
    assert witness.answer("/add-checkpoint", again)[0] == 409
    bad = submission(ConsistencyProof(7, 9, (bytes(32),)), signed(9))
    assert witness.answer("/add-checkpoint", bad)[0] == 422
    assert witness.answer("/add-checkpoint", bad.replace(b"old 7", b"old 10"))[0] == 400
    stranger = checkpoints.sign("other", 7, bytes(32), ledger_key(3, "other"))
    body = submission(ConsistencyProof(0, 7, ()), stranger)
    assert witness.answer("/add-checkpoint", body)[0] == 404
    witness.ledgers["other"] = ledger_key(4, "other").vkey
    assert witness.answer("/add-checkpoint", body)[0] == 403
    assert witness.signed == {7: {bytes(32)}}
