"""Says whether what put a source on hold is still to be found there.

A hold is released by people, and people are told a reason. What can be looked up is looked
up: names that bear marks, files that were left out for a mark and lie there still, items
that are being written as a camera writes them (AI Act 5(1)(h); GDPR 5(1)(b)).
"""

from collections.abc import Iterator
from datetime import datetime

from licet.app import App
from licet.effects.sourcing import markers_of, open_source
from licet.effects.tracing import open_traces
from licet.sources.authority import SHARE_TO_HOLD, marks_of_name
from licet.sources.contract import Address, ItemSource, TellsChange
from licet.sources.intake import Arrival, are_of_feed, joined, spans_of, still_fresh
from licet.terms.source import Fate, Marker, Source, SourceKind


def persisting(app: App, source: Source) -> tuple[Marker, ...]:
    """Return what still speaks against a source; empty when nothing of it is found any more.

    The place is listed, no item is read. Of a website its name and address alone are looked
    at: what its photos bear is found by its next walk, which holds it again. Of what is
    handed in nothing lies there that was not taken: when it came was noted, also while the
    source was on hold. Raises as opening the place does.
    """
    found = set(markers_of(app, source))
    if source.kind is not SourceKind.SITE:
        with app.store.read() as reader:
            rows = reader.sources.traces(source.id, Fate.LEFT_OUT)
            before = reader.sources.fresh(source.id)
            known = reader.items.count(source.id)
        if source.kind is SourceKind.UPLOAD:
            before = still_fresh(before, app.clock())
        place = open_source(app, source)
        left_out = {t.address for t in open_traces(app, source.id, rows) if t.rule == "marker"}
        there = [address for address in place.walk() if address in left_out] if left_out else []
        if there and len(there) >= SHARE_TO_HOLD * (known + len(there)):
            for address in there:
                found |= marks_of_name(address) or {Marker.PLATFORM}
        if are_of_feed(joined(before, spans_of(_fresh(place, app.clock())))):
            found.add(Marker.STREAM)
    return tuple(sorted(found))


def _fresh(place: ItemSource, now: datetime) -> Iterator[Arrival]:
    """Give what lies in a place now with when it was made, as if it were met now."""
    if not isinstance(place, TellsChange):
        return
    for address in place.walk():
        made = place.changed_at(Address(address))
        if made is not None:
            yield Arrival(made, now)
