"""``licet residence``: in which territory each store lies."""

from dataclasses import dataclass
from typing import Annotated

import typer

from licet.cli import names, signing
from licet.cli.call import Call, Takes, deed, group
from licet.cli.output import Answer, Grid
from licet.terms.duties import Place, StoreName
from licet.terms.permit import Refusal

app = group("Where each store lies, and who runs it.")


@dataclass(frozen=True, slots=True)
class Stated:
    """A store's place that was stated, and the entry that says so."""

    place: Place
    leaf: int


@deed(app, "state", Takes.ACTOR)
def state(
    call: Call,
    *,
    store: Annotated[StoreName, typer.Argument(help="Which store.")],
    territory: Annotated[str, typer.Argument(metavar="CC", help="ISO 3166-1.")],
    provider: Annotated[str, typer.Option(help="Who runs it there.")],
) -> Answer | Refusal:
    """State where a store lies. Two members act.

    Outside the Union it is refused until a transfer with a safeguard covers that territory.
    """
    from licet.residing import state_place

    place = Place(store, names.territory(territory), provider.strip())
    with call.app() as licet:
        leaf = state_place(licet, signing.who(call, licet, signing.placing_store(place)), place)
    if isinstance(leaf, Refusal):
        return leaf
    said = f"Stated: {store.value} in {place.territory}, with {place.provider} (entry {leaf})."
    return Answer(Stated(place, leaf), (said,))


@deed(app, "list", Takes.ACTOR)
def list_(call: Call) -> Answer | Refusal:
    """List every store, where it lies, and whether data may lie there."""
    from licet.residing import RESIDENCES, list_places

    with call.app() as licet:
        found = list_places(licet, signing.who(call, licet, signing.listing(RESIDENCES)))
    if isinstance(found, Refusal):
        return found
    rows = tuple(
        (
            one.store.value,
            one.territory or "not stated",
            one.provider,
            "may" if one.covered else "no safeguard" if one.territory else "",
        )
        for one in found
    )
    red = frozenset(n for n, one in enumerate(found) if one.territory and not one.covered)
    headings = ("store", "territory", "with", "data may lie there")
    return Answer(found, (Grid(headings, rows, "There is no store.", red),))
