"""Kept copies: opened as a source, ended, destroyed, and looked after.

A copy has a row, a key of its own and a sealed file. It begins with the key and the file,
and is there from the commit that adds the row. It ends with the commit that marks the row as
*ending*: from then on nobody reads it. Then its key is shredded, so that no backup of its
file opens any more, its file overwritten and removed, and last of all its row. Whoever is
killed in between leaves a row, and the next one goes on from there.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from licet.app import App
from licet.effects.record import Facts, record_machine
from licet.effects.sealed import copy_key, open_name
from licet.sources.upload import UploadSource
from licet.store.unit import Unit
from licet.terms.errors import Corrupt
from licet.terms.ids import CopyId, SourceId
from licet.terms.ledger import EntryKind
from licet.terms.ranged import ranged
from licet.terms.source import KeptCopy, Source

PART = 256
"""How many end in one unit: an entry holds 64 KB."""

ORPHAN_AGE = timedelta(days=1)
"""A file whose key is a day old and that has no row was never finished, or is to go."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """The copies of one source, as its source reads them."""

    app: App
    source: SourceId

    def listed(self, after: str) -> Iterator[tuple[str, str]]:
        """Yield the id and the name of every copy after an id."""
        while True:
            page = _page(self.app, self.source, after)
            for copy in page:
                yield copy.id, open_name(self.app, copy.id, copy.source, copy.sealed)
            if not page:
                return
            after = page[-1].id

    def open(self, copy: str) -> BinaryIO | None:
        """Return a copy's bytes as an open file, None when it is gone or ending."""
        with self.app.store.read() as reader:
            kept = reader.copies.get(CopyId(copy))
        if kept is None or kept.ending or kept.source != self.source:
            return None
        return open_copy(self.app, kept)

    def count(self) -> int:
        """Return how many copies there are."""
        with self.app.store.read() as reader:
            return reader.copies.count(self.source)


def open_uploads(app: App, source: Source) -> UploadSource:
    """Return what was handed in to a source, to be walked through and read."""
    return UploadSource(Shelved(app, source.id))


def open_copy(app: App, kept: KeptCopy) -> BinaryIO | None:
    """Return a copy's bytes as an open file, None when key or file are gone.

    Reading a damaged one raises ``OSError``.
    """
    name = copy_key(kept.id)
    key = app.keyring.get_many((name,)).get(name)
    if key is None:
        return None
    try:
        opened = app.blobs.unsealed(kept.source, kept.id, key)
    except Corrupt:
        return None
    if opened is None:
        return None

    def fetch(start: int, end: int) -> bytes:
        try:
            return opened.fetch(start, end)
        except Corrupt as error:
            raise OSError("the kept copy is damaged") from error

    return ranged(kept.size, fetch, opened.close)


def end_copies(unit: Unit, copies: Collection[KeptCopy], facts: Facts = ()) -> int:
    """Let copies end from this commit on, and say so; returns how many.

    ``destroy_copies`` does the rest, as soon as the unit is over.
    """
    ids = sorted({copy.id for copy in copies})
    for start in range(0, len(ids), PART):
        part = ids[start : start + PART]
        unit.copies.end(part)
        record_machine(unit, EntryKind.COPIES_ENDED, tuple(("copy", one) for one in part), facts)
    return len(ids)


def destroy_copies(app: App) -> int:
    """Destroy the keys, files and rows of all copies that are ending; returns how many."""
    destroyed = 0
    while True:
        with app.store.read() as reader:
            ending = reader.copies.ending(PART)
        if not ending:
            return destroyed
        app.keyring.shred(*(copy_key(copy.id) for copy in ending))
        app.at("copies.keys")
        for copy in ending:
            app.blobs.remove(copy.source, copy.id)
        app.at("copies.files")
        with app.store.unit(bookkeeping=True) as unit:
            unit.copies.forget([copy.id for copy in ending])
        destroyed += len(ending)


def sweep_copies(app: App) -> int:
    """Remove files of copies that have no row and are not under way; returns how many.

    What was killed before its row, and after a restore what the backup does not know.
    """
    with app.store.read() as reader:
        old = frozenset(app.keyring.older_than(reader.now - ORPHAN_AGE))
    orphans = list(_orphans(app))
    absent = app.keyring.absent(copy_key(copy) for _, copy in orphans)
    over = old | absent
    return _remove(app, [one for one in orphans if copy_key(one[1]) in over])


def clear_shelf(app: App, source: SourceId) -> int:
    """Remove every file of a source of which nothing is kept any more; returns how many."""
    return _remove(app, [one for one in _orphans(app) if one[0] == source])


@dataclass(frozen=True, slots=True)
class LookedOver:
    """Copies that are kept, those whose bytes are gone or damaged, and files without a row."""

    copies: int
    gone: int
    orphans: int


def look_over_copies(app: App) -> LookedOver:
    """Look whether each copy's file is there, as long as it was, with its key.

    Its bytes are not opened: that would take as long as reading all of them.
    """
    copies = gone = 0
    for one, opens in kept_copies(app):
        copies += 1
        gone += not opens or not _is_whole(app, one)
    return LookedOver(copies, gone, sum(1 for _ in _orphans(app)))


def kept_copies(app: App) -> Iterator[tuple[KeptCopy, bool]]:
    """Give every copy that may be read, and whether its key is there."""
    with app.store.read() as reader:
        sources = [source.id for source in reader.sources.all()]
    for source in sources:
        after = ""
        while page := _page(app, source, after):
            absent = app.keyring.absent(copy_key(one.id) for one in page)
            yield from ((one, copy_key(one.id) not in absent) for one in page)
            after = page[-1].id


def _page(app: App, source: SourceId, after: str) -> tuple[KeptCopy, ...]:
    with app.store.read() as reader:
        return reader.copies.of_source(source, after, PART)


def _is_whole(app: App, copy: KeptCopy) -> bool:
    return app.blobs.size(copy.source, copy.id) == copy.size


def _orphans(app: App) -> Iterator[tuple[str, CopyId]]:
    part: list[tuple[str, CopyId]] = []
    for owner, name in app.blobs.names():
        part.append((owner, CopyId(name)))
        if len(part) >= PART:
            yield from _without_row(app, part)
            part = []
    yield from _without_row(app, part)


def _without_row(app: App, part: list[tuple[str, CopyId]]) -> Iterator[tuple[str, CopyId]]:
    with app.store.read() as reader:
        there = reader.copies.there([copy for _, copy in part])
    yield from (one for one in part if one[1] not in there)


def _remove(app: App, orphans: list[tuple[str, CopyId]]) -> int:
    app.keyring.shred(*(copy_key(copy) for _, copy in orphans))
    for owner, copy in orphans:
        app.blobs.remove(owner, copy)
    return len(orphans)
