"""A person's own page: all of theirs, nothing of anybody else's, and every way to leave."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.collect import collect
from licet.granting import ask_grant
from licet.ledger.verify import verify_file
from licet.search import search
from licet.store import migrate
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, SubjectState
from licet.terms.granting import Asked
from licet.terms.ids import GrantId, SubjectId
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchResult
from licet.terms.stored import StoredTemplate
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World, begun
from tests.fakes.vision import photo
from tests.web.doors import browser, door_of
from tests.web.own import comes_by_code

ANNA, BOB = "anna@example.org", "bob@example.org"


def enrolled(world: World) -> tuple[tuple[GrantId, SubjectId], tuple[GrantId, SubjectId]]:
    """Two people, each found in a photo of one source."""
    two = world.enrolled("anna"), world.enrolled("bob")
    source = world.source(world.folder(party=photo("anna", "bob"), pier=photo("anna", shot=7)))
    collect(world.app, world.who("steward"), source.id)
    return two


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = begun(tmp_path / "home", url, enrolled)
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        made.headers["x-word"] = comes_by_code(made, world, ANNA)
        yield made


def press(here: TestClient, path: str, **fields: str) -> int:
    """Press a button of a page of ours."""
    answer = here.post(path, data={"csrf": here.headers["x-word"], **fields})
    return answer.status_code


def state(world: World, grant: GrantId) -> GrantState:
    with world.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    return found.state


def appearances(world: World, grant: GrantId) -> list[StoredTemplate]:
    with world.app.store.read() as reader:
        found = reader.templates.of_grant(grant)
    return [one for one in found if one.kind is TemplateKind.APPEARANCE]


def test_home_tells_everything_in_counts_and_words(world: World, here: TestClient) -> None:
    page = here.get("/me").text
    rows = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert rows["Organisation"] == "The Harbour Archive"
    assert rows["Your photos for enrolment"] == "1"
    assert rows["Photos you were found in"] == "2"
    assert "Nobody searched you" in page
    assert "licet verify" in page


def test_who_searched_is_there_at_once(world: World, here: TestClient) -> None:
    probe = photo("anna", shot=3)
    case = world.case(probe)
    found = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    page = here.get("/me").text
    assert "Nobody searched you" not in page
    assert re.search(r"<b>The Harbour Archive</b>.*?2026", page, re.DOTALL)
    assert "Candidates" in page


def test_a_photo_shows_the_person_alone_and_is_nobodys_to_keep(
    world: World, here: TestClient
) -> None:
    (anna, _), _ = world.left
    page = here.get(f"/me/grants/{anna}").text
    addresses = re.findall(r'src="(/me/grants/[^"]+/photos/[^"]+)"', page)
    assert len(addresses) == 2
    for address in addresses:
        answer = here.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["cache-control"] == "no-store"


def test_a_yes_is_taken_back_by_one_press(world: World, here: TestClient) -> None:
    (anna, _), (bob, _) = world.left
    assert press(here, f"/me/grants/{anna}/withdraw") == 303
    assert state(world, anna) is GrantState.ENDED
    assert state(world, bob) is GrantState.ACTIVE
    assert "Your yes is taken back" in here.get("/me?done=withdrawn").text


def test_it_is_set_aside_and_used_again(world: World, here: TestClient) -> None:
    (anna, _), _ = world.left
    assert press(here, f"/me/grants/{anna}/restrict") == 303
    assert state(world, anna) is GrantState.RESTRICTED
    page = here.get(f"/me/grants/{anna}?done=restricted").text
    assert f'action="/me/grants/{anna}/release"' in page
    assert press(here, f"/me/grants/{anna}/release") == 303
    assert state(world, anna) is GrantState.ACTIVE


def test_an_objection_sets_it_aside_at_once(world: World, here: TestClient) -> None:
    (anna, subject), _ = world.left
    assert press(here, f"/me/grants/{anna}/object") == 303
    assert state(world, anna) is GrantState.RESTRICTED
    with world.app.store.read() as reader:
        (request,) = reader.requests.of_subject(subject)
    assert (request.kind, request.state) == (RightKind.OBJECTION, RequestState.OPEN)
    refused = here.post(f"/me/grants/{anna}/release", data={"csrf": here.headers["x-word"]})
    assert refused.status_code == 403
    assert "supervisory authority" in refused.text


def test_a_face_that_is_not_theirs_is_never_theirs_again(world: World, here: TestClient) -> None:
    (anna, _), _ = world.left
    wrong, right = appearances(world, anna)
    assert press(here, f"/me/grants/{anna}/faces/{wrong.id}/not-me") == 303
    assert press(here, f"/me/grants/{anna}/faces/{right.id}/is-me") == 303
    (left,) = appearances(world, anna)
    assert (left.id, left.lapses_at) == (right.id, None)
    with world.app.store.read() as reader:
        assert len(reader.unlinked.of_grant(anna)) == 1


def test_everything_comes_by_mail_and_nothing_waits_for_anybody(
    world: World, here: TestClient
) -> None:
    _, (_, bob) = world.left
    (_, anna), _ = world.left
    assert press(here, "/me/package", person=bob) == 404
    assert press(here, "/me/package", person=anna) == 303
    world.outbox.letters.clear()
    run_once(world.app)
    ready, secret = world.outbox.letters[-2:]
    assert {ready.to, secret.to} == {ANNA}
    assert "Answered" in here.get("/me").text


def test_an_erasure_is_one_press_and_the_worker_certifies_it(
    world: World, here: TestClient
) -> None:
    (_, anna), _ = world.left
    assert press(here, f"/me/people/{anna}/erase") == 303
    assert "Your erasure has begun" in here.get("/me/erased").text
    assert here.get("/me").headers["location"] == "/me/sign-in"
    run_once(world.app)
    with world.app.store.read() as reader:
        found = reader.subjects.get(anna)
    assert found is not None
    assert found.state is SubjectState.ERASED


def test_a_receipt_is_handed_out_and_holds(world: World, here: TestClient) -> None:
    (anna, _), _ = world.left
    answer = here.get(f"/me/grants/{anna}/receipt")
    assert "attachment" in answer.headers["content-disposition"]
    assert verify_file(answer.content, world.app.ledger_key.vkey).ok


def test_a_yes_is_read_first_and_said_by_its_person_alone(world: World, here: TestClient) -> None:
    dora = ask_grant(world.app, world.who("steward"), world.wish("dora"))
    assert isinstance(dora, Asked)
    assert press(here, f"/me/grants/{dora.grant}/confirm") == 404
    with browser(door_of(world.app)) as hers:
        hers.headers["x-word"] = comes_by_code(hers, world, "dora@example.org")
        assert "Read it and decide" in hers.get("/me").text
        page = hers.get(f"/me/grants/{dora.grant}").text
        assert "checkbox" not in page
        assert "What you would allow" in page
        assert press(hers, f"/me/grants/{dora.grant}/confirm") == 303
    assert state(world, dora.grant) is GrantState.ACTIVE


def test_no_is_said_as_easily(world: World) -> None:
    dora = ask_grant(world.app, world.who("steward"), world.wish("dora"))
    assert isinstance(dora, Asked)
    with browser(door_of(world.app)) as hers:
        hers.headers["x-word"] = comes_by_code(hers, world, "dora@example.org")
        assert press(hers, f"/me/grants/{dora.grant}/decline") == 303
    assert state(world, dora.grant) is GrantState.ENDED


def test_nobody_reaches_what_is_somebody_elses(world: World, here: TestClient) -> None:
    """An address that is theirs and one that was made up are answered alike."""
    _, (bob, his) = world.left
    face = appearances(world, bob)[0].id
    with world.app.store.read() as reader:
        item = reader.items.of_source(reader.sources.all()[0].id, None, 1)[0].id
    for one in (bob, "made-up"):
        grant = f"/me/grants/{one}"
        assert here.get(grant).status_code == 404
        assert here.get(f"{grant}/receipt").status_code == 404
        assert here.get(f"{grant}/photos/{item}").status_code == 404
        for act in ("confirm", "decline", "withdraw", "restrict", "release", "object"):
            assert press(here, f"{grant}/{act}") == 404
        for act in ("not-me", "is-me"):
            assert press(here, f"{grant}/faces/{face}/{act}") == 404
    (anna, _), _ = world.left
    assert press(here, f"/me/grants/{anna}/faces/{face}/not-me") == 404
    assert press(here, f"/me/people/{his}/erase") == 404
    assert state(world, bob) is GrantState.ACTIVE


def test_nothing_is_done_without_the_pages_word(world: World, here: TestClient) -> None:
    (anna, subject), _ = world.left
    grant = f"/me/grants/{anna}"
    acts = [f"{grant}/{act}" for act in ("confirm", "decline", "withdraw", "restrict", "object")]
    acts += [f"{grant}/release", f"/me/people/{subject}/erase", "/me/sign-out"]
    for path in acts:
        assert here.post(path, data={"csrf": "0" * 64}).status_code == 401
    fields = {"person": subject, "contact": "new@example.org", "kind": "access"}
    for path in ("/me/package", "/me/ask", "/me/contact", f"/me/contact/{subject}/1"):
        assert here.post(path, data={**fields, "code": "A"}).status_code == 401
    assert state(world, anna) is GrantState.ACTIVE


def test_whoever_did_not_come_in_is_sent_to_the_door(world: World) -> None:
    (anna, _), _ = world.left
    with browser(door_of(world.app)) as stranger:
        for path in ("/me", f"/me/grants/{anna}", "/me/ask", "/me/contact"):
            assert stranger.get(path).headers["location"] == "/me/sign-in"
        assert stranger.post(f"/me/grants/{anna}/withdraw").headers["location"] == "/me/sign-in"


def test_another_address_counts_once_its_code_came_back(world: World, here: TestClient) -> None:
    (_, anna), _ = world.left
    word = {"csrf": here.headers["x-word"]}
    asked = here.post("/me/contact", data={**word, "person": anna, "contact": "new@example.org"})
    place = re.findall(r'action="(/me/contact/[^"]+)"', asked.text)[0]
    assert world.outbox.letters[-1].to == "new@example.org"
    code = world.outbox.code()
    assert here.post(place, data={**word, "code": "AAAAA"}).status_code == 422
    assert here.post(place, data={**word, "code": code}).headers["location"] == "/me/sign-in"
    assert {letter.to for letter in world.outbox.letters[-2:]} == {ANNA, "new@example.org"}
    assert here.get("/me").status_code == 303
    comes_by_code(here, world, "new@example.org")
    assert "Photos you were found in" in here.get("/me").text


def test_an_address_without_its_code_moves_nobody(world: World, here: TestClient) -> None:
    """The old session and a number alone are not enough."""
    (_, anna), _ = world.left
    word = {"csrf": here.headers["x-word"]}
    asked = here.post("/me/contact", data={**word, "person": anna, "contact": BOB})
    place = re.findall(r'action="(/me/contact/[^"]+)"', asked.text)[0]
    for code in ("", "AAAAA AAAAA"):
        assert here.post(place, data={**word, "code": code}).status_code == 422
    assert here.get("/me").status_code == 200


def test_what_was_done_is_said_in_our_words_alone(here: TestClient) -> None:
    assert "evil" not in here.get("/me?done=evil").text
