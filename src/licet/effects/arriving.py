"""Puts a source on hold into which items arrive as from a camera (AI Act 5(1)(h); GDPR 25).

Live and near-live identification is never built, and the 24 h floor alone would not show
that somebody tries. So the spans in which fresh items were made are kept between runs, and
whoever brings a feed meets the data protection officer before a batch is kept.
"""

from licet.effects.marking import decide_on_marks
from licet.effects.walking import Walk
from licet.sources.intake import are_of_feed, joined
from licet.store.unit import Unit
from licet.terms.permit import Permit
from licet.terms.source import Marker


def permit_to_keep(unit: Unit, walk: Walk) -> Permit | None:
    """Decide anew, within the unit that keeps a batch; None once the walk is refused.

    Where what was met until now arrived as a feed does, the source is put on hold in the
    same unit and the batch is not kept.
    """
    before = unit.sources.fresh(walk.source.id)
    spans = joined(before, walk.fresh)
    marks = (Marker.STREAM,) if are_of_feed(spans) else ()
    permit = decide_on_marks(unit, walk, marks, (("marker", Marker.STREAM.value),))
    if permit is not None and spans != before:
        unit.sources.note_fresh(walk.source.id, spans)
    return permit
