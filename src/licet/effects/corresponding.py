"""Letters from and to authorities: what is sealed in them, and their lines after a restore.

A letter has a key of its own, ``correspondence:<id>``. The ledger holds the letter's digest
and its term, never what it says or whom it came from.
"""

from collections.abc import Callable
from dataclasses import replace

from licet.app import App
from licet.store.unit import Unit
from licet.terms.corresponding import LetterPayload
from licet.terms.duties import Correspondence
from licet.terms.ids import CorrespondenceId, KeyId, OrderId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.payload import from_bytes, to_bytes
from licet.terms.when import from_ms
from licet.vault.seal import open_sealed, seal

UNNAMED = ""
"""The authority of a letter that came back by a restore: it stands on the letter itself."""


def letter_key(letter: CorrespondenceId) -> KeyId:
    """Return the name of a letter's key."""
    return KeyId(f"correspondence:{letter}")


def seal_letter(app: App, letter: CorrespondenceId, payload: LetterPayload) -> bytes:
    """Seal what a letter is about. Raises ``KeyAbsent``."""
    key = app.keyring.get(letter_key(letter))
    return seal(key, to_bytes(payload), f"correspondence:{letter}")


def open_letter(app: App, letter: Correspondence) -> LetterPayload:
    """Return what a letter is about; nothing of one that came back without it (a restore)."""
    if not letter.sealed:
        return LetterPayload()
    opened = open_sealed(
        app.keyring.get(letter_key(letter.id)), letter.sealed, f"correspondence:{letter.id}"
    )
    return from_bytes(LetterPayload, opened)


def file_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Put a letter back that the backup does not know: its term runs, and nobody sees to it."""
    letter = _id(entry)
    if unit.correspondence.get(letter) is not None:
        return
    said, named = dict(entry.facts), dict(entry.objects)
    order = OrderId(named["order"]) if "order" in named else None
    known = order is not None and unit.orders.get(order) is not None
    unit.correspondence.add(
        Correspondence(
            id=letter,
            order=order if known else None,
            authority=UNNAMED,
            outgoing=bool(said["outgoing"]),
            digest=str(said["digest"]),
            at=from_ms(int(said["on"])),
            answer_by=from_ms(int(said["answer_by"])) if "answer_by" in said else None,
            owner=None,
            answered_at=None,
            answer="",
            alerted_at=None,
            sealed=b"",
            leaf=leaf,
        )
    )


def answer_again(unit: Unit, entry: Entry, leaf: int) -> None:
    """Note again that a letter was answered, and by which file."""
    letter = unit.correspondence.get(_id(entry))
    if letter is not None and letter.answered_at is None:
        answer = str(dict(entry.facts)["answer"])
        unit.correspondence.put(replace(letter, answered_at=entry.at, answer=answer, leaf=leaf))


LETTERS_AGAIN: dict[EntryKind, Callable[[Unit, Entry, int], None]] = {
    EntryKind.LETTER_FILED: file_again,
    EntryKind.LETTER_ANSWERED: answer_again,
}


def _id(entry: Entry) -> CorrespondenceId:
    return CorrespondenceId(dict(entry.objects)["correspondence"])
