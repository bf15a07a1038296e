"""Puts a source on hold into which items arrive as from a camera (AI Act 5(1)(h); GDPR 25).

Live and near-live identification is never built, and the 24 h floor alone would not show
that somebody tries. So the spans in which fresh items were made are kept between runs, and
whoever brings a feed meets the data protection officer before a batch is kept.
"""

from dataclasses import replace

from licet.consent.decide import decide
from licet.effects.facts import read_facts
from licet.effects.record import record_machine
from licet.effects.walking import Walk
from licet.sources.intake import are_of_feed, joined
from licet.store.unit import Unit
from licet.terms.ledger import EntryKind
from licet.terms.permit import Permit, Refusal
from licet.terms.source import Marker, SourceState


def permit_to_keep(unit: Unit, walk: Walk) -> Permit | None:
    """Decide anew, within the unit that keeps a batch; None once the walk is refused.

    Where what was met until now arrived as a feed does, the source is put on hold in the
    same unit and the batch is not kept.
    """
    source, app = walk.source.id, walk.app
    before = unit.sources.fresh(source)
    spans = joined(before, walk.fresh)
    facts = read_facts(app, unit, walk.ask, walk.who, unit.now)
    feed = are_of_feed(spans)
    if feed:
        facts = replace(facts, markers=(*facts.markers, Marker.STREAM))
    decided = decide(walk.ask, facts, unit.now)
    if isinstance(decided, Refusal):
        walk.refusal = decided
        if feed and facts.source and facts.source.state is SourceState.AUTHORISED:
            unit.sources.set_state(source, SourceState.ON_HOLD)
            said = (("marker", Marker.STREAM.value),)
            record_machine(unit, EntryKind.SOURCE_HELD, (("source", source),), said)
        return None
    if spans != before:
        unit.sources.note_fresh(source, spans)
    return decided
