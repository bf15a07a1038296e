"""Looks for byte strings in every file a deployment owns, many at once, in one pass."""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, TYPE_CHECKING

from licet.app import App, Scan
from licet.effects.apart import database_files, read_apart
from licet.settings import Settings
from licet.store.wording import AROUND, is_of_a_format, of_schema

if TYPE_CHECKING:
    from licet.effects.needles import Passed

SHORTEST = 8
"""A needle shorter than this would be found by chance in any large file."""

_SKIPPED = 2**20

ENOUGH = 48
"""So many first bytes stand for a person's features: a file that holds them holds somebody's."""


def scan_for(app: App, needles: Collection[bytes]) -> Scan:
    """Read every file below the deployment's places for any of ``needles``.

    Each is looked for as it is and as exports and notes write it: in base64 and hex;
    words as JSON and UTF-16 spell them too. What is shorter than eight bytes is left
    out. A sandbox's outbox is left out too: its letters stand for delivered ones, which
    are the person's own; a real deployment keeps no letter. Anything encrypted, compressed
    or retyped is not found: packages on their way are locked.

    A name that is a word of the database's own schema stands in its file whoever is kept
    there: of such a word the rows are asked, not the file; and in entries and the other
    files it counts for nothing where it is an identifier of a format or the id of a key.
    """
    # Imported here because it costs a tenth of a second that most commands save.
    from licet.effects.needles import Needles

    began = app.clock()
    ours = sorted(needles)
    words = of_schema(one for one in ours if len(one) >= SHORTEST)
    together = Needles(_forms(ours))
    beside = Needles(one for one in _forms(ours) if one[0] not in words) if words else together
    database = {path.resolve() for path in app.store.files()}
    apart = _databases(app)
    outbox = app.settings.place(app.settings.outbox).resolve()
    places: list[tuple[str, int, bytes]] = []
    files = total = 0
    for file in _files(app):
        if app.deployment.sandbox and outbox in file.parents:
            continue
        files += 1
        total += file.stat().st_size
        if file in database:
            found = beside.in_file(file, apart=True)
        else:
            passed = _of_the_format(file, ours, words, apart=file in apart)
            found = together.in_file(file, passed=passed, apart=file in apart)
        places.extend((str(file), at, ours[n]) for at, n in found)
    places += [(name, 0, one) for one in sorted(words) for name in app.store.columns_holding(one)]
    places += [("leaf.data", at, one) for at, one in _in_entries(app, words)]
    return Scan(frozenset(needles), began, files, total, tuple(places))


def _forms(ours: list[bytes]) -> Iterator[tuple[bytes, int]]:
    return ((form, n) for n, needle in enumerate(ours) for form in _looked_for(needle))


def _databases(app: App) -> frozenset[Path]:
    settings = app.settings
    keyrings = (settings.place(settings.keyring), settings.place(settings.keyring_replica))
    return database_files((*app.store.files(), *keyrings))


def _of_the_format(
    file: Path, ours: list[bytes], words: frozenset[bytes], *, apart: bool
) -> "Passed":
    """Pass the places at which a word of the schema stands as one of a format's own."""

    def passed(place: int, whose: int) -> bool:
        word = ours[whose]
        if word not in words:
            return False
        start = max(place - AROUND, 0)
        with read_apart(file) if apart else file.open("rb") as stream:
            _skip(stream, start)
            before, _, after = (stream.read(n) for n in (place - start, len(word), AROUND))
        return is_of_a_format(before, after)

    return passed


def _skip(stream: IO[bytes], count: int) -> None:
    """Go on by so many bytes, also in what can only be read on."""
    if stream.seekable():
        stream.seek(count)
        return
    while count > 0:
        count -= len(stream.read(min(count, _SKIPPED))) or count


def _in_entries(app: App, words: frozenset[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give the entries, by their index, that hold a word of the schema and not as their own."""
    if not words:
        return
    with app.store.read() as reader:
        for leaf in reader.leaves.iterate(0):
            for word in words:
                # Split at the word: each gap shows what stands before and after it.
                parts = leaf.data.split(word)
                if not all(is_of_a_format(*both) for both in pairwise(parts)):
                    yield leaf.index, word


def _looked_for(needle: bytes) -> Iterator[bytes]:
    """Give the forms in which a needle is looked for; words whole, of features the beginning."""
    if len(needle) < SHORTEST:
        return
    try:
        needle.decode()
    except UnicodeDecodeError:
        needle = needle[:ENOUGH]
    yield from (form for form in forms_of(needle) if len(form) >= SHORTEST)


def forms_of(needle: bytes) -> frozenset[bytes]:
    """Return the byte strings as which ``needle`` may stand in a file in clear."""
    forms = {needle, needle.hex().encode(), needle.hex().upper().encode()}
    for shift in range(3):  # where a base64 group of three bytes may begin before it
        text = b64encode(bytes(shift) + needle)
        forms.add(text[-(-shift * 4 // 3) : (shift + len(needle)) * 4 // 3])
    try:
        word = needle.decode()
    except UnicodeDecodeError:
        return frozenset(forms)
    forms.update((json.dumps(word)[1:-1].encode(), word.encode("utf-16-le")))
    return frozenset(forms)


def _files(app: App) -> Iterator[Path]:
    settings = app.settings
    roots = {
        settings.home,
        *(
            settings.place(place).parent
            for place in (settings.keyring, settings.keyring_replica, settings.ledger_key)
        ),
        *(settings.place(place) for place in _places(settings)),
        *(file.parent for file in app.store.files()),
    }
    seen: set[Path] = set()
    for root in sorted(roots):
        for file in sorted(root.rglob("*")):
            path = file.resolve()
            if file.is_file() and not file.is_symlink() and path not in seen:
                seen.add(path)
                yield path


def _places(settings: Settings) -> tuple[Path, ...]:
    """Return the folders that may lie outside ``home``."""
    return (
        settings.epochs,
        settings.tiles,
        settings.certificates,
        settings.packages,
        settings.copies,
        settings.cache,
    )
