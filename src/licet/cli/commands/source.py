"""``licet source``: where photos come from, and by what right."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.governing import SourceWish
from licet.terms.ids import SourceId, Territory
from licet.terms.permit import Action, Refusal, Register
from licet.terms.source import (
    BystanderCondition,
    Control,
    ItemPolicy,
    Origin,
    SourceKind,
    SourceState,
)

app = group("Sources: where photos come from, and by what right.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that may be collected, or one that ceased."""

    source: SourceId
    name: str
    state: SourceState


@deed(app, "add", Takes.ACTOR)
def add(
    call: Call,
    *,
    folder: Annotated[Path, typer.Argument(help="The folder that holds the photos.")],
    name: Annotated[str, typer.Option(help="What the source is called.")],
    taken_by: Annotated[str, typer.Option(help="Who took the photos.")],
    people_told: Annotated[str, typer.Option(help="How the people in them were told.")],
    made_for: Annotated[list[str], typer.Option(help="What they were made for. Repeatable.")],
    bystanders: Annotated[
        BystanderCondition, typer.Option(help="On what basis other faces may be compared at all.")
    ],
    evidence: Annotated[str, typer.Option(help="What shows that this basis holds.")],
    licence: Annotated[Path, typer.Option(help="The licence document; its hash is kept.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="When the licence ends.")],
    territory: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1, if known.")] = "",
    org: Annotated[str, typer.Option(help="The organisation, by name or id.")] = "",
) -> Answer | Refusal:
    """Open a folder as a source. A steward and a second member act.

    Being reachable is not a right to collect: a source says who took its photos, how the
    people in them were told, and on what basis strangers' faces may be compared in memory.
    """
    from licet.sources.authority import licence_digest
    from licet.sourcing import add_source

    with call.app() as licet:
        wish = SourceWish(
            organisation=signing.acting_organisation(call, licet, org),
            name=name,
            kind=SourceKind.FOLDER,
            place=str(folder.absolute()),
            origin=Origin(taken_by, people_told, frozenset(made_for)),
            bystander_condition=bystanders,
            bystander_evidence=evidence,
            territory=Territory(territory.upper()) if territory else None,
            item_policy=ItemPolicy.LEAVE_AT_SOURCE,
            control=Control.OWN_STORAGE,
            licence=licence_digest(files.read(licence, "the licence")),
            valid_to=names.day(until, "the end of the licence"),
        )
        who = signing.who(call, licet, signing.opening_source(wish))
        opened = add_source(licet, who, wish)
    if isinstance(opened, Refusal):
        return opened
    said = f"Opened the source {opened.name} ({opened.id}). Next: `licet collect {opened.name}`."
    return Answer(Opened(opened.id, opened.name, opened.state), (said,))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List sources with their state and how many photos were met there."""
    from licet.effects.listing import About
    from licet.listing import list_sources

    with call.app() as licet:
        who = signing.who(call, licet, signing.listing(About(Register.SOURCES)))
        found = list_sources(licet, who)
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (one.name, one.organisation, str(one.items), one.state.value, one.id, one.place)
        for one in found
    )
    headings = ("name", "organisation", "photos", "state", "id", "place")
    return Answer(found, (Grid(headings, rows, "There is no source."),))


@deed(app, "cease", Takes.ACTOR)
def cease(call: Call, source: str) -> Answer | Refusal:
    """Stop a source for good: nothing is read from it any more."""
    from licet.sourcing import cease_source

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        who = signing.who(call, licet, signing.on_source(Action.CEASE, found))
        ceased = cease_source(licet, who, found.id)
    if isinstance(ceased, Refusal):
        return ceased
    said = f"{ceased.name} has ceased. It is not opened again."
    return Answer(Opened(ceased.id, ceased.name, ceased.state), (said,))
