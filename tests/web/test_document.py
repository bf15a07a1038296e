"""Whatever is asked of the API, the answer is one that its document tells of."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.fakes.deployment import World
from tests.gates.tree import ROOT
from tests.web.coming import by_name
from tests.web.doors import browser, door_of

WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F), min_size=1, max_size=30)


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs/reference/api.json").read_text("utf-8"))
    return found


OPERATIONS = [
    (path, method, told)
    for path, methods in document()["paths"].items()
    for method, told in methods.items()
]


@pytest.fixture(scope="module")
def steward(shared: World) -> Iterator[TestClient]:
    door = door_of(shared.app)
    # Hundreds of questions in a row are what this test is.
    for middleware in door.user_middleware:
        if middleware.cls.__name__ == "Paces":
            middleware.kwargs["clock"] = iter(range(0, 10**9, 60)).__next__
    with browser(door) as made:
        by_name(made, shared.people["steward"])
        yield made


@pytest.mark.parametrize(
    ("path", "method", "told"), OPERATIONS, ids=lambda one: one if isinstance(one, str) else ""
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_answer_is_one_of_the_documents(
    steward: TestClient, path: str, method: str, told: dict[str, Any], data: st.DataObject
) -> None:
    address, asked, headers = path, {}, {}
    for one in told.get("parameters", ()):
        value = data.draw(WORDS | st.just("1"), one["name"])
        if one["in"] == "path":
            address = address.replace(f"{{{one['name']}}}", _quoted(value))
        elif one["in"] == "query":
            asked[one["name"]] = value
        elif data.draw(st.booleans()) and value.isascii():
            headers[one["name"]] = value
    form = data.draw(st.dictionaries(st.sampled_from(["purpose", "face", "fpir"]), WORDS))
    files = {"photo": data.draw(st.binary(max_size=50))} if "requestBody" in told else None
    answer = steward.request(
        method, address, params=asked, headers=headers, data=form if files else None, files=files
    )
    described = told["responses"].get(str(answer.status_code))
    assert described is not None, (answer.status_code, answer.text)
    schema = described["content"][answer.headers["content-type"]]["schema"]
    jsonschema.validate(answer.json(), {**schema, "components": document()["components"]})


def _quoted(value: str) -> str:
    return quote(value, safe="")
