"""The steps by which a deployment ends for good, each found by what is left to do.

There is no list of what was done: who is not erased yet, which source is not purged yet,
which request is not answered yet says it. So whatever is killed, wherever, the next call
goes on; and nothing is destroyed for which somebody still waits (GDPR 5(1)(e), 15, 17).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from licet.app import App
from licet.consent.ceilings import BEFORE_DUE
from licet.effects.letters import compose, sender_of
from licet.effects.outside import let_others_see
from licet.effects.planning import plan_erasure
from licet.effects.purging import begin_purge
from licet.effects.reaching import answered_for
from licet.effects.receipts import receipt_for, statement_fact
from licet.effects.record import Facts, record_machine
from licet.effects.requests import PACKED, PATIENCE, answer_contact, open_request
from licet.effects.sealed import open_identity, plan_key
from licet.effects.telling import UNSENT, plan_letter, to_person
from licet.ledger.leaf import decode
from licet.ledger.receipt import ReceiptKind
from licet.ledger.statement import Ended, EndingStatement, StoreCount
from licet.store.unit import Reader, Unit
from licet.terms.errors import Conflict, Integrity
from licet.terms.grant import Subject
from licet.terms.ids import PlanId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.letters import DeploymentClosingLetter, RequestRefusedLetter
from licet.terms.plan import EffectKind, PlanKind
from licet.terms.rights import Request, RequestState
from licet.terms.source import SourceState
from licet.terms.stored import Deployment
from licet.terms.when import from_ms, to_ms

CAUSE = "closing"

NOTICE = timedelta(days=30)
"""Between the order and the first erasure: who wants a copy of their data must have time to
ask for it before it is destroyed (GDPR 15, 20). In a sandbox nobody real has to."""

PART = 20
"""How many people's endings are planned in one unit: each needs keys and a letter."""

WHY = "The whole deployment ends, and everything kept of anybody in it is destroyed."
LAW = "GDPR 5(1)(e)"
_LAW_WORD = LAW.replace(" ", "_")

_SAYS = (
    "This deployment has ended for good: everybody in it was told and erased, what came from its "
    "sources is destroyed, and no key is left that opens anything of it, backups included."
)


@dataclass(frozen=True, slots=True)
class Left:
    """What a deployment that is being ended still waits for, in numbers."""

    requests: int
    people: int
    sources: int
    plans: int
    runs: int
    holds: int
    accounts: int

    @property
    def nothing(self) -> bool:
        """Whether only the keys are left to destroy."""
        return not any(getattr(self, name) for name in self.__slots__)


def left(reader: Reader) -> Left:
    """Return what is left to do before the keys may go."""
    sources = (source.state is not SourceState.PURGED for source in reader.sources.all())
    return Left(
        requests=len(reader.requests.open()),
        people=reader.subjects.count_left(),
        sources=sum(sources),
        plans=len(reader.plans.open()),
        runs=len(reader.runs.open()),
        holds=len(reader.holds.in_force(reader.now)),
        accounts=len(reader.accounts.all()),
    )


def begins_at(deployment: Deployment) -> datetime | None:
    """Return when the erasing begins; None where no end was ordered. Nothing is used till then."""
    if deployment.closing_at is None or deployment.sandbox:
        return deployment.closing_at
    return deployment.closing_at + NOTICE


def tell_organisations(app: App, unit: Unit, begins: datetime) -> int:
    """Plan a letter to every organisation with an address; returns how many."""
    letter = DeploymentClosingLetter(sender_of(app), begins.date())
    with_address = [one for one in unit.governance.organisations() if one.contact]
    for one in with_address:
        plan_letter(app, unit, letter, to_person(one.contact, "en"))
    return len(with_address)


def tell_people(app: App, begins: datetime) -> int:
    """Plan a letter to people who have none about the end yet; returns how many.

    Each is tried until it is accepted. Who only ever wrote to us from an address that is
    not proved gets none: that letter would tell a stranger.
    """
    kind = DeploymentClosingLetter.kind
    with app.store.read() as reader:
        any_left = bool(reader.subjects.untold(kind, 1))
    if not any_left:
        return 0
    letter = DeploymentClosingLetter(sender_of(app), begins.date())
    with app.store.unit() as unit:
        people = unit.subjects.untold(kind, PART)
        for person in people:
            identity = open_identity(app, person)
            contact = identity.contact if identity else ""
            language = identity.language if identity else "en"
            plan_letter(app, unit, letter, to_person(contact, language), person.id)
        facts: Facts = (("letters", len(people)), ("cause", CAUSE))
        record_machine(unit, EntryKind.DEPLOYMENT_CLOSING, (), facts)
    app.at("closing.told")
    return len(people)


def refuse_unanswerable(app: App) -> int:
    """Say of every request that nobody can answer any more that it is not; returns how many.

    Whoever asked for their data and has not given back the code yet keeps their time: they
    are waited for until a week before the last day. Who wrote from a proved contact is told.
    """
    with app.store.read() as reader:
        due = [r for r in reader.requests.open() if _is_unanswerable(r, reader.now)]
    refused = 0
    for request in due:
        told = _tell_refused(app, request)
        if told is None:
            continue
        with app.store.unit() as unit:
            current = unit.requests.get(request.id)
            if current is None or not current.is_open or not _is_unanswerable(current, unit.now):
                continue
            unit.requests.delete_code(request.id)
            state, leaf = RequestState.REFUSED, unit.head.size
            unit.requests.put(replace(current, state=state, closed_at=unit.now, leaf=leaf))
            facts: Facts = (("article", _LAW_WORD), ("cause", CAUSE), ("told", told))
            objects = (("request", request.id), *answered_for(unit, current))
            record_machine(unit, EntryKind.REQUEST_REFUSED, objects, facts)
        refused += 1
    return refused


def _is_unanswerable(request: Request, now: datetime) -> bool:
    """Say whether nobody answers a request any more, or its answer cannot be delivered."""
    if request.kind not in PACKED:
        return request.plan is None
    last = request.due - BEFORE_DUE if request.plan is None else request.due + PATIENCE
    return now >= last


def _tell_refused(app: App, request: Request) -> bool | None:
    """Tell the person, where they can be told; None to try again while their time runs."""
    with app.store.read() as reader:
        payload = open_request(app, request)
        contact = answer_contact(app, reader, request, payload)
        now = reader.now
    if contact is None:
        return False
    day = request.received_at.date()
    letter = RequestRefusedLetter(sender_of(app), request.id, request.kind, day, WHY, LAW)
    try:
        app.outbox.send(compose(letter, contact, payload.language))
    except UNSENT:
        return None if now < request.due + PATIENCE else False
    return True


def erase_people(app: App) -> int:
    """Plan the erasure of people whom nobody has to answer first; returns how many."""
    with app.store.read() as reader:
        any_left = bool(reader.subjects.unanswered_left(1))
    if not any_left:
        return 0
    plans = [PlanId(new_id()) for _ in range(PART)]
    app.keyring.create(*map(plan_key, plans))
    app.at("closing.keys")
    with app.store.unit() as unit:
        people = unit.subjects.unanswered_left(PART)
        for plan, person in zip(plans, people, strict=False):
            _erase(app, unit, plan, person)
    app.keyring.shred(*map(plan_key, plans[len(people) :]))
    app.at("closing.planned")
    return len(people)


def _erase(app: App, unit: Unit, plan: PlanId, person: Subject) -> None:
    grants = plan_erasure(app, unit, plan, person, CAUSE)
    objects = (("plan", plan), *(("grant", grant.id) for grant in grants))
    record_machine(unit, EntryKind.SUBJECT_ERASING, objects, (("cause", CAUSE),))


def cease_sources(app: App) -> int:
    """Let every source cease and begin to purge it; returns how many.

    Only once no request is open: what is shown in an answer is read from its source.
    """
    with app.store.read() as reader:
        if reader.requests.open():
            return 0
        over = {SourceState.CEASED, SourceState.PURGED}
        running = [source.id for source in reader.sources.all() if source.state not in over]
    for source in running:
        with app.store.unit() as unit:
            unit.sources.set_state(source, SourceState.CEASED)
            begin_purge(unit, source)
            facts: Facts = (("cause", CAUSE),)
            record_machine(unit, EntryKind.SOURCE_CEASED, (("source", source),), facts)
        app.at("closing.ceased")
    return len(running)


def end_for_good(app: App) -> int:
    """Destroy every key, write the last entry, and mirror it; returns the entry's index.

    The keys go first: what the entry says is so when it is written. Raises ``Integrity``
    when a key is left, ``Conflict`` when something is left to do after all.
    """
    app.keyring.end()
    app.at("closing.keys_ended")
    keys, epochs = len(app.keyring.ids()), len(app.service.epochs())
    if keys or epochs:
        raise Integrity(f"{keys + epochs} keys outlived their end", "Run `licet doctor`.")
    with app.store.unit() as unit:
        deployment = unit.deployment.get()
        if deployment is None or deployment.closing_at is None or unit.subjects.count_left():
            raise Conflict("the deployment is not being ended", "Run `licet close`.")
        facts = _facts(unit, to_ms(deployment.closing_at))
        said: Facts = (*facts, *statement_fact(_statement(deployment.id, dict(facts))))
        unit.deployment.put(replace(deployment, closed_at=unit.now))
        objects = (("deployment", deployment.id),)
        leaf = record_machine(unit, EntryKind.DEPLOYMENT_CLOSED, objects, said)
    app.at("closing.closed")
    app.publish()
    let_others_see(app)  # No worker comes by again: what nobody saw now, nobody ever sees.
    return leaf


def _facts(unit: Unit, ordered_at: int) -> tuple[tuple[str, int], ...]:
    """Count, while everything can be counted, what the certificate will say."""
    ordered = from_ms(ordered_at)
    closed = [r for r in unit.requests.all() if r.closed_at is not None and r.closed_at >= ordered]
    told = [
        dict(found).get("told", False)
        for found in unit.plans.found(
            PlanKind.TELL, DeploymentClosingLetter.kind, EffectKind.TELL_RECIPIENTS
        )
    ]
    return (
        ("grants", unit.grants.count()),
        ("letters", sum(bool(one) for one in told)),
        ("letters_not_delivered", sum(not one for one in told)),
        ("ordered_at", ordered_at),
        ("people", sum(1 for _ in unit.subjects.ids())),
        ("requests_answered", sum(r.state is RequestState.DELIVERED for r in closed)),
        ("requests_not_answered", sum(r.state is RequestState.REFUSED for r in closed)),
        ("sources", len(unit.sources.all())),
    )


_COUNTED = ("grants", "people", "sources")
_TOLD = ("letters", "letters_not_delivered", "requests_answered", "requests_not_answered")


def _statement(deployment: str, found: dict[str, int]) -> EndingStatement:
    counts = tuple(StoreCount(name, found[name], 0) for name in _COUNTED)
    told = tuple((name, found[name]) for name in _TOLD)
    ordered = from_ms(found["ordered_at"])
    return EndingStatement(Ended.DEPLOYMENT, deployment, ordered, counts, told, 0, 0, _SAYS)


def closing_certificate(app: App) -> bytes:
    """Return the certificate of the deployment's end, the same whenever it is asked for.

    Raises ``Conflict`` while it has not ended.
    """
    with app.store.read() as reader:
        deployment = reader.deployment.get()
        last = reader.leaves.get(max(0, reader.head.size - 1), reader.head.size)
    if deployment is None or deployment.closed_at is None or not last:
        raise Conflict("the deployment has not ended", "Run `licet close`.")
    statement = _statement(deployment.id, _numbers(decode(last[0].data)))
    return receipt_for(app, ReceiptKind.CLOSING_CERTIFICATE, last[0].index, statement, None)


def _numbers(entry: Entry) -> dict[str, int]:
    return {name: value for name, value in entry.facts if isinstance(value, int)}


def closing_again(unit: Unit, entry: Entry, _leaf: int) -> None:
    """Go on ending, in a restored store, a deployment whose end was ordered since."""
    deployment = unit.deployment.get()
    if deployment is not None and deployment.closing_at is None:
        unit.deployment.put(replace(deployment, closing_at=entry.at))
