"""Whatever is asked of the API, the answer is one that its document tells of.

Schemathesis makes the questions from the document itself: sound ones, and ones with something
wrong in them. Each answer must have a status, media type and body that the document names; what
is wrong must be said to be wrong, what is sound must not, and nothing may be an error of ours.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.config import GenerationConfig, SchemathesisConfig
from schemathesis.config._checks import ChecksConfig, PositiveDataAcceptanceConfig
from schemathesis.config._projects import ProjectConfig, ProjectsConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth
from starlette.testclient import TestClient

from tests.gates.tree import ROOT
from tests.web.coming import by_name
from tests.web.doors import ORIGIN, browser, door_of
from tests.web.full import House, bodies, new_house

pytestmark = pytest.mark.longer


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs/reference/api.json").read_text("utf-8"))
    return found


OPERATIONS = [
    (path, method, told)
    for path, methods in document()["paths"].items()
    for method, told in methods.items()
]
DAILY, LONG = 1, 60
"""Questions of each operation and each kind: each day, and in the long run (`make soak`)."""

REQUEST = {"method", "url", "headers", "params", "data", "json", "files", "cookies"}

BOUNDED = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    # The first wrong answer is told as it is: to make it smaller takes longer than all the rest.
    phases=[Phase.generate],
)

SOUND = ["2xx", "400", "401", "403", "404", "409", "429", "503"]
"""What a sound question may come to: 400 says what in the words themselves cannot be."""


def _schema() -> Any:
    project = ProjectConfig(
        checks=ChecksConfig(
            positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=SOUND)
        ),
        generation=GenerationConfig(allow_x00=False, with_security_parameters=False),
    )
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_dict(document(), config=config)


SCHEMA = _schema()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = new_house(tmp_path_factory.mktemp("document"))
    yield made
    made.world.app.close()


def patient(house: House) -> FastAPI:
    """A door at which hundreds of questions in a row may be asked, as this test does."""
    door = door_of(house.world.app)
    for middleware in door.user_middleware:
        if middleware.cls.__name__ == "Paces":
            middleware.kwargs["clock"] = iter(range(0, 10**9, 60)).__next__
    return door


@pytest.fixture(scope="module")
def here(house: House) -> Iterator[TestClient]:
    with browser(patient(house)) as made:
        by_name(made, house.world.people["everybody"])
        yield made


def ask(here: TestClient, house: House, operation: Any, mode: GenerationMode, data: Any) -> None:
    """Ask one question, of what is there if it may be, and hold the answer to every check."""
    sound = mode is GenerationMode.POSITIVE
    # A tile's address has slashes in it, which is not made up.
    known = {"path_parameters": {"path": "0/000"}} if "{path}" in operation.path and sound else {}
    case = data.draw(operation.as_strategy(generation_mode=mode, **known))
    if sound and data.draw(st.booleans()):
        for name in case.path_parameters:
            case.path_parameters[name] = house.things.get(name, "missing")
    example = bodies(house).get(operation.definition.raw.get("operationId"))
    if sound and example is not None and data.draw(st.booleans()):
        case.body = example
    headers = {"origin": ORIGIN, "x-csrf-token": here.headers["x-csrf-token"]}
    kept = case.as_transport_kwargs(base_url=ORIGIN, headers=headers)
    sent = requests.Request(**{n: v for n, v in kept.items() if n in REQUEST}).prepare()
    answer = here.request(
        str(sent.method), str(sent.url), content=sent.body, headers=dict(sent.headers)
    )
    answer.request.read()
    # That nobody unknown is answered is tried for every operation by itself.
    case.validate_response(answer, excluded_checks=[ignored_auth])


@pytest.mark.parametrize("many", [DAILY, pytest.param(LONG, marks=pytest.mark.soak)])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: one.value)
@pytest.mark.parametrize(("path", "method"), [one[:2] for one in OPERATIONS], ids=str)
def test_the_answer_is_one_of_the_documents(
    here: TestClient, house: House, path: str, method: str, mode: GenerationMode, many: int
) -> None:
    operation = SCHEMA[path][method.upper()]

    @settings(BOUNDED, max_examples=many)
    @given(data=st.data())
    def asked(data: Any) -> None:
        ask(here, house, operation, mode, data)

    try:
        asked()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing sound can be asked"


def test_nobody_unknown_is_answered(here: TestClient, house: House) -> None:
    with browser(patient(house)) as unknown:
        for path, method, told in OPERATIONS:
            answer = house.asked(unknown, path, method, told["operationId"])
            assert answer.status_code == 401, (path, answer.text)
