"""Writes down why each address of a source was collected, or why not, and reads it again.

Who answers for a source can be asked about any file of it, by the people in it or by an
authority (GDPR 5(2)). An address can name somebody: it is sealed under the source's key and
goes with the source. The last decision about an address is the one that is kept.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Protocol, runtime_checkable

from licet.app import App
from licet.consent import ceilings
from licet.effects.sealed import address_tag, source_key
from licet.effects.walking import Walk
from licet.store.unit import Reader, Unit
from licet.terms.ids import SourceId
from licet.terms.payload import TracePayload, from_bytes, to_bytes
from licet.terms.source import Fate, StoredTrace, Trace
from licet.vault.seal import open_sealed, seal

FIRST_MET = "the source may be collected, and nothing in the file speaks against it"
KNOWN = "the source may be collected; the same content was met before, here or elsewhere"


@runtime_checkable
class Traced(Protocol):
    """A place that decides on addresses itself, before they are read."""

    def traces(self) -> tuple[Trace, ...]:
        """Return the decisions since this was last asked, in order, and let go of them."""
        ...


def note_traces(app: App, unit: Unit, walk: Walk) -> None:
    """Write down what was decided on the way, the place's own decisions first.

    What was read ahead and is not settled yet waits: a site's word on its state would keep
    it from being read again, should this process end before it was looked at.
    """
    place = walk.place
    if isinstance(place, Traced):
        ahead = walk.ahead()
        told = (*walk.told, *place.traces())
        walk.told = [one for one in told if one.address in ahead]
        walk.traces[:0] = [one for one in told if one.address not in ahead]
    unit.sources.note_traces(walk.source.id, _sealed(app, unit, walk.source.id, walk.traces))


def forget_noted(app: App) -> int:
    """Forget pages, and addresses that were not taken, that nobody met for long.

    What is met again is noted again. Why a photo was taken goes with the photo. Returns how
    many are forgotten.
    """
    with app.store.unit(bookkeeping=True) as unit:
        pages = unit.sources.forget_visits(unit.now - ceilings.VISIT_TERM)
        return pages + unit.sources.forget_not_taken(unit.now - ceilings.NOT_TAKEN_TERM)


def read_traces(
    app: App, reader: Reader | Unit, source: SourceId, fate: Fate | None = None
) -> tuple[Trace, ...]:
    """Return why a source's addresses were collected or not, by address."""
    return open_traces(app, source, reader.sources.traces(source, fate))


def open_traces(app: App, source: SourceId, rows: Collection[StoredTrace]) -> tuple[Trace, ...]:
    """Return what stored traces of a source say, by address."""
    if not rows:
        return ()
    key = app.keyring.get(source_key(source))
    found = []
    for one in rows:
        opened = from_bytes(TracePayload, open_sealed(key, one.sealed, _bound(source)))
        found.append(
            Trace(opened.address, one.fate, one.rule, opened.because, sha256=opened.sha256)
        )
    return tuple(sorted(found, key=lambda trace: trace.address))


def _sealed(
    app: App, unit: Unit, source: SourceId, traces: Iterable[Trace]
) -> tuple[StoredTrace, ...]:
    last: dict[str, Trace] = {}
    for trace in traces:
        before = last.get(trace.address, trace)
        if trace.fate is Fate.UNREADABLE and before.fate is Fate.LEFT_OUT:
            continue  # The place said why it was not read, by a rule of its own.
        # The site said its state when it was read; that it was kept is decided after.
        state, page = max(before.state, trace.state), trace.page or before.page
        last[trace.address] = replace(trace, state=state, page=page)
    if not last:
        return ()
    key = app.keyring.get(source_key(source))
    return tuple(
        StoredTrace(
            source,
            address_tag(app, source, address),
            trace.fate,
            trace.rule,
            seal(key, to_bytes(_payload(address, trace)), _bound(source)),
            unit.now,
        )
        for address, trace in last.items()
    )


def _payload(address: str, trace: Trace) -> TracePayload:
    return TracePayload(address, trace.because, *trace.state, trace.sha256, trace.page)


def _bound(source: SourceId) -> str:
    return f"trace:{source}"
