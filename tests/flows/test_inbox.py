"""The inbox: every request with its clock, for those whose work it is, and no findings."""

from dataclasses import replace

import pytest

from licet.rights.answering import refuse_request
from licet.rights.inbox import Which, list_requests, show_request
from licet.terms.errors import NotFound
from licet.terms.ids import RequestId
from licet.terms.inbox import RequestDetails, RequestLine
from licet.terms.permit import Refusal
from licet.terms.rights import RightKind
from licet.worker import run_once
from tests.fakes.deployment import World
from tests.flows.test_intake import ANNA, MANDATE, STRANGER, asked, entries, kept, proved


def listed(world: World, **parts: object) -> tuple[RequestLine, ...]:
    found = list_requests(world.app, world.who("officer"), Which(**parts))  # type: ignore[arg-type]
    assert not isinstance(found, Refusal), found
    return found


def shown(world: World, request: RequestId) -> RequestDetails:
    found = show_request(world.app, world.who("officer"), request)
    assert isinstance(found, RequestDetails), found
    return found


def test_the_first_due_comes_first_and_the_late_are_told(world: World) -> None:
    asked(world, RightKind.ACCESS)
    world.clock.go(days=10)
    complaint = asked(world, RightKind.COMPLAINT, received_on=world.clock().date().replace(day=1))
    world.clock.go(days=21)
    first, second = listed(world)
    assert (first.id, first.left, first.late) == (complaint.request, -1, True)
    assert (second.kind, second.left, second.late) == (RightKind.ACCESS, 0, False)
    world.clock.go(days=1)
    assert all(one.late for one in listed(world))


def test_registers_of_complaints_refusals_and_representatives(world: World) -> None:
    complaint = proved(world, RightKind.COMPLAINT)
    asked(world, RightKind.ACCESS, STRANGER)
    represented = asked(
        world,
        RightKind.ACCESS,
        "rita@example.org",
        representative="Rita",
        mandate=MANDATE,
        person_contact=ANNA,
    )
    refuse_request(world.app, world.who("officer"), complaint.id, "why", "GDPR 12(5)")
    assert listed(world, kind=RightKind.COMPLAINT) == ()
    assert [one.id for one in listed(world, kind=RightKind.COMPLAINT, everything=True)] == [
        complaint.id
    ]
    refused = [(complaint.id, "GDPR 12(5)")]
    assert [(one.id, one.article) for one in listed(world, refused=True)] == refused
    assert [one.id for one in listed(world, represented=True)] == [represented.request]
    assert len(listed(world)) == 2


def test_whose_turn_it_is(world: World) -> None:
    world.granted("anna")
    asked(world, RightKind.ACCESS)
    proved(world, RightKind.COMPLAINT)
    proved(world, RightKind.ACCESS, STRANGER, photo_follows=True)
    withdrawal = proved(world, RightKind.WITHDRAWAL)
    turns = {one.kind: one.waits_for for one in listed(world)}
    assert turns == {
        RightKind.ACCESS: "person",
        RightKind.COMPLAINT: "human",
        RightKind.WITHDRAWAL: "worker",
    }
    for _ in range(2):
        run_once(world.app)
    assert shown(world, withdrawal.id).request.waits_for == "nobody"


@pytest.mark.parametrize("kind", [RightKind.ACCESS, RightKind.ERASURE, RightKind.COMPLAINT])
def test_a_member_sees_the_same_of_known_and_unknown(world: World, kind: RightKind) -> None:
    """Not even how a known contact is spelled, or in which language they read."""
    world.enrolled("anna")
    seen = []
    for contact in ("Anna@example.org", "Nobody@example.org"):
        done = asked(world, kind, contact, language="fr")
        found = shown(world, done.request)
        assert found.contact == contact
        line = replace(found.request, id=RequestId(""))
        seen.append(replace(found, request=line, contact=""))
    assert seen[0] == seen[1]


def test_the_letter_is_shown_until_it_is_forgotten(world: World) -> None:
    world.granted("anna")
    request = proved(world, RightKind.ERASURE, name="Anna", words="forget me")
    assert (shown(world, request.id).name, shown(world, request.id).words) == (
        "Anna",
        ("forget me",),
    )
    for _ in range(3):
        run_once(world.app)
    gone = shown(world, request.id)
    assert (gone.name, gone.contact, gone.words) == ("", "", ())
    assert gone.steps_done == gone.steps > 0


def test_each_look_leaves_an_entry_and_not_everybody_may(world: World) -> None:
    done = asked(world, RightKind.ACCESS)
    size = world.app.store.head().size
    listed(world)
    shown(world, done.request)
    first, second = entries(world, size)
    assert dict(first.facts)["register"] == dict(second.facts)["register"] == "requests"
    assert ("request", done.request) in second.objects
    for name in ("investigator", "verifier", "approver"):
        assert isinstance(list_requests(world.app, world.who(name)), Refusal)
    with pytest.raises(NotFound):
        show_request(world.app, world.who("officer"), RequestId("none"))
    assert kept(world, done.request).letters == 1
