"""Looks for byte strings in every file a deployment owns, many at once, in one pass."""

import json
from base64 import b64encode
from collections.abc import Collection, Iterator
from pathlib import Path

from licet.app import App, Scan
from licet.settings import Settings

SHORTEST = 8
"""A needle shorter than this would be found by chance in any large file."""

ENOUGH = 48
"""So many first bytes stand for a person's features: a file that holds them holds somebody's."""


def scan_for(app: App, needles: Collection[bytes]) -> Scan:
    """Read every file below the deployment's places for any of ``needles``.

    Each is looked for as it is and as exports and notes write it: in base64 and hex;
    words as JSON and UTF-16 spell them too. What is shorter than eight bytes is left
    out. A sandbox's outbox is left out too: its letters stand for delivered ones, which
    are the person's own; a real deployment keeps no letter. Anything encrypted, compressed
    or retyped is not found: packages on their way are locked.
    """
    # Imported here because it costs a tenth of a second that most commands save.
    from licet.effects.needles import Needles

    began = app.clock()
    ours = sorted(needles)
    together = Needles((form, n) for n, needle in enumerate(ours) for form in _looked_for(needle))
    outbox = app.settings.place(app.settings.outbox).resolve()
    places: list[tuple[str, int, bytes]] = []
    files = total = 0
    for file in _files(app):
        if app.deployment.sandbox and outbox in file.parents:
            continue
        files += 1
        total += file.stat().st_size
        places.extend((str(file), at, ours[n]) for at, n in together.in_file(file))
    return Scan(frozenset(needles), began, files, total, tuple(places))


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
        settings.cache,
    )
