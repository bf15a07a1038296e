"""``licet clearance``: which photos of an archive may be shown, by who agreed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid, count
from licet.cli.person import AsPerson, Proof, acting
from licet.effects.signing import About
from licet.terms.asked import ShownWish
from licet.terms.clearance import (
    Clearance,
    ClearanceList,
    ClearancePhoto,
    ClearanceWish,
    WroteBeside,
)
from licet.terms.errors import BadInput
from licet.terms.ids import CaseId, ItemId, SourceId
from licet.terms.permit import Action, Refusal

if TYPE_CHECKING:
    from licet.app import App

app = group("Which photos may be shown, by who agreed.")

_MANY = 1_000_000
"""More photos than any list has: an export is of all."""

_HEADINGS = ("photo", "faces", "agreed", "what follows")

Matter = Annotated[str, typer.Argument(help="The case, by reference or id.")]
Place = Annotated[str, typer.Argument(help="The source, by name or id.")]


@deed(app, "list", Takes.ACTOR)
def list_(
    call: Call,
    *,
    case: Matter,
    source: Place,
    state: Annotated[Clearance | None, typer.Option(help="Photos of one kind alone.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many to show.")] = 100,
    after: Annotated[str, typer.Option(help="Go on after this photo, by id.")] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all of them: .csv or .json.")
    ] = None,
) -> Answer | Refusal:
    """List the photos of a source: who agreed, in counts and days, and what follows."""
    from licet.clearance import about_clearance, list_clearance
    from licet.effects.clearing import exported

    if out is not None and out.suffix not in {".csv", ".json"}:
        raise BadInput("the file is neither .csv nor .json", "Name it so.")
    with call.app() as licet:
        matter, place = _named(licet, case, source)
        who = signing.who(call, licet, signing.listing(about_clearance(matter, place)))
        most = most if out is None else _MANY
        start = ItemId(after.strip()) if after else None
        found = list_clearance(licet, who, ClearanceWish(matter, place, state, start, most))
    if isinstance(found, Refusal):
        return found
    if out is not None:
        files.write_new(out, exported(found, out.suffix[1:]))
        return Answer(found, (f"Wrote {count(len(found.photos), 'photo')}: {out}.", found.caveat))
    rows = tuple((one.address, str(one.faces), str(one.cleared), one.says) for one in found.photos)
    grid = Grid(_HEADINGS, rows, "There is no such photo.")
    more = (f"Go on with --after {found.after}.",) if found.after else ()
    return Answer(found, (_counted(found), grid, *more, found.caveat))


@deed(app, "show", Takes.ACTOR)
def show(
    call: Call,
    *,
    case: Matter,
    source: Place,
    photo: Annotated[str, typer.Argument(help="The photo, by id.")],
) -> Answer | Refusal:
    """Show one photo: how many faces, how many agreed, until when and where."""
    from licet.clearance import about_clearance, show_clearance

    with call.app() as licet:
        matter, place = _named(licet, case, source)
        who = signing.who(call, licet, signing.listing(about_clearance(matter, place)))
        found = show_clearance(licet, who, matter, place, ItemId(photo.strip()))
    if isinstance(found, Refusal):
        return found
    return Answer(found, (f"{found.address}: {found.says}", *_details(found)))


@deed(app, "write", Takes.ACTOR)
def write(call: Call, *, case: Matter, source: Place) -> Answer | Refusal:
    """Write what follows into XMP files beside the photos; the worker keeps them true.

    Photos are never touched, and what others wrote there stays. Nobody is named.
    """
    from licet.clearance import about_clearance, write_clearance

    with call.app() as licet:
        matter, place = _named(licet, case, source)
        about = signing.listing(about_clearance(matter, place, write=True))
        done = write_clearance(licet, signing.who(call, licet, about), matter, place)
    if isinstance(done, Refusal):
        return done
    return Answer(done, (*_done(done), done.caveat))


@deed(app, "say", Takes.ACTOR)
def say(
    call: Call,
    *,
    grant: str,
    yes: Annotated[bool, typer.Option("--yes/--no", help="Whether you may be shown.")],
    not_before: Annotated[str, typer.Option("--from", help="Not before this day.")] = "",
    until: Annotated[str, typer.Option(help="The last day.")] = "",
    place: Annotated[
        list[str] | None, typer.Option("--in", help="Only there: FR, DE. Repeatable.")
    ] = None,
    proof: Proof = None,
    as_person: AsPerson = False,
) -> Answer | Refusal:
    """Say, as the person, whether an archive may show the photos one is in."""
    from licet.clearance import say_shown

    wish = ShownWish(
        yes,
        names.day(not_before, "--from").date() if not_before else None,
        names.day(until, "--until").date() if until else None,
        tuple(names.territory(one) for one in place or ()),
    )
    with call.app() as licet:
        kept = signing.grant_of(licet, grant)
        about = About(Action.SAY, kept.organisation, kept.id)
        who = acting(call, licet, (proof, as_person), kept.subject, about)
        leaf = say_shown(licet, who, kept.id, wish)
    if isinstance(leaf, Refusal):
        return leaf
    said = "You may be shown, as you said." if yes else "You may not be shown."
    return Answer({"grant": kept.id, "leaf": leaf}, (f"{said} Say otherwise at any time.",))


def _named(licet: "App", case: str, source: str) -> tuple[CaseId, SourceId]:
    with licet.store.read() as reader:
        return names.case(reader, case).id, names.source(reader, source).id


def _counted(found: ClearanceList) -> str:
    counts = found.counts
    return (
        f"{count(counts.photos, 'photo')} of {found.source}: {counts.may} may be shown, "
        f"{counts.embargo} later, {counts.not_} may not, {counts.nobody} without a face."
    )


def _details(one: ClearancePhoto) -> list[str]:
    lines = []
    if one.asked:
        lines.append(f"{one.asked} of the others are known to you and have not said yes.")
    if one.unlooked:
        faces = count(one.unlooked, "face")
        lines.append(f"Nobody looked yet at {faces} in it: `licet appearance list`.")
    if one.fewer_since:
        lines.append(f"Fewer agree since {one.fewer_since}: somebody withdrew, or a term is over.")
    if one.beside:
        lines.append("It stands so in the file beside the photo.")
    return lines


def _done(done: WroteBeside) -> list[str]:
    each = done.done
    lines = [f"Wrote beside {count(each.written, 'photo')} (entry {done.leaf})."]
    if each.unchanged:
        lines.append(f"Beside {count(each.unchanged, 'photo')} it stood so already.")
    if each.theirs:
        lines.append(f"{each.theirs} left alone: somebody else stated a release there.")
    if each.unread:
        lines.append(f"{each.unread} left alone: what lies there cannot be read.")
    return lines
