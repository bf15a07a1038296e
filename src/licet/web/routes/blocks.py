"""Blocks: placed at once by one member, lifted by two on the release document."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from licet.app import App
from licet.deeds import OnPaper, begin
from licet.effects import signing
from licet.effects.signing import About
from licet.ledger.order_entries import cause_of
from licet.listing import list_sources
from licet.rights.blocking import list_blocks, place, placing_digest
from licet.rights.viewing import list_orders
from licet.terms.errors import BadInput, NotFound
from licet.terms.ids import BlockId, SourceId, SubjectId, Territory
from licet.terms.permit import Action, Block, Register
from licet.web.api.signatures import Signed, act_signed
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.blocks import BlockList, BlockRow, OneBlock
from licet.web.pages.render import render
from licet.web.problems import allowed
from licet.web.routes.forms import Poster, went_to
from licet.web.routes.letters import WithFile
from licet.web.routes.readers import may, only_readers

START = "/console/blocks"

router = APIRouter(
    prefix=START, include_in_schema=False, dependencies=[only_readers(Register.BLOCKS)]
)

Line = Annotated[str, Field(max_length=100)]


class Placing(WithFile):
    """What the form of a block says: one part of what is covered, and what is stopped."""

    covers: Line = ""
    territory: Line = ""
    source: Line = ""
    subject: Line = ""
    collecting: bool = False
    use: bool = False

    def block(self) -> Block:
        """Return the block that is placed. Raises ``BadInput`` where its part is not named."""
        named = {
            "territory": self.territory.strip().upper(),
            "source": self.source,
            "subject": self.subject.strip(),
        }
        if self.covers != "everything" and not named.get(self.covers):
            raise BadInput("the block does not say what it covers", "Name the part that you chose.")
        part = named.get(self.covers, "")
        return Block(
            territory=Territory(part) if self.covers == "territory" else None,
            source=SourceId(part) if self.covers == "source" else None,
            subject=SubjectId(part) if self.covers == "subject" else None,
            collecting=self.collecting,
            use=self.use,
        )


@router.get("")
def blocks(request: Request, app: TheApp, comer: Known, done: str = "") -> HTMLResponse:
    """Show every block, and the form that places one."""
    sources = tuple((one.id, one.name) for one in allowed(list_sources(app, comer.who)))
    rows = sorted(_rows(app, comer, dict(sources)), key=lambda one: one.line.lifted_at is not None)
    places, lifts = may(comer, Action.PLACE_BLOCK), may(comer, Action.LIFT_BLOCK)
    page = BlockList(tuple(rows), sources, places, lifts, done)
    return HTMLResponse(render(page, around_comer(request)))


@router.post("")
def put(
    request: Request,
    app: TheApp,
    comer: Poster,
    asked: Annotated[Placing, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Place a block: it holds in every process from the commit on."""
    block = asked.block()
    about = About(Action.PLACE_BLOCK, digest=placing_digest(block))
    act_signed(app, comer, about, signature, lambda who: place(app, who, block))
    return went_to(request, f"{START}?done=placed")


@router.get("/{block}")
def one(request: Request, app: TheApp, comer: Known, block: str) -> HTMLResponse:
    """Show one block with the form that lifts it."""
    sources = {one.id: one.name for one in allowed(list_sources(app, comer.who))}
    row = next((one for one in _rows(app, comer, sources) if one.line.id == block), None)
    if row is None:
        raise NotFound("there is no such block")
    page = OneBlock(row, may(comer, Action.LIFT_BLOCK))
    return HTMLResponse(render(page, around_comer(request)))


@router.post("/{block}/release")
def lift(
    request: Request,
    app: TheApp,
    comer: Poster,
    block: str,
    asked: Annotated[WithFile, Form(media_type="multipart/form-data")],
    signature: Signed = "",
) -> Response:
    """Sign that a block is lifted on its release document; another member signs it too."""
    parts = OnPaper(BlockId(block), asked.document())
    about = signing.lifting_block(BlockId(parts.id), parts.digest)
    act_signed(app, comer, about, signature, lambda who: begin(app, who, "lift_block", parts))
    return went_to(request, f"{START}?done=begun")


def _rows(app: App, comer: Comer, sources: dict[SourceId, str]) -> list[BlockRow]:
    lines = allowed(list_blocks(app, comer.who))
    orders = {cause_of(one.id): one.id for one in allowed(list_orders(app, comer.who))}
    return [
        BlockRow(
            one,
            f"/console/orders/{orders[one.cause]}" if one.cause in orders else "",
            sources.get(one.source, "") if one.source else "",
        )
        for one in lines
    ]
