"""``licet org``: organisations and their signed agreements."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.governing import OrganisationWish
from licet.terms.ids import OrganisationId
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Refusal, Register

app = group("Organisations and their signed agreements.")


@dataclass(frozen=True, slots=True)
class Added:
    """An organisation that was added."""

    organisation: OrganisationId


@deed(app, "add", Takes.ACTOR)
def add(
    call: Call,
    *,
    name: str,
    agreement: Annotated[Path, typer.Option(help="The signed agreement; its hash is kept.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="When the agreement ends.")],
    begins: Annotated[
        str, typer.Option("--from", metavar="DAY", help="When it begins; now without it.")
    ] = "",
    kind: Annotated[OrganisationKind, typer.Option(help="What it is.")] = (
        OrganisationKind.RECIPIENT
    ),
    contact: Annotated[
        str, typer.Option(help="A mail address; there it is told what it may not use any more.")
    ] = "",
) -> Answer | Refusal:
    """Add an organisation with its signed agreement. Two members of the controller act."""
    from licet.governance import add_organisation

    with call.app() as licet:
        wish = OrganisationWish(
            name=name,
            kind=kind,
            agreement=files.digest(agreement, "the agreement"),
            valid_from=names.day(begins, "the beginning") if begins else licet.clock(),
            valid_to=names.day(until, "the end"),
            contact=contact.strip(),
        )
        who = signing.who(call, licet, signing.adding_organisation(wish))
        added = add_organisation(licet, who, wish)
    if isinstance(added, Refusal):
        return added
    return Answer(Added(added), (f"Added {name} ({added}).",))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List organisations and when their agreements end."""
    from licet.effects.listing import About
    from licet.listing import list_organisations

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.ORGANISATIONS)))
        found = list_organisations(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.name, one.kind.value, _ends(one.agreement_to), str(one.members), one.id)
        for one in found
    )
    headings = ("name", "kind", "agreement until", "members", "id")
    return Answer(found, (Grid(headings, rows, "There is no organisation."),))


def _ends(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "not in force"
