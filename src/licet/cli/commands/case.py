"""``licet case``: cases, one matter and one purpose each."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.governing import CaseWish
from licet.terms.ids import CaseId, OrganisationId
from licet.terms.permit import Refusal, Register
from licet.terms.when import to_text

if TYPE_CHECKING:
    from licet.app import App

app = group("Cases: one matter, one purpose, bound to its evidence.")

CAP = 5


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened."""

    case: CaseId


@dataclass(frozen=True, slots=True)
class Approved:
    """An approver's yes."""

    case: CaseId
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """A case that was closed."""

    case: CaseId
    leaf: int


@deed(app, "open", Takes.ACTOR)
def open_(
    call: Call,
    *,
    reference: Annotated[str, typer.Argument(help="Your own name for the matter.")],
    purpose: Annotated[str, typer.Option(help="One purpose of the closed list.")],
    evidence: Annotated[
        list[Path], typer.Option(metavar="FILE", help="What it rests on. Repeatable.")
    ],
    org: Annotated[str, typer.Option(help="The organisation, by name or id.")] = "",
    cap: Annotated[int, typer.Option(min=1, max=CAP, help="How many people at most.")] = CAP,
    behalf: Annotated[
        str, typer.Option("--on-behalf-of", help="Another organisation that asks for it.")
    ] = "",
) -> Answer | Refusal:
    """Open a case. Only a photo that is among its evidence can be searched with."""
    from licet.governance import open_case

    with call.app() as licet:
        wish = CaseWish(
            organisation=signing.acting_organisation(call, licet, org),
            purpose=names.purpose(purpose),
            reference=reference,
            evidence=frozenset(files.digest(one, "the evidence") for one in evidence),
            cap=cap,
            on_behalf_of=_other(licet, behalf),
        )
        who = signing.who(call, licet, signing.opening_case(wish))
        opened = open_case(licet, who, wish)
    if isinstance(opened, Refusal):
        return opened
    said = f"Opened the case {reference} ({opened}) for {wish.purpose}."
    return Answer(Opened(opened), (said, "Next: another member approves it, `licet case approve`."))


def _other(app: "App", word: str) -> OrganisationId | None:
    if not word:
        return None
    with app.store.read() as reader:
        return names.organisation(reader, word).id


@deed(app, "approve", Takes.ACTOR)
def approve(call: Call, case: str) -> Answer | Refusal:
    """Say yes to a case, as an approver who did not open it."""
    from licet.governance import approve_case

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.case(reader, case)
        who = signing.who(call, licet, signing.approving(found))
        at = approve_case(licet, who, found.id)
    if isinstance(at, Refusal):
        return at
    return Answer(Approved(found.id, at), (f"Approved {found.reference} at {to_text(at)}.",))


@deed(app, "close", Takes.ACTOR)
def close(call: Call, case: str) -> Answer | Refusal:
    """End a case: nothing is searched in it any more, and its open searches are closed."""
    from licet.governance import close_case

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.case(reader, case)
        leaf = close_case(licet, signing.who(call, licet, signing.closing_case(found)), found.id)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer(Closed(found.id, leaf), (f"Closed the case {found.reference} (entry {leaf}).",))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List cases with their approvals and searches."""
    from licet.effects.listing import About
    from licet.listing import list_cases

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.CASES)))
        found = list_cases(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.reference,
            one.purpose,
            str(one.approvals),
            str(one.searches),
            f"{one.people} of {one.cap}",
            one.state.value,
            one.id,
        )
        for one in found
    )
    headings = ("reference", "purpose", "approvals", "searches", "people", "state", "id")
    return Answer(found, (Grid(headings, rows, "There is no case."),))
