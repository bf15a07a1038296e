"""The ledger: its entries for members who oversee, and how anybody checks it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from licet.app import App
from licet.consent.reasons import Reason
from licet.consent.refusals import refuse
from licet.evidence import EntriesWish, ledger_state, list_entries, prove_entry
from licet.glance import reads
from licet.terms.errors import NotFound
from licet.terms.ids import OrganisationId
from licet.terms.permit import Action, Register
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.kinds import GROUPS
from licet.web.pages.ledger import PROGRAM, CheckPage, EntryPage, LedgerPage
from licet.web.pages.render import render
from licet.web.problems import Refused

START = "/console/ledger"

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Query(ge=0, le=2**53)]


@router.get(START)
def ledger(
    request: Request,
    app: TheApp,
    comer: Known,
    group: Annotated[str, Query(max_length=60)] = "",
    day: str = "",
    before: Number | None = None,
) -> HTMLResponse:
    """Show how the ledger stands, and its entries."""
    of = _of(app, comer)
    on = _day(day)
    kinds = GROUPS[group][1] if group in GROUPS else (group,)
    found = list_entries(app, of, EntriesWish(before, kinds, on))
    page = LedgerPage(ledger_state(app), found, group, on, of is not None, before is None)
    return HTMLResponse(render(page, around_comer(request)))


@router.get(f"{START}/checkpoint")
def checkpoint(app: TheApp, comer: Known) -> Response:
    """Hand out the last signed checkpoint, with the cosignatures of its witnesses."""
    _of(app, comer)
    return _note(app)


@router.get(START + "/{index}")
def entry(request: Request, app: TheApp, comer: Known, index: int) -> HTMLResponse:
    """Show one entry with its proof."""
    proof = prove_entry(app, _of(app, comer), index)
    page = EntryPage(proof, ledger_state(app).entries - 1)
    return HTMLResponse(render(page, around_comer(request)))


@router.get(START + "/{index}/entry")
def entry_bytes(app: TheApp, comer: Known, index: int) -> Response:
    """Hand out an entry to the last byte: what is hashed."""
    proof = prove_entry(app, _of(app, comer), index)
    return _file(proof.data, f"entry-{index}.json", "application/json")


@router.get(START + "/{index}/proof")
def entry_proof(app: TheApp, comer: Known, index: int) -> Response:
    """Hand out the proof that an entry is in the ledger (c2sp.org/tlog-proof)."""
    proof = prove_entry(app, _of(app, comer), index)
    if not proof.proof:
        raise NotFound("this entry is in no checkpoint yet", "Try again after the next.")
    return _file(proof.proof, f"entry-{index}.tlog-proof", "text/plain; charset=utf-8")


@router.get("/check")
def check(request: Request, app: TheApp) -> HTMLResponse:
    """Tell everybody how to check what they hold, without believing us."""
    return HTMLResponse(render(CheckPage(ledger_state(app)), around_comer(request)))


@router.get("/check/checkpoint")
def public_checkpoint(app: TheApp) -> Response:
    """Hand the last signed checkpoint to anybody: it is made to be published."""
    return _note(app)


@router.get("/check/key")
def public_key(app: TheApp) -> Response:
    """Hand the key of the ledger to anybody, by which its files are checked."""
    line = f"{app.ledger_key.vkey}\n".encode()
    return _file(line, "ledger.vkey", "text/plain; charset=utf-8")


@router.get("/check/program")
def program() -> Response:
    """Hand out the lines that follow a proof: ``python follow.py ENTRY PROOF``."""
    return _file(PROGRAM.encode(), "follow.py", "text/x-python; charset=utf-8")


def _of(app: App, comer: Comer) -> OrganisationId | None:
    """Return whose entries a member sees, None for all. Raises ``Refused`` for other roles."""
    theirs = reads(app, comer.myself.member)
    if Register.PAPERS not in theirs.registers:
        raise Refused(refuse(Action.LIST, Reason.WRONG_ROLE))
    return None if theirs.oversees else comer.myself.organisation


def _day(text: str) -> date | None:
    """Return the day that a form asks for; what is none narrows nothing."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _note(app: App) -> Response:
    state = ledger_state(app)
    if not state.note:
        raise NotFound("the ledger is empty", "Nothing happened yet.")
    return _file(state.note.encode(), "checkpoint", "text/plain; charset=utf-8")


def _file(data: bytes, name: str, kind: str) -> Response:
    said = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind, headers=said)
