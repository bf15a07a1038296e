"""D1: an order has clauses, each with a last day of its own, counted from its notification."""

from datetime import date

from licet.rights.ordering import Registered, register
from licet.rights.reckoning import reckon
from licet.terms.clock import Clock
from licet.terms.order import ClauseKind, ClauseWish, DataKind, OrderState
from tests.fakes.deployment import World
from tests.fakes.ordering import an_order

NOTIFIED = date(2025, 10, 17)
CLAUSES = (
    ClauseWish(ClauseKind.STOP_COLLECTING),
    ClauseWish(ClauseKind.ANSWER_ACCESS, months=1),
    ClauseWish(ClauseKind.ERASE, months=2, data=frozenset(DataKind)),
    ClauseWish(ClauseKind.PROVE, by=date(2026, 1, 31)),
)


def test_each_clause_has_its_own_last_day(world: World) -> None:
    """17 October and two months is 17 December; a day that is named is that day, a Saturday too."""
    wish = an_order(decided=NOTIFIED, notified=NOTIFIED, clauses=CLAUSES)
    done = register(world.app, world.who("steward"), wish)
    assert isinstance(done, Registered), done
    with world.app.store.read() as reader:
        dues = {one.kind: one.due.date() for one in reader.orders.clauses(done.order)}
    assert dues == {
        ClauseKind.STOP_COLLECTING: NOTIFIED,
        ClauseKind.ANSWER_ACCESS: date(2025, 11, 17),
        ClauseKind.ERASE: date(2025, 12, 17),
        ClauseKind.PROVE: date(2026, 1, 31),
    }


def test_the_clock_shows_the_next_last_day_and_what_is_over(world: World) -> None:
    """It stops collecting as it is written down, and everything else runs on."""
    wish = an_order(decided=NOTIFIED, notified=NOTIFIED, clauses=CLAUSES)
    register(world.app, world.who("steward"), wish)
    found = reckon(world.app, world.who("officer"))
    assert isinstance(found, Clock), found
    (line,) = found.orders
    assert (line.state, line.late, line.due) == (OrderState.FINAL, True, date(2025, 11, 17))
    lefts = {one.kind: (one.done, one.left) for one in line.clauses}
    assert lefts[ClauseKind.STOP_COLLECTING][0] == found.today == date(2026, 3, 2)
    assert lefts[ClauseKind.ERASE] == (None, -75)
