"""Terms that the law sets by residence: people with whom nothing happens are forgotten."""

from datetime import timedelta

import pytest

from licet.consent.ceilings import LEAD_TERM, PROBE_TERM
from licet.consent.regimes import gone_months, soonest_months
from licet.reviewing import review
from licet.rights.intake import receive
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.grant import SubjectState
from licet.terms.ids import SearchId, SubjectId, Territory
from licet.terms.permit import Refusal
from licet.terms.rights import RequestWish, RightKind
from licet.terms.search import Finding, Reviewed, Search, SearchResult, SearchState
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.vision import photo

MONTH = timedelta(days=31)


def _state(world: World, subject: SubjectId) -> SubjectState:
    with world.app.store.read() as reader:
        found = reader.subjects.get(subject)
    assert found is not None
    return found.state


@pytest.mark.parametrize("where", ["US", "DE", None])
def test_three_years_after_the_last_act_nothing_is_left(world: World, where: str | None) -> None:
    """740 ILCS 14/15(a): biometric data goes within three years; who it was, too."""
    place = None if where is None else Territory(where)
    _, subject = world.enrolled("anna", residence=place)
    world.clock.go(days=3 * 365 - 2)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.KNOWN
    world.clock.go(days=4)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.ERASED
    assert world.outbox.letters[-1].to == "anna@example.org", "they were told"


def test_another_regime_keeps_for_as_long_as_it_says(world: World) -> None:
    _, subject = world.enrolled("anna", residence=Territory("GB"))
    world.clock.go(days=3 * 365 + 4)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.KNOWN
    world.clock.go(days=3 * 365 + 4)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.ERASED


def test_whoever_says_something_is_not_forgotten(world: World) -> None:
    """A letter of theirs in the third year begins the time anew."""
    _, subject = world.granted("anna")
    world.clock.go(days=1000)
    run_once(world.app)
    wish = RequestWish(RightKind.ACCESS, "anna@example.org", "anna", "Am I still here?")
    done = receive(world.app, SUBJECT, wish)
    assert not isinstance(done, Refusal), done
    world.clock.go(days=400)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.KNOWN
    world.clock.go(days=700)
    run_once(world.app)
    assert _state(world, subject) is SubjectState.ERASED


def test_the_shortest_term_is_never_longer_than_anybodys(world: World) -> None:
    today = world.clock().date()
    for place in (None, Territory("US"), Territory("GB"), Territory("FR")):
        assert soonest_months(today) <= gone_months(place, today)
    assert gone_months(Territory("US"), today) == 36


def test_what_was_written_in_a_request_goes_when_its_term_is_over(world: World) -> None:
    """The register keeps that there was one and how it was answered."""
    world.granted("anna")
    wish = RequestWish(RightKind.ACCESS, "anna@example.org", "anna", "What do you have of me?")
    done = receive(world.app, SUBJECT, wish)
    assert not isinstance(done, Refusal), done
    run_once(world.app)
    world.clock.go(days=40)
    run_once(world.app)
    with world.app.store.read() as reader:
        (request,) = reader.requests.all()
    assert not request.is_open
    assert request.sealed
    key = f"request:{request.id}"
    world.clock.go(days=3 * 365 - 60)
    run_once(world.app)
    assert world.app.keyring.has(key)  # type: ignore[arg-type]  # a key's name
    world.clock.go(days=80)
    run_once(world.app)
    with world.app.store.read() as reader:
        (request,) = reader.requests.all()
    assert request.sealed == b""
    assert not world.app.keyring.has(key)  # type: ignore[arg-type]  # a key's name


# --- probes ---


def _searched(world: World) -> SearchResult:
    world.enrolled("anna")
    probe = photo("anna", shot=9)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult), found
    return found


def _search(world: World, search_id: SearchId) -> Search:
    with world.app.store.read() as reader:
        found = reader.searches.get(search_id)
    assert found is not None
    return found


def test_an_open_search_keeps_its_probe_for_its_term(world: World) -> None:
    found = _searched(world)
    assert _search(world, found.id).probe_until == world.clock() + PROBE_TERM
    world.clock.now += PROBE_TERM - timedelta(seconds=1)
    assert run_once(world.app).probes == 0
    world.clock.go(seconds=1)
    assert run_once(world.app).probes == 1
    after = _search(world, found.id)
    assert (after.state, after.sealed_probe, after.probe_until) == (SearchState.CLOSED, None, None)


def test_a_lead_keeps_its_probe_until_a_new_date(world: World) -> None:
    """Dated from the second verifier's finding; when it is over the lead stays a lead."""
    found = _searched(world)
    world.clock.go(days=20)
    for verifier in ("verifier", "second"):
        done = review(world.app, world.who(verifier), found.candidates[0].id, Finding.SAME)
        assert isinstance(done, Reviewed), done
    lead = _search(world, found.id)
    assert lead.state is SearchState.LEAD
    assert lead.probe_until == world.clock() + LEAD_TERM
    world.clock.now += LEAD_TERM - timedelta(seconds=1)
    assert run_once(world.app).probes == 0
    world.clock.go(seconds=1)
    assert run_once(world.app).probes == 1
    after = _search(world, found.id)
    assert (after.state, after.sealed_probe) == (SearchState.LEAD, None)
    assert run_once(world.app).probes == 0
