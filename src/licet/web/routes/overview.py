"""Where a member begins: clocks, how things stand, and how far the ledger is."""

from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from licet.app import App
from licet.doctor import Weight, at_a_glance
from licet.glance import Glance, Reads, glance, reads
from licet.listing import list_cases, list_sources
from licet.rights.breaching import list_breaches
from licet.rights.corresponding import list_letters
from licet.rights.inbox import list_requests
from licet.rights.viewing import list_orders
from licet.terms.organisation import CaseState, Role
from licet.terms.permit import Register
from licet.web.comers import Comer, Known, TheApp
from licet.web.member_page import around_comer
from licet.web.pages.console import Due, Figures, Health, LedgerHead, Overview
from licet.web.pages.render import render
from licet.web.problems import allowed

router = APIRouter(prefix="/console", include_in_schema=False)

_TONES = {Weight.WELL: "good", Weight.WATCH: "warn", Weight.MEND: "bad"}
_CLOCKS = frozenset(
    {Register.REQUESTS, Register.ORDERS, Register.BREACHES, Register.CORRESPONDENCE}
)


@router.get("")
def overview(request: Request, app: TheApp, comer: Known) -> HTMLResponse:
    """Show what is due and how things stand, as far as this member's roles read it."""
    found, theirs = glance(app, comer.myself.member), reads(app, comer.myself.member)
    page = Overview(
        _figures(app, comer, found),
        _clocks(app, comer, theirs) if theirs.registers & _CLOCKS else None,
        _health(app) if theirs.oversees else None,
        LedgerHead(found.entries, found.witnesses, found.root),
    )
    return HTMLResponse(render(page, around_comer(request)))


def _figures(app: App, comer: Comer, found: Glance) -> Figures:
    sources = allowed(list_sources(app, comer.who))
    cases = allowed(list_cases(app, comer.who))
    return Figures(
        cases=sum(one.state is CaseState.OPEN for one in cases),
        photos=sum(one.items for one in sources),
        sources=len(sources),
        searches=found.searches if Role.INVESTIGATOR in comer.myself.roles else None,
        searches_most=found.searches_most,
    )


def _clocks(app: App, comer: Comer, theirs: Reads) -> tuple[Due, ...]:
    """Return what has a last day, the first due first. Each look at a register is recorded."""
    found: list[Due] = []
    today = app.clock().date()
    if Register.REQUESTS in theirs.registers:
        found += [
            Due("inbox", "", one.due, one.left, f"/console/requests/{one.id}", one.kind)
            for one in allowed(list_requests(app, comer.who))
        ]
    if Register.ORDERS in theirs.registers:
        found += [
            Due(
                "orders",
                f"{one.authority} {one.reference}",
                *_until(one.due, today),
                f"/console/orders/{one.id}",
            )
            for one in allowed(list_orders(app, comer.who))
            if one.due is not None
        ]
    if Register.BREACHES in theirs.registers:
        found += [
            Due(
                "breaches",
                one.id[:8],
                *_until(one.notify_by, today),
                f"/console/breaches/{one.id}",
            )
            for one in allowed(list_breaches(app, comer.who))
            if one.authority_told_at is None and one.state in {"suspected", "confirmed"}
        ]
    if Register.CORRESPONDENCE in theirs.registers:
        found += [
            Due("letters", one.authority, one.answer_by, one.left, f"/console/letters/{one.id}")
            for one in allowed(list_letters(app, comer.who))
            if one.answer_by is not None and one.left is not None
        ]
    return tuple(sorted(found, key=lambda one: (one.due, one.place, one.name)))


def _until(due: datetime, today: date) -> tuple[date, int]:
    return due.date(), (due.date() - today).days


def _health(app: App) -> tuple[Health, ...]:
    """Return what the examiner finds at a glance, what must be mended first."""
    found = at_a_glance(app).findings
    ordered = sorted(found, key=lambda one: list(_TONES).index(one.weight), reverse=True)
    return tuple(Health(_TONES[one.weight], one.part, one.says, one.remedy) for one in ordered)
