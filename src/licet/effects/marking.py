"""Puts a source on hold whose files bear the marks of a platform, or are badge photos.

A photo with such a mark is never taken. Where they are as many as would have kept the source
from being opened, its origin is not what was stated, whatever it was on the first day
(GDPR 5(1)(b)): nothing more is read there before the data protection officer looked.
"""

from collections.abc import Iterator
from dataclasses import replace

from licet.app import App
from licet.consent.ceilings import MARKS_COUNT
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.record import Facts, record_machine
from licet.effects.tracing import note_traces, open_traces
from licet.effects.walking import Walk, left_out_for
from licet.sources.authority import SHARE_TO_HOLD, markers, marks_of_name
from licet.sources.contract import Address
from licet.store.unit import Unit
from licet.terms.ledger import EntryKind
from licet.terms.permit import Permit
from licet.terms.source import MARKER, Fate, Marker, SourceKind, SourceState, Trace


def look_over(app: App, walk: Walk) -> None:
    """Count what the walk's place holds, and refuse the walk where the names speak against it.

    A place that was opened for an album may hold anything since: its names are looked at
    before each walk as they were on the first day. What a walk that was stopped, or killed,
    had met counts as well.
    """
    found = _marks_of_names(walk)
    if found:
        walk.traces += _marked_names(walk)
    _hold(app, walk, found or _marks_met(app, walk, walk.total))


def hold_if_marked(app: App, walk: Walk) -> None:
    """Refuse the walk, and put its source on hold, where what was met lately is marked."""
    if walk.refusal is None:
        with app.store.read() as reader:
            items = reader.items.count(walk.source.id)
        _hold(app, walk, _marks_met(app, walk, items))


def _hold(app: App, walk: Walk, found: tuple[Marker, ...]) -> None:
    if found:
        with app.store.unit() as unit:
            said = tuple((f"marker_{one.value}", True) for one in found)
            decide_on_marks(unit, walk, found, said)
            note_traces(app, unit, walk)


def decide_on_marks(
    unit: Unit, walk: Walk, marks: tuple[Marker, ...], said: Facts
) -> Permit | None:
    """Decide anew on a walk, with what was found to speak against its source; None for a no.

    The refusal is kept in the walk. Where anything was found the source is put on hold in
    this unit, and its entry says by ``said`` what it was.
    """
    facts = read_facts(walk.app, unit, walk.ask, walk.who, unit.now)
    decided = decide(walk.ask, replace(facts, markers=(*facts.markers, *marks)), unit.now)
    if isinstance(decided, Permit):
        return decided
    walk.refusal = decided
    if marks and facts.source is not None and facts.source.state is SourceState.AUTHORISED:
        unit.sources.set_state(walk.source.id, SourceState.ON_HOLD)
        record_machine(unit, EntryKind.SOURCE_HELD, (("source", walk.source.id),), said)
    return None


def _marks_of_names(walk: Walk) -> tuple[Marker, ...]:
    """Count the names of a place, and return what they say against it.

    A site's icons are named after the platforms they lead to: there only photos count, each
    by itself.
    """
    if walk.source.kind is SourceKind.SITE:
        walk.total = walk.place.count()
        return ()

    def names() -> Iterator[Address]:
        for address in walk.place.walk():
            walk.total += 1
            yield address

    return markers(walk.source.name, names())


def _marked_names(walk: Walk) -> Iterator[Trace]:
    """Yield why each file whose own name or folder is marked is left out, for who looks."""
    for address in walk.place.walk():
        marks = marks_of_name(address)
        if marks:
            yield Trace(address, Fate.LEFT_OUT, MARKER, left_out_for(marks))


def _marks_met(app: App, walk: Walk, others: int) -> tuple[Marker, ...]:
    """Return the marks of what was left out lately, if among so many others it is enough.

    It is counted over all walks, or who stops each one before its end would not be noticed;
    what is not met any more counts for a while. What somebody looked at is settled.
    """
    with app.store.read() as reader:
        met = reader.sources.marked(walk.source.id, reader.now - MARKS_COUNT)
    if not met or len(met) < SHARE_TO_HOLD * (others + len(met)):
        return ()
    marks: set[Marker] = set()
    for one in open_traces(app, walk.source.id, met):
        # What stands in the photo's own bytes and not in its name is a platform's mark.
        marks |= marks_of_name(one.address) or {Marker.PLATFORM}
    return tuple(sorted(marks))
