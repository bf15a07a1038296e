"""The API as one router, and its OpenAPI 3.1 document, which is written to the reference too."""

import json
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from licet.web.api import (
    acts,
    cases,
    duties,
    governing,
    ledger,
    orders,
    people,
    places,
    registers,
    rights,
    verifying,
)
from licet.web.api.bodies import SCHEMAS
from licet.web.api.shapes import Problem
from licet.web.comers import SCHEMES
from licet.web.problems import MEDIA_TYPE

_SAYS = {
    400: "What was given is not right",
    401: "Nobody known calls",
    403: "Refused, with the article and what would change it",
    404: "No such object, or somebody else's: they look alike",
    409: "The object is in a state that does not allow this",
    413: "Too large",
    422: "What was sent is not right",
    429: "Too fast",
    503: "Not now",
}

JSON = "application/json"

router = APIRouter(
    prefix="/api/v1",
    dependencies=SCHEMES,
    responses={status: {"model": Problem, "description": says} for status, says in _SAYS.items()},
)
router.include_router(registers.router, tags=["registers"])
router.include_router(cases.router, tags=["cases"])
router.include_router(acts.router, tags=["acts"])
router.include_router(people.router, tags=["people"])
router.include_router(places.router, tags=["sources"])
router.include_router(verifying.router, tags=["verifying"])
router.include_router(rights.router, tags=["requests"])
router.include_router(orders.router, tags=["orders"])
router.include_router(duties.router, tags=["duties"])
router.include_router(governing.router, tags=["governing"])
router.include_router(ledger.router, tags=["ledger"])


@router.get("/openapi.json", include_in_schema=False)
def document(request: Request) -> JSONResponse:
    """Return this document; it holds nobody's data."""
    return JSONResponse(told_of(request.app))


def written(door: FastAPI) -> str:
    """Return the document as the reference holds it."""
    return json.dumps(told_of(door), indent=1, sort_keys=True) + "\n"


def told_of(door: FastAPI) -> dict[str, Any]:
    """Return the document, in which what goes wrong has the media type that it comes with."""
    document: dict[str, Any] = door.openapi()
    document["components"]["schemas"].update(SCHEMAS)
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    document["components"]["responses"] = {
        f"Problem{status}": {"description": says, "content": {MEDIA_TYPE: problem}}
        for status, says in _SAYS.items()
    }
    for operations in document["paths"].values():
        for told in operations.values():
            for status, answer in told["responses"].items():
                if int(status) in _SAYS:
                    answer.clear()
                    answer["$ref"] = f"#/components/responses/Problem{status}"
    return document
