"""``licet breach plant|canaries|retire``: people who do not exist."""

from dataclasses import dataclass
from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.cli.signing import About
from licet.terms.breaching import CanaryWish
from licet.terms.ids import CanaryId, Territory
from licet.terms.permit import Action, Refusal

app = group("People who do not exist.")


@dataclass(frozen=True, slots=True)
class Planted:
    """The numbers of those who were placed; not which people they are."""

    canaries: tuple[CanaryId, ...]


@dataclass(frozen=True, slots=True)
class Retired:
    """One who was taken away, and the entry that says so."""

    canary: CanaryId
    leaf: int


@deed(app, "plant", Takes.ACTOR)
def plant(
    call: Call,
    *,
    domain: Annotated[str, typer.Option(help="Where their mail would go: one you read.")],
    org: Annotated[str, typer.Option(help="Among whose people.")] = "",
    purpose: Annotated[
        str, typer.Option(help="For searches of this purpose.")
    ] = "archive_rights_clearance",
    number: Annotated[int, typer.Option(metavar="N", help="How many.")] = 1,
    residence: Annotated[str, typer.Option(help="Where they would live, as FR.")] = "",
    at_once: Annotated[bool, typer.Option("--at-once", help="In a sandbox only.")] = False,
) -> Answer | Refusal:
    """Place people who do not exist: whoever reaches one had no reason to.

    They are asked, say yes and are enrolled within a few days, as anybody, by `licet
    worker`. Nobody is told which they are.
    """
    from licet.effects.acting import digest_of_wish
    from licet.rights.watching import place

    with call.app() as licet:
        wish = CanaryWish(
            signing.acting_organisation(call, licet, org),
            names.purpose(purpose),
            domain.strip().lower(),
            number,
            Territory(residence.strip().upper()) if residence else None,
            at_once,
        )
        who = signing.who(call, licet, About(Action.BREACH, digest=digest_of_wish(wish)))
        placed = place(licet, who, wish)
    if isinstance(placed, Refusal):
        return placed
    said = f"Placed {len(placed)}. Any look at one is a suspected breach: `licet breach list`."
    return Answer(Planted(placed), (said,))


@deed(app, "canaries", Takes.ACTOR)
def canaries(call: Call) -> Answer | Refusal:
    """List people who do not exist: when each was placed and touched, not who it is."""
    from licet.rights.watching import CANARIES, list_canaries

    with call.app() as licet:
        found = list_canaries(licet, signing.who(call, licet, signing.listing(CANARIES)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            one.placed_at.date().isoformat(),
            one.touched_at.date().isoformat() if one.touched_at else "never",
            "there" if one.settled else "on the way",
            "" if one.proved else "placed by no entry",
        )
        for one in found
    )
    red = frozenset(n for n, one in enumerate(found) if not one.proved)
    headings = ("canary", "placed", "touched", "", "")
    return Answer(found, (Grid(headings, rows, "There is no canary.", red),))


@deed(app, "retire", Takes.ACTOR)
def retire(
    call: Call,
    canary: Annotated[str, typer.Argument(help="Its number, see `breach canaries`.")],
) -> Answer | Refusal:
    """Take a person who does not exist away again, as anybody who is erased.

    Two members act, the data protection officer among them.
    """
    from licet.rights.watching import retire as take_away
    from licet.rights.watching import retiring_digest

    wanted = CanaryId(canary.strip())
    with call.app() as licet:
        about = About(Action.END_BREACH, digest=retiring_digest(wanted))
        who = signing.who(call, licet, about)
        leaf = take_away(licet, who, wanted)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer(Retired(wanted, leaf), (f"Taken away (entry {leaf}).",))
