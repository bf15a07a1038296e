"""The Python client: every operation, parts of lists, problems, and tries."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from licet import client as clients
from licet.admitting import make_api_key
from licet.client import Licet, Missing, Refused, ToSign, Unknown
from licet.client.problems import Busy, Conflict, Failed, Invalid, problem_of
from licet.terms.admission import ApiKeyMade, ApiKeyWish
from scripts.client import CALLS, written
from tests.fakes.deployment import CLEARANCE
from tests.gates.tree import ROOT
from tests.web.doors import ORIGIN, browser, door_of
from tests.web.full import PROBE, House, new_house
from tests.web.test_document import OPERATIONS, document


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = new_house(tmp_path_factory.mktemp("client"))
    yield made
    made.world.app.close()


@pytest.fixture(scope="module")
def door(house: House) -> Iterator[TestClient]:
    with browser(door_of(house.world.app)) as made:
        yield made


def key_of(house: House, name: str) -> str:
    world = house.world
    wish = ApiKeyWish(world.people[name], CLEARANCE, world.clock() + timedelta(days=30))
    made = make_api_key(world.app, world.who("steward", "officer"), wish)
    assert isinstance(made, ApiKeyMade), made
    return made.secret


@pytest.fixture(scope="module")
def steward(house: House, door: TestClient) -> Iterator[Licet]:
    with Licet(ORIGIN, key_of(house, "everybody"), transport=door._transport) as made:
        yield made


def test_every_operation_has_its_method() -> None:
    assert CALLS.read_text("utf-8") == written(document()), "run: python -m scripts.client"
    for _, _, told in OPERATIONS:
        assert callable(getattr(Licet, told["operationId"]))


def test_it_imports_nothing_of_the_server() -> None:
    says = "import licet.client, sys; print([m for m in sys.modules if m.startswith('licet.')])"
    done = subprocess.run(
        [sys.executable, "-c", says], check=True, capture_output=True, text=True, timeout=60
    )
    found = done.stdout.replace("'", '"')
    assert all(one.startswith("licet.client") for one in json.loads(found))


def test_it_reads_lists_in_parts_and_things_one_by_one(
    steward: Licet, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("licet.client.line.MOST", 2)
    names = [one["name"] for one in steward.list_members()]
    assert len(names) > 4
    assert "steward" in names
    assert steward.me()["name"] == "everybody"
    assert steward.show_grant(house.things["grant"])["grant"]["id"] == house.things["grant"]
    assert {one["kind"] for one in steward.list_requests(kind="access")} == {"access"}
    assert steward.report_source(house.things["source"])[0]["files"] >= 1
    assert steward.list_papers()
    entries = steward.list_entries(start=1, limit=2)
    assert [one["index"] for one in entries["entries"]] == [1, 2]
    assert steward.checkpoint().splitlines()[1] == str(entries["size"])
    assert len(steward.tile("0/000" if entries["size"] > 255 else f"0/000.p/{entries['size']}"))


def test_a_program_searches_and_signs_nothing(house: House, door: TestClient) -> None:
    key = key_of(house, "investigator")
    with Licet(ORIGIN, key, transport=door._transport) as program:
        found = program.search(house.things["case"], ("p.jpg", PROBE), purpose=CLEARANCE)
        assert found["state"] in {"candidates", "none"}
        with pytest.raises(ToSign) as refused:
            program.open_case(
                {
                    "organisation": house.world.organisation,
                    "purpose": CLEARANCE,
                    "reference": "7",
                    "evidence": [],
                    "cap": 1,
                }
            )
        assert refused.value.reason == "not_signed"
        assert "sign" not in refused.value.told
        with pytest.raises(Refused) as other:
            list(program.list_orders())
        assert other.value.article.startswith("GDPR")
        assert other.value.would_change
        with pytest.raises(Missing):
            program.show_source("missing")
        with pytest.raises(Invalid) as wrong:
            program.preview_order({"more": 1})
        assert wrong.value.errors


def test_a_wrong_key_is_nobodys(door: TestClient) -> None:
    with Licet(ORIGIN, "licet_nothing", transport=door._transport) as nobody:
        with pytest.raises(Unknown) as told:
            nobody.me()
        assert told.value.kind == "error:unknown"


def test_the_page_says_what_works(
    house: House, door: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """The programs of the page are run as they stand there, at this door."""
    text = (ROOT / "docs/how-to/use-the-api-from-python.md").read_text("utf-8")
    programs = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    given = {"address": ORIGIN, "key": key_of(house, "investigator")}
    given |= {"case": house.things["case"], "photo": PROBE}

    class Here(Licet):
        def __init__(self, address: str, key: str) -> None:
            super().__init__(address, key, transport=door._transport)

    for program in programs:
        run = program.replace("import Licet, Refused", "import Refused")
        exec(compile(run, "page", "exec"), {**given, "Licet": Here})  # noqa: S102 - the page's own
    said = capsys.readouterr().out
    assert "investigator" in said
    assert len(programs) == 2


# --- tries ---


class Line(httpx2.BaseTransport):
    """Answers what it is told to, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(*answer[:1], json=answer[1], headers=answer[2])


OK = (201, {"grant": "x", "leaf": 1}, {})
LATER = (
    503,
    {"title": "Not now"},
    {"retry-after": "7", "content-type": "application/problem+json"},
)


def test_what_breaks_is_tried_again_with_the_same_key() -> None:
    waits: list[float] = []
    line = Line(httpx2.ReadError("gone"), LATER, OK)
    with Licet(ORIGIN, "k", transport=line, wait=waits.append) as made:
        assert made.end_grant("x")["leaf"] == 1
    keys = {one.headers["idempotency-key"] for one in line.asked}
    assert (len(line.asked), len(keys), waits) == (3, 1, [1.0, 7.0])


def test_it_gives_up_and_says_why() -> None:
    with (
        Licet(ORIGIN, "k", transport=Line(LATER, LATER, LATER), wait=lambda _: None) as made,
        pytest.raises(Busy),
    ):
        made.me()
    gone = [httpx2.ReadError("gone")] * 3
    with (
        Licet(ORIGIN, "k", transport=Line(*gone), wait=lambda _: None) as made,
        pytest.raises(httpx2.ReadError),
    ):
        made.me()


def test_what_would_happen_twice_is_asked_once() -> None:
    line = Line(httpx2.ReadError("gone"))
    with Licet(ORIGIN, "k", transport=line) as made, pytest.raises(httpx2.ReadError):
        made.sign_act("x")
    assert "idempotency-key" not in line.asked[0].headers


def test_each_status_has_its_problem() -> None:
    kinds = {409: Conflict, 410: Conflict, 429: Busy, 500: Failed, 418: clients.Problem}
    assert {status: type(problem_of(status, {})) for status in kinds} == kinds
    assert str(problem_of(418, {})) == "status 418"
