"""What a person asked for meets their erasure: answered first where it can be, else emptied."""

from dataclasses import replace
from datetime import timedelta

from licet.effects.certifying import certificate
from licet.effects.finishing import finish
from licet.effects.record import record_machine
from licet.effects.requests import request_key, seal_request
from licet.effects.sealed import plan_key
from licet.granting import withdraw
from licet.ledger.receipt import decode
from licet.ledger.statement import ErasureStatement
from licet.rights.erase import erase
from licet.search import search
from licet.terms.acting import SUBJECT
from licet.terms.errors import Busy
from licet.terms.granting import Message
from licet.terms.ids import PlanId, RequestId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import RequestPayload
from licet.terms.permit import Refusal
from licet.terms.plan import EffectKind, PlanKind, WorkState
from licet.terms.rights import Request, RequestCode, RequestState, RightKind
from licet.terms.search import SearchResult
from licet.worker import run_once
from tests.fakes.deployment import CLEARANCE, World
from tests.fakes.recipient import add_recipient
from tests.fakes.vision import photo

PAYLOAD = RequestPayload(
    "Anna", "anna@example.org", ("my words",), "en", (), (), (), "", "", (), ""
)


def _asked(world: World, subject: SubjectId, kind: RightKind) -> RequestId:
    """File a request whose channel is proved, as intake would."""
    new = RequestId(new_id())
    world.app.keyring.create(request_key(new))
    now = world.clock()
    request = Request(
        id=new,
        subject=subject,
        kind=kind,
        newcomer=False,
        grant=None,
        plan=None,
        received_at=now,
        due=now + timedelta(days=30),
        regime="gdpr@1",
        extended_at=None,
        letters=1,
        mandate="",
        channel_proved_at=now,
        identity_accepted_at=None,
        state=RequestState.OPEN,
        closed_at=None,
        sealed=seal_request(world.app, new, PAYLOAD),
        leaf=0,
    )
    with world.app.store.unit() as unit:
        unit.requests.add(request)
        unit.requests.put_code(RequestCode(new, b"salt", b"digest", 0, now + timedelta(days=14)))
        record_machine(unit, EntryKind.REQUEST_RECEIVED, (("request", new),))
    return new


def _request(world: World, request: RequestId) -> Request:
    with world.app.store.read() as reader:
        found = reader.requests.get(request)
    assert found is not None
    return found


def _done(world: World, plan: PlanId) -> dict[EffectKind, dict[str, object]]:
    with world.app.store.read() as reader:
        effects = reader.plans.effects(plan)
    return {e.kind: dict(e.found) for e in effects if e.state is WorkState.DONE}


def _erased(world: World, subject: SubjectId) -> PlanId:
    plan = erase(world.app, SUBJECT, subject)
    assert not isinstance(plan, Refusal), plan
    return plan


def test_what_was_written_goes_and_the_register_stays(world: World) -> None:
    """A complaint has nobody left to answer: it is closed, emptied, its code and key gone."""
    _, subject = world.enrolled("anna")
    request = _asked(world, subject, RightKind.COMPLAINT)
    plan = _erased(world, subject)
    kept = _request(world, request)
    assert (kept.state, kept.sealed) == (RequestState.DELIVERED, b"")
    assert (kept.kind, kept.received_at) == (RightKind.COMPLAINT, world.clock())
    assert not world.app.keyring.has(request_key(request))
    with world.app.store.read() as reader:
        assert reader.requests.code(request) is None
    said = decode(certificate(world.app, plan)).statement
    assert isinstance(said, ErasureStatement)
    counts = {one.store: (one.before, one.after) for one in said.counts}
    assert counts["requests"] == (1, 0)
    assert counts["request_codes"] == (1, 0)


def test_an_access_request_is_answered_before_anything_is_deleted(world: World) -> None:
    """Both were asked for, so both happen, in the order in which both can (GDPR 15, 17)."""
    anna, subject = world.enrolled("anna")
    request = _asked(world, subject, RightKind.ACCESS)
    plan = _erased(world, subject)
    assert EffectKind.SEAL_ACCOUNT in _done(world, plan)
    assert EffectKind.FORGET_ITEMS not in _done(world, plan)
    with world.app.store.read() as reader:
        assert len(reader.templates.of_grant(anna)) == 1
    with world.app.store.unit() as unit:
        kept = unit.requests.get(request)
        assert kept is not None
        unit.requests.put(replace(kept, state=RequestState.DELIVERED, closed_at=unit.now))
        record_machine(unit, EntryKind.REQUEST_DELIVERED, (("request", request),))
    assert finish(world.app, plan)
    assert EffectKind.FORGET_PLAN in _done(world, plan)


def test_a_certificate_that_nobody_takes_is_given_up_after_three_days(world: World) -> None:
    """The contact lies in the plan's key so long, and no longer."""
    _, subject = world.enrolled("anna")
    send = world.outbox.send

    def down(message: Message) -> None:
        if message.subject == "You are erased":
            raise Busy("the mail server does not answer", "Try again later.")
        send(message)

    world.outbox.send = down  # type: ignore[method-assign]
    plan = _erased(world, subject)
    assert EffectKind.CERTIFY_SCAN in _done(world, plan)
    assert EffectKind.DELIVER_CERTIFICATE not in _done(world, plan)
    assert world.app.keyring.has(plan_key(plan))
    world.clock.go(days=3, minutes=1)
    assert run_once(world.app).problems == ()
    assert _done(world, plan)[EffectKind.DELIVER_CERTIFICATE] == {"delivered": False}
    assert not world.app.keyring.has(plan_key(plan))


def test_the_certificate_comes_with_the_last_letter(world: World) -> None:
    """As a file that anybody can check."""
    _, subject = world.enrolled("anna")
    plan = _erased(world, subject)
    (letter,) = (one for one in world.outbox.letters if one.subject == "You are erased")
    (file,) = letter.attachments
    assert file.name == "erasure-certificate.json"
    assert decode(file.data).statement == decode(certificate(world.app, plan)).statement


def test_a_letter_whose_key_is_gone_is_over(world: World) -> None:
    """A restore may bring such a plan back after it was carried out: it ends and tells nobody."""
    club = add_recipient(world, contact="club@example.net")
    anna, _ = club.enrolled("anna")
    probe = photo("anna", shot=9)
    case = club.case(probe, reference="2026-40")
    found = search(world.app, club.who("investigator"), case, CLEARANCE, probe)
    assert isinstance(found, SearchResult)
    withdraw(world.app, SUBJECT, anna)
    with world.app.store.read() as reader:
        (tells,) = (plan for plan in reader.plans.open() if plan.kind is PlanKind.TELL)
    world.app.keyring.shred(plan_key(tells.id))
    assert run_once(world.app).problems == ()
    assert not [one for one in world.outbox.letters if one.to == "club@example.net"]
    assert _done(world, tells.id)[EffectKind.TELL_RECIPIENTS] == {"told": False}
