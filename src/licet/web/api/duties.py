"""What an operator keeps: blocks, letters with authorities, breaches."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from licet.deeds import OnPaper
from licet.effects.acting import digest_of_wish
from licet.effects.signing import About
from licet.rights import blocking, breaching, corresponding
from licet.rights.blocking import BlockLine, list_blocks
from licet.rights.corresponding import Which, list_letters
from licet.terms.breaching import (
    AuthorityTold,
    BreachDetails,
    BreachFindings,
    BreachLine,
    BreachWish,
)
from licet.terms.corresponding import Filed, LetterLine, LetterWish
from licet.terms.errors import BadInput
from licet.terms.ids import (
    BlockId,
    BreachId,
    CorrespondenceId,
    MemberId,
    SourceId,
    SubjectId,
    Territory,
)
from licet.terms.permit import Action, Block
from licet.web.api.acting import Acting
from licet.web.api.bodies import body, told
from licet.web.api.names import Name
from licet.web.api.paging import Cursor, Limit, Part, part
from licet.web.api.shapes import Begun
from licet.web.comers import Known, TheApp
from licet.web.problems import allowed

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stopping:
    """What a block stops, and for whom or what: a part that is named, or ``everything``."""

    territory: Territory | None = None
    subject: SubjectId | None = None
    source: SourceId | None = None
    everything: bool = False
    collecting: bool = True
    use: bool = True

    def block(self) -> Block:
        """Return the block. Raises ``BadInput`` where nobody can tell how far it goes."""
        parts = (self.territory, self.subject, self.source)
        if self.everything is any(one is not None for one in parts):
            raise BadInput(
                "the block names parts and everything, or neither",
                "Give territory, subject or source; or everything.",
            )
        return Block(*parts, self.collecting, self.use)


@dataclass(frozen=True, slots=True)
class Placed:
    """A block that holds from now on, in every process."""

    block: BlockId


@dataclass(frozen=True, slots=True)
class Paper:
    """The SHA-256 (hex) of the document that an act rests on."""

    digest: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The SHA-256 (hex) of the answer to a letter, and what it says in a line."""

    digest: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Who sees to a letter from now on."""

    owner: MemberId


@dataclass(frozen=True, slots=True)
class Reported:
    """A breach on the register: its clock runs."""

    breach: BreachId


@router.get("/blocks", operation_id="list_blocks")
def blocks(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[BlockLine]:
    """List every block, the newest first, lifted ones too."""
    rows = allowed(list_blocks(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.post(
    "/blocks",
    operation_id="place_block",
    status_code=201,
    response_model=Placed,
    openapi_extra=told(Stopping),
)
def stop(doing: Acting, wish: Annotated[Stopping, Depends(body(Stopping))]) -> Response:
    """Stop collecting, use or both, at once and in every process."""
    block = wish.block()
    about = About(Action.PLACE_BLOCK, digest=blocking.placing_digest(block))
    return doing.do(about, lambda who: blocking.place(doing.app, who, block), Placed, Placed)


@router.post(
    "/blocks/{block}/lifting",
    operation_id="lift_block",
    status_code=201,
    response_model=Begun,
    openapi_extra=told(Paper),
)
def lift(doing: Acting, block: Name, paper: Annotated[Paper, Depends(body(Paper))]) -> Response:
    """Sign, as the first of two, that a block is lifted on its release document."""
    return doing.controllers().begin("lift_block", OnPaper(block, paper.digest))


@router.get("/letters", operation_id="list_letters")
def letters(
    app: TheApp,
    comer: Known,
    *,
    everything: Annotated[bool, Query(description="The answered ones too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Part[LetterLine]:
    """List letters from and to authorities, with the day by which each is answered."""
    rows = allowed(list_letters(app, comer.who, Which(everything)))
    return part(rows, lambda one: one.id, limit, cursor)


@router.post(
    "/letters",
    operation_id="file_letter",
    status_code=201,
    response_model=Filed,
    openapi_extra=told(LetterWish),
)
def file(doing: Acting, wish: Annotated[LetterWish, Depends(body(LetterWish))]) -> Response:
    """Put a letter from or to an authority on the register. Its hash is kept, not the letter."""
    about = About(Action.CORRESPOND, digest=corresponding.filing(wish))
    return doing.do(about, lambda who: corresponding.file_letter(doing.app, who, wish), Filed)


@router.post(
    "/letters/{letter}/answer",
    operation_id="answer_letter",
    status_code=201,
    response_model=Filed,
    openapi_extra=told(Answered),
)
def answer(
    doing: Acting, letter: Name, said: Annotated[Answered, Depends(body(Answered))]
) -> Response:
    """Note that a letter was answered."""
    name, digest, says = CorrespondenceId(letter), said.digest, said.says
    about = About(Action.CORRESPOND, digest=corresponding.answering(name, digest, says))
    return doing.controllers().do(
        about, lambda who: corresponding.answer(doing.app, who, name, digest, says), Filed
    )


@router.post(
    "/letters/{letter}/owner",
    operation_id="assign_letter",
    status_code=201,
    response_model=Filed,
    openapi_extra=told(Assigned),
)
def assign(
    doing: Acting, letter: Name, to: Annotated[Assigned, Depends(body(Assigned))]
) -> Response:
    """Say who sees to a letter."""
    name, owner = CorrespondenceId(letter), to.owner
    about = About(Action.CORRESPOND, digest=corresponding.assigning(name, owner))
    return doing.controllers().do(
        about, lambda who: corresponding.assign(doing.app, who, name, owner), Filed
    )


@router.get("/breaches", operation_id="list_breaches")
def breaches(app: TheApp, comer: Known, limit: Limit = 50, cursor: Cursor = "") -> Part[BreachLine]:
    """List breaches with their clocks: 72 hours until the authority is told."""
    rows = allowed(breaching.list_breaches(app, comer.who))
    return part(rows, lambda one: one.id, limit, cursor)


@router.get("/breaches/{breach}", operation_id="show_breach")
def breach(app: TheApp, comer: Known, breach: Name) -> BreachDetails:
    """Show all that the register holds of one breach."""
    return allowed(breaching.show_breach(app, comer.who, BreachId(breach)))


@router.post(
    "/breaches",
    operation_id="report_breach",
    status_code=201,
    response_model=Reported,
    openapi_extra=told(BreachWish),
)
def report(doing: Acting, wish: Annotated[BreachWish, Depends(body(BreachWish))]) -> Response:
    """Report a breach, or the suspicion of one: the clock runs from when it was known."""
    about = About(Action.BREACH, digest=digest_of_wish(wish))
    return doing.do(about, lambda who: breaching.report(doing.app, who, wish), Reported, Reported)


@router.post(
    "/breaches/{breach}/findings",
    operation_id="confirm_breach",
    status_code=201,
    response_model=breaching.Stands,
    openapi_extra=told(BreachFindings),
)
def findings(
    doing: Acting, breach: Name, found: Annotated[BreachFindings, Depends(body(BreachFindings))]
) -> Response:
    """Write down what was found; again when more is known. Less risk takes two, together."""
    name = BreachId(breach)
    doing.controllers()
    action = breaching.acting_now(doing.app, name, found)
    about = About(action, digest=breaching.finding_digest(name, found))
    return doing.controllers().do(
        about, lambda who: breaching.confirm(doing.app, who, name, found), breaching.Stands
    )


@router.post(
    "/breaches/{breach}/authority",
    operation_id="tell_authority_of_breach",
    status_code=201,
    response_model=breaching.Stands,
    openapi_extra=told(AuthorityTold),
)
def tell_authority(
    doing: Acting, breach: Name, said: Annotated[AuthorityTold, Depends(body(AuthorityTold))]
) -> Response:
    """Write to an authority about a breach, or note that it was told (GDPR 33)."""
    name = BreachId(breach)
    about = About(Action.BREACH, digest=breaching.telling_digest(name, said))
    return doing.controllers().do(
        about, lambda who: breaching.tell_authority(doing.app, who, name, said), breaching.Stands
    )


@router.post(
    "/breaches/{breach}/people",
    operation_id="tell_people_of_breach",
    status_code=201,
    response_model=breaching.Told,
)
def tell_people(doing: Acting, breach: Name) -> Response:
    """Write to those whom a breach touches (GDPR 34)."""
    name = BreachId(breach)
    about = About(Action.BREACH, digest=breaching.people_digest(name))
    return doing.controllers().do(
        about, lambda who: breaching.tell_those_touched(doing.app, who, name), breaching.Told
    )
