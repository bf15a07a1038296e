"""The API: who may read what, cursors, signatures, repeated calls, and its document."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.cli import signing
from licet.governance import add_member, add_organisation
from licet.standing import restrict
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import MemberId
from licet.terms.organisation import OrganisationKind, Role
from licet.terms.permit import Action, Refusal
from licet.web.api.document import written
from tests.fakes.deployment import CLEARANCE, World, new_world
from tests.fakes.members import equipped
from tests.fakes.vision import photo
from tests.gates.tree import ROOT
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, program, sign_in, signature
from tests.web.doors import browser, door_of


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def here(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        yield made


def asked(here: TestClient, case: str, probe: bytes, **more: object) -> Response:
    headers = more.pop("headers", {})
    data = {"purpose": CLEARANCE, **more}
    files = {"photo": ("probe.jpg", probe, "image/jpeg")}
    return here.post(f"/api/v1/cases/{case}/searches", data=data, files=files, headers=headers)


# --- reading ---

READS = ("me", "sources", "grants", "cases", "sources/x", "grants/x", "cases/x/searches")


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_unknown(door: TestClient, path: str) -> None:
    told = door.get(f"/api/v1/{path}")
    assert (told.status_code, told.headers["content-type"]) == (401, "application/problem+json")


def test_a_steward_reads_what_their_work_is(shared: World) -> None:
    grant, _ = shared.enrolled("anna")
    source = shared.source(shared.folder(a=photo("anna")))
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["steward"])
        assert here.get(f"/api/v1/sources/{source.id}").json()["name"] == "album"
        assert here.get(f"/api/v1/sources/{source.id}/report").json() == []
        assert here.get(f"/api/v1/grants/{grant}").json()["templates"] == 1
        assert [one["id"] for one in here.get("/api/v1/grants").json()["items"]] == [grant]


def test_a_refusal_has_its_article(shared: World) -> None:
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["investigator"])
        told = here.get("/api/v1/grants")
    problem = told.json()
    assert told.status_code == 403
    assert problem["type"] == f"urn:licet:refusal:{problem['reason']}"
    assert problem["article"].startswith("GDPR")
    assert problem["would_change"]


def test_a_list_comes_in_parts(shared: World) -> None:
    for n in range(3):
        shared.case(f"evidence {n}".encode(), reference=f"part {n}")
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["investigator"])
        whole = here.get("/api/v1/cases").json()
        names, cursor = [], ""
        while cursor is not None:
            part = here.get("/api/v1/cases", params={"limit": 2, "cursor": cursor}).json()
            assert len(part["items"]) <= 2
            names += [one["id"] for one in part["items"]]
            cursor = part["next"]
        assert names == [one["id"] for one in whole["items"]]
        assert whole["next"] is None
        assert here.get("/api/v1/cases", params={"cursor": "nonsense"}).status_code == 400
        assert here.get("/api/v1/cases", params={"limit": 0}).status_code == 422
        assert "0" not in str(here.get("/api/v1/cases", params={"limit": 0}).json()["errors"])


# --- searching ---


def test_a_program_searches_once_for_one_key(real: RealWorld, here: TestClient) -> None:
    real.enrolled("anna")
    probe = photo("anna", shot=9)
    case = real.case(probe)
    program(here, real, "investigator")
    first = asked(here, case, probe, headers={"idempotency-key": "one-call-and-no-other"})
    again = asked(here, case, probe, headers={"idempotency-key": "one-call-and-no-other"})
    assert first.status_code == again.status_code == 201, first.text
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert len(first.json()["candidates"]) == 1
    assert "never" in first.json()["caveat"] or first.json()["caveat"]
    other = asked(here, case, probe, face=1, headers={"idempotency-key": "one-call-and-no-other"})
    assert other.status_code == 409
    listed = here.get(f"/api/v1/cases/{case}/searches").json()["items"]
    assert [one["id"] for one in listed] == [first.json()["id"]]
    shown = here.get(f"/api/v1/searches/{first.json()['id']}").json()
    assert [one["findings"] for one in shown["candidates"]] == [0]


def test_a_call_made_again_finds_nobody_who_may_not_be_found(
    real: RealWorld, here: TestClient
) -> None:
    grant, _ = real.enrolled("anna")
    probe = photo("anna", shot=9)
    case = real.case(probe)
    program(here, real, "investigator")
    first = asked(here, case, probe, headers={"idempotency-key": "one-call-and-no-other"})
    assert len(first.json()["candidates"]) == 1, first.text
    with real.app.store.read() as reader:
        found = reader.grants.get(grant)
    assert found is not None
    signed = real.signed(signing.on_standing(Action.RESTRICT, found), "steward")
    assert not isinstance(restrict(real.app, signed, grant), Refusal)
    again = asked(here, case, probe, headers={"idempotency-key": "one-call-and-no-other"})
    assert again.status_code == 201, again.text
    assert again.json() == first.json() | {"candidates": []}


def test_what_was_answered_is_readable_by_its_key_alone(real: RealWorld, here: TestClient) -> None:
    probe = photo("anna", shot=9)
    case = real.case(probe)
    program(here, real, "investigator")
    answer = asked(here, case, probe, headers={"idempotency-key": "secret-word-of-my-own"})
    with real.app.store.read() as reader:
        key = hashlib.sha256(b"secret-word-of-my-own").digest()
        row = reader.admission.answer(real.people["investigator"], key)
    assert row is not None
    assert answer.json()["id"].encode() not in row.sealed


def test_a_word_that_is_soon_guessed_seals_nothing(real: RealWorld, here: TestClient) -> None:
    """What is kept opens with the word alone: whoever has the store would try short ones."""
    case = real.case(photo("anna", shot=9))
    program(here, real, "investigator")
    for word in ("x" * 15, "a word with spaces", "x" * 201):
        told = asked(here, case, photo("anna", shot=9), headers={"idempotency-key": word})
        assert told.status_code == 422, word
    with real.app.store.read() as reader:
        assert reader.searches.of_case(case) == ()


def test_a_session_searches_while_it_is_fresh(real: RealWorld, here: TestClient) -> None:
    probe = photo("anna", shot=9)
    case = real.case(probe)
    sign_in(here, equipped(real, "investigator")[0])
    assert asked(here, case, probe).json()["state"] == "none"
    real.clock.go(minutes=6)
    told = asked(here, case, probe)
    assert (told.status_code, told.json()["reason"]) == (403, "sign_in_again")
    del here.headers["x-csrf-token"]
    assert asked(here, case, probe).status_code == 401, "without the page's word"


@pytest.mark.parametrize(
    "more", [{"fpir": 0.5}, {"face": 0}, {"unknown": 1}, {"purpose": "x" * 101}]
)
def test_what_cannot_be_asked_is_told(
    real: RealWorld, here: TestClient, more: dict[str, object]
) -> None:
    probe = photo("anna", shot=9)
    case = real.case(probe)
    program(here, real, "investigator")
    assert asked(here, case, probe, **more).status_code == 422


# --- signing ---


def test_an_approver_signs_with_a_passkey(real: RealWorld, here: TestClient) -> None:
    probe = photo("anna", shot=9)
    case = real.case(probe)
    device, _ = equipped(real, "approver")
    real.add("second approver", *_roles(real, "approver"))
    other, _ = equipped(real, "second approver")
    sign_in(here, other)
    told = here.post(f"/api/v1/cases/{case}/approval")
    assert (told.status_code, told.json()["reason"]) == (403, "not_signed")
    wrong = signature(told.json()["sign"], device)
    assert here.post(f"/api/v1/cases/{case}/approval", headers=wrong).status_code == 403
    right = signature(told.json()["sign"], other)
    done = here.post(f"/api/v1/cases/{case}/approval", headers=right)
    assert done.status_code == 201, done.text
    assert done.json()["case"] == case
    for odd in ("x", "2026-01-01T00:00:00.000Z e30", f"{told.json()['sign']['at']} ___"):
        bad = here.post(f"/api/v1/cases/{case}/approval", headers={"licet-signature": odd})
        assert bad.status_code == 400


def test_a_program_is_not_told_what_to_sign(real: RealWorld, here: TestClient) -> None:
    case = real.case(photo("anna", shot=9))
    program(here, real, "approver")
    told = here.post(f"/api/v1/cases/{case}/approval")
    assert (told.status_code, told.json()["reason"]) == (403, "not_signed")
    assert "sign" not in told.json()


def _roles(world: RealWorld, name: str) -> frozenset[Role]:
    with world.app.store.read() as reader:
        member = reader.governance.member(world.people[name])
    assert member is not None
    return member.roles


# --- somebody else's ---


def test_what_is_somebody_elses_looks_like_what_is_missing(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    """To the last byte but the request's own id, whatever is asked of it."""
    world = two_organisations(tmp_path, new_database)
    probe = photo("anna", shot=9)
    case = world.case(probe)
    source = world.source(world.folder(a=probe))
    grant, _ = world.granted("anna")
    there = {"cases": case, "sources": source.id, "grants": grant}
    with browser(door_of(world.app)) as here:
        for name in ("outsider", "outside steward"):
            by_name(here, world.people[name])
            for address, kind in ADDRESSES:
                theirs, missing = (
                    spoken(here, address.format(one), probe) for one in (there[kind], "missing")
                )
                assert theirs == missing, (name, address)
                assert theirs[0] in (403, 404)
    world.app.close()


ADDRESSES = (
    ("GET cases/{}/searches", "cases"),
    ("POST cases/{}/searches", "cases"),
    ("POST cases/{}/approval", "cases"),
    ("GET sources/{}", "sources"),
    ("GET sources/{}/report", "sources"),
    ("GET grants/{}", "grants"),
)


def spoken(here: TestClient, asked_for: str, probe: bytes) -> tuple[int, object]:
    """What is answered, without the id of the request."""
    method, path = asked_for.split()
    files = {"photo": ("probe.jpg", probe, "image/jpeg")} if "POST" in method else None
    data = {"purpose": CLEARANCE} if files else None
    told = here.request(method, f"/api/v1/{path}", data=data, files=files)
    return told.status_code, {**told.json(), "instance": ""}


def two_organisations(tmp_path: Path, new_database: Callable[[str], str]) -> World:
    """A sandbox with a recipient beside the controller, and two members of it."""

    world = new_world(tmp_path / "home", new_database("sqlite"))
    two = world.who("steward", "officer")
    now = world.clock()
    kind, until = OrganisationKind.RECIPIENT, now + timedelta(days=365)
    other = add_organisation(
        world.app, two, OrganisationWish("The Gazette", kind, "cd" * 32, now, until)
    )
    roles = {
        "outsider": {Role.INVESTIGATOR, Role.APPROVER, Role.VERIFIER},
        "outside steward": {Role.STEWARD, Role.INVESTIGATOR, Role.DATA_PROTECTION_OFFICER},
    }
    for n, (name, held) in enumerate(roles.items()):
        wish = MemberWish(other, name, frozenset(held), bytes([40 + n]) * 32)
        world.people[name] = MemberId(str(add_member(world.app, two, wish)))
    return world


# --- the document ---


def test_the_document_of_the_api_is_the_references(shared: World, door: TestClient) -> None:
    text = written(door_of(shared.app))
    page = ROOT / "docs/reference/api.json"
    assert page.read_text("utf-8") == text, "run: python -m tests.web.page"
    document = json.loads(text)
    assert document["openapi"].startswith("3.1")
    assert door.get("/api/v1/openapi.json").json() == document
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
    assert all(path.startswith("/api/v1/") for path in document["paths"])
