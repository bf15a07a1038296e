"""B12: nobody is followed: no timeline, no alarm on a person, no standing or repeated search.

Nothing at any door carries such a thing, the fourth use of one probe in a case is refused, and
outside a case nobody but the person themselves searches at all.
"""

import json
import re
from dataclasses import replace

import pytest

from licet.consent.ceilings import PROBE_USES_A_CASE
from licet.consent.decide import decide
from licet.search import search
from licet.terms.acting import Who
from licet.terms.ids import CaseId
from licet.terms.permit import By, Refusal
from licet.worker import run_once
from tests.consent.acts import ACTS
from tests.consent.world import NOW
from tests.effects.test_flagging import flags
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.gates.tree import ROOT
from tests.scenarios.sayable import sayable

FOLLOWING = re.compile(
    r"watch_?list|timeline|standing_search|saved_search|recurr|subscri|geofenc|track_person"
    r"|alert_on|notify_when|real_?time|livestream|rtsp|camera_feed"
)


@pytest.mark.parametrize("where", sayable())
def test_nothing_carries_a_search_that_stands(where: str) -> None:
    assert [name for name in sayable()[where] if FOLLOWING.search(name)] == []


def test_no_operation_of_the_api_does() -> None:
    """The document is the one that is served (``tests/web/test_document.py``)."""
    document = json.loads((ROOT / "docs/reference/api.json").read_text(encoding="utf-8"))
    names = {*document["paths"], *document["components"]["schemas"]}
    for shape in document["components"]["schemas"].values():
        names |= set(shape.get("properties", ()))
    assert len(names) > 50
    assert [one for one in sorted(names) if FOLLOWING.search(one.lower())] == []


def test_the_fourth_use_of_a_probe_is_refused(world: World) -> None:
    probe = photo("anna", shot=9)
    case = world.case(probe)
    who = world.who("investigator")
    for _ in range(PROBE_USES_A_CASE):
        assert not isinstance(search(world.app, who, case, CLEARANCE, probe), Refusal)
    for days in (0, 1, 40):
        # Waiting changes nothing: the count is of the case, and not of a day.
        world.clock.go(days=days)
        refused = search(world.app, who, case, CLEARANCE, probe)
        assert isinstance(refused, Refusal)
        assert refused.reason == "probe_used_up"


def test_going_on_in_another_case_is_told_of(world: World) -> None:
    probe = photo("anna", shot=9)
    world.case(probe, reference="one")
    assert flags(world) == []
    second = world.case(probe, reference="two")
    assert flags(world) == [("evidence_again", second)]


@pytest.mark.parametrize("by", [By.WORKER, By.SUBJECT])
def test_no_clock_and_nobody_else_searches_a_case(by: By) -> None:
    act = ACTS["search"]
    refused = decide(replace(act.ask, by=by), act.facts, NOW)
    assert isinstance(refused, Refusal)


def test_outside_a_case_nobody_searches(world: World) -> None:
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    act = ACTS["search"].with_facts(case=None)
    refused = decide(act.ask, act.facts, NOW)
    assert isinstance(refused, Refusal)
    assert refused.reason == "no_case"
    assert isinstance(
        search(world.app, Who(By.MEMBER), world.case(probe), CLEARANCE, probe), Refusal
    )


def test_the_worker_searches_nothing_again(world: World) -> None:
    """Weeks of rounds leave a case with the searches that members made."""
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    case: CaseId = world.case(probe)
    assert not isinstance(
        search(world.app, world.who("investigator"), case, CLEARANCE, probe), Refusal
    )
    for _ in range(5):
        world.clock.go(days=7)
        run_once(world.app)
    with world.app.store.read() as reader:
        assert len(reader.searches.of_case(case)) == 1
