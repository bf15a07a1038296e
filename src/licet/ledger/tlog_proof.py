"""A proof that one entry is in the ledger, as text (c2sp.org/tlog-proof).

Any verifier of transparency logs reads it, with the entry's bytes beside it and the ledger's
key: the path of hashes leads from the entry to the root of the checkpoint that follows.
"""

from base64 import b64encode

from licet.terms.ledger import Checkpoint, InclusionProof

HEADER = "c2sp.org/tlog-proof@v1"


def write_tlog_proof(proof: InclusionProof, checkpoint: Checkpoint) -> bytes:
    """Return the proof and its checkpoint as one file, named ``.tlog-proof``."""
    hashes = (b64encode(one).decode() for one in proof.path)
    lines = (HEADER, f"index {proof.index}", *hashes)
    return ("\n".join(lines) + "\n\n" + checkpoint.note).encode()
