"""B4: a candidate is no answer: "nobody" is one, and a lead takes two who look apart.

The words that say so come with every list, at every door. Nothing is decided by a machine:
there is no hook, threshold or setting by which a candidate becomes a lead.
"""

import re
from pathlib import Path

import pytest

from licet.listing import list_searches
from licet.reviewing import VERIFIERS, review
from licet.search import search
from licet.terms.errors import Conflict
from licet.terms.ids import CandidateId, CaseId
from licet.terms.permit import Refusal
from licet.terms.search import Finding, Reviewed, SearchResult, SearchState
from licet.verifying import Looked, look
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo
from tests.scenarios.sayable import sayable
from tests.web.coming import by_name, word_of
from tests.web.doors import SERVING, browser, door_of

PROBE = photo("anna", shot=9)
STRANGER = photo("zoe", shot=9)
DECIDING = re.compile(
    r"auto_?(confirm|accept|lead|decide|verif)|decision_hook|auto_action|on_match"
)


@pytest.fixture
def seen(world: World) -> tuple[World, CaseId, CandidateId]:
    """A search that lists Anna, in a world with two verifiers."""
    world.enrolled("anna")
    case = world.case(PROBE, STRANGER)
    return world, case, listed(world, case, PROBE).candidates[0].id


def listed(world: World, case: CaseId, probe: bytes) -> SearchResult:
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    return found


def said(world: World, who: str, one: CandidateId, finding: Finding) -> Reviewed:
    done = review(world.app, world.who(who), one, finding)
    assert isinstance(done, Reviewed), done
    return done


def test_nobody_is_an_answer(seen: tuple[World, CaseId, CandidateId]) -> None:
    world, case, _ = seen
    found = listed(world, case, STRANGER)
    assert (found.state, found.candidates) == (SearchState.NONE, ())
    assert "not identifications" in found.caveat
    with world.app.store.read() as reader:
        kept = reader.searches.get(found.id)
    assert kept is not None
    assert kept.sealed_probe is None


def test_a_lead_takes_two_who_do_not_see_each_other(
    seen: tuple[World, CaseId, CandidateId],
) -> None:
    world, case, one = seen
    before = look(world.app, world.who("second"), one)
    first = said(world, "verifier", one, Finding.SAME)
    assert (first.lead, first.state) == (False, SearchState.VERIFYING)
    # What the first one said changes nothing that the second is shown.
    assert isinstance(before, Looked)
    assert look(world.app, world.who("second"), one) == before
    second = said(world, "second", one, Finding.SAME)
    assert (second.lead, second.state) == (True, SearchState.LEAD)
    lines = list_searches(world.app, world.who("investigator"), case)
    assert not isinstance(lines, Refusal)
    assert len({"verifier", "second"}) == VERIFIERS


@pytest.mark.parametrize("other", [Finding.DIFFERENT, Finding.UNSURE])
def test_one_who_doubts_is_enough(seen: tuple[World, CaseId, CandidateId], other: Finding) -> None:
    world, _, one = seen
    said(world, "verifier", one, Finding.SAME)
    done = said(world, "second", one, other)
    assert (done.lead, done.state) == (False, SearchState.CLOSED)


def test_who_searched_and_who_spoke_do_not_verify(
    seen: tuple[World, CaseId, CandidateId],
) -> None:
    world, _, one = seen
    refused = review(world.app, world.who("investigator"), one, Finding.SAME)
    assert isinstance(refused, Refusal)
    said(world, "verifier", one, Finding.SAME)
    with pytest.raises(Conflict, match="spoke already"):
        review(world.app, world.who("verifier"), one, Finding.SAME)


def test_no_time_makes_a_lead(seen: tuple[World, CaseId, CandidateId]) -> None:
    """Nobody looks, the worker comes by for months: the search ends, and is no lead."""
    world, _, one = seen
    with world.app.store.read() as reader:
        candidate = reader.searches.candidate(one)
        assert candidate is not None
    for _ in range(4):
        world.clock.go(days=20)
        run_once(world.app)
    with world.app.store.read() as reader:
        kept = reader.searches.get(candidate.search)
    assert kept is not None
    assert kept.state is SearchState.CLOSED
    assert kept.sealed_probe is None


@pytest.mark.parametrize("where", sayable())
def test_nothing_decides_by_itself(where: str) -> None:
    assert [name for name in sayable()[where] if DECIDING.search(name)] == []


def test_every_door_says_what_a_candidate_is(seen: tuple[World, CaseId, CandidateId]) -> None:
    """The page of candidates and the page of none; the API's shape always has the caveat."""
    world, case, _ = seen
    with browser(door_of(world.app)) as here:
        by_name(here, world.people["investigator"])
        pages = []
        for probe in (PROBE, STRANGER):
            word = word_of(here.cookies[SERVING.cookie])
            data = {"case": case, "csrf": word}
            files = {"photo": ("p.jpg", probe, "image/jpeg")}
            place = here.post("/console/search", data=data, files=files).headers["location"]
            done = here.post(place, data={"face": 1, "csrf": word})
            pages.append(done.text if done.status_code == 200 else here.get(place).text)
    assert "A candidate is not a result." in pages[0]
    assert "That is an answer." in pages[1]
    shapes = Path(__file__).parents[2] / "docs/reference/api.json"
    assert '"caveat"' in shapes.read_text(encoding="utf-8")
