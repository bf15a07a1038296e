"""Repeating: a call that is made again, because its answer was lost, gets the same answer.

Who calls again asks anew what of it may still be shown: a withdrawal in between wins. What
was answered is kept for a day, sealed under the word that the caller chose for the call:
who reads the store reads none of it.
"""

from dataclasses import dataclass
from hashlib import sha256

from licet.app import App
from licet.terms.admission import KeptAnswer
from licet.terms.errors import Conflict
from licet.vault.seal import derive, open_sealed, seal


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One call: who makes it, the word they gave it, and the SHA-256 of what they ask."""

    holder: str
    word: str
    asked: bytes

    @property
    def key(self) -> bytes:
        """What is kept of the word (32 bytes)."""
        return sha256(self.word.encode()).digest()

    @property
    def where(self) -> str:
        """The row that its answer belongs to."""
        return f"kept_answer:{self.holder}:{self.key.hex()}"

    def opens(self) -> bytes:
        """Return the key that seals its answer."""
        return derive(sha256(b"licet answer v1\n" + self.word.encode()).digest(), self.where)


def kept(app: App, call: Repeatable) -> tuple[int, bytes] | None:
    """Return the status and body that were answered, or None where nothing was.

    Raises ``Conflict`` when the word was given to another call.
    """
    with app.store.read() as reader:
        found = reader.admission.answer(call.holder, call.key)
    if found is None:
        return None
    if found.asked != call.asked:
        raise Conflict("this key was used for something else", "Give each call a key of its own.")
    return found.status, open_sealed(call.opens(), found.sealed, call.where)


def keep(app: App, call: Repeatable, status: int, body: bytes) -> None:
    """Keep what was answered. Raises ``Conflict`` when another process answered meanwhile."""
    sealed = seal(call.opens(), body, call.where)
    with app.store.unit(bookkeeping=True) as unit:
        unit.admission.keep_answer(
            KeptAnswer(call.holder, call.key, call.asked, status, sealed, unit.now)
        )
