"""What a person is asked on their own page: found by nobody else, and answered without trace."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.family import list_questions, seek
from licet.governance import approve_case, open_case
from licet.search import Choice, search
from licet.store import migrate
from licet.terms.acting import SUBJECT
from licet.terms.asked import Said, SeekWish
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, PurposeId
from licet.worker import run_once
from tests.fakes.deployment import World, begun
from tests.fakes.vision import photo
from tests.web.doors import browser, door_of
from tests.web.own import comes_by_code

FAMILY = PurposeId("family_tracing@1")
PHOTO = photo("bert", shot=50)


def asked(world: World) -> tuple[str, str, str]:
    """Let Nadia look for Bert, who is asked; and an archive ask Bert."""
    seeker, _ = world.enrolled("anna", purpose=FAMILY)
    seek(world.app, SUBJECT, seeker, SeekWish("Nadia", "a sister", "the office"))
    brother, subject = world.enrolled("bert", purpose=FAMILY)
    archive, _ = world.granted("bert", subject=subject, identity=None)
    evidence = frozenset({hashlib.sha256(PHOTO).hexdigest()})
    wish = CaseWish(world.organisation, FAMILY, "f-1", evidence, 5)
    case = CaseId(str(open_case(world.app, world.who("investigator"), wish)))
    approve_case(world.app, world.who("approver"), case)
    choice = Choice(asking=seeker)
    search(world.app, world.who("investigator"), case, FAMILY, PHOTO, choice)
    run_once(world.app)
    return brother, subject, archive


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = begun(tmp_path / "home", url, asked)
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        made.headers["x-word"] = comes_by_code(made, world, "bert@example.org")
        yield made


def press(here: TestClient, path: str, **fields: str) -> int:
    """Press a button of a page of ours."""
    answer = here.post(path, data={"csrf": here.headers["x-word"], **fields})
    return answer.status_code


def said(world: World, kind: str) -> list[Said]:
    found = list_questions(world.app, SUBJECT, world.left[1])
    assert isinstance(found, tuple), found
    return [one.said for one in found if one.asked == kind]


def question(world: World) -> str:
    found = list_questions(world.app, SUBJECT, world.left[1])
    assert isinstance(found, tuple), found
    return next(one.id for one in found if one.id is not None)


def test_somebody_who_is_looked_for_reads_it_and_says_no(world: World, here: TestClient) -> None:
    brother, _, _ = world.left
    assert "There is a question for you" in here.get("/me").text
    page = here.get(f"/me/grants/{brother}").text
    assert "Nadia" in page
    assert "the office" not in page
    post = f"/me/grants/{brother}/answer"
    assert press(here, post, question=question(world), said="no") in {200, 303}
    assert said(world, "found") == [Said.NO]
    assert press(here, post, question="none", said="no") == 404
    assert press(here, post, question=question(world), said="yes") == 400
    assert press(here, post, question=question(world), said="yes", channel="a friend") in {200, 303}
    assert "bring us together" not in here.get(f"/me/grants/{brother}").text


def test_a_person_lets_others_look_and_stops_it(world: World, here: TestClient) -> None:
    brother, _, _ = world.left
    post = f"/me/grants/{brother}/seek"
    fields = {"told_as": "Bert", "relation": "a brother", "channel": "by mail"}
    assert press(here, post, **fields) in {200, 303}
    assert said(world, "seek") == [Said.YES]
    assert press(here, post, stop="1") in {200, 303}
    assert said(world, "seek") == [Said.OPEN]
    assert press(here, post) == 400


def test_a_person_says_whether_they_may_be_shown(world: World, here: TestClient) -> None:
    _, _, archive = world.left
    assert "May they show you?" in here.get(f"/me/grants/{archive}").text
    post = f"/me/grants/{archive}/shown"
    assert press(here, post, yes="1", until="2026-12-31", places="fr, de") in {200, 303}
    assert said(world, "shown") == [Said.YES]
    assert 'value="DE, FR"' in here.get(f"/me/grants/{archive}").text
    assert press(here, post, yes="1", until="soon") == 400
    assert press(here, post, yes="0") in {200, 303}
    assert said(world, "shown") == [Said.NO]


def test_nobody_answers_for_another_or_without_their_own_page(
    world: World, here: TestClient
) -> None:
    brother, _, archive = world.left
    asked_ = question(world)
    with browser(door_of(world.app)) as other:
        other.headers["x-word"] = comes_by_code(other, world, "anna@example.org")
        assert press(other, f"/me/grants/{brother}/answer", question=asked_, said="no") == 404
        assert press(other, f"/me/grants/{archive}/shown", yes="1") == 404
    forged = here.post(f"/me/grants/{archive}/shown", data={"csrf": "forged", "yes": "1"})
    assert forged.status_code in {400, 401, 403}
    assert said(world, "found") == [Said.OPEN]
