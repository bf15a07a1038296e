"""Warnings of terms: of orders as of letters, once a step, and never of what is over."""

from dataclasses import replace
from datetime import date

import pytest

from licet.doctor import Weight, examine
from licet.effects.record import record_machine
from licet.effects.warning import _warn_of_letter, _warn_of_order, next_due
from licet.rights.corresponding import answer, file_letter
from licet.rights.ordering import Registered, register
from licet.terms.corresponding import Filed, LetterWish
from licet.terms.duties import Correspondence
from licet.terms.ledger import EntryKind
from licet.terms.order import ClauseKind, ClauseWish, DataKind, OrderState
from licet.worker import run_once
from tests.fakes.deployment import World, settings_of
from tests.fakes.ordering import an_order

ERASE = ClauseWish(ClauseKind.ERASE, by=date(2026, 4, 30), data=frozenset(DataKind))
PROVE = ClauseWish(ClauseKind.PROVE, by=date(2026, 6, 30))


@pytest.fixture
def ordered(world: World) -> World:
    """Give a world with an order: erase by the end of April, prove by the end of June."""
    wish = an_order(clauses=(ERASE, PROVE))
    assert isinstance(register(world.app, world.who("steward"), wish), Registered)
    return world


def _subjects(world: World) -> list[str]:
    return [one.subject for one in world.outbox.letters if one.subject.startswith("Alarm")]


def _meet(world: World, *clauses: int) -> None:
    with world.app.store.unit() as unit:
        (order,) = unit.orders.all()
        for n in clauses:
            unit.orders.clause_done(order.id, n, unit.now)
        record_machine(unit, EntryKind.CLAUSE_MET, (("order", order.id),))


def _become(world: World, state: OrderState) -> None:
    with world.app.store.unit() as unit:
        (order,) = unit.orders.all()
        unit.orders.put(replace(order, state=state))
        record_machine(unit, EntryKind.ORDER_AMENDED, (("order", order.id),))


def test_each_clause_is_warned_of_in_its_turn(ordered: World) -> None:
    """A week before, two days before, when it is over; then of the next one."""
    world, seen = ordered, []
    for day in (
        date(2026, 4, 20),
        date(2026, 4, 25),
        date(2026, 4, 29),
        date(2026, 5, 1),
        date(2026, 5, 20),
    ):
        world.clock.now = world.clock.now.replace(month=day.month, day=day.day)
        seen.append((run_once(world.app).late_orders, len(_subjects(world))))
    assert seen == [(0, 0), (0, 1), (0, 2), (1, 3), (1, 3)]
    _meet(world, 1)
    world.clock.now = world.clock.now.replace(month=6, day=25)
    assert run_once(world.app).late_orders == 0
    assert len(_subjects(world)) == 4
    with world.app.store.read() as reader:
        due = next_due(reader, reader.orders.all()[0])
    assert due is not None
    assert due.date() == date(2026, 6, 30)


def test_what_is_proposed_replaced_or_closed_is_not_warned_of(ordered: World) -> None:
    world = ordered
    world.clock.go(days=400)
    for state in (OrderState.PROPOSED, OrderState.SUPERSEDED, OrderState.CLOSED):
        _become(world, state)
        assert run_once(world.app).late_orders == 0, state
    assert _subjects(world) == []


def test_an_appeal_stops_no_term(ordered: World) -> None:
    world = ordered
    _become(world, OrderState.APPEALED)
    world.clock.go(days=400)
    assert run_once(world.app).late_orders == 1


def test_the_doctor_says_it_too_and_that_nobody_gets_mail(ordered: World) -> None:
    world = ordered
    settings = settings_of(world.home, world.url)
    silent = settings.model_copy(update={"alerts_to": "whoever is there"})

    def weights() -> list[tuple[Weight, str]]:
        app = replace(world.reopen(), settings=silent)
        found = examine(settings, world.clock, lambda _settings: app)
        return [(one.weight, one.says) for one in found.findings if one.part == "terms"]

    mail = (Weight.WATCH, "nobody is warned by mail of what runs out")
    assert weights() == [mail]
    world.clock.now = world.clock.now.replace(month=4, day=26)
    assert weights() == [(Weight.WATCH, "authorities' orders due in a week: 1"), mail]
    world.clock.now = world.clock.now.replace(month=5, day=1)
    late = "authorities' orders that are late: 1, by 1 days"
    assert weights() == [(Weight.MEND, late), mail]


def test_the_unit_of_work_looks_again(ordered: World) -> None:
    """Between looking and warning somebody may have met it, or warned, or ended it."""
    world, app = ordered, ordered.app
    with app.store.read() as reader:
        (order,) = reader.orders.all()
    letter = _letter(world)
    world.clock.go(days=200)
    for late in (True, False):
        _warn_of_letter(app, letter)
        _warn_of_order(app, order)
        assert len(_subjects_planned(world)) == 2, late
    _answer(world, letter)
    _meet(world, 1, 2)
    _warn_of_letter(app, letter)
    _warn_of_order(app, order)
    _become(world, OrderState.CLOSED)
    _warn_of_order(app, order)
    assert len(_subjects_planned(world)) == 2


def _letter(world: World) -> Correspondence:
    wish = LetterWish(
        "CNIL", "ab" * 32, "", answer_by=date(2026, 4, 1), owner=world.people["officer"]
    )
    assert isinstance(file_letter(world.app, world.who("steward"), wish), Filed)
    with world.app.store.read() as reader:
        return reader.correspondence.unanswered()[0]


def _answer(world: World, letter: Correspondence) -> None:
    done = answer(world.app, world.who("steward"), letter.id, "cd" * 32)
    assert isinstance(done, Filed)


def _subjects_planned(world: World) -> list[str]:
    run_once(world.app)
    return _subjects(world)
