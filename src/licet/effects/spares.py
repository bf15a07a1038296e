"""A second set of kept copies, beside backups of the store: sealed files, and never a key.

One folder serves every backup: a copy never changes, so only what is new is written. What
has ended since opens nowhere any more, because its key is gone; the next backup removes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from licet.app import App
from licet.effects.sealed import copy_key
from licet.effects.shelving import kept_copies
from licet.terms.collecting import ReportProgress
from licet.terms.errors import BadInput, Conflict
from licet.terms.ids import CopyId
from licet.terms.source import KeptCopy
from licet.vault.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Spared:
    """How many copies are in the second set now, how many of them are new, how many went."""

    copies: int
    new: int
    removed: int


def spares_at(app: App, folder: Path) -> Blobs:
    """Return the second set in a folder. Raises ``Conflict`` for the folder of the first."""
    own, named = app.blobs.root.resolve(), folder.resolve()
    if own == named or own in named.parents or named in own.parents:
        raise Conflict(
            f"{folder} is where the kept copies themselves are", "Name a folder on another disk."
        )
    return Blobs(folder)


def count_copies(app: App) -> int:
    """Return how many copies are kept."""
    with app.store.read() as reader:
        return reader.copies.count()


def spare_copies(app: App, folder: Path, tell: ReportProgress) -> Spared:
    """Write to a folder every kept copy that it lacks, and remove those that have ended.

    Raises ``Conflict`` as :func:`spares_at` does, ``Setup`` when it cannot be written.
    """
    spares, total = spares_at(app, folder), count_copies(app)
    there = new = 0
    for done, copy in enumerate(_kept(app), 1):
        if spares.size(copy.source, copy.id) == copy.size:
            there += 1
        elif spares.take(app.blobs, copy.source, copy.id):
            there, new = there + 1, new + 1
        tell(done, total)
    return Spared(there, new, _remove_ended(app, spares))


def bring_back(app: App, folder: Path, tell: ReportProgress) -> int:
    """Bring back from a folder the bytes of kept copies that are gone; returns how many.

    Nothing else is brought back: of a copy that has ended there is no row or no key. Raises
    ``BadInput`` without the folder, ``Conflict`` as :func:`spares_at` does, ``Setup``.
    """
    if not folder.is_dir():
        raise BadInput(f"there is no folder {folder}", "Name the one that a backup wrote.")
    spares, total = spares_at(app, folder), count_copies(app)
    back = 0
    for done, copy in enumerate(_kept(app), 1):
        place = (copy.source, copy.id)
        if app.blobs.size(*place) != copy.size and spares.size(*place) == copy.size:
            back += app.blobs.take(spares, *place)
        tell(done, total)
    return back


def _kept(app: App) -> Iterator[KeptCopy]:
    """Give every copy that is kept and whose key is there."""
    return (one for one, opens in kept_copies(app) if opens)


def _remove_ended(app: App, spares: Blobs) -> int:
    """Remove what no key opens; in folders of our own sources alone, for others' may lie there."""
    with app.store.read() as reader:
        ours = {str(source.id) for source in reader.sources.all()}
    found = [(owner, name) for owner, name in spares.names() if owner in ours]
    absent = app.keyring.absent(copy_key(CopyId(name)) for _, name in found)
    ended = [(owner, name) for owner, name in found if copy_key(CopyId(name)) in absent]
    for owner, name in ended:
        spares.remove(owner, name)
    return len(ended)
