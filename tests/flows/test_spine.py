"""From a grant to a found face to a proof, end to end on both databases."""

from licet.collect import collect
from licet.effects.certifying import certificate
from licet.ledger.verify import verify_file
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.collecting import Collected
from licet.terms.search import SearchResult, SearchState
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo


def test_the_whole_way(world: World) -> None:
    """Grant, enrol, collect, search, withdraw, erase, verify."""
    anna, subject = world.enrolled("anna")
    place = world.folder(a=photo("anna", "x", "y"), b=photo("z"), c=b"no photo")
    source = world.source(place)
    done = collect(world.app, world.who("steward"), source.id)
    assert isinstance(done, Collected), done
    assert (done.items, done.faces, done.appearances, done.unreadable_count) == (2, 4, 1, 1)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    assert [c.grant for c in found.candidates] == [anna]
    assert [s.address for s in found.candidates[0].appearances] == ["a.jpg"]
    plan = erase(world.app, SUBJECT, subject)
    file = certificate(world.app, plan)
    verdict = verify_file(file, world.app.ledger_key.vkey)
    assert verdict.ok, verdict
    again = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(again, SearchResult), again
    assert again.state is SearchState.NONE
