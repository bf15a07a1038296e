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
from licet.terms.permit import Refusal

app = group("Organisations and their signed agreements.")


@dataclass(frozen=True, slots=True)
class Added:
    """An organisation that was added."""

    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """An organisation on the list; ``agreement_to`` None: no agreement is in force."""

    id: OrganisationId
    name: str
    kind: OrganisationKind
    agreement_to: datetime | None
    members: int


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
        )
        who = signing.who(call, licet, signing.adding_organisation(wish))
        added = add_organisation(licet, who, wish)
    if isinstance(added, Refusal):
        return added
    return Answer(Added(added), (f"Added {name} ({added}).",))


@deed(app, "list")
def list_(call: Call) -> Answer:
    """List organisations and when their agreements end."""
    with call.app() as licet, licet.store.read() as reader:
        found = []
        for one in reader.governance.organisations():
            agreement = reader.governance.agreement_at(one.id, reader.now)
            ends = agreement.valid_to if agreement else None
            count = len(reader.governance.members(one.id))
            found.append(OrganisationLine(one.id, one.name, one.kind, ends, count))
    rows = tuple(
        (one.name, one.kind.value, _ends(one.agreement_to), str(one.members), one.id)
        for one in found
    )
    headings = ("name", "kind", "agreement until", "members", "id")
    return Answer(found, (Grid(headings, rows, "There is no organisation."),))


def _ends(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "not in force"
