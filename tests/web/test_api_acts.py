"""Acting by the API outside a sandbox: with a passkey, once, strictly read, streamed in parts."""

from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from licet.store import migrate
from tests.fakes.authenticator import SoftAuthenticator
from tests.fakes.members import equipped
from tests.fakes.ordering import an_order
from tests.redteam.real import RealWorld, new_real_world
from tests.web.coming import program, sign_in, signature
from tests.web.doors import browser, door_of

pytestmark = pytest.mark.longer

PAPER = "ab" * 32
DEVICES: dict[str, SoftAuthenticator] = {}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealWorld]:
    folder = tmp_path_factory.mktemp("api")
    url = f"sqlite:///{folder / 'licet.db'}"
    migrate(url)
    made = new_real_world(folder / "home", url)
    for name in ("steward", "officer"):
        DEVICES[name] = equipped(made, name)[0]
    yield made
    made.app.close()


def _door(real: RealWorld, name: str) -> Iterator[TestClient]:
    with browser(door_of(real.app)) as made:
        sign_in(made, DEVICES[name])
        yield made


@pytest.fixture
def steward(real: RealWorld) -> Iterator[TestClient]:
    yield from _door(real, "steward")


@pytest.fixture
def officer(real: RealWorld) -> Iterator[TestClient]:
    yield from _door(real, "officer")


def tapped(here: TestClient, path: str, device: str, body: Any = None, word: str = "") -> Response:
    """Ask, be told what to sign, sign it."""
    key = {"idempotency-key": word} if word else {}
    told = here.post(f"/api/v1/{path}", json=body, headers=key)
    assert (told.status_code, told.json()["reason"]) == (403, "not_signed"), told.text
    signed = {**signature(told.json()["sign"], DEVICES[device]), **key}
    return here.post(f"/api/v1/{path}", json=body, headers=signed)


def test_a_grant_ends_by_a_passkey_and_no_receipt_is_told(
    real: RealWorld, steward: TestClient
) -> None:
    grant, _ = real.enrolled("anna")
    done = tapped(steward, f"grants/{grant}/end", "steward", word="w" * 20)
    assert done.status_code == 201, done.text
    assert {name: type(value) for name, value in done.json().items()} == {"grant": str, "leaf": int}
    again = steward.post(f"/api/v1/grants/{grant}/end", headers={"idempotency-key": "w" * 20})
    assert (again.status_code, again.json()) == (201, done.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert steward.get(f"/api/v1/grants/{grant}").json()["grant"]["state"] in {"ending", "ended"}


def test_a_program_acts_on_nothing(real: RealWorld) -> None:
    """Whatever its member may do by passkey: a key signs nothing, and is told nothing to sign."""
    grant, _ = real.granted("berta")
    with browser(door_of(real.app)) as here:
        program(here, real, "steward")
        for path, body in (
            (f"grants/{grant}/end", None),
            ("blocks", {"everything": True}),
            ("breaches", {"what": "x", "aware_at": "2026-03-02T08:00:00Z", "people": 1}),
            ("letters", {"authority": "The Office", "digest": PAPER, "says": "a question"}),
        ):
            told = here.post(f"/api/v1/{path}", json=body)
            assert (told.status_code, told.json()["reason"]) == (403, "not_signed"), path
            assert "sign" not in told.json()


@pytest.mark.parametrize("body", [{}, {"collecting": True}, {"everything": True, "source": "x"}])
def test_an_empty_block_stops_nothing(officer: TestClient, body: dict[str, Any]) -> None:
    told = officer.post("/api/v1/blocks", json=body)
    assert told.status_code == 400, told.text
    assert officer.get("/api/v1/blocks").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"what": "x", "aware_at": "2026-03-02T08:00:00Z", "people": "1"}, "int_type"),
        ({"what": 1, "aware_at": "2026-03-02T08:00:00Z", "people": 1}, "string_type"),
        ({"what": "x", "aware_at": "2026-03-02T08:00:00", "people": 1}, "timezone_missing"),
        ({"what": "x\x00", "aware_at": "2026-03-02T08:00:00Z", "people": 1}, "string_nul"),
        ({"what": "x", "aware_at": "2026-03-02T08:00:00Z"}, "missing"),
        ([], "dataclass_type"),
    ],
)
def test_a_body_is_read_strictly(officer: TestClient, body: Any, kind: str) -> None:
    told = officer.post("/api/v1/breaches", json=body)
    assert told.status_code == 422, told.text
    assert told.json()["errors"][0]["kind"] == kind
    plain = {"content-type": "text/plain"}
    assert officer.post("/api/v1/breaches", content=b"{}", headers=plain).status_code == 422


def test_an_order_is_written_down_and_waits_for_two(
    officer: TestClient, steward: TestClient
) -> None:
    from licet.effects.ordering.reading import spell_order

    body = {"order": spell_order(an_order())}
    seen = officer.post("/api/v1/orders/preview", json=body).json()
    assert seen["reached"]["people"] >= 0
    done = tapped(officer, "orders", "officer", body)
    assert done.status_code == 201, done.text
    order = done.json()["order"]
    begun = tapped(officer, f"orders/{order}/confirmation", "officer")
    assert begun.status_code == 201, begun.text
    signed = tapped(steward, f"acts/{begun.json()['act']}/signature", "steward")
    assert signed.status_code == 201, signed.text
    assert steward.get(f"/api/v1/orders/{order}").json()["line"]["state"] == "executing"
    assert steward.get("/api/v1/orders/clock").json()["orders"][0]["order"] == order
    assert steward.get(f"/api/v1/orders/{order}/pack").status_code == 409, "nothing is proved yet"


def test_a_tile_is_the_one_that_is_published(real: RealWorld, steward: TestClient) -> None:
    note = steward.get("/api/v1/ledger/checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.text == real.app.tiles.latest().note  # type: ignore[union-attr] - it is published
    known = {"if-none-match": note.headers["etag"]}
    assert steward.get("/api/v1/ledger/checkpoint", headers=known).status_code == 304
    size = int(note.text.splitlines()[1])
    proof = steward.get("/api/v1/ledger/inclusion", params={"index": 0}).json()
    assert proof["size"] == size
    assert steward.get("/api/v1/ledger/consistency", params={"old": 1}).json()["new"] == size
    assert steward.get("/api/v1/ledger/consistency", params={"old": size + 1}).status_code == 400
    names = ("0/000.p/9999", "0/x001/000", "0/..%2f..%2fcheckpoint", "64/000")
    for name in names:
        told = steward.get(f"/api/v1/ledger/tile/{name}")
        assert told.status_code in (404, 422), name
    entries = "entries/000" + (f".p/{size}" if size < 256 else "")
    kept = steward.get(f"/api/v1/ledger/tile/{entries}")
    assert kept.content[2:].startswith(b"{"), kept
    assert "immutable" in kept.headers["cache-control"]
