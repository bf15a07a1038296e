"""Requests, holds, accountability records and unlinked faces read back, and say no."""

from dataclasses import replace
from datetime import timedelta

from licet.store.store import Store
from licet.terms.errors import Conflict, NotFound
from licet.terms.ids import AccountId, GrantId, HoldId, PlanId, RequestId, SubjectId
from licet.terms.rights import (
    Account,
    Hold,
    RequestCode,
    RequestState,
    RightKind,
)
from tests.store import things
from tests.store.things import DAY, NOON, a_request, change, refused


def test_requests_are_found_by_person_state_and_due_date(store: Store) -> None:
    house, other = things.furnished(store, "one"), things.furnished(store, "another")
    late = a_request(house, "late", due=NOON + 40 * DAY)
    soon = a_request(other, "soon", received_at=NOON + DAY)
    over = a_request(house, "over", state=RequestState.DELIVERED, closed_at=NOON)
    change(store, *(lambda unit, r=r: unit.requests.add(r) for r in (late, soon, over)))
    with store.read() as reader:
        it = reader.requests
        assert it.get(late.id) == late
        assert it.get(RequestId("none")) is None
        assert [one.id for one in it.open()] == ["soon", "late"]
        assert [one.id for one in it.all()] == ["soon", "late", "over"]
        assert [one.id for one in it.of_subject(house.subject.id)] == ["late", "over"]
        assert it.same(house.subject.id, RightKind.ACCESS) == late
        assert it.same(house.subject.id, RightKind.ERASURE) is None
        assert late.is_open
        assert not over.is_open


def test_what_was_answered_stays_answered(store: Store) -> None:
    house = things.furnished(store)
    request = a_request(house)
    change(store, lambda unit: unit.requests.add(request))
    done = replace(
        request, state=RequestState.DELIVERED, closed_at=NOON, plan=house.plan.id, letters=7
    )
    change(store, lambda unit: unit.requests.put(done))
    with store.read() as reader:
        assert reader.requests.get(request.id) == done
        assert reader.requests.of_plan(house.plan.id) == done
        assert reader.requests.of_plan(PlanId("none")) is None
    refused(store, Conflict, lambda unit: unit.requests.put(request))
    refused(store, NotFound, lambda unit: unit.requests.put(a_request(house, "none")))
    refused(
        store,
        Conflict,
        lambda unit: unit.requests.add(a_request(house, "two", subject=SubjectId("none"))),
    )
    change(store, lambda unit: unit.requests.forget([request.id]))
    with store.read() as reader:
        assert reader.requests.get(request.id) == replace(done, sealed=b"")
    refused(store, NotFound, lambda unit: unit.requests.forget([RequestId("none")]))


def test_a_code_is_replaced_counted_and_deleted(store: Store) -> None:
    house = things.furnished(store)
    request = a_request(house)
    code = RequestCode(request.id, b"salt", b"digest", 0, NOON + DAY)
    other = replace(code, salt=b"other")
    change(
        store,
        lambda unit: unit.requests.add(request),
        lambda unit: unit.requests.put_code(code),
        lambda unit: unit.requests.put_code(other),
    )
    with store.unit(bookkeeping=True) as unit:
        assert unit.requests.count_try(request.id) == 1
    with store.read() as reader:
        assert reader.requests.code(request.id) == replace(other, tries=1)
        assert reader.requests.code(RequestId("none")) is None
    refused(store, NotFound, lambda unit: unit.requests.count_try(RequestId("none")))
    change(store, lambda unit: unit.requests.delete_code(request.id))
    with store.read() as reader:
        assert reader.requests.code(request.id) is None


def test_holds_are_in_force_until_lifted_or_over(store: Store) -> None:
    house = things.furnished(store)
    person = house.subject.id
    short = Hold(HoldId("short"), person, (house.grant.id,), "ab", NOON, NOON + DAY, None, 3)
    long = replace(short, id=HoldId("long"), until=NOON + 90 * DAY)
    change(store, *(lambda unit, h=h: unit.holds.add(h) for h in (short, long)))
    later = NOON + timedelta(days=2)
    with store.read() as reader:
        assert reader.holds.get(short.id) == short
        assert reader.holds.get(HoldId("none")) is None
        assert {h.id for h in reader.holds.in_force(NOON)} == {"short", "long"}
        assert reader.holds.in_force(later) == (long,)
        assert reader.holds.over(later) == (short,)
    change(store, lambda unit: unit.holds.lift(long.id, later))
    with store.read() as reader:
        assert reader.holds.in_force(later) == ()
        assert {h.id for h in reader.holds.of_subject(person)} == {"short", "long"}
    refused(store, Conflict, lambda unit: unit.holds.lift(long.id, later))
    refused(store, NotFound, lambda unit: unit.holds.lift(HoldId("none"), later))


def test_accountability_records_are_due_and_deleted(store: Store) -> None:
    house = things.furnished(store)
    first = Account(AccountId("one"), house.plan.id, NOON, NOON + 180 * DAY, b"sealed", 3)
    second = replace(first, id=AccountId("two"), made_at=NOON + DAY, destroy_at=NOON + 181 * DAY)
    change(store, *(lambda unit, a=a: unit.accounts.add(a) for a in (first, second)))
    with store.read() as reader:
        it = reader.accounts
        assert it.get(first.id) == first
        assert it.all() == (second, first)
        assert it.of_plan(house.plan.id) in (first, second)
        assert it.of_plan(PlanId("none")) is None
        assert it.due(NOON) == ()
        assert it.due(NOON + 180 * DAY) == (first,)
    change(store, lambda unit: unit.accounts.delete(first.id))
    with store.read() as reader:
        assert reader.accounts.get(first.id) is None
    refused(
        store,
        Conflict,
        lambda unit: unit.accounts.add(replace(second, plan=PlanId("none"))),
    )


def test_a_face_is_unlinked_once(store: Store) -> None:
    house = things.furnished(store)
    grant = house.grant.id
    for _ in range(2):
        change(store, lambda unit: unit.unlinked.add(grant, b"t" * 32))
    with store.read() as reader:
        assert reader.unlinked.of_grant(grant) == {b"t" * 32}
        assert reader.unlinked.of_grant(GrantId("none")) == frozenset()
    refused(store, Conflict, lambda unit: unit.unlinked.add(GrantId("none"), b"t" * 32))
    with store.unit() as unit:
        assert unit.unlinked.delete_of_grant(grant) == 1
        unit.record(things.entry())
    with store.read() as reader:
        assert reader.unlinked.of_grant(grant) == frozenset()
