"""D4: what an order costs, to the day and the cent: the figures of a known case."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from licet.effects.charting import chart
from licet.rights.ordering import Registered, register
from licet.rights.reckoning import reckon
from licet.terms.clock import Clock
from licet.terms.money import Money, read_money
from licet.terms.order import ClauseKind, ClauseWish, DataKind, PenaltyTerms
from licet.terms.permit import Refusal
from tests.fakes.deployment import World, new_world
from tests.fakes.ordering import an_order

DECIDED = date(2022, 10, 17)
CLAUSES = (
    ClauseWish(ClauseKind.STOP_COLLECTING, months=2),
    ClauseWish(ClauseKind.STOP_USE, months=2),
    ClauseWish(ClauseKind.ERASE, months=2, data=frozenset(DataKind)),
)


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Give a world with the order: 20 million at once, 100,000 a day after two months."""
    home = tmp_path_factory.mktemp("d4") / "home"
    world = new_world(home, f"sqlite:///{home.parent / 'licet.db'}")
    penalties = PenaltyTerms(fine=read_money("20000000 EUR"), per_day=read_money("100000 EUR"))
    wish = an_order(decided=DECIDED, notified=DECIDED, clauses=CLAUSES, penalties=penalties)
    assert isinstance(register(world.app, world.who("steward"), wish), Registered)
    yield world
    world.app.close()


def on(world: World, day: date, *turnovers: str) -> Clock:
    """Return the clock on a day, as the officer reads it."""
    known = tuple(map(read_money, turnovers))
    found = reckon(world.app, world.who("officer"), day, known)
    assert isinstance(found, Clock), found
    return found


@pytest.mark.parametrize(
    ("day", "days", "sum_"),
    [
        (date(2022, 12, 19), 0, "0.00 EUR"),
        (date(2022, 12, 20), 1, "100,000.00 EUR"),
        (date(2023, 2, 8), 51, "5,100,000.00 EUR"),
        (date(2023, 2, 9), 52, "5,200,000.00 EUR"),
        (date(2023, 2, 10), 53, "5,300,000.00 EUR"),
    ],
)
def test_days_and_sums(ordered: World, day: date, days: int, sum_: str) -> None:
    """17 December 2022 was a Saturday: the last day is Monday the 19th, and then they count."""
    (line,) = on(ordered, day).orders
    assert {one.due for one in line.clauses} == {date(2022, 12, 19)}
    assert (line.days, str(line.accrued)) == (days, sum_)


def test_on_top_of_twenty_million(ordered: World) -> None:
    found = on(ordered, date(2023, 2, 9))
    assert [str(one) for one in found.total] == ["25,200,000.00 EUR"]
    assert [(one.authority, str(one.amounts[0])) for one in found.authorities] == [
        ("Data Protection Office", "25,200,000.00 EUR")
    ]


def test_the_highest_fine_there_is(ordered: World) -> None:
    """20 million, or four percent of the turnover where that is more (GDPR 83(6))."""
    day = date(2023, 2, 9)
    for turnovers, most in (
        ((), 20_000_000),
        (("400000000 EUR",), 20_000_000),
        (("900000000 EUR",), 36_000_000),
        (("900000000 USD",), 20_000_000),
    ):
        (line,) = on(ordered, day, *turnovers).orders
        assert line.most == Money(most * 100, "EUR"), turnovers


def test_it_is_drawn_with_its_figures(ordered: World, tmp_path: Path) -> None:
    """A file that is a picture and says in words what it shows."""
    file = tmp_path / "clock.svg"
    file.write_text(chart(on(ordered, date(2023, 2, 9))))
    root = ET.parse(file).getroot()  # noqa: S314 - our own file
    words = " ".join(root.itertext())
    assert "Owed on 2023-02-09: 25,200,000.00 EUR." in words
    assert root.find("{*}polyline") is not None
    assert not list(root.iter("{*}script"))


def test_who_has_no_business_with_orders_reads_no_clock(ordered: World) -> None:
    refused = reckon(ordered.app, ordered.who("investigator"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "wrong_role"
