"""``licet hold``: keep named grants' rows for a legal claim, for a while."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.ids import GrantId, HoldId, SubjectId
from licet.terms.permit import Refusal
from licet.terms.rights import HoldWish

app = group("Legal holds: what a claim needs is kept a while.")


@dataclass(frozen=True, slots=True)
class Placed:
    """A hold that was placed."""

    hold: HoldId
    until: datetime


@dataclass(frozen=True, slots=True)
class Lifted:
    """A hold that was lifted, and the entry that says so."""

    hold: HoldId
    leaf: int


@deed(app, "place", Takes.ACTOR)
def place(
    call: Call,
    *,
    subject: Annotated[str, typer.Argument(help="The person, by id (see `grant list`).")],
    grant: Annotated[list[str], typer.Option(help="A grant whose rows are kept. Repeatable.")],
    instrument: Annotated[Path, typer.Option(help="The paper it rests on; its hash is kept.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="Until when: 181 days at most.")],
) -> Answer | Refusal:
    """Keep the rows of named grants. Two members act, the data protection officer among them.

    Nobody finds the person under them, and the person is told. An erasure or a withdrawal
    waits for what is held, and for nothing else.
    """
    from licet.rights.hold import place as keep

    with call.app() as licet:
        wish = HoldWish(
            subject=SubjectId(subject.strip()),
            grants=tuple(GrantId(one.strip()) for one in grant),
            instrument=files.digest(instrument, "the instrument"),
            until=names.day(until, "the end"),
        )
        who = signing.who(call, licet, signing.placing(wish))
        placed = keep(licet, who, wish)
    if isinstance(placed, Refusal):
        return placed
    said = (
        f"Held until {wish.until.date().isoformat()}; nobody finds the person under it.",
        f"  hold: {placed}; the person is told by `licet worker`",
    )
    return Answer(Placed(placed, wish.until), said)


@deed(app, "lift", Takes.ACTOR)
def lift(
    call: Call, hold: Annotated[str, typer.Argument(help="The hold, see `hold list`.")]
) -> Answer | Refusal:
    """End a hold before its day. What waited for it goes on with `licet worker`."""
    from licet.rights.hold import lift as end

    wanted = HoldId(hold.strip())
    with call.app() as licet:
        who = signing.who(call, licet, signing.lifting(licet, wanted))
        leaf = end(licet, who, wanted)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer(Lifted(wanted, leaf), (f"Lifted (entry {leaf}).",))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every hold, the newest first, those that are over too."""
    from licet.rights.hold import HOLDS, list_holds

    with call.app() as licet:
        found = list_holds(licet, signing.who(call, licet, signing.listing(HOLDS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            one.placed_at.date().isoformat(),
            one.until.date().isoformat(),
            "in force" if one.in_force else "over",
            str(len(one.grants)),
            one.subject,
        )
        for one in found
    )
    headings = ("hold", "placed", "until", "", "grants", "person")
    return Answer(found, (Grid(headings, rows, "There is no hold."),))
