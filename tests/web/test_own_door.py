"""How a data subject comes in: nobody else does, and nobody learns who is known."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from licet.coming import (
    CODES_A_DAY,
    CODES_OF_ONES_OWN,
    LONGEST,
    ask_code,
    forget_codes,
    sign_in,
)
from licet.effects.sealed import contact_tag
from licet.ledger.leaf import decode
from licet.rights.erase import erase
from licet.store import migrate
from licet.terms.acting import SUBJECT
from licet.terms.ledger import EntryKind
from licet.terms.permit import By
from tests.fakes.deployment import World, new_world
from tests.web.doors import SERVING, browser, door_of
from tests.web.own import comes_by_code, word_of

ANNA = "anna@example.org"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'licet.db'}"
    migrate(url)
    made = new_world(tmp_path / "home", url)
    made.granted("anna")
    made.granted("bob")
    yield made
    made.app.close()


@pytest.fixture
def here(world: World) -> Iterator[TestClient]:
    with browser(door_of(world.app)) as made:
        yield made


def entries(world: World, kind: EntryKind) -> list[dict[str, object]]:
    with world.app.store.read() as reader:
        found = (decode(leaf.data) for leaf in reader.leaves.iterate())
        return [dict(one.facts) | {"subject": one.subject} for one in found if one.kind is kind]


def test_a_person_comes_by_the_code_that_went_to_them(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    page = here.get("/me").text
    assert "The Harbour Archive" in page
    assert page.count("<article") == 1
    (opened,) = entries(world, EntryKind.SIGNED_IN)
    assert opened["with"] == "code"
    assert opened["by"] == By.SUBJECT.value
    assert opened["subject"] is not None


def test_the_answer_says_nothing_of_who_is_known(world: World, here: TestClient) -> None:
    told = []
    for address in (ANNA, "nobody@example.org"):
        answer = here.post("/me/sign-in", data={"contact": address})
        cookie = answer.headers["set-cookie"].split(";", 1)[1]
        told.append((answer.status_code, answer.headers["location"], answer.text, cookie))
        letter = world.outbox.letters[-1]
        assert letter.to == address
        told[-1] += (letter.text.replace(world.outbox.code(), ""),)
    assert told[0] == told[1]


def test_the_letter_goes_out_after_the_answer(world: World, here: TestClient) -> None:
    """Neither the mail server's time nor its failure tells anything."""
    before = len(world.outbox.letters)
    for address in (ANNA, "nobody@example.org"):
        asking = ask_code(world.app, address, "en")
        assert len(world.outbox.letters) == before
        asking.send()
        before += 1
        assert len(world.outbox.letters) == before


def test_who_is_not_known_sees_a_page_with_nothing(world: World, here: TestClient) -> None:
    comes_by_code(here, world, "nobody@example.org")
    assert "We keep nothing of you" in here.get("/me").text


def test_a_person_is_written_to_as_they_were_confirmed(world: World, here: TestClient) -> None:
    """Another spelling of an address may be another mailbox: the code never goes there."""
    here.post("/me/sign-in", data={"contact": "ANNA+else@example.org"})
    assert world.outbox.letters[-1].to == ANNA


def test_a_code_works_in_the_browser_that_asked_alone(world: World, here: TestClient) -> None:
    here.post("/me/sign-in", data={"contact": ANNA})
    with browser(door_of(world.app)) as other:
        other.post("/me/sign-in", data={"contact": "eve@example.org"})
        anna = world.outbox.letters[-2].text
        code = anna.split("    ")[1].split("\n")[0]
        assert other.post("/me/code", data={"code": code}).status_code == 422
        assert SERVING.own_cookie not in other.cookies
    assert here.post("/me/code", data={"code": code}).status_code == 303


def test_five_wrong_tries_end_a_code_and_are_recorded(world: World, here: TestClient) -> None:
    here.post("/me/sign-in", data={"contact": ANNA})
    right = world.outbox.code()
    for _ in range(5):
        assert here.post("/me/code", data={"code": "AAAAA AAAAA"}).status_code == 422
    assert here.post("/me/code", data={"code": right}).status_code == 422
    assert len(entries(world, EntryKind.SIGN_IN_FAILED)) == 5


def test_a_code_is_used_once_and_soon(world: World, here: TestClient) -> None:
    here.post("/me/sign-in", data={"contact": ANNA})
    word, code = here.cookies[SERVING.asking_cookie], world.outbox.code()
    assert sign_in(world.app, word, code) is not None
    assert sign_in(world.app, word, code) is None
    here.post("/me/sign-in", data={"contact": ANNA})
    world.clock.go(minutes=15)
    assert here.post("/me/code", data={"code": world.outbox.code()}).status_code == 422


def test_a_mailbox_is_not_flooded_and_nobody_is_told(world: World, here: TestClient) -> None:
    for _ in range(CODES_A_DAY):
        ask_code(world.app, ANNA, "en").send()
    before = len(world.outbox.letters)
    answer = here.post("/me/sign-in", data={"contact": ANNA})
    assert (answer.status_code, len(world.outbox.letters)) == (303, before)
    world.clock.go(days=1, seconds=1)
    assert forget_codes(world.app) == CODES_A_DAY
    here.post("/me/sign-in", data={"contact": ANNA})
    assert len(world.outbox.letters) == before + 1


def test_nobody_uses_up_the_codes_of_who_came_before(world: World, here: TestClient) -> None:
    """Whoever asks in a person's place does not shut them out; and no mailbox is flooded."""
    comes_by_code(here, world, ANNA)
    with browser(door_of(world.app)) as other:
        for _ in range(CODES_A_DAY):
            ask_code(world.app, ANNA, "en", "0" * 64).send()
        before = len(world.outbox.letters)
        other.post("/me/sign-in", data={"contact": ANNA})
        assert len(world.outbox.letters) == before
    here.post("/me/sign-in", data={"contact": ANNA})
    assert len(world.outbox.letters) == before + 1
    assert here.post("/me/code", data={"code": world.outbox.code()}).status_code == 303
    # What says that it was Anna's says nothing of anybody else's address, and has its end.
    mark = here.cookies[SERVING.here_cookie]
    for _ in range(CODES_OF_ONES_OWN):
        ask_code(world.app, ANNA, "en", mark).send()
    before = len(world.outbox.letters)
    ask_code(world.app, ANNA, "en", mark).send()
    assert len(world.outbox.letters) == before
    for _ in range(CODES_A_DAY + 1):
        ask_code(world.app, "eve@example.org", "en", mark).send()
    assert len(world.outbox.letters) == before + CODES_A_DAY


def test_the_session_is_the_browsers_alone_and_never_a_members(
    world: World, here: TestClient
) -> None:
    here.post("/me/sign-in", data={"contact": ANNA})
    done = here.post("/me/code", data={"code": world.outbox.code()})
    cookie = next(c for c in done.headers.get_list("set-cookie") if "licet-own=" in c)
    for part in ("__Host-", "HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    token = here.cookies[SERVING.own_cookie]
    here.cookies.set(SERVING.cookie, token)
    assert here.get("/api/v1/me").status_code == 401
    steward = world.people["steward"]
    with browser(door_of(world.app)) as member:
        member.post("/sign-in/name", data={"member": steward})
        member.cookies.set(SERVING.own_cookie, member.cookies[SERVING.cookie])
        assert member.get("/me").headers["location"] == "/me/sign-in"


def test_a_token_given_before_is_never_the_sessions(world: World, here: TestClient) -> None:
    here.cookies.set(
        SERVING.own_cookie, "chosen-by-somebody-else", domain="licet.example", path="/"
    )
    comes_by_code(here, world, ANNA)
    with world.app.store.read() as reader:
        assert reader.own.session(sha256(b"chosen-by-somebody-else").digest()) is None


@pytest.mark.parametrize("time", [{"minutes": 31}, {"seconds": LONGEST.total_seconds()}])
def test_a_session_ends_unused_and_after_two_hours(
    world: World, here: TestClient, time: dict[str, float]
) -> None:
    comes_by_code(here, world, ANNA)
    world.clock.go(**time)
    assert here.get("/me").status_code == 303


def test_a_session_that_is_used_goes_on(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    for _ in range(3):
        world.clock.go(minutes=29)
        assert here.get("/me").status_code == 200


def test_signing_out_needs_the_pages_word_and_ends_it(world: World, here: TestClient) -> None:
    word = comes_by_code(here, world, ANNA)
    token = here.cookies[SERVING.own_cookie]
    assert here.post("/me/sign-out").status_code == 401
    assert here.post("/me/sign-out", data={"csrf": word}).status_code == 303
    here.cookies.set(SERVING.own_cookie, token)
    assert here.get("/me").status_code == 303
    assert len(entries(world, EntryKind.SIGNED_OUT)) == 1


def test_an_erasure_leaves_no_code_and_no_session(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    tag = contact_tag(world.app, ANNA)
    with world.app.store.read() as reader:
        assert reader.own.count(tag) == (1, 1)
        (anna,) = reader.subjects.on_contact(tag)
    erase(world.app, SUBJECT, anna.id)
    with world.app.store.read() as reader:
        assert reader.own.count(tag) == (0, 0)
    assert here.get("/me").status_code == 303


def test_nothing_of_a_page_is_kept_anywhere(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    for path in ("/me", "/me/ask", "/me/contact"):
        assert here.get(path).headers["cache-control"] == "no-store"


def test_what_is_no_address_is_said_in_the_form(here: TestClient) -> None:
    answer = here.post("/me/sign-in", data={"contact": "anna, bob@example.org"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_guessing_is_slowed_by_network(here: TestClient) -> None:
    answers = [here.post("/me/code", data={"code": "A"}).status_code for _ in range(12)]
    assert answers[-1] == 429


def test_a_form_of_another_site_is_refused(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    here.headers["origin"] = "https://evil.example"
    answer = here.post("/me/sign-out", data={"csrf": word_of(here)})
    assert answer.status_code == 403


def test_sessions_are_forgotten_when_they_are_over(world: World, here: TestClient) -> None:
    comes_by_code(here, world, ANNA)
    world.clock.now += LONGEST + timedelta(days=1)
    assert forget_codes(world.app) == 2


def test_another_spelling_of_an_address_sees_nothing_that_begins_later(
    world: World, here: TestClient
) -> None:
    """Who came as ``carol+x`` before Carol was known is out once she is."""
    comes_by_code(here, world, "carol+x@example.org")
    world.granted("carol")
    assert here.get("/me", follow_redirects=False).status_code == 303
