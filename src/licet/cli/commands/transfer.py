"""``licet transfer``: the register of transfers to other territories."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from licet.cli import files, names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.duties import Safeguard, TransferWish
from licet.terms.ids import TransferId
from licet.terms.permit import Refusal

app = group("Transfers to other territories, and on what safeguard.")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A transfer that was recorded."""

    transfer: TransferId


@dataclass(frozen=True, slots=True)
class Over:
    """A transfer that was ended, and the entry that says so."""

    transfer: TransferId
    leaf: int


@deed(app, "add", Takes.ACTOR)
def add(
    call: Call,
    *,
    recipient: Annotated[str, typer.Option(help="Who has the data there.")],
    territory: Annotated[str, typer.Option(metavar="CC", help="ISO 3166-1.")],
    safeguard: Annotated[Safeguard, typer.Option(help="On what it stands (GDPR 45-47).")],
    paper: Annotated[Path, typer.Option(help="The contract or decision; its hash is kept.")],
) -> Answer | Refusal:
    """Record a transfer with its safeguard and its paper. Two members act."""
    from licet.residing import add_transfer

    wish = TransferWish(
        recipient=recipient.strip(),
        territory=names.territory(territory),
        safeguard=safeguard,
        digest=files.digest(paper, "the paper"),
    )
    with call.app() as licet:
        added = add_transfer(licet, signing.who(call, licet, signing.transferring(wish)), wish)
    if isinstance(added, Refusal):
        return added
    return Answer(Recorded(added), (f"Recorded the transfer {added} to {wish.territory}.",))


@deed(app, "end", Takes.ACTOR)
def end(
    call: Call, transfer: Annotated[str, typer.Argument(help="See `transfer list`.")]
) -> Answer | Refusal:
    """End a transfer. Stores that it covered must be moved first, or nothing real goes on."""
    from licet.residing import end_transfer

    wanted = TransferId(transfer.strip())
    with call.app() as licet:
        leaf = end_transfer(
            licet, signing.who(call, licet, signing.ending_transfer(wanted)), wanted
        )
    if isinstance(leaf, Refusal):
        return leaf
    return Answer(Over(wanted, leaf), (f"Ended (entry {leaf}).",))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every transfer, the newest first, ended ones too."""
    from licet.residing import TRANSFERS, list_transfers

    with call.app() as licet:
        found = list_transfers(licet, signing.who(call, licet, signing.listing(TRANSFERS)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.id,
            one.recipient,
            one.territory,
            one.safeguard.value.replace("_", " "),
            "stands" if one.stands else "ended" if one.ended_at else "no decision holds",
        )
        for one in found
    )
    headings = ("transfer", "to", "territory", "safeguard", "")
    return Answer(found, (Grid(headings, rows, "Nothing goes to another territory."),))
