"""``licet source``: where photos come from, and by what right."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, handed, names, signing
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
    """A source that may be collected."""

    source: SourceId
    name: str
    state: SourceState


@dataclass(frozen=True, slots=True)
class Ceased:
    """A source that ceased, and where the certificate of what was destroyed was written."""

    source: SourceId
    name: str
    state: SourceState
    certificate: Path | None = None


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
    retention: Annotated[
        int | None,
        typer.Option(metavar="DAYS", min=1, help="For how long what it brought is kept."),
    ] = None,
    policy: Annotated[
        ItemPolicy,
        typer.Option("--item-policy", help="What becomes of a photo of somebody who is erased."),
    ] = ItemPolicy.LEAVE_AT_SOURCE,
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
            item_policy=policy,
            control=Control.OWN_STORAGE,
            licence=licence_digest(files.read(licence, "the licence")),
            valid_to=names.day(until, "the end of the licence"),
            retention_days=retention,
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
def cease(
    call: Call,
    source: str,
    out: Annotated[Path | None, typer.Option(help="Where the certificate goes.")] = None,
) -> Answer | Refusal:
    """Stop a source for good, and destroy everything that came from it.

    Nothing is read from it any more. What was noted of its photos is deleted, what was kept
    of people because of them too; the certificate counts it.
    """
    from licet.effects.purging import purge_certificate
    from licet.sourcing import cease_source

    with call.app() as licet:
        with licet.store.read() as reader:
            found = names.source(reader, source)
        who = signing.who(call, licet, signing.on_source(Action.CEASE, found))
        ceased = cease_source(licet, who, found.id)
        if isinstance(ceased, Refusal):
            return ceased
        purged = ceased.state is SourceState.PURGED
        data = purge_certificate(licet, ceased.id) if purged else b""
    said = f"{ceased.name} has ceased. It is not opened again."
    if not purged:
        more = "What came from it is destroyed by `licet worker --once`."
        return Answer(Ceased(ceased.id, ceased.name, ceased.state), (said, more))
    with files.handout(handed.place(out, "source", ceased.id)) as file:
        file.write(data)
    done = Ceased(ceased.id, ceased.name, ceased.state, file.path)
    if file.path == files.STANDARD:
        return Answer(done)
    destroyed = "Everything that came from it is destroyed."
    return Answer(done, (said, destroyed, f"  certificate: {file.path}"))
