"""Closes searches: within a unit that others share, and again after a restore."""

from collections.abc import Iterable

from licet.app import App
from licet.effects.record import record_machine
from licet.ledger.commitment import opens
from licet.store.unit import Unit
from licet.terms.face import Score
from licet.terms.ids import CaseId, KeyId, MemberId, SearchId
from licet.terms.ledger import Entry, EntryKind
from licet.terms.search import Search, SearchState

OPEN_SEARCHES = frozenset({SearchState.CANDIDATES, SearchState.VERIFYING})


def close_within(unit: Unit, search: Search) -> int:
    """Close a search: state, probe, entry. Returns the leaf index."""
    unit.searches.set_state(search.id, SearchState.CLOSED)
    unit.searches.drop_probe(search.id)
    objects = (("case", search.case), ("search", search.id))
    return record_machine(unit, EntryKind.SEARCH_CLOSED, objects)


def close_emptied(unit: Unit, searches: Iterable[SearchId]) -> None:
    """Close those open searches whose list names nobody any more."""
    for search_id in searches:
        search = unit.searches.get(search_id)
        if search and search.state in OPEN_SEARCHES and not unit.searches.candidates(search_id):
            close_within(unit, search)


def close_again(unit: Unit, entry: Entry) -> None:
    """Close a search that a later entry says was closed: its probe does not come back."""
    if dict(entry.facts).get("state", SearchState.CLOSED.value) != SearchState.CLOSED.value:
        return
    search = unit.searches.get(SearchId(dict(entry.objects)["search"]))
    if search is not None and search.state is not SearchState.CLOSED:
        unit.searches.set_state(search.id, SearchState.CLOSED)
        unit.searches.drop_probe(search.id)


def count_again(app: App, unit: Unit, entry: Entry, leaf: int) -> None:
    """Keep a search that a later entry tells of, closed and empty, so that ceilings hold.

    What it found is lost with the store; that it was made, by whom and with which probe
    (as a tag that only the case's key makes) is not.
    """
    objects, facts = dict(entry.objects), dict(entry.facts)
    case = unit.governance.case(CaseId(objects["case"]))
    if case is None or unit.searches.get(SearchId(objects["search"])) is not None:
        return
    unit.searches.add(
        Search(
            id=SearchId(objects["search"]),
            case=case.id,
            member=_who(app, unit, entry),
            at=entry.at,
            probe_tag=bytes.fromhex(str(facts["probe"])),
            threshold=Score(int(facts["threshold"])),
            fpir_millionths=int(facts["fpir_millionths"]),
            in_scope=int(facts["in_scope"]),
            state=SearchState.CLOSED,
            sealed_probe=None,
            leaf=leaf,
        )
    )


def _who(app: App, unit: Unit, entry: Entry) -> MemberId | None:
    """Return the member whom the entry's actor commits to."""
    if entry.organisation is None or entry.actor is None:
        return None
    key = app.keyring.get(KeyId(f"organisation:{entry.organisation}"))
    members = unit.governance.members(entry.organisation)
    return next((m.id for m in members if opens(entry.actor, key, m.id)), None)
