"""Checking a checkpoint offline: one that somebody noted, or that a ledger published.

The checks, in the order of the code: it is one, signed by the key that the reader trusts;
its timestamp, if there is one beside it; which witnesses saw it, and, with a copy of the
published ledger, whether that copy still holds everything it held.
"""

from licet.ledger import stamp as stamps
from licet.ledger.beside import Beside, seen_outside
from licet.ledger.checkpoint import read
from licet.ledger.findings import UNWITNESSED, Findings, Verdict
from licet.ledger.note import VerifierKey
from licet.ledger.witness import bare
from licet.terms.errors import BadInput, Corrupt

KIND = "checkpoint"
_LINE = "\n— ".encode()


def is_checkpoint(data: bytes) -> bool:
    """Say whether a file looks like a signed note: nothing else that is verified does."""
    return not data.lstrip().startswith(b"{") and _LINE in data


def verify_checkpoint(
    data: bytes, trusted_vkey: str | None, by: Beside, token: bytes | None = None
) -> Verdict:
    """Check a checkpoint. ``token`` is its timestamp. Raises ``BadInput`` without a key."""
    if trusted_vkey is None:
        raise BadInput(
            "a checkpoint does not say whose it is", "Give the ledger's published key: --vkey"
        )
    signer, found = VerifierKey.read(trusted_vkey), Findings()
    try:
        checkpoint = read(data.decode(), signer)
        found.proved.append(
            f"the ledger {checkpoint.origin} had {checkpoint.size} entries, as the key you trust "
            "signed it"
        )
        if token is not None and by.authorities:
            stamp = stamps.check(token, bare(checkpoint, signer), by.authorities)
            at = f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC"
            found.proved.append(f"{stamp.authority} stamped that checkpoint: {at}")
        elif token is not None:
            found.word.append("when it was signed: you named no timestamp authority")
        if not seen_outside(found, checkpoint, signer, by):
            found.word.insert(0, UNWITNESSED)
    except UnicodeDecodeError:
        found.problems.append("this is not a signed note")
    except Corrupt as error:
        found.problems.append(error.what)
    found.word.append("that nothing was done which was never entered into the ledger")
    return Verdict(
        KIND, not found.problems, tuple(found.proved), tuple(found.word), tuple(found.problems)
    )
