"""Takes requests up again in a restored store, as later entries say where they stand.

1. What was answered or refused since stays so: nobody is answered twice.
2. Who gave back their code since need not do it again; a doubt that a human put on record
   still keeps the answer back, until the entry that says it was lifted.
3. A request that came after the backup is back with its number, its kind and its clock.
   What the person wrote is lost with the store, so a human finds the letter and asks.
4. More time is not taken again: without it an answer is due earlier, never later.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from licet.app import App
from licet.consent.regimes import end_of
from licet.effects.record import record_machine
from licet.effects.requests import (
    day_of,
    open_request,
    own_contact,
    request_key,
    resealed,
    seal_request,
)
from licet.effects.sealed import seal_identity, subject_key
from licet.effects.settling import Since
from licet.ledger.leaf import decode
from licet.store.unit import Unit
from licet.terms.grant import Identity, Subject, SubjectState
from licet.terms.ids import RequestId, SubjectId, new_id
from licet.terms.ledger import Entry, EntryKind, Leaf
from licet.terms.payload import RequestPayload
from licet.terms.plan import PlanKind, WorkState
from licet.terms.rights import Request, RequestState, RightKind

LOST = "What was written came after the backup and is lost: find the letter and file it again."


def resume_requests(app: App, unit: Unit, leaves: Iterable[Leaf], since: Since) -> int:
    """Apply later entries to requests; return how many came back without their letter.

    ``since`` is what they say that the steps of plans found.
    """
    entries = [(leaf.index, decode(leaf.data)) for leaf in leaves]
    told = [(index, entry) for index, entry in entries if entry.kind in _AGAIN]
    over = {_id(entry) for _, entry in told if entry.kind in _CLOSING}
    lost = 0
    for index, entry in told:
        request = unit.requests.get(_id(entry))
        if request is not None:
            _AGAIN[entry.kind](app, unit, request, entry, index)
        elif entry.kind is EntryKind.REQUEST_RECEIVED and _id(entry) not in over:
            lost += _bring_back(app, unit, entry)
    _settle_answers(unit, since)
    return lost


def _bring_back(app: App, unit: Unit, entry: Entry) -> int:
    """3. Put a request back that the backup does not know; 0 if it was forgotten since."""
    number = _id(entry)
    if not app.keyring.has(request_key(number)):
        return 0
    facts = dict(entry.facts)
    person = SubjectId(new_id())
    app.keyring.create(subject_key(person))
    nobody = seal_identity(app, person, Identity("", "", ""))
    unit.subjects.add(Subject(person, None, b"", False, nobody, SubjectState.KNOWN))
    received = day_of(int(facts["received"]))
    payload = RequestPayload("", "", (LOST,), "en", (), (), (), "", "", (), "")
    unit.requests.add(
        Request(
            id=number,
            subject=person,
            kind=RightKind(str(facts["kind"])),
            newcomer=True,
            grant=None,
            plan=None,
            received_at=min(entry.at, end_of(received)),
            due=end_of(day_of(int(facts["due"]))),
            regime=str(facts["regime"]),
            extended_at=None,
            letters=1,
            mandate="",
            channel_proved_at=None,
            identity_accepted_at=None,
            state=RequestState.RECEIVED,
            closed_at=None,
            sealed=seal_request(app, number, payload),
            leaf=unit.head.size,
        )
    )
    told = tuple(fact for fact in entry.facts if fact[0] not in {"by", "permit"})
    objects = (("request", number),)
    record_machine(unit, EntryKind.REQUEST_RECEIVED, objects, (*told, ("restored", True)))
    return 1


def _join(_app: App, unit: Unit, request: Request, entry: Entry, index: int) -> None:
    """Count the letters that came since."""
    letters = int(dict(entry.facts)["letters"])
    if request.is_open and letters > request.letters:
        unit.requests.put(replace(request, letters=letters, leaf=index))


def _prove(app: App, unit: Unit, request: Request, entry: Entry, index: int) -> None:
    """2. The person's own contact comes first, so the first code that came back is its."""
    if request.state is not RequestState.RECEIVED:
        return
    payload = open_request(app, request)
    if not own_contact(payload):
        return  # The letter is lost, and with it the contact that the code came from.
    proved = (*payload.proved, own_contact(payload))
    unit.requests.delete_code(request.id)
    unit.requests.put(
        replace(
            resealed(app, request, proved=proved),
            channel_proved_at=entry.at,
            state=RequestState.OPEN,
            leaf=index,
        )
    )


def _doubt(_app: App, unit: Unit, request: Request, _entry: Entry, index: int) -> None:
    if request.state in {RequestState.OPEN, RequestState.RECEIVED}:
        doubted = replace(request, state=RequestState.IDENTITY_ASKED, leaf=index)
        unit.requests.put(replace(doubted, identity_accepted_at=None))


def _accept(_app: App, unit: Unit, request: Request, entry: Entry, index: int) -> None:
    """A photo is looked at again: another one may have been accepted than lies here."""
    if request.is_open and request.grant is None and request.plan is None:
        proved = request.channel_proved_at is not None
        state = RequestState.OPEN if proved else RequestState.RECEIVED
        accepted = replace(request, state=state, leaf=index)
        unit.requests.put(replace(accepted, identity_accepted_at=entry.at))


def _close(_app: App, unit: Unit, request: Request, entry: Entry, index: int) -> None:
    """1. What is over is over; an erasure's letter is emptied as it was."""
    if not request.is_open:
        return
    unit.requests.delete_code(request.id)
    forgotten = request.kind is RightKind.ERASURE or bool(dict(entry.facts).get("erased"))
    closed = replace(request, state=_CLOSING[entry.kind], closed_at=entry.at, leaf=index)
    unit.requests.put(replace(closed, sealed=b"") if forgotten else closed)


def _known(_app: App, _unit: Unit, _request: Request, _entry: Entry, _index: int) -> None:
    """Leave a request that the backup has."""


_CLOSING = {
    EntryKind.REQUEST_DELIVERED: RequestState.DELIVERED,
    EntryKind.REQUEST_REFUSED: RequestState.REFUSED,
}
_AGAIN: dict[EntryKind, Callable[[App, Unit, Request, Entry, int], None]] = {
    EntryKind.REQUEST_RECEIVED: _known,
    EntryKind.REQUEST_JOINED: _join,
    EntryKind.REQUEST_PROVED: _prove,
    EntryKind.REQUEST_IDENTITY_ASKED: _doubt,
    EntryKind.REQUEST_IDENTITY_ACCEPTED: _accept,
    EntryKind.REQUEST_DELIVERED: _close,
    EntryKind.REQUEST_REFUSED: _close,
}


def _id(entry: Entry) -> RequestId:
    return RequestId(dict(entry.objects)["request"])


def _settle_answers(unit: Unit, since: Since) -> None:
    """1. Note in open plans what was done since: a package goes out once."""
    for plan in unit.plans.open():
        if plan.kind is not PlanKind.ANSWER:
            continue
        found = since.get(plan.id, {})
        effects = unit.plans.effects(plan.id)
        done = [e for e in effects if e.state is WorkState.OPEN and e.kind.value in found]
        for effect in done:
            finished = replace(effect, state=WorkState.DONE, found=found[effect.kind.value])
            unit.plans.finish_effect(finished)
        if all(e.state is WorkState.DONE or e in done for e in effects):
            unit.plans.finish(plan.id)
