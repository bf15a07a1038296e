"""``licet order drill``: an order from its registration to its pack, tried on nobody."""

from typing import Annotated

import typer

from licet.cli.call import Call
from licet.cli.output import Answer, Grid
from licet.terms.errors import BadInput
from licet.terms.ids import Territory


def drill(
    _call: Call,
    *,
    territory: Annotated[str, typer.Option(help="Where the order reaches people, as FR.")] = "FR",
    people: Annotated[int, typer.Option(min=10, max=1_000_000, help="In all.")] = 1_000,
    asking: Annotated[int, typer.Option(min=0, max=50, help="Who ask for their data.")] = 5,
) -> Answer:
    """Try the whole way of an order, on people who do not exist, and say how long it took.

    A tenth of them are in the territory. It runs in a sandbox of its own in a temporary
    folder. Nothing of yours is touched, and no mail goes out.
    """
    from licet.drill.order import drill_order

    place = territory.strip().upper()
    if len(place) != 2 or not place.isalpha() or not place.isascii():
        raise BadInput(f"{territory} is no territory", "Write it as FR (ISO 3166-1).")
    done = drill_order(Territory(place), people, asking)
    rows = tuple((one.name, f"{one.seconds:.2f} s", one.found) for one in done.steps)
    said = f"All of it went right, in {done.seconds:.1f} s: {done.in_scope} people erased."
    return Answer(done, (Grid(("step", "time", "found"), rows, ""), said))
