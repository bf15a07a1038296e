"""Flags: whoever watches hears early of a case that looks like none, and nobody is refused."""

from licet.consent.ceilings import PEOPLE_FLAGGED, PROBE_USES_A_CASE, SEARCHES_A_DAY
from licet.ledger.leaf import decode
from licet.search import search
from licet.terms.ids import CaseId
from licet.terms.ledger import EntryKind
from licet.terms.permit import Refusal
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

NAMES = ("anna", "bert", "carla", "dora", "emil")


def flags(world: World) -> list[tuple[object, str]]:
    """Return what was told of cases, and of which, in order."""
    with world.app.store.read() as reader:
        entries = [decode(one.data) for one in reader.leaves.get(0, reader.head.size)]
    alerts = [one for one in entries if one.kind is EntryKind.ALERTED]
    return [(dict(one.facts)["about"], dict(one.objects)["case"]) for one in alerts]


def searched(world: World, case: CaseId, probe: bytes) -> None:
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert not isinstance(found, Refusal)


def test_the_third_person_of_a_case_is_told_of_once(world: World) -> None:
    probes = [photo(name) for name in NAMES]
    case = world.case(*probes)
    for probe in (probes[0], probes[0], probes[1], probes[1]):
        searched(world, case, probe)
    assert flags(world) == []
    for probe in (probes[2], probes[2], probes[3], probes[0]):
        searched(world, case, probe)
    assert flags(world) == [("case_of_many", case)]
    assert len({*probes[:3]}) == PEOPLE_FLAGGED


def test_a_photo_in_a_second_case_is_told_of(world: World) -> None:
    world.case(photo("anna"), photo("bert"), reference="one")
    world.case(photo("carla"), reference="two")
    assert flags(world) == []
    again = world.case(photo("dora"), photo("bert"), reference="three")
    assert flags(world) == [("evidence_again", again)]


def test_a_day_full_of_searches_is_told_of_once(world: World) -> None:
    left = SEARCHES_A_DAY
    while left:
        probe = photo("anna", shot=left)
        case = world.case(probe, reference=f"matter {left}")
        for _ in range(min(left, PROBE_USES_A_CASE)):
            assert flags(world) == []
            searched(world, case, probe)
            left -= 1
    assert flags(world) == [("searches_many", case)]
