"""Searching with a photo: found out by steps, decided at each, and nothing of it stays."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.collect import collect
from licet.terms.face import Box
from licet.terms.ids import CaseId, MemberId
from licet.web.probes import Held, Probes
from tests.fakes.deployment import World
from tests.fakes.members import equipped
from tests.fakes.vision import START, photo
from tests.redteam.real import new_real_world
from tests.web.coming import by_name, sign_in, word_of
from tests.web.doors import SERVING, browser, door_of

PAIR = photo("anna", "bert", shot=9)
ALONE = photo("anna", shot=9)
STRANGER = photo("zoe", shot=9)


@pytest.fixture(scope="module")
def searched(shared: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[World, CaseId]:
    """A world in which Anna is enrolled and was seen once, and a case about three photos."""
    shared.enrolled("anna")
    source = shared.source(shared.folder(a=photo("anna", "carl", shot=3)), "Summer party")
    collect(shared.app, shared.who("steward"), source.id)
    return shared, shared.case(PAIR, ALONE, STRANGER)


@pytest.fixture
def here(searched: tuple[World, CaseId]) -> Iterator[TestClient]:
    world, _ = searched
    with browser(door_of(world.app)) as made:
        by_name(made, world.people["investigator"])
        yield made


def word(here: TestClient) -> str:
    return word_of(here.cookies[SERVING.cookie])


def bring(here: TestClient, case: str, probe: bytes, csrf: str | None = None) -> Response:
    data = {"case": case, "csrf": word(here) if csrf is None else csrf}
    return here.post("/console/search", data=data, files={"photo": ("p.jpg", probe, "image/jpeg")})


def run(here: TestClient, place: str, face: int = 1) -> Response:
    return here.post(place, data={"face": face, "csrf": word(here)})


def brought(here: TestClient, case: str, probe: bytes) -> str:
    answer = bring(here, case, probe)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def told(here: TestClient, place: str) -> tuple[int, str]:
    """What a page says, without what is each answer's own."""
    answer = here.get(place)
    own = (r'nonce="[^"]+"', r"back=[^&\"]+", r"<code>\w+</code>")
    text = answer.text
    for one in own:
        text = re.sub(one, "", text)
    return answer.status_code, text


def test_the_form_names_open_cases_and_what_is_left(
    here: TestClient, searched: tuple[World, CaseId]
) -> None:
    text = here.get("/console/search").text
    assert "2026-17" in text
    assert "You may search 50 more times today." in text
    assert f'value="{searched[1]}" selected' in here.get(f"/console/search?case={searched[1]}").text
    assert 'href="/console/search"' in text
    assert "Show once more" not in text, "in a sandbox names are believed"


def test_somebody_is_chosen_among_several_and_found_beside_their_photo(
    here: TestClient, searched: tuple[World, CaseId]
) -> None:
    world, case = searched
    place = brought(here, case, PAIR)
    text = here.get(place).text
    assert "There are 2 faces in this photo." in text
    assert " checked>Face" not in text
    assert here.get(f"{place}/photo").headers["content-type"] == "image/jpeg"
    shown = run(here, place)
    assert shown.status_code == 200
    assert "1 candidate" in shown.text
    assert "innocent candidates among the 1 people searched" in shown.text
    assert "A candidate is not a result" in shown.text
    assert "Summer party" in shown.text
    picture = shown.text.split('image href="/console/search/seen')[1].split('"')[0]
    answer = here.get("/console/search/seen" + picture.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.json() == {"covered": [[110, 10, 80, 80]]}, "Carl's face is covered"
    nobody = run(here, place, 2)
    assert "Nobody who may be found reaches the threshold" in nobody.text
    with world.app.store.read() as reader:
        assert len(reader.searches.of_case(case)) == 2


def test_one_face_is_chosen_already_and_nobody_is_an_answer(
    here: TestClient, searched: tuple[World, CaseId]
) -> None:
    place = brought(here, searched[1], STRANGER)
    assert " checked>Face" in here.get(place).text
    answer = run(here, place)
    assert answer.status_code == 200
    assert "That is an answer." in answer.text


def test_a_photo_that_is_no_evidence_is_refused_with_its_article(
    here: TestClient, searched: tuple[World, CaseId]
) -> None:
    answer = bring(here, searched[1], photo("anna", shot=77))
    assert answer.status_code == 403
    assert "GDPR" in answer.text
    assert "What would change it" in answer.text or "would" in answer.text


def test_a_photo_without_a_face_is_told_beside_the_field(
    searched: tuple[World, CaseId], here: TestClient
) -> None:
    world, _ = searched
    empty, broken = photo(shot=5), START + b"no photo"
    case = world.case(empty, broken, reference="nobody there")
    for probe, says in ((empty, "No face was found"), (broken, "cannot be read")):
        answer = bring(here, case, probe)
        assert answer.status_code == 422
        assert says in answer.text
        assert 'id="error-photo"' in answer.text


def test_a_photo_is_its_members_alone_and_a_form_is_our_pages(
    here: TestClient, searched: tuple[World, CaseId]
) -> None:
    world, case = searched
    place = brought(here, case, ALONE)
    assert bring(here, case, ALONE, csrf="guessed").status_code == 401
    assert here.post(place, data={"face": 1}).status_code == 401
    missing = here.get("/console/search/no-such-photo")
    assert missing.status_code == 404
    with browser(door_of(world.app)) as stranger:
        assert stranger.get(place).status_code == 401
    by_name(here, world.people["approver"])
    assert told(here, place) == told(here, "/console/search/x")
    assert here.get(f"{place}/photo").status_code == 404
    assert run(here, place).status_code == 404
    assert bring(here, "no-such-case", ALONE).status_code == 404


def test_what_is_sent_never_lies_on_a_disk(
    here: TestClient, searched: tuple[World, CaseId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library would write every file above a megabyte to the folder for temporary files."""

    rolled: list[object] = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rolled.append)
    answer = bring(here, searched[1], START + b"x" * 3_000_000)
    assert answer.status_code == 403, "it is no evidence of the case"
    assert rolled == []


def test_nothing_of_a_photo_is_in_the_log(
    here: TestClient, searched: tuple[World, CaseId], capsys: pytest.CaptureFixture[str]
) -> None:
    place = brought(here, searched[1], ALONE)
    here.get(place)
    logged = "".join(capsys.readouterr())
    assert "route=/console/search/{token}" in logged
    assert place.rpartition("/")[2] not in logged


def test_a_session_that_is_not_fresh_steps_up_and_finds_its_photo_again(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    world = new_real_world(tmp_path / "home", new_database("sqlite"))
    case = world.case(ALONE)
    with browser(door_of(world.app)) as here:
        device, _ = equipped(world, "investigator")
        sign_in(here, device)
        place = brought(here, case, ALONE)
        assert "Show once more" not in here.get(place).text
        world.clock.go(minutes=6)
        assert f'data-back="{place}"' in here.get(place).text
        told = run(here, place)
        assert told.status_code == 403
        assert f'data-back="{place}"' in told.text
        assert "Show once more that it is you" in here.get("/console/search").text
        sign_in(here, device)
        assert run(here, place).status_code == 200
    world.app.close()


def held(member: str, photo: bytes = b"p") -> Held:
    return Held(MemberId(member), CaseId("c"), photo, b"j", 9, 9, (Box(1, 1, 2, 2),))


def test_photos_go_by_themselves_and_make_way() -> None:
    probes = Probes(seconds=60, most=2)
    first, second = probes.hold(held("a")), probes.hold(held("b"))
    newer = probes.hold(held("b", b"newer"))
    assert probes.get(second, MemberId("b")) is None, "a member has one at a time"
    assert probes.get(first, MemberId("b")) is None
    assert probes.get(first, MemberId("a")) is not None
    probes.hold(held("c"))
    assert probes.get(first, MemberId("a")) is None, "the oldest makes way"
    assert probes.get(newer, MemberId("b")) is not None
    probes.close()
    assert probes.get(newer, MemberId("b")) is None
    quick = Probes(seconds=0.0)
    token = quick.hold(held("a"))
    for timer in [one for _, one in quick._held.values()]:
        timer.join(5)
    assert quick.get(token, MemberId("a")) is None
