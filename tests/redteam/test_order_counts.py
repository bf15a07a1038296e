"""What the counts of an order that somebody made up say of one person."""

from hypothesis import given
from hypothesis import strategies as st

from licet.cli.order_said import counts
from licet.effects.ordering.counting import in_tens
from licet.effects.ordering.reading import spell_order
from licet.rights.ordering import Registered, register
from licet.rights.viewing import OrderPage, Previewed, preview, show_order
from licet.search import search
from licet.terms.order import (
    OF_ONE,
    ClauseKind,
    ClauseWish,
    OrderScope,
    OrderState,
    Reached,
)
from tests.fakes.asking import proves, writes
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo


def test_an_order_on_one_person_tells_only_the_officer_what_they_asked(world: World) -> None:
    """Made up, and only announced, it stops nothing; its counts would say all of her."""
    _, anna = world.enrolled("anna")
    probe = photo("anna")
    search(world.app, world.who("investigator"), world.case(probe), CLEARANCE, probe)
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    scope, clauses = OrderScope(subjects=(anna,)), (ClauseWish(ClauseKind.STOP_USE),)
    wish = an_order(state=OrderState.PROPOSED, scope=scope, clauses=clauses)
    rounded, exact = (
        preview(world.app, world.who(name), wish, spell_order(wish))
        for name in ("steward", "officer")
    )
    assert isinstance(exact, Previewed)
    assert isinstance(rounded, Previewed)
    assert (exact.exact, rounded.exact) == (True, False)
    assert exact.reached == Reached(people=1, grants=1, templates=1, probes=1, waiting=1)
    assert rounded.reached == Reached(people=1, grants=1)


def test_writing_an_order_on_one_person_down_tells_no_more(world: World) -> None:
    _, anna = world.enrolled("anna")
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    wish = an_order(state=OrderState.PROPOSED, scope=OrderScope(subjects=(anna,)))
    done = register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered)
    assert (done.exact, done.found) == (False, Reached(people=1, grants=1))
    told, all_of_it = (
        show_order(world.app, world.who(name), done.order) for name in ("steward", "officer")
    )
    assert isinstance(told, OrderPage)
    assert isinstance(all_of_it, OrderPage)
    assert (told.waiting, dict(told.found)["waiting"], dict(told.found)["templates"]) == (0, 0, 0)
    assert (all_of_it.waiting, dict(all_of_it.found)["waiting"]) == (1, 1)


@given(st.integers(0, 10**6), st.integers(0, 9))
def test_within_a_ten_nothing_tells_one_person_more(tens: int, more: int) -> None:
    base = Reached(**dict.fromkeys(OF_ONE, 10 * tens))
    other = Reached(**dict.fromkeys(OF_ONE, 10 * tens + more))
    assert in_tens(other) == in_tens(base) == base


def test_what_is_rounded_is_said_to_be() -> None:
    reached = Reached(people=3, waiting=20)
    rounded = {row[1]: row[0] for row in counts(reached, exact=False).rows}
    exact = {row[1]: row[0] for row in counts(reached, exact=True).rows}
    waiting, probes = "open access requests, answered first", "probes of searches that listed them"
    assert (rounded[waiting], rounded[probes]) == ("20 to 29", "fewer than 10")
    assert rounded["people in its scope"] == "3"
    assert (exact[waiting], exact[probes]) == ("20", "0")
