"""Two verifiers, blind to each other: what waits, what each is shown, and what comes of it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.collect import collect
from licet.governance import add_member
from licet.granting import withdraw
from licet.search import Choice, search
from licet.terms.acting import SUBJECT
from licet.terms.errors import BadInput, NotFound
from licet.terms.governing import MemberWish
from licet.terms.ids import CandidateId, CaseId
from licet.terms.organisation import Role
from licet.terms.permit import Refusal
from licet.terms.search import Finding, SearchResult
from licet.verifying import Looked, list_waiting, look, look_at_probe
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.members import equipped
from tests.fakes.vision import photo
from tests.redteam.real import new_real_world
from tests.web.coming import by_name, sign_in, word_of
from tests.web.doors import SERVING, browser, door_of

PAIR = photo("bert", "anna", shot=9)


@pytest.fixture
def found(
    tmp_path: Path, new_database: Callable[[str], str]
) -> Iterator[tuple[World, CandidateId]]:
    """A search in which Anna is a candidate, by the second face of a photo."""
    world = new_world(tmp_path / "home", new_database("sqlite"))
    world.enrolled("anna")
    source = world.source(world.folder(a=photo("anna", "carl", shot=3)), "Summer party")
    collect(world.app, world.who("steward"), source.id)
    yield world, searched(world, world.case(PAIR))
    world.app.close()


def searched(world: World, case: CaseId, who: str = "investigator") -> CandidateId:
    done = search(world.app, world.who(who), case, CLEARANCE, PAIR, Choice(face=2))
    assert isinstance(done, SearchResult), done
    (one,) = done.candidates
    return one.id


def coming(world: World, name: str) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        by_name(made, world.people[name])
        yield made


@pytest.fixture
def first(found: tuple[World, CandidateId]) -> Iterator[TestClient]:
    yield from coming(found[0], "verifier")


@pytest.fixture
def second(found: tuple[World, CandidateId]) -> Iterator[TestClient]:
    yield from coming(found[0], "second")


def word(here: TestClient) -> str:
    return word_of(here.cookies[SERVING.cookie])


def bring(here: TestClient, candidate: str, probe: bytes = PAIR) -> Response:
    files = {"photo": ("p.jpg", probe, "image/jpeg")}
    place = f"/console/verify/{candidate}/photo"
    return here.post(place, data={"csrf": word(here)}, files=files)


def say(here: TestClient, candidate: str, finding: str) -> Response:
    data = {"csrf": word(here), "finding": finding}
    return here.post(f"/console/verify/{candidate}", data=data)


def seen(here: TestClient, path: str) -> str:
    """A page without what is each answer's own."""
    text = here.get(path).text
    for own in (r'nonce="[^"]+"', r"/console/search/[\w-]{30,}/"):
        text = re.sub(own, "", text)
    return text


def test_two_who_say_the_same_make_a_lead(
    found: tuple[World, CandidateId], first: TestClient, second: TestClient
) -> None:
    _, candidate = found
    assert f"/console/verify/{candidate}" in first.get("/console/verify").text
    asked = first.get(f"/console/verify/{candidate}").text
    assert "Bring the photo of the case" in asked
    assert "Comparison score" not in asked
    assert "Take it from the case" in bring(first, candidate, photo("anna", shot=9)).text
    assert bring(first, candidate).headers["location"] == f"/console/verify/{candidate}"
    shown = first.get(f"/console/verify/{candidate}").text
    assert 'viewBox="90 -10 120 120"' in shown, "the second face, which was searched with"
    assert "Summer party" in shown
    told = say(first, candidate, "same")
    assert told.headers["location"] == "/console/verify?done=kept"
    assert "Your finding is kept" in first.get(told.headers["location"]).text
    assert "Nothing waits for you" in first.get("/console/verify").text
    bring(second, candidate)
    assert say(second, candidate, "same").headers["location"] == "/console/verify?done=lead"
    assert "A lead: two verifiers" in second.get("/console/verify?done=lead").text


@pytest.mark.parametrize("said", ["same", "different", "unsure"])
def test_what_one_said_is_never_shown_to_the_other(
    found: tuple[World, CandidateId], first: TestClient, second: TestClient, said: str
) -> None:
    _, candidate = found
    bring(second, candidate)
    places = ("/console/verify", f"/console/verify/{candidate}")
    before = [seen(second, place) for place in places]
    assert "/console/verify/" in before[0]
    assert "The same person" in before[1]
    say(first, candidate, said)
    assert [seen(second, place) for place in places] == before


def test_two_who_differ_close_it_and_nobody_speaks_twice_or_third(
    found: tuple[World, CandidateId], first: TestClient, second: TestClient
) -> None:
    world, candidate = found
    say(first, candidate, "same")
    assert say(first, candidate, "different").status_code == 409
    assert say(second, candidate, "different").headers["location"] == "/console/verify?done=closed"
    assert say(second, candidate, "same").status_code == 409
    assert first.get(f"/console/verify/{candidate}").status_code == 404
    assert say(second, candidate, "perhaps").status_code == 422
    assert list_waiting(world.app, world.who("verifier")) == ()


def test_nobody_but_a_verifier_who_did_not_search_is_shown_it(
    found: tuple[World, CandidateId],
) -> None:
    world, candidate = found
    for name in ("investigator", "approver", "steward"):
        assert isinstance(look(world.app, world.who(name), candidate), Refusal)
        assert isinstance(look_at_probe(world.app, world.who(name), candidate, PAIR), Refusal)
        assert list_waiting(world.app, world.who(name)) == ()
    wish = MemberWish(
        world.organisation,
        "both",
        frozenset({Role.INVESTIGATOR, Role.VERIFIER}),
        b"\x07" * 32,
    )
    both = add_member(world.app, world.who("steward", "officer"), wish)
    assert isinstance(both, str), both
    world.people["both"] = both
    own = searched(world, world.case(PAIR, reference="own"), "both")
    assert isinstance(look(world.app, world.who("both"), own), Refusal)
    listed = list_waiting(world.app, world.who("both"))
    assert not isinstance(listed, Refusal)
    assert [one.candidates for one in listed] == [(candidate,)]
    assert isinstance(look(world.app, world.who("both"), candidate), Looked)


def test_what_is_not_there_and_what_is_no_evidence(found: tuple[World, CandidateId]) -> None:
    world, candidate = found
    verifier = world.who("verifier")
    with pytest.raises(NotFound):
        look(world.app, verifier, CandidateId("nobody"))
    with pytest.raises(BadInput, match="not the photo"):
        look_at_probe(world.app, verifier, candidate, photo("anna", shot=9))


def test_a_withdrawal_takes_a_candidate_away_from_those_who_wait(
    found: tuple[World, CandidateId],
) -> None:
    world, candidate = found
    with world.app.store.read() as reader:
        (grant,) = [one.id for one in reader.grants.kept()]
    withdraw(world.app, SUBJECT, grant)
    assert list_waiting(world.app, world.who("verifier")) == ()
    with pytest.raises(NotFound):
        look(world.app, world.who("verifier"), candidate)


def test_an_old_session_steps_up_before_it_sees_anybody(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    world = new_real_world(tmp_path / "home", new_database("sqlite"))
    world.enrolled("anna")
    world.clock.go(days=2)
    case = world.case(PAIR)
    asked = world.searching(case, PAIR, Choice(face=2))
    done = search(
        world.app, world.signed(asked, "investigator"), case, CLEARANCE, PAIR, Choice(face=2)
    )
    assert isinstance(done, SearchResult), done
    candidate = done.candidates[0].id
    with browser(door_of(world.app)) as here:
        device, _ = equipped(world, "verifier")
        sign_in(here, device)
        assert here.get(f"/console/verify/{candidate}").status_code == 200
        world.clock.go(minutes=6)
        assert here.get("/console/verify").status_code == 200, "to read what waits is enough"
        told = here.get(f"/console/verify/{candidate}")
        assert told.status_code == 403
        assert f'data-back="/console/verify/{candidate}"' in told.text
        assert say(here, candidate, Finding.SAME.value).status_code == 403
    world.app.close()
