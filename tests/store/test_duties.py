"""Orders, letters, breaches, papers and transfers read back, and say no."""

from dataclasses import replace

from licet.store.store import Store
from licet.terms.duties import BreachState, Canary, FilingKind, Residence, StoreName
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import (
    BreachId,
    CanaryId,
    CorrespondenceId,
    OrderId,
    OrganisationId,
    SubjectId,
    Territory,
    TransferId,
)
from licet.terms.order import OrderPart, OrderState, PenaltyTerms
from tests.store import duties, things
from tests.store.things import DAY, NOON, change, refused


def test_orders_are_found_by_state_and_version(store: Store) -> None:
    house = things.furnished(store)
    first = duties.an_order("first")
    second = duties.an_order("second", version=2, registered_at=NOON + DAY)
    proposed = duties.an_order(
        "proposed", reference="R/2", state=OrderState.PROPOSED, penalties=PenaltyTerms()
    )
    for order in (first, second, proposed):
        change(store, lambda unit, o=order: unit.orders.add(o, duties.clauses(o)))
    part = OrderPart(first.id, house.plan.id, 2)
    change(
        store,
        lambda unit: unit.orders.add_part(part),
        lambda unit: unit.orders.clause_done(first.id, 1, NOON),
        lambda unit: unit.orders.put(replace(second, state=OrderState.SENT, pack=duties.SHA)),
        lambda unit: unit.orders.set_state(proposed.id, OrderState.CLOSED),
    )
    with store.read() as reader:
        it = reader.orders
        assert it.get(first.id) == first
        assert it.get(OrderId("none")) is None
        assert [one.id for one in it.all()] == ["second", "first", "proposed"]
        assert [one.id for one in it.binding()] == ["first", "second"]
        assert [one.id for one in it.versions("An authority", "R/1")] == ["first", "second"]
        assert [one.done_at for one in it.clauses(first.id)] == [NOON, NOON]
        assert it.clauses(second.id) == duties.clauses(second)
        assert it.parts(first.id) == it.of_plan(house.plan.id) == (part,)
        assert it.parts(second.id) == ()


def test_an_order_says_no(store: Store) -> None:
    order = duties.an_order()
    change(store, lambda unit: unit.orders.add(order, duties.clauses(order)))
    again = replace(order, id=OrderId("again"))
    refused(store, Conflict, lambda unit: unit.orders.add(again, ()))
    refused(store, NotFound, lambda unit: unit.orders.put(duties.an_order("none")))
    refused(store, NotFound, lambda unit: unit.orders.set_state(OrderId("no"), OrderState.SENT))
    refused(store, NotFound, lambda unit: unit.orders.clause_done(order.id, 9, NOON))
    refused(store, Conflict, lambda unit: unit.orders.clause_done(order.id, 0, NOON))


def test_letters_wait_in_the_order_of_their_terms(store: Store) -> None:
    house = things.furnished(store)
    order = duties.an_order()
    change(store, lambda unit: unit.orders.add(order, ()))
    late = duties.a_letter("late", answer_by=NOON + 30 * DAY, order=order.id)
    soon = duties.a_letter("soon", at=NOON + DAY, owner=house.member.id)
    for letter in (late, soon, duties.a_letter("told", answer_by=None)):
        change(store, lambda unit, one=letter: unit.correspondence.add(one))
    with store.read() as reader:
        it = reader.correspondence
        assert it.get(soon.id) == soon
        assert it.get(CorrespondenceId("none")) is None
        assert [one.id for one in it.unanswered()] == ["soon", "late"]
        assert [one.id for one in it.all()] == ["soon", "late", "told"]
        assert it.of_order(order.id) == (late,)
    answered = replace(soon, answered_at=NOON + 2 * DAY, answer=duties.SHA)
    change(store, lambda unit: unit.correspondence.put(answered))
    with store.read() as reader:
        assert reader.correspondence.unanswered() == (late,)
    refused(store, NotFound, lambda unit: unit.correspondence.put(duties.a_letter("none")))
    refused(
        store, Conflict, lambda unit: unit.correspondence.add(duties.a_letter(order=OrderId("x")))
    )


def test_breaches_stay_open_until_they_are_over(store: Store) -> None:
    first, second = duties.a_breach("first", notify_by=NOON + 9 * DAY), duties.a_breach("second")
    for breach in (first, second):
        change(store, lambda unit, one=breach: unit.breaches.add(one))
    with store.read() as reader:
        assert [one.id for one in reader.breaches.open()] == ["second", "first"]
        assert reader.breaches.get(BreachId("none")) is None
    over = replace(second, state=BreachState.DISMISSED, closed_at=NOON)
    change(store, lambda unit: unit.breaches.put(over))
    with store.read() as reader:
        assert reader.breaches.open() == (first,)
        assert {one.id for one in reader.breaches.all()} == {"first", "second"}
        assert reader.breaches.get(second.id) == over
    refused(store, NotFound, lambda unit: unit.breaches.put(duties.a_breach("none")))


def test_a_canary_is_touched_and_dropped(store: Store) -> None:
    house = things.furnished(store)
    canary = Canary(CanaryId("canary"), house.subject.id, NOON, None)
    change(store, lambda unit: unit.breaches.add_canary(canary))
    change(store, lambda unit: unit.breaches.touch_canary(canary.id, NOON + DAY))
    with store.read() as reader:
        touched = replace(canary, touched_at=NOON + DAY)
        assert reader.breaches.canaries() == (touched,)
        assert reader.breaches.canary_of(house.subject.id) == touched
        assert reader.breaches.canary_of(SubjectId("none")) is None
    refused(store, NotFound, lambda unit: unit.breaches.touch_canary(CanaryId("none"), NOON))
    change(store, lambda unit: unit.breaches.drop_canary(canary.id))
    with store.read() as reader:
        assert reader.breaches.canaries() == ()


def test_papers_places_and_transfers_read_back(store: Store) -> None:
    house = things.furnished(store)
    old = duties.a_filing(house)
    new = replace(duties.a_filing(house, FilingKind.TRAINING_RECORD), filed_at=NOON + DAY)
    there = Residence(StoreName.BACKUPS, Territory("FR"), "a host", NOON)
    moved = replace(there, territory=Territory("US"), stated_at=NOON + DAY)
    transfer = duties.a_transfer()
    change(
        store,
        lambda unit: unit.papers.file(old),
        lambda unit: unit.papers.file(new),
        lambda unit: unit.papers.put_residence(there),
        lambda unit: unit.papers.put_residence(moved),
        lambda unit: unit.papers.add_transfer(transfer),
    )
    with store.read() as reader:
        assert reader.papers.filings(house.organisation.id) == (new, old)
        assert reader.papers.filings(OrganisationId("none")) == ()
        assert reader.papers.residences() == (moved,)
        assert reader.papers.transfers() == (transfer,)
    change(store, lambda unit: unit.papers.end_transfer(transfer.id, NOON + DAY))
    with store.read() as reader:
        assert reader.papers.transfers() == (replace(transfer, ended_at=NOON + DAY),)
    refused(store, Conflict, lambda unit: unit.papers.end_transfer(transfer.id, NOON))
    refused(store, NotFound, lambda unit: unit.papers.end_transfer(TransferId("none"), NOON))
    nobodys = replace(old, organisation=OrganisationId("none"))
    refused(store, Conflict, lambda unit: unit.papers.file(nobodys))
