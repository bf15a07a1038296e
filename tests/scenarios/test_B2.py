"""B2: one permit decides everywhere; a withdrawal wins over a search that is running.

Random histories, races and crashes are in tests/invariants; here are the two moments
that people ask about first, on both databases.
"""

from licet.collect import collect
from licet.granting import withdraw
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.search import SearchResult, SearchState
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo


def test_a_withdrawal_wins_over_a_search_already_running(world: World) -> None:
    """The gallery has answered, the person withdraws, nothing is released."""
    anna, _ = world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    other = world.reopen()

    def meanwhile(name: str) -> None:
        if name == "search.found":
            withdraw(other, SUBJECT, anna)

    app = world.reopen(meanwhile)
    found = search(app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    assert (found.state, found.candidates) == (SearchState.NONE, ())
    app.close()
    other.close()


def test_another_process_stops_finding_at_once(world: World) -> None:
    """The other App holds her in its gallery; the first search after the commit finds nobody."""
    anna, _ = world.enrolled("anna")
    probes = [photo("anna", shot=shot) for shot in range(20, 25)]
    case = world.case(*probes)
    other = world.reopen()
    warm = search(other, world.who("investigator"), case, CLEARANCE, probes[0])
    assert isinstance(warm, SearchResult)
    assert warm.candidates
    withdraw(world.app, SUBJECT, anna)
    again = search(other, world.who("investigator"), case, CLEARANCE, probes[1])
    assert isinstance(again, SearchResult), again
    assert again.candidates == ()
    other.close()


def test_a_withdrawal_wins_over_collecting(world: World) -> None:
    """Faces were compared, the person withdraws, no appearance is kept."""
    anna, _ = world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna", "x")))
    other = world.reopen()
    passed: list[str] = []

    def meanwhile(name: str) -> None:
        if name == "collect.compared" and not passed:
            passed.append(name)
            withdraw(other, SUBJECT, anna)

    app = world.reopen(meanwhile)
    collect(app, world.who("steward"), source.id)
    assert passed
    with app.store.read() as reader:
        assert reader.templates.count() == 0
    app.close()
    other.close()
