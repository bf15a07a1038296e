"""Orders are written down by one, carried out by two, and end when their pack was sent."""

from datetime import UTC, datetime, timedelta

import pytest

from licet.collect import collect
from licet.consent.reasons import Reason
from licet.effects.ordering.counting import settle_orders
from licet.effects.ordering.reading import spell_order
from licet.effects.sealed import open_order
from licet.ledger.leaf import decode
from licet.rights import hold, ordering
from licet.rights.ordering import Confirmed, Registered
from licet.rights.viewing import (
    OrderPage,
    Previewed,
    Why,
    list_orders,
    preview,
    preview_people,
    show_order,
)
from licet.search import search
from licet.terms.collecting import Collected
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import OrderId, SourceId, SubjectId, Territory, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import (
    ClauseKind,
    ClauseWish,
    DataKind,
    Order,
    OrderScope,
    OrderState,
    OrderWish,
    Reached,
)
from licet.terms.permit import Block, Refusal
from licet.terms.rights import HoldWish
from licet.terms.search import SearchResult
from tests.fakes.asking import proves, writes
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo

TWO = ("officer", "steward")


def _registered(world: World, wish: OrderWish, *names: str) -> Registered:
    done = ordering.register(world.app, world.who(*(names or ("steward",))), wish)
    assert isinstance(done, Registered), done
    return done


def _stored(world: World, order: OrderId) -> Order:
    with world.app.store.read() as reader:
        found = reader.orders.get(order)
    assert found is not None
    return found


def _blocks(world: World) -> set[Block]:
    with world.app.store.read() as reader:
        return set(reader.blocks.active())


def _kinds(world: World, since: int) -> list[EntryKind]:
    with world.app.store.read() as reader:
        return [decode(leaf.data).kind for leaf in reader.leaves.get(since, reader.head.size)]


def test_registering_blocks_in_the_same_unit_and_erases_nobody(world: World) -> None:
    """The entries say in which order it happened; the row holds text, terms and what was found."""
    _, anna = world.enrolled("anna", residence=Territory("FR"))
    world.enrolled("bea", residence=Territory("DE"))
    before = world.app.store.head().size
    wish = an_order()
    done = _registered(world, wish, "officer")
    assert _kinds(world, before) == [
        EntryKind.ORDER_REGISTERED,
        EntryKind.BLOCK_PLACED,
        EntryKind.CLAUSE_MET,
        EntryKind.ORDER_FOUND,
    ]
    assert _blocks(world) == {Block(territory=Territory("FR"))}
    assert done.found == Reached(people=1, grants=1, templates=1)
    order = _stored(world, done.order)
    payload = open_order(world.app, order)
    assert payload is not None
    assert (payload.text, payload.contact) == (spell_order(wish), wish.contact)
    assert (order.state, order.confirmed_at, order.leaf) == (OrderState.FINAL, None, before)
    assert order.checkpoint.split("\n")[1] == str(before + 3)
    with world.app.store.read() as reader:
        clauses = reader.orders.clauses(done.order)
        assert reader.subjects.get(anna).state.value == "known"  # type: ignore[union-attr]
        assert not reader.plans.open()
    assert [one.due for one in clauses] == [
        datetime(2026, 2, 27, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 4, 27, 23, 59, 59, tzinfo=UTC),
    ]
    assert clauses[1].data == frozenset(DataKind)


def test_what_is_only_announced_is_written_down_and_stops_nothing(world: World) -> None:
    world.enrolled("anna", residence=Territory("FR"))
    done = _registered(world, an_order(state=OrderState.PROPOSED))
    assert (done.state, done.blocks, _blocks(world)) == (OrderState.PROPOSED, (), set())
    refused = ordering.confirm(world.app, world.who(*TWO), done.order)
    assert _reason(refused) == Reason.ORDER_NOT_FINAL
    final = _registered(world, an_order(version=2))
    assert final.superseded == (done.order,)
    assert _state(world, done.order) is OrderState.SUPERSEDED
    assert _blocks(world) == {Block(territory=Territory("FR"))}


def test_one_version_of_an_order_is_there_once_and_in_order(world: World) -> None:
    """Nothing of what was refused is left, not even an entry; another authority's is its own."""
    _registered(world, an_order(version=2))
    size = world.app.store.head().size
    for version, error in ((2, Conflict), (1, BadInput)):
        with pytest.raises(error):
            _registered(world, an_order(version=version))
    assert world.app.store.head().size == size
    _registered(world, an_order(version=1, authority="Another Office"))


def test_one_member_cannot_end_an_order_by_a_version_that_asks_for_less(world: World) -> None:
    """A later version, or one that says it was appealed: what binds goes on until two sign."""
    first = _registered(world, an_order())
    less = an_order(version=2, scope=OrderScope(territories=(Territory("IT"),)))
    second = _registered(world, less)
    appealed = _registered(world, an_order(version=3, state=OrderState.APPEALED))
    assert (second.superseded, appealed.superseded) == ((), ())
    assert _state(world, first.order) is _state(world, second.order) is OrderState.FINAL
    blocks = {Block(territory=Territory("FR")), Block(territory=Territory("IT"))}
    assert _blocks(world) == blocks
    for order in (second.order, appealed.order):
        alone = ordering.confirm(world.app, world.who("steward"), order)
        assert _reason(alone) == Reason.TWO_SIGNERS_NEEDED
    done = ordering.confirm(world.app, world.who(*TWO), appealed.order)
    assert isinstance(done, Confirmed)
    assert done.superseded == (first.order, second.order)
    assert done.state is OrderState.APPEALED
    assert _stored(world, appealed.order).confirmed_at is None
    assert _blocks(world) == blocks


def test_confirming_takes_two_the_officer_among_them_and_once(world: World) -> None:
    """From then on it is carried out; a version before it ends, and its blocks stay."""
    first = _registered(world, an_order())
    later = _registered(world, an_order(version=2))
    for names in (("steward",), ("steward", "investigator"), ("officer",)):
        alone = ordering.confirm(world.app, world.who(*names), later.order)
        assert _reason(alone) in {Reason.TWO_SIGNERS_NEEDED, Reason.OFFICER_NEEDED}
    assert _state(world, later.order) is OrderState.FINAL
    done = ordering.confirm(world.app, world.who(*TWO), later.order)
    assert isinstance(done, Confirmed)
    assert (done.state, done.superseded) == (OrderState.EXECUTING, (first.order,))
    assert _stored(world, later.order).confirmed_at == world.clock()
    assert len(_all_blocks(world)) == 2
    with pytest.raises(Conflict):
        ordering.confirm(world.app, world.who(*TWO), later.order)
    with pytest.raises(NotFound):
        ordering.confirm(world.app, world.who(*TWO), OrderId(new_id()))


def test_an_order_ends_when_its_pack_was_sent(world: World) -> None:
    """Not before it was proved, and not before that was recorded; its blocks outlive it."""
    clauses = (ClauseWish(ClauseKind.STOP_USE), ClauseWish(ClauseKind.PROVE, months=1))
    done = _registered(world, an_order(clauses=clauses))
    order, who = done.order, world.who("steward")
    assert _reason(ordering.sent(world.app, who, order, "ef" * 32)) == Reason.ORDER_NOT_PROVED
    assert _reason(ordering.close(world.app, who, order)) == Reason.ORDER_NOT_SENT
    with world.app.store.unit() as unit:
        unit.orders.set_state(order, OrderState.PROVED)
        unit.record(Entry(EntryKind.ORDER_PROVED, unit.now, objects=(("order", order),)))
    assert isinstance(ordering.sent(world.app, who, order, "a pack"), Refusal)
    assert isinstance(ordering.sent(world.app, who, order, "ef" * 32), int)
    stored = _stored(world, order)
    assert (stored.state, stored.pack) == (OrderState.SENT, "ef" * 32)
    assert stored.sent_at == world.clock()
    with world.app.store.read() as reader:
        assert all(one.done_at is not None for one in reader.orders.clauses(order))
    assert isinstance(ordering.close(world.app, who, order), int)
    assert _stored(world, order).closed_at == world.clock()
    assert _reason(ordering.close(world.app, who, order)) == Reason.ORDER_NOT_SENT
    assert _blocks(world) == {Block(territory=Territory("FR"), collecting=False)}


STOPS = (ClauseWish(ClauseKind.STOP_COLLECTING),)
USE = (ClauseWish(ClauseKind.STOP_USE),)
ANSWER = (ClauseWish(ClauseKind.ANSWER_ACCESS, months=1), ClauseWish(ClauseKind.PROVE, months=2))


def test_what_an_order_stops_is_what_its_clauses_and_scope_say(world: World) -> None:
    """By territory, by source under its name, by person, or all; to answer stops nothing."""
    _, anna = world.granted("anna")
    album = world.source(world.folder(a=photo("anna")))
    erase = an_order().clauses
    two = (Territory("FR"), Territory("IT"))
    cases: list[tuple[OrderScope, tuple[ClauseWish, ...], set[Block]]] = [
        (OrderScope(two), STOPS, {Block(territory=one, use=False) for one in two}),
        (OrderScope(), USE, {Block(collecting=False)}),
        (OrderScope(sources=(SourceId("album"),)), erase, {Block(source=album.id)}),
        (OrderScope(subjects=(anna,)), erase, {Block(subject=anna)}),
        (OrderScope(two), ANSWER, set()),
    ]
    before: set[Block] = set()
    for version, (scope, clauses, expected) in enumerate(cases, start=1):
        done = _registered(world, an_order(version=version, scope=scope, clauses=clauses))
        assert _blocks(world) - before == expected
        assert len(done.blocks) == len(expected)
        before |= expected
    assert next(o.scope for o in _orders(world) if o.version == 3).sources == (album.id,)


def test_the_text_beside_an_order_states_that_order(world: World) -> None:
    """The authority reads the text in the pack: it is what was carried out."""
    narrower = an_order(scope=OrderScope(territories=(Territory("IT"),)))
    with pytest.raises(BadInput, match="another order"):
        ordering.register(world.app, world.who("steward"), narrower, spell_order(an_order()))
    with pytest.raises(BadInput, match="cannot be read"):
        ordering.register(world.app, world.who("steward"), narrower, "= nothing")
    assert (_blocks(world), _orders(world)) == (set(), ())


def test_an_order_cannot_reach_us_in_days_to_come(world: World) -> None:
    """Its months would run from then, and nobody would be late."""
    with pytest.raises(BadInput, match="to come"):
        _registered(world, an_order(notified=world.clock().date() + timedelta(days=2)))
    assert (_blocks(world), _orders(world)) == (set(), ())


def test_an_order_on_what_is_not_here_is_not_written_down(world: World) -> None:
    size = world.app.store.head().size
    for scope in (
        OrderScope(sources=(SourceId("album"),)),
        OrderScope(subjects=(SubjectId(new_id()),)),
    ):
        with pytest.raises(NotFound):
            _registered(world, an_order(scope=scope))
    assert world.app.store.head().size == size


def test_only_who_answers_for_the_controller_writes_orders_down(world: World) -> None:
    for name in ("investigator", "approver", "verifier"):
        refused = ordering.register(world.app, world.who(name), an_order())
        assert _reason(refused) == Reason.WRONG_ROLE
    assert _blocks(world) == set()


def test_a_preview_changes_nothing_and_is_on_record(world: World) -> None:
    """How many, by store; whom, by id and why, for who may list people; who made it."""
    _, anna = world.enrolled("anna", residence=Territory("FR"))
    _, bea = world.enrolled("bea", residence=Territory("DE"))
    _, cleo = world.enrolled("cleo")
    wish = an_order(scope=OrderScope((Territory("FR"),), (), (bea,)))
    text, before = spell_order(wish), world.app.store.head().size
    found = preview(world.app, world.who("officer"), wish, text)
    assert isinstance(found, Previewed)
    assert found.reached == Reached(people=3, grants=3, templates=3)
    assert [kind for kind, _ in found.terms] == [ClauseKind.STOP_COLLECTING, ClauseKind.ERASE]
    people = preview_people(world.app, world.who("officer"), wish, text)
    assert not isinstance(people, Refusal)
    assert {one.subject: one.why for one in people} == {
        anna: Why.RESIDENCE,
        bea: Why.NAMED,
        cleo: Why.RESIDENCE_UNKNOWN,
    }
    assert _kinds(world, before) == [EntryKind.LISTED, EntryKind.LISTED]
    assert (_blocks(world), _orders(world)) == (set(), ())
    for look in (preview, preview_people):
        assert _reason(look(world.app, world.who("investigator"), wish, text)) == Reason.WRONG_ROLE


def test_the_register_shows_what_is_due_and_what_is_late(world: World) -> None:
    done = _registered(world, an_order())
    officer = world.who("officer")
    lines = list_orders(world.app, officer)
    assert not isinstance(lines, Refusal)
    assert [(one.id, one.late) for one in lines] == [(done.order, False)]
    assert lines[0].due == datetime(2026, 4, 27, 23, 59, 59, tzinfo=UTC)
    world.clock.go(days=60)
    page = show_order(world.app, officer, done.order)
    assert isinstance(page, OrderPage)
    assert page.line.late
    assert [one.late for one in page.clauses] == [False, True]
    assert (page.contact, page.text) == ("orders@authority.example", spell_order(an_order()))
    with pytest.raises(NotFound):
        show_order(world.app, officer, OrderId(new_id()))
    assert _reason(show_order(world.app, world.who("verifier"), done.order)) == Reason.WRONG_ROLE


def test_an_order_is_counted_once_whoever_was_stopped_before(world: World) -> None:
    """Killed right after the commit: the block holds, and the count is made up for later."""

    class Killed(BaseException):
        pass

    def stop(name: str) -> None:
        if name == "order.committed":
            raise Killed

    world.enrolled("anna", residence=Territory("FR"))
    app = world.reopen(stop)
    with pytest.raises(Killed):
        ordering.register(app, world.who("steward"), an_order())
    app.close()
    assert _blocks(world) == {Block(territory=Territory("FR"))}
    (order,) = _orders(world)
    assert (order.found, order.checkpoint) == ((), "")
    settle_orders(world.app)
    settled = _stored(world, order.id)
    assert dict(settled.found)["people"] == 1
    assert settled.checkpoint
    size = world.app.store.head().size
    settle_orders(world.app)
    assert (_stored(world, order.id), world.app.store.head().size) == (settled, size)


def _reason(answer: object) -> str:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def _state(world: World, order: OrderId) -> OrderState:
    return _stored(world, order).state


def _orders(world: World) -> tuple[Order, ...]:
    with world.app.store.read() as reader:
        return reader.orders.all()


def _all_blocks(world: World) -> list[Block]:
    with world.app.store.read() as reader:
        return list(reader.blocks.active())


def test_what_an_order_reaches_is_counted_in_every_store(world: World) -> None:
    """Anna was searched, asked for her data and is held; Bea in Germany counts nowhere."""
    anna, subject = world.enrolled("anna", residence=Territory("FR"))
    world.enrolled("bea", residence=Territory("DE"))
    for name in ("anna", "bea"):
        probe = photo(name, shot=9)
        case = world.case(probe, reference=name)
        done = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
        assert isinstance(done, SearchResult)
    album = world.source(world.folder(a=photo("x"), b=photo("y")), territory=Territory("FR"))
    assert isinstance(collect(world.app, world.who("steward"), album.id), Collected)
    proves(world, writes(world, "anna@example.org", photo_follows=False))
    until = world.clock() + timedelta(days=9)
    held = hold.place(world.app, world.who(*TWO), HoldWish(subject, (anna,), "ab" * 32, until))
    assert isinstance(held, str)
    done = _registered(world, an_order(), "officer")
    assert done.found == Reached(
        people=1, grants=1, templates=1, items=2, probes=1, sources=1, waiting=1, held=1
    )
