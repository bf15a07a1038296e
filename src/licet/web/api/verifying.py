"""The verification queue: two verifiers, blind to each other, before a candidate is a lead."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from licet.effects.closing import OPEN_SEARCHES
from licet.effects.signing import reviewing
from licet.reviewing import review
from licet.terms.errors import NotFound
from licet.terms.ids import CandidateId
from licet.terms.search import Finding, Reviewed
from licet.verifying import Looked, WaitingSearch, list_waiting, look
from licet.web.api.acting import Acting
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.comers import Comer, Known, TheApp, own_case
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Said:
    """What a verifier found."""

    finding: Finding


@router.get("/verifications", operation_id="list_verifications")
def waiting(
    app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = ""
) -> Part[WaitingSearch]:
    """List the searches of which candidates wait for you, with nothing of what others said."""
    rows = allowed(list_waiting(app, comer.who))
    return part(rows, lambda one: one.search, limit, cursor)


@router.get("/candidates/{candidate}", operation_id="show_candidate")
def candidate(app: TheApp, comer: Known, candidate: Name) -> Looked:
    """Show one candidate to its verifier, in the first five minutes of a session."""
    _own(app, comer, candidate)
    return allowed(look(app, comer.who, CandidateId(candidate)))


@router.post(
    "/candidates/{candidate}/finding",
    operation_id="review_candidate",
    status_code=201,
    response_model=Reviewed,
    openapi_extra=told(Said),
)
def finding(doing: Acting, candidate: Name, said: Annotated[Said, Depends(body(Said))]) -> Response:
    """Say whether a candidate is the person of the probe. It is never changed afterwards."""
    name = CandidateId(candidate)
    _own(doing.app, doing.comer, candidate)
    about = reviewing(doing.app, name, said.finding)
    return doing.do(about, lambda who: review(doing.app, who, name, said.finding), Reviewed)


def _own(app: TheApp, comer: Comer, candidate: str) -> None:
    """Raise ``NotFound`` for a candidate of somebody else's case, as for one that is not there."""
    with app.store.read() as reader:
        found = reader.searches.candidate(CandidateId(candidate))
        search = reader.searches.get(found.search) if found else None
    # Of one whose grant ended, or whose search is over, nothing is left to look at.
    if found is None or search is None or not found.sealed or search.state not in OPEN_SEARCHES:
        raise NotFound("no such candidate waits")
    own_case(app, comer, search.case)
