"""``licet order``: what an authority ordered, and where it stands."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from licet.cli import files, names, order_acts, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.commands import order_clock, order_drill
from licet.cli.exits import Exit
from licet.cli.order_said import (
    counts,
    said_confirmed,
    said_page,
    said_registered,
    terms,
    until,
)
from licet.cli.output import Answer, Grid
from licet.terms.ids import OrderId
from licet.terms.order import OrderWish
from licet.terms.permit import Refusal

if TYPE_CHECKING:
    from licet.app import App

app = group("Orders of supervisory authorities, and where each stands.")

File = Annotated[Path, typer.Argument(help="The order as TOML, see docs/formats/order.md.")]
Paper = Annotated[
    Path | None, typer.Option(help="The paper it came as; its hash is kept, not the paper.")
]
Order = Annotated[str, typer.Argument(help="The order, by id or by its reference.")]


@dataclass(frozen=True, slots=True)
class Entered:
    """What was done to an order, and the entry that says so."""

    order: OrderId
    leaf: int


@dataclass(frozen=True, slots=True)
class PackWritten:
    """A pack that was written: of whose order, where, its SHA-256, who was erased for it.

    ``witnessed`` are checkpoints in it that somebody outside saw since the order was proved.
    """

    order: OrderId
    path: Path
    sha256: str
    people: int
    witnessed: int


@deed(app, "example", Takes.NOTHING)
def example(call: Call) -> Answer:
    """Print an order to begin from, as TOML with remarks. Change what the paper says otherwise."""
    from licet.effects.ordering.example import example as text

    written = text(call.outside.now().date())
    return Answer({"order": written}, tuple(written.splitlines()))


@deed(app, "register", Takes.ACTOR)
def register(
    call: Call,
    *,
    file: File,
    paper: Paper = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Confirm it too: with two who sign.")
    ] = False,
) -> Answer | Refusal:
    """Write an order down. What it stops holds at once; nobody is erased by it alone.

    A later version is a file of its own with the next `version`; the one before goes on
    binding until two members confirm what takes its place, and its blocks stay.
    """
    from licet.rights import ordering

    wish, text = _read(file, paper)
    with call.app() as licet:
        sign = signing.signer_of(call, licet)
        who = sign(order_acts.registering(wish, text))
        done = ordering.register(licet, who, wish, text)
        if isinstance(done, Refusal):
            return done
        confirmed = None
        if confirm:
            both = sign(order_acts.confirming(licet, done.order))
            confirmed = ordering.confirm(licet, both, done.order)
    said = said_registered(wish, done)
    if isinstance(confirmed, Refusal):
        but = f"It was not confirmed: {confirmed.says}"
        return Answer(done, (*said, but), Exit.REFUSED)
    more = () if confirmed is None else said_confirmed(confirmed)
    return Answer(done if confirmed is None else confirmed, (*said, *more))


@deed(app, "preview", Takes.ACTOR)
def preview(
    call: Call,
    *,
    file: File,
    paper: Paper = None,
    people: Annotated[
        bool, typer.Option("--people", help="List them, by id, for those who may.")
    ] = False,
) -> Answer | Refusal:
    """Show whom and what an order would reach, before anything happens.

    Only the look itself is recorded. An order on paper need not be at hand for it.
    """
    from licet.rights import viewing

    wish, text = _read(file, paper, needs_paper=False)
    with call.app() as licet:
        if people:
            who = signing.who(call, licet, signing.listing(viewing.previewing_people(text)))
            listed = viewing.preview_people(licet, who, wish, text)
            if isinstance(listed, Refusal):
                return listed
            rows = tuple((one.subject, one.residence or "", one.why.value) for one in listed)
            grid = Grid(("person", "lives in", "reached by"), rows, "It reaches nobody.")
            return Answer(listed, (grid,))
        who = signing.who(call, licet, signing.listing(viewing.previewing(text)))
        found = viewing.preview(licet, who, wish, text)
    if isinstance(found, Refusal):
        return found
    return Answer(found, (counts(found.reached, exact=found.exact), terms(found.terms)))


@deed(app, "confirm", Takes.ACTOR)
def confirm(call: Call, order: Order) -> Answer | Refusal:
    """Let an order be carried out. Two members act, the data protection officer among them.

    The worker answers who waits in its scope, and then erases whom it reaches. Confirming a
    version that was appealed ends the one before instead; what was blocked stays blocked.
    """
    from licet.rights import ordering

    with call.app() as licet:
        order_id = _id(licet, order)
        who = signing.who(call, licet, order_acts.confirming(licet, order_id))
        done = ordering.confirm(licet, who, order_id)
    return done if isinstance(done, Refusal) else Answer(done, said_confirmed(done))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every order, the last registered first, with the next day that must be kept."""
    from licet.rights.viewing import ORDERS, list_orders

    with call.app() as licet:
        found = list_orders(licet, signing.who(call, licet, signing.listing(ORDERS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.reference,
            str(one.version),
            one.authority,
            one.state.value,
            until(one.due, late=one.late),
            one.id,
        )
        for one in found
    )
    late = frozenset(n for n, one in enumerate(found) if one.late)
    headings = ("reference", "version", "authority", "state", "next day", "order")
    return Answer(found, (Grid(headings, rows, "There is no order.", late),))


@deed(app, "show", Takes.ACTOR)
def show(call: Call, order: Order) -> Answer | Refusal:
    """Show one order: its clauses, what it reached, whom it waits for, what was sent."""
    from licet.rights.viewing import show_order, showing

    with call.app() as licet:
        order_id = _id(licet, order)
        who = signing.who(call, licet, signing.listing(showing(order_id)))
        page = show_order(licet, who, order_id)
    return page if isinstance(page, Refusal) else Answer(page, said_page(page))


@deed(app, "pack", Takes.ACTOR)
def pack(
    call: Call,
    order: Order,
    out: Annotated[Path | None, typer.Option(help="Where it goes.")] = None,
) -> Answer | Refusal:
    """Write the pack that proves what was done: a ZIP for the authority.

    Anybody checks it offline with `licet verify`. Written again, it says the same.
    """
    from licet.rights.proving import pack_of, packing

    with call.app() as licet:
        order_id = _id(licet, order)
        who = signing.who(call, licet, signing.listing(packing(order_id)))
        made = pack_of(licet, who, order_id)
        if isinstance(made, Refusal):
            return made
        place = out or Path(f"licet-pack-{order_id[:8]}.zip")
        files.write_new(place, made.data)
    written = PackWritten(order_id, place, made.sha256, made.statement.people, made.witnessed)
    lines = [f"Wrote {place} (people erased: {made.statement.people}). SHA-256 {made.sha256}"]
    if not made.witnessed:
        lines.append("No witness saw the ledger since: run `licet ledger witness` first.")
    lines.append(f"Anybody can check it: licet verify {place}")
    lines.append(f"When it is sent: licet order sent {order} {place}")
    return Answer(written, lines)


@deed(app, "sent", Takes.ACTOR)
def sent(
    call: Call,
    order: Order,
    pack: Annotated[Path, typer.Argument(help="The very file that was sent.")],
) -> Answer | Refusal:
    """Record that the pack went to the authority. The file's hash is kept."""
    from licet.rights import ordering
    from licet.rights.proving import require_pack

    data = files.read(pack, "the pack")
    with call.app() as licet:
        order_id = _id(licet, order)
        digest = require_pack(licet, order_id, data)
        who = signing.who(call, licet, order_acts.sending(order_id, digest))
        leaf = ordering.sent(licet, who, order_id, digest)
    if isinstance(leaf, Refusal):
        return leaf
    said = f"Sent (entry {leaf}). Next: `licet order close {order}`."
    return Answer(Entered(order_id, leaf), (said,))


@deed(app, "close", Takes.ACTOR)
def close(call: Call, order: Order) -> Answer | Refusal:
    """Close an order whose pack was sent. Its blocks hold until they are lifted."""
    from licet.rights import ordering

    with call.app() as licet:
        order_id = _id(licet, order)
        who = signing.who(call, licet, order_acts.closing(order_id))
        leaf = ordering.close(licet, who, order_id)
    if isinstance(leaf, Refusal):
        return leaf
    said = f"Closed (entry {leaf}). What it blocked stays blocked, see `licet block list`."
    return Answer(Entered(order_id, leaf), (said,))


deed(app, "clock", Takes.ACTOR)(order_clock.clock)
deed(app, "drill", Takes.NOTHING)(order_drill.drill)


def _read(file: Path, paper: Path | None, *, needs_paper: bool = True) -> tuple[OrderWish, str]:
    """Return the order in a file, and the file's own text."""
    from licet.effects.ordering.reading import read_order

    data = files.read(file, "the order")
    document = files.digest(paper, "the paper") if paper is not None else ""
    wish = read_order(data, document, needs_paper=needs_paper)
    return wish, data.decode("utf-8")


def _id(licet: "App", word: str) -> OrderId:
    with licet.store.read() as reader:
        return names.order(reader, word).id
