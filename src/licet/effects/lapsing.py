"""Lets time take what it must: everything kept has a date, and here those dates are kept.

An appearance that nobody confirmed, a suggestion that nobody looked at, a probe whose
term is over, the list of a search that came to nothing. Each was given its end when it
was kept; nothing here is decided anew (GDPR 5(1)(e)).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from licet.app import App
from licet.effects.closing import OPEN_SEARCHES, close_within
from licet.effects.held import held_grants
from licet.effects.record import record_machine
from licet.effects.sealed import search_key
from licet.effects.trying import Trying
from licet.terms.ids import SearchId
from licet.terms.ledger import EntryKind

PART = 256
"""How many lapse in one unit: an entry holds 64 KB, and a withdrawal must not wait."""

PARTS = 64
"""How many units of lapsing a round does before it goes on with the rest of its work."""

LIST_DAYS = timedelta(days=183)
"""How long the list of a search that came to nothing is kept: the people on it may ask who
searched them, and after that nobody needs to know whom a search wrongly named."""


def in_parts(app: App, lapse: Callable[[App], int]) -> int:
    """Let parts lapse until there is nothing; what is left after many waits for the next round."""
    total = 0
    for _ in range(PARTS):
        part = lapse(app)
        if not part:
            break
        total += part
    return total


def lapse_appearances(app: App) -> int:
    """Drop a part of the appearances that nobody confirmed in time; returns how many.

    What a legal hold keeps does not lapse before the hold is over.
    """
    with app.store.read() as reader:
        any_due = bool(reader.templates.lapsed(reader.now, 1, held_grants(reader)))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        lapsed = unit.templates.lapsed(unit.now, PART, held_grants(unit))
        due = [template.id for template in lapsed]
        unit.templates.delete(due)
        objects = tuple(("template", template) for template in due)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED, objects, (("cause", "lapsed"),))
    return len(due)


def lapse_suggestions(app: App) -> int:
    """Drop a part of the suggestions that nobody looked at in time; returns how many."""
    with app.store.read() as reader:
        any_due = bool(reader.suggestions.expired(reader.now, 1))
    if not any_due:
        return 0
    with app.store.unit() as unit:
        due = [suggestion.id for suggestion in unit.suggestions.expired(unit.now, PART)]
        unit.suggestions.delete_many(due)
        objects = tuple(("suggestion", suggestion) for suggestion in due)
        record_machine(unit, EntryKind.SUGGESTIONS_LAPSED, objects)
    return len(due)


def drop_probes(app: App, trying: Trying) -> int:
    """Destroy the probes whose term is over; returns how many.

    An open search is closed by it: nobody verified it while there was something to verify
    with. A lead stays what two people found; only the probe goes.
    """
    with app.store.read() as reader:
        due = [search.id for search in reader.searches.with_probe_over(reader.now)]
    return sum(trying.do(f"search {one}", partial(_drop, app, one), False) for one in due)


def _drop(app: App, search_id: SearchId) -> bool:
    with app.store.unit() as unit:
        search = unit.searches.get(search_id)
        if search is None or search.probe_until is None or search.probe_until > unit.now:
            return False
        if search.state in OPEN_SEARCHES:
            close_within(unit, search)
        else:
            unit.searches.drop_probe(search_id)
            objects = (("case", search.case), ("search", search_id))
            facts = (("state", search.state.value),)
            record_machine(unit, EntryKind.PROBE_DROPPED, objects, facts)
    # Killed before this, the day's sweep destroys the key.
    app.keyring.shred(search_key(search_id))
    return True


def forget_lists(app: App) -> int:
    """Delete the lists of searches that came to nothing long ago; returns how many candidates."""
    with app.store.read() as reader:
        forget = reader.searches.any_closed_before(reader.now - LIST_DAYS)
    if not forget:
        return 0
    with app.store.unit() as unit:
        gone = unit.searches.delete_candidates_closed_before(unit.now - LIST_DAYS)
        record_machine(unit, EntryKind.LISTS_FORGOTTEN, (), (("candidates", gone),))
    return gone
