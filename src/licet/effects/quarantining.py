"""Photos that are not decoded again, because that harmed the process that did it.

What was quarantined is known by its content, wherever it lies at the source, and for as long
as the decision on its address is kept: changed bytes are another photo. The steward may say
that they are tried once more.
"""

from licet.app import App
from licet.effects.record import Facts
from licet.effects.tracing import open_traces
from licet.effects.walking import QUARANTINED, Walk
from licet.terms.ids import SourceId
from licet.terms.source import Fate


def quarantined(app: App, source: SourceId) -> set[str]:
    """Return the content hashes (SHA-256, hex) that are not decoded again."""
    with app.store.read() as reader:
        rows = reader.sources.traces(source, Fate.UNREADABLE)
        harmful = [row for row in rows if row.rule == QUARANTINED]
    return {one.sha256 for one in open_traces(app, source, harmful)}


def harm_of(walk: Walk) -> Facts:
    """Return how many photos were quarantined since the last entry, for the next one."""
    return (("quarantined", walk.harmed),) if walk.harmed else ()
