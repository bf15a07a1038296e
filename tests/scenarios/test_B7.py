"""B7: one case number does not serve for unrelated people.

The probe is bound to the case's evidence, a case has a cap of people, and whoever watches over
the deployment hears of the third.
"""

import pytest

from licet.consent.ceilings import PEOPLE_FLAGGED, SUBJECTS_A_CASE
from licet.governance import open_case
from licet.listing import list_cases
from licet.search import search
from licet.terms.errors import Conflict
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId
from licet.terms.letters import AlertKind
from licet.terms.permit import Refusal
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.effects.test_flagging import flags
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

NINE = [photo(name) for name in ("ada", "bob", "cy", "dan", "eve", "flo", "gus", "hal", "ian")]


def searched(world: World, case: CaseId, probe: bytes) -> SearchResult | Refusal:
    return search(world.app, world.who("investigator"), case, CLEARANCE, probe)


def test_nine_people_under_one_number_are_stopped_and_flagged(world: World) -> None:
    case = world.case(*NINE)
    found: list[str] = []
    for number, probe in enumerate(NINE, start=1):
        answer = searched(world, case, probe)
        found.append(answer.reason if isinstance(answer, Refusal) else "searched")
        flagged = [("case_of_many", case)] if number >= PEOPLE_FLAGGED else []
        assert flags(world) == flagged
    stopped = len(NINE) - SUBJECTS_A_CASE
    assert found == ["searched"] * SUBJECTS_A_CASE + ["too_many_subjects"] * stopped
    run_once(world.app)
    told = AlertKind.CASE_OF_MANY.value
    assert any(told in one.text or "third person" in one.text for one in world.outbox.letters)
    lines = list_cases(world.app, world.who("officer"))
    assert not isinstance(lines, Refusal)
    assert [(one.people, one.cap) for one in lines] == [(SUBJECTS_A_CASE, SUBJECTS_A_CASE)]


def test_no_case_is_opened_for_more_people(world: World) -> None:
    """A cap above the ceiling counts as the ceiling; a smaller one holds."""
    case = world.case(*NINE, cap=2)
    answers = [searched(world, case, probe) for probe in NINE[:3]]
    assert [isinstance(one, Refusal) for one in answers] == [False, False, True]


def test_a_photo_that_is_no_evidence_of_the_case_is_not_searched_with(world: World) -> None:
    case = world.case(*NINE[:2])
    refused = searched(world, case, NINE[2])
    assert isinstance(refused, Refusal)
    assert refused.reason == "evidence_not_of_case"


def test_a_real_number_is_not_taken_twice(world: World) -> None:
    """The number of a matter that exists opens no second one; its evidence does, and is told."""
    world.case(NINE[0], reference="2026-99")
    second = world.case(NINE[0], reference="2026-100")
    assert flags(world) == [("evidence_again", second)]
    wish = CaseWish(world.organisation, CLEARANCE, "2026-99", frozenset({"ab" * 32}), 5)
    with pytest.raises(Conflict, match="2026-99"):
        open_case(world.app, world.who("investigator"), wish)
