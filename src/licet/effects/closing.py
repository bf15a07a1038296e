"""Closes a search within a unit that others share."""

from licet.effects.record import record_machine
from licet.store.unit import Unit
from licet.terms.ledger import EntryKind
from licet.terms.search import Search, SearchState

OPEN_SEARCHES = frozenset({SearchState.CANDIDATES, SearchState.VERIFYING})


def close_within(unit: Unit, search: Search) -> int:
    """Close a search: state, probe, entry. Returns the leaf index."""
    unit.searches.set_state(search.id, SearchState.CLOSED)
    unit.searches.drop_probe(search.id)
    objects = (("case", search.case), ("search", search.id))
    return record_machine(unit, EntryKind.SEARCH_CLOSED, objects)
