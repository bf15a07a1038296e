"""Cases in the browser: opened, approved and closed by passkeys, and nobody else's seen."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.governance import add_member, add_organisation
from licet.terms.governing import MemberWish, OrganisationWish
from licet.terms.ids import CaseId, MemberId
from licet.terms.organisation import CaseState, OrganisationKind, Role
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.members import equipped
from tests.fakes.vision import photo
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import by_name, sign_in, signature, word_of
from tests.web.doors import SERVING, browser, door_of

PROBE = photo("anna", shot=9)


@pytest.fixture
def real(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[RealWorld]:
    made = new_real_world(tmp_path / "home", new_database("sqlite"))
    yield made
    made.app.close()


@pytest.fixture
def here(real: RealWorld) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        yield made


def opening(here: TestClient, **more: object) -> dict[str, object]:
    csrf = word_of(here.cookies[SERVING.cookie])
    asked = {"csrf": csrf, "reference": "2026-40", "purpose": CLEARANCE, "cap": 2}
    return {**asked, **more}


def act(
    here: TestClient, device: SoftAuthenticator, path: str, data: dict[str, object]
) -> Response:
    """Do what the page's script does: learn what to sign, sign, and send it again."""
    json = {"accept": "application/json"}
    told = here.post(path, data=data, headers=json)
    assert told.json()["reason"] == "not_signed", told.text
    return here.post(path, data=data, headers={**json, **signature(told.json()["sign"], device)})


def test_a_case_is_opened_approved_and_closed_by_passkeys(
    real: RealWorld, here: TestClient
) -> None:
    device, _ = equipped(real, "investigator")
    sign_in(here, device)
    assert 'href="/console/cases/new"' in here.get("/console/cases").text
    assert "Only its hashes are kept" in here.get("/console/cases/new").text
    asked = opening(here, digest=[sha256(PROBE).hexdigest()])
    place = act(here, device, "/console/cases", asked).json()["to"]
    assert "It can be searched once another member has approved it." in here.get(place).text
    path = place.partition("?")[0]
    assert "Waits for approval" in here.get(path).text
    assert "/console/search?case=" not in here.get(path).text
    assert "Approve with my passkey" not in here.get(path).text
    approver, _ = equipped(real, "approver")
    sign_in(here, approver)
    assert "1 case waits for your passkey." in here.get("/console/cases").text
    assert "Approve with my passkey" in here.get(path).text
    csrf = {"csrf": word_of(here.cookies[SERVING.cookie])}
    done = act(here, approver, f"{path}/approval", csrf).json()["to"]
    assert "signed by your passkey" in here.get(done).text
    assert "waits for your passkey" not in here.get("/console/cases").text
    sign_in(here, device)
    assert f'href="/console/search?case={path.rpartition("/")[2]}"' in here.get(path).text
    csrf = {"csrf": word_of(here.cookies[SERVING.cookie])}
    act(here, device, f"{path}/closing", csrf)
    assert real.matter(CaseId(path.rpartition("/")[2])).state is CaseState.CLOSED
    assert "Close the case" not in here.get(path).text


def test_without_a_passkey_nothing_is_done_and_the_page_says_why(
    real: RealWorld, here: TestClient
) -> None:
    sign_in(here, equipped(real, "investigator")[0])
    told = here.post("/console/cases", data=opening(here, digest=["ab" * 32]))
    assert told.status_code == 403
    assert "<html" in told.text
    assert here.post("/console/cases", data=opening(here, csrf="x")).status_code == 401
    assert here.post("/console/cases", data=opening(here)).status_code == 400
    assert here.post("/console/cases", data=opening(here, digest=["not"])).status_code == 422
    with real.app.store.read() as reader:
        assert reader.governance.cases(real.organisation) == ()


def test_in_a_sandbox_a_form_is_enough_and_of_files_hashes_are_kept(shared: World) -> None:
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["investigator"])
        files = [("evidence", ("a.jpg", PROBE, "image/jpeg")), ("evidence", ("b.pdf", b"b", ""))]
        told = here.post("/console/cases", data=opening(here), files=files)
        assert told.status_code == 303, told.text
        case = told.headers["location"].rpartition("/")[2].partition("?")[0]
        with shared.app.store.read() as reader:
            found = reader.governance.case(CaseId(case))
        assert found is not None
        assert found.evidence == {sha256(PROBE).hexdigest(), sha256(b"b").hexdigest()}
        assert "0 of 1" in here.get(f"/console/cases/{case}").text


def test_a_case_of_others_looks_like_none(shared: World) -> None:
    two = shared.who("steward", "officer")
    since, until = shared.clock(), shared.clock().replace(year=2027)
    wish = OrganisationWish("Other house", OrganisationKind.RECIPIENT, "ab" * 32, since, until)
    other = add_organisation(shared.app, two, wish)
    assert isinstance(other, str), other
    role = frozenset({Role.INVESTIGATOR, Role.APPROVER})
    member = add_member(shared.app, two, MemberWish(other, "elsewhere", role, b"\x09" * 32))
    assert isinstance(member, str), member
    case = shared.case(PROBE, reference="ours")
    with browser(door_of(shared.app)) as here:
        by_name(here, MemberId(member))
        csrf = {"csrf": word_of(here.cookies[SERVING.cookie])}
        assert "ours" not in here.get("/console/cases").text
        assert "ours" not in here.get("/console/search").text
        for path in (f"/console/cases/{case}", "/console/cases/none"):
            assert here.get(path).status_code == 404
            for deed in ("approval", "closing"):
                assert here.post(f"{path}/{deed}", data=csrf).status_code == 404


def test_who_may_not_open_a_case_is_refused_with_the_article(shared: World) -> None:
    with browser(door_of(shared.app)) as here:
        by_name(here, shared.people["verifier"])
        assert 'href="/console/cases/new"' not in here.get("/console/cases").text
        told = here.post("/console/cases", data=opening(here, digest=["ab" * 32]))
        assert told.status_code == 403
        assert "GDPR" in told.text
