"""C2: access is answered however often it is asked; nobody counts against the person."""

from dataclasses import fields, replace

import pytest

from licet.effects.record import record_machine
from licet.rights.intake import prove, receive
from licet.terms.ids import RequestId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Counts
from licet.terms.rights import Proved, Received, RequestState, RequestWish, RightKind
from licet.worker import run_once
from tests.fakes.deployment import World

ANNA = "anna@example.org"


def _answered(world: World) -> Received:
    """Let Anna ask for access, give back her code, and nobody do anything."""
    done = receive(world.app, world.who("officer"), RequestWish(RightKind.ACCESS, ANNA))
    assert isinstance(done, Received), done
    assert isinstance(prove(world.app, done.request, world.outbox.code()), Proved)
    run_once(world.app)
    with world.app.store.read() as reader:
        request = reader.requests.get(done.request)
    assert request is not None
    assert request.state is RequestState.DELIVERED
    return done


def _answered_before(world: World, like: Received, number: int) -> None:
    """Put requests that were answered into the register, as if they had been carried out."""
    with world.app.store.unit() as unit:
        first = unit.requests.get(like.request)
        assert first is not None
        for _ in range(number):
            unit.requests.add(replace(first, id=RequestId(new_id()), plan=None, sealed=b""))
        record_machine(unit, EntryKind.REQUEST_DELIVERED, (("request", like.request),))


@pytest.mark.parametrize("before", [1, 2, 9, 99])
def test_the_next_request_of_a_year_is_answered_like_the_first(world: World, before: int) -> None:
    """The second, third, tenth and hundredth: as much time, the same letters, a package."""
    world.enrolled("anna")
    first = _answered(world)
    letters = [letter.subject for letter in world.outbox.letters[-2:]]
    _answered_before(world, first, before - 1)
    again = _answered(world)
    assert (again.letters, again.due) == (1, first.due)
    assert [letter.subject for letter in world.outbox.letters[-2:]] == letters
    with world.app.store.read() as reader:
        assert len(reader.requests.all()) == before + 1


@pytest.mark.parametrize("kind", [RightKind.ACCESS, RightKind.PORTABILITY, RightKind.COMPLAINT])
def test_nothing_in_an_entry_counts_the_requests_of_a_person(world: World, kind: RightKind) -> None:
    """No rule could refuse by a count: the facts that are decided on hold none."""
    assert not [one.name for one in fields(Counts) if "request" in one.name]
    first = receive(world.app, world.who("officer"), RequestWish(kind, ANNA))
    assert isinstance(first, Received)
