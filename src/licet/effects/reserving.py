"""Forgets what is reserved now, or left out, and was collected before.

A wish that came later is a wish as well: where a photo, the file beside it or the page that
shows it says no in a later walk, what was kept of it goes, with what was kept of people
because of it (Directive (EU) 2019/790, 4(3); GDPR 5(1)(a), 21).
"""

from contextlib import suppress
from datetime import datetime

from licet.app import App
from licet.effects.purging import begin_purge, needed_items, purge
from licet.effects.record import record_machine
from licet.effects.walking import Walk
from licet.store.unit import Reader, Unit
from licet.terms.errors import Busy
from licet.terms.ids import ItemId
from licet.terms.ledger import EntryKind
from licet.terms.plan import RunKind
from licet.terms.source import Source, StoredTrace

WISHES = frozenset({"reserved", "reservation", "tagged", "archived", "trashed"})
"""The rules by which somebody says no to a photo, wherever they wrote it, or put it away in a
library. A sidecar that cannot be read keeps a photo from being taken, and takes nothing back:
it may be mended."""

PART = 256
"""How many go in one unit: an entry holds 64 KB, and a withdrawal must not wait."""

_CAUSE = (("cause", "reserved"),)


def forget_reserved(app: App, walk: Walk, began: datetime) -> int:
    """Forget the items at addresses that a walk left out by somebody's wish; return how many.

    ``began`` is when the walk was permitted. An item goes whole, with all its addresses:
    where the same photo stands at another one that nobody reserves, the next walk collects
    it there. What a legal hold needs waits. What is left of a person is looked through at
    once, and by a worker where this process ends before.
    """
    gone = 0
    while part := _forget_part(app, walk.source, began):
        gone += part
        app.at("reserving.items")
    if gone:
        with suppress(Busy):  # Whoever is at it, or a worker, brings it to its end.
            purge(app, walk.source.id)
    return gone


def _forget_part(app: App, source: Source, began: datetime) -> int:
    with app.store.read() as reader:
        if not _due(app, reader, source, began):
            return 0
    with app.store.unit() as unit:
        due = _due(app, unit, source, began)
        if not due:
            return 0
        unit.items.forget(tuple(due))
        # Why it was left out is what stays written of that address.
        unit.sources.note_traces(source.id, tuple(due.values()))
        objects = (*(("item", one) for one in due), ("source", source.id))
        record_machine(unit, EntryKind.ITEMS_FORGOTTEN, objects, _CAUSE)
        if not any(run.source == source.id for run in unit.runs.open(RunKind.PURGE)):
            begin_purge(unit, source.id)
        return len(due)


def _due(
    app: App, reader: Reader | Unit, source: Source, began: datetime
) -> dict[ItemId, StoredTrace]:
    """Return items that are to go, each with why, at most a part of them."""
    found: dict[ItemId, StoredTrace] = {}
    needed = None
    for one in reader.sources.refused_since(source.id, WISHES, began):
        item = reader.items.known_address(source.id, one.tag)
        if item is None:
            continue
        needed = needed_items(app, reader, source) if needed is None else needed
        if item.id not in needed:
            found[item.id] = one
        if len(found) >= PART:
            break
    return found
