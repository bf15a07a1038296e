"""``licet block``: stop collecting or use at once, and lift that again."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, order_acts, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.errors import BadInput
from licet.terms.ids import BlockId, SubjectId, Territory
from licet.terms.permit import Block, Refusal
from licet.terms.when import to_text

if TYPE_CHECKING:
    from licet.app import App
    from licet.rights.blocking import BlockLine

app = group("Blocks: what nobody may collect or use for now.")


@dataclass(frozen=True, slots=True)
class Blocked:
    """A block that was placed."""

    block: BlockId


@dataclass(frozen=True, slots=True)
class Freed:
    """A block that was lifted, and the entry that says so."""

    block: BlockId
    leaf: int


@deed(app, "place", Takes.ACTOR)
def place(
    call: Call,
    *,
    territory: Annotated[str, typer.Option(metavar="CC", help="People and sources in it.")] = "",
    subject: Annotated[str, typer.Option(help="One person, by id.")] = "",
    source: Annotated[str, typer.Option(help="One source, by name or id.")] = "",
    everything: Annotated[bool, typer.Option("--everything", help="All of it.")] = False,
    only: Annotated[
        str, typer.Option(metavar="WHAT", help="`collecting` or `use` alone; else both.")
    ] = "",
) -> Answer | Refusal:
    """Stop collecting and use: in every process, from this moment on. One member acts.

    Whoever's territory is not known is inside. Lifting takes two and a release document.
    """
    from licet.rights.blocking import place as stop

    with call.app() as licet:
        block = _block(licet, territory, subject, source, only)
        parts = (block.territory, block.subject, block.source)
        if everything is any(one is not None for one in parts):
            raise BadInput(
                "the block names parts and everything, or neither",
                "Say --territory, --subject or --source; or --everything.",
            )
        placed = stop(licet, signing.who(call, licet, order_acts.placing(block)), block)
    if isinstance(placed, Refusal):
        return placed
    return Answer(Blocked(placed), (f"Blocked: {placed}. It holds in every process.",))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every block, the newest first, lifted ones too."""
    from licet.rights.blocking import BLOCKS, list_blocks

    with call.app() as licet:
        found = list_blocks(licet, signing.who(call, licet, signing.listing(BLOCKS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            to_text(one.placed_at)[:10],
            "lifted" if one.lifted_at else "holds",
            _stops(one),
            _covers(one),
            one.cause,
        )
        for one in found
    )
    headings = ("block", "placed", "", "stops", "covers", "because of")
    return Answer(found, (Grid(headings, rows, "There is no block."),))


@deed(app, "lift", Takes.ACTOR)
def lift(
    call: Call,
    *,
    block: Annotated[str, typer.Argument(help="The block, see `block list`.")],
    release: Annotated[Path, typer.Option(help="The paper that releases it; its hash is kept.")],
) -> Answer | Refusal:
    """Lift a block. Two members act, the data protection officer among them.

    It takes the document of whoever ordered it: an appeal lifts nothing.
    """
    from licet.rights.blocking import lift as free

    wanted = BlockId(block.strip())
    digest = files.digest(release, "the release")
    with call.app() as licet:
        who = signing.who(call, licet, order_acts.lifting(wanted, digest))
        leaf = free(licet, who, wanted, digest)
    if isinstance(leaf, Refusal):
        return leaf
    return Answer(Freed(wanted, leaf), (f"Lifted (entry {leaf}).",))


def _block(licet: "App", territory: str, subject: str, source: str, only: str) -> Block:
    if only not in ("", "collecting", "use"):
        raise BadInput(f"there is no {only} to stop", "Say: --only collecting, or --only use.")
    named = None
    if source:
        with licet.store.read() as reader:
            named = names.source(reader, source).id
    return Block(
        territory=Territory(territory.upper()) if territory else None,
        subject=SubjectId(subject.strip()) if subject else None,
        source=named,
        collecting=only != "use",
        use=only != "collecting",
    )


def _stops(line: "BlockLine") -> str:
    what = (("collecting", line.collecting), ("use", line.use))
    return ", ".join(word for word, holds in what if holds)


def _covers(line: "BlockLine") -> str:
    parts = (
        f"territory {line.territory}" if line.territory else "",
        f"person {line.subject}" if line.subject else "",
        f"source {line.source}" if line.source else "",
    )
    return "; ".join(part for part in parts if part) or "everything"
