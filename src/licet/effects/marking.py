"""Puts a source on hold whose files bear the marks of a platform, or are badge photos.

A photo with such a mark is never taken. Where they are as many as would have kept the source
from being opened, its origin is not what was stated, whatever it was on the first day
(GDPR 5(1)(b)): nothing more is read there before the data protection officer looked.
"""

from dataclasses import replace
from datetime import datetime

from licet.app import App
from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.record import Facts, record_machine
from licet.effects.tracing import open_traces
from licet.effects.walking import Walk
from licet.sources.authority import SHARE_TO_HOLD, marks_of_name
from licet.store.unit import Reader, Unit
from licet.terms.ledger import EntryKind
from licet.terms.permit import Permit
from licet.terms.source import Fate, Marker, SourceState


def hold_if_marked(app: App, walk: Walk, began: datetime) -> None:
    """Refuse the walk, and put its source on hold, where what it met is marked.

    ``began`` is when the walk was permitted: what an earlier one met may be gone by now.
    """
    if walk.refusal is not None:
        return
    with app.store.read() as reader:
        found = _marks(app, reader, walk, began)
    if not found:
        return
    with app.store.unit() as unit:
        decide_on_marks(unit, walk, found, tuple((f"marker_{one.value}", True) for one in found))


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


def _marks(app: App, reader: Reader, walk: Walk, began: datetime) -> tuple[Marker, ...]:
    """Return the marks of what this walk left out, if there are enough of them."""
    source = walk.source.id
    rows = reader.sources.traces(source, Fate.LEFT_OUT)
    now = [one for one in rows if one.rule == "marker" and one.at >= began]
    if not now or len(now) < SHARE_TO_HOLD * (reader.items.count(source) + len(now)):
        return ()
    marks: set[Marker] = set()
    for one in open_traces(app, source, now):
        # What stands in the photo's own bytes and not in its name is a platform's mark.
        marks |= marks_of_name(one.address) or {Marker.PLATFORM}
    return tuple(sorted(marks))
