"""Receipts and certificates: where they go, and what is said about them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from licet.cli.files import STANDARD, Handout
from licet.cli.output import Answer
from licet.terms.ids import GrantId

if TYPE_CHECKING:
    from licet.effects.receipts import Receipted


@dataclass(frozen=True, slots=True)
class Given:
    """An act that is done: the grant, the ledger's entry, and where the receipt was written."""

    grant: GrantId
    leaf: int
    receipt: Path


def place(out: Path | None, what: str, object_id: str) -> Path:
    """Return where a file goes: where it was said, or here under a name of its own."""
    return out if out is not None else Path(f"licet-{what}-{object_id.strip()[:8]}.json")


def receipt(file: Handout, done: "Receipted", said: str) -> Answer:
    """Write a receipt and return the answer."""
    file.write(done.receipt)
    given = Given(done.grant, done.leaf, file.path)
    if file.path == STANDARD:
        return Answer(given)
    return Answer(given, (said, f"  receipt for the person: {file.path} (entry {done.leaf})"))
