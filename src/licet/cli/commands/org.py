"""``licet org``: organisations and their signed agreements."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.duties import FilingKind
from licet.terms.governing import OrganisationWish, PaperWish
from licet.terms.ids import FilingId, OrganisationId
from licet.terms.organisation import OrganisationKind
from licet.terms.permit import Refusal, Register

app = group("Organisations and their signed agreements.")


@dataclass(frozen=True, slots=True)
class Added:
    """An organisation that was added."""

    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper that was filed."""

    filing: FilingId
    kind: FilingKind
    digest: str


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


@deed(app, "file", Takes.ACTOR)
def file(
    call: Call,
    *,
    kind: Annotated[FilingKind, typer.Argument(help="Which paper it is.")],
    paper: Annotated[Path, typer.Argument(help="The paper; its hash is kept.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Until when it counts.")],
) -> Answer | Refusal:
    """File a paper of one's own organisation. Without all three its members cannot search."""
    from licet.papers import file_paper

    with call.app() as licet:
        wish = PaperWish(kind, files.digest(paper, "the paper"), names.day(until, "the end"))
        filed = file_paper(licet, signing.who(call, licet, signing.filing(wish)), wish)
    if isinstance(filed, Refusal):
        return filed
    said = f"Filed the {_words(kind)} until {until}."
    return Answer(Filed(filed, kind, wish.digest), (said, f"  SHA-256: {wish.digest}"))


@deed(app, "papers", Takes.ACTOR)
def papers(call: Call) -> Answer | Refusal:
    """List what each organisation filed, and what is missing before it may search."""
    from licet.papers import PAPERS, list_papers

    with call.app() as licet:
        found = list_papers(licet, signing.who(call, licet, signing.listing(PAPERS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.name,
            _words(one.kind),
            one.valid_to.date().isoformat() if one.valid_to else "",
            "in force" if one.in_force else "over" if one.digest else "missing",
            (one.digest or "")[:16],
        )
        for one in found
    )
    headings = ("organisation", "paper", "until", "", "SHA-256")
    red = frozenset(n for n, one in enumerate(found) if not one.in_force)
    return Answer(found, (Grid(headings, rows, "There is no organisation.", red),))


def _words(kind: FilingKind) -> str:
    return kind.value.replace("_", " ")


def _ends(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "not in force"
