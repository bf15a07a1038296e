"""What one member alone gets out of an order that they made up."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from licet.effects.carrying.planning import plan_people
from licet.effects.carrying.proving import prove_orders
from licet.effects.ordering.counting import settle_orders
from licet.granting import ask_grant
from licet.listing import list_grants
from licet.rights.hold import place as hold
from licet.rights.intake import prove, receive
from licet.rights.ordering import Registered, register
from licet.rights.proving import require_pack
from licet.rights.viewing import preview_people
from licet.rights.watching import place
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.breaching import CanaryWish
from licet.terms.errors import BadInput
from licet.terms.grant import SubjectState
from licet.terms.ids import OrderId, Territory
from licet.terms.order import OrderScope, OrderState
from licet.terms.permit import Refusal
from licet.terms.rights import HoldWish, Received, RequestState, RequestWish, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.ordering import an_order
from tests.fakes.vision import photo
from tests.worker.ordering import FRANCE, order_of, order_wish, ordered, state_of, work


def test_a_preview_tells_no_canary_from_a_person(world: World) -> None:
    """Who is in the list of grants and in no preview would be somebody who does not exist."""
    world.enrolled("anna")
    canary = CanaryWish(world.organisation, CLEARANCE, "example.org", at_once=True)
    assert not isinstance(place(world.app, world.who("officer"), canary), Refusal)
    grants = list_grants(world.app, world.who("steward"))
    wish = an_order(scope=OrderScope())
    people = preview_people(world.app, world.who("steward"), wish, "")
    assert not isinstance(grants, Refusal)
    assert not isinstance(people, Refusal)
    assert len(people) == 2
    assert {one.subject for one in people} == {one.subject for one in grants}


def test_an_order_that_one_member_made_up_hurries_no_answer(world: World) -> None:
    """Its day is today, so everybody who waits would be answered with less than there is."""
    world.enrolled("anna")
    wish = RequestWish(
        RightKind.ACCESS, "anna@example.org", "anna", "What do you have of me?", photo_follows=True
    )
    asked = receive(world.app, SUBJECT, wish)
    assert isinstance(asked, Received)
    prove(world.app, asked.request, world.outbox.code())
    forged = order_wish(world, scope=OrderScope(), days=0)
    assert isinstance(register(world.app, world.who("steward"), forged), Registered)
    for _ in range(2):
        assert run_once(world.app).problems == ()
    with world.app.store.read() as reader:
        request = reader.requests.get(asked.request)
    assert request is not None
    assert request.state is RequestState.OPEN
    assert request.plan is None


def test_whom_an_order_reaches_by_a_source_nobody_finds(world: World) -> None:
    """They live elsewhere; the archive that their grant names is in the order's territory.

    Until they are erased, which may take two months, they were found as before.
    """
    probe = photo("anna")
    source = world.source(world.folder(), territory=FRANCE)
    world.enrolled("anna", residence=Territory("DE"), source=source.id)
    case = world.case(probe)

    def found() -> int:
        done = search(world.app, world.who("investigator"), case, CLEARANCE, probe)
        assert isinstance(done, SearchResult), done
        return len(done.candidates)

    assert found() == 1
    ordered(world, order_wish(world), confirmed=False)
    assert found() == 0


def test_whom_an_order_reaches_by_one_grant_nobody_finds_by_another(world: World) -> None:
    """She lives elsewhere and said yes for two archives; one of them is in the territory."""
    probe = photo("anna")
    inside = world.source(world.folder("inside"), "inside", territory=FRANCE)
    outside = world.source(world.folder("outside"), "outside", territory=Territory("DE"))
    away = {"residence": Territory("DE")}
    _, anna = world.granted("anna", source=inside.id, **away)
    _, same = world.enrolled("anna", source=outside.id, **away)
    _, bea = world.enrolled("bea", source=outside.id, **away)
    assert anna == same
    case = world.case(probe, photo("bea"))

    def found(name: str) -> int:
        done = search(world.app, world.who("investigator"), case, CLEARANCE, photo(name))
        assert isinstance(done, SearchResult), done
        return len(done.candidates)

    assert (found("anna"), found("bea")) == (1, 1)
    ordered(world, order_wish(world), confirmed=False)
    assert (found("anna"), found("bea")) == (0, 1)
    with world.app.store.read() as reader:
        named = [one.subject for one in reader.blocks.active() if one.subject]
    assert named == [anna]
    assert bea not in named


def test_a_source_that_comes_later_is_no_way_round_an_order(world: World) -> None:
    """A grant that names a source is known by its source alone."""
    ordered(world, order_wish(world), confirmed=False)
    inside = world.source(world.folder("inside"), "inside", territory=FRANCE)
    outside = world.source(world.folder("outside"), "outside", territory=Territory("DE"))
    away = {"residence": Territory("DE")}
    asked = [
        ask_grant(world.app, world.who("steward"), world.wish("anna", source=one.id, **away))
        for one in (inside, outside)
    ]
    assert isinstance(asked[0], Refusal)
    assert asked[0].reason == "blocked"
    assert not isinstance(asked[1], Refusal)


@pytest.mark.parametrize("how", [ZIP_LZMA, ZIP_DEFLATED])
def test_no_file_breaks_who_records_that_it_was_sent(world: World, how: int) -> None:
    """Damaged in the middle, each fails in a way of its own."""
    out = BytesIO()
    with ZipFile(out, "w", how) as file:
        file.writestr("files.json", "".join(str(n) for n in range(2000)))
    data = out.getvalue()
    broken = data[:200] + bytes(100) + data[300:]
    for sent in (data, broken, data[:100], b"", b"PK" + bytes(50)):
        with pytest.raises(BadInput, match=r"the file is no pack|does not hold"):
            require_pack(world.app, OrderId("any"), sent)


def test_one_persons_hold_proves_nothing_of_the_others_in_their_part(world: World) -> None:
    """Two hundred and fifty are erased by one plan; while it waits, a hold on one is no proof."""
    grant, anna = world.enrolled("anna", residence=FRANCE)
    _, bea = world.enrolled("bea", residence=FRANCE)
    order = ordered(world, order_wish(world))
    settle_orders(world.app)
    assert plan_people(world.app) == 2
    until = world.clock() + timedelta(days=90)
    two = world.who("steward", "officer")
    assert not isinstance(hold(world.app, two, HoldWish(anna, (grant,), "ef" * 32, until)), Refusal)
    prove_orders(world.app)
    assert state_of(world, bea) is SubjectState.ERASING
    assert order_of(world, order).state is OrderState.EXECUTING
    work(world)
    assert state_of(world, bea) is SubjectState.ERASED
    assert state_of(world, anna) is SubjectState.ERASING
    assert order_of(world, order).state is OrderState.PROVED
