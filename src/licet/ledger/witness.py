"""What a ledger says to its witnesses, and what they answer (c2sp.org/tlog-witness).

A witness keeps the last checkpoint of each ledger that it cosigned. It cosigns a later one
only when it is shown that the earlier is a part of it, so nobody who trusts the witness
can be shown another history. Nothing here speaks to anybody: these are the bytes.
"""

import re
from collections.abc import Sequence

from licet.ledger import checkpoint as checkpoints
from licet.ledger.checkpoint import add_cosignature
from licet.ledger.note import COSIGNATURE, Note, VerifierKey, read_note, signature_line
from licet.ledger.reading import to_base64
from licet.terms.errors import BadInput, Corrupt
from licet.terms.ledger import Checkpoint, ConsistencyProof

CALL = "add-checkpoint"
"""What is added to a witness's address."""

MOST_STEPS = 63
MOST_BYTES = 64 * 1024
_SIZE = re.compile(rb"(0|[1-9][0-9]{0,15})\n")


def submission(proof: ConsistencyProof, checkpoint: Checkpoint) -> bytes:
    """Return the body by which ``checkpoint`` is shown to who saw ``proof.old`` entries of it."""
    if proof.new != checkpoint.size or len(proof.path) > MOST_STEPS:
        raise BadInput("the proof does not lead to the checkpoint")
    steps = "".join(f"{to_base64(step)}\n" for step in proof.path)
    return f"old {proof.old}\n{steps}\n{checkpoint.note}".encode()


def seen_size(answer: bytes) -> int:
    """Read how many entries the witness saw, out of its answer 409. Raises ``Corrupt``."""
    found = _SIZE.fullmatch(answer)
    if found is None:
        raise Corrupt("a witness answered with no size")
    return int(found[1])


def cosigned(checkpoint: Checkpoint, answer: bytes, witness: VerifierKey) -> Checkpoint:
    """Return the checkpoint with the cosignature that is in the answer. Raises ``Corrupt``.

    Lines of any other key in the answer are left out: who is not trusted adds nothing.
    """
    try:
        answered = read_note(checkpoint.note + answer.decode())
    except UnicodeDecodeError as error:
        raise Corrupt(f"{witness.name} did not answer in signature lines") from error
    except Corrupt as error:
        raise Corrupt(f"{witness.name} did not answer in signature lines") from error
    own = _lines(answered, (witness,))
    if not own:
        raise Corrupt(f"{witness.name} answered without its own cosignature")
    return add_cosignature(checkpoint, own[0], witness)


def bare(checkpoint: Checkpoint, signer: VerifierKey) -> Checkpoint:
    """Return the checkpoint as its ledger signed it, whatever others added since."""
    note = read_note(checkpoint.note)
    own = "".join(_lines(note, (signer,)))
    return Checkpoint(checkpoint.origin, checkpoint.size, checkpoint.root, f"{note.text}\n{own}")


def merged(kept: Checkpoint, other: Checkpoint) -> Checkpoint:
    """Return one checkpoint with the signature lines of two; of each key the line kept first.

    Raises ``Corrupt`` when they are not of one tree: two histories are never made one.
    """
    if (kept.origin, kept.size, kept.root) != (other.origin, other.size, other.root):
        raise Corrupt(
            f"two checkpoints of {kept.size} entries have two roots",
            "Keep both files: they prove that the ledger was written twice",
        )
    known = {(line.name, line.id) for line in read_note(kept.note).signatures}
    new = [one for one in read_note(other.note).signatures if (one.name, one.id) not in known]
    added = "".join(f"— {one.name} {to_base64(one.id + one.value)}\n" for one in new)
    return Checkpoint(kept.origin, kept.size, kept.root, kept.note + added)


def trusted(lines: Sequence[str], ledger: VerifierKey) -> tuple[VerifierKey, ...]:
    """Read the key lines of witnesses. Raises ``BadInput``.

    The ledger's own key is nobody else's eye, so it counts for none.
    """
    keys = tuple(VerifierKey.read(line) for line in lines)
    for key in keys:
        if key.type != COSIGNATURE:
            raise BadInput(f"{key.name} is not a witness's key", "Ask it for its key line (C2SP)")
        if key.public == ledger.public:
            raise BadInput(f"{key.name} has the ledger's own key", "Ask somebody else to witness")
    return keys


def saw(checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> tuple[tuple[str, int], ...]:
    """Return which of these witnesses cosigned, with when (seconds since 1970)."""
    return checkpoints.witnesses(checkpoint.note, keys)


def _lines(note: Note, keys: Sequence[VerifierKey]) -> list[str]:
    return [signature_line(key, value) for key in keys for value in note.by(key)]
