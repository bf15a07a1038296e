"""Breaches: who may have reached data without a right to it, and whom to tell (GDPR 33, 34).

From the moment somebody knows, 72 hours run until the authority is told; a suspicion counts
as knowing, so that nobody gains time by calling it one. People are told too where the risk
for them is high. Every breach stays on the register, told or not, with its reasons
(GDPR 33(5)). Whoever set an alarm off themselves does not decide what comes of it. One member
writes down what there is; what takes a duty away, an end, or less risk than was found, takes
two, one of them the data protection officer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from licet.app import App
from licet.effects.acting import digest_of, digest_of_wish
from licet.effects.breaches import (
    acts_behind,
    breach_key,
    open_breach,
    owes_letters,
    owes_notice,
    seal_breach,
    set_off_by,
    standing,
    tell_people,
)
from licet.effects.canaries import suspicion
from licet.effects.deciding import decided
from licet.effects.letters import compose, sender_of
from licet.effects.listing import About, Reach, listed
from licet.effects.record import Facts, record
from licet.effects.telling import plan_letter, to_person
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.breaching import (
    AuthorityTold,
    BreachDetails,
    BreachFindings,
    BreachLine,
    BreachWish,
    Risk,
)
from licet.terms.contact import mailbox
from licet.terms.duties import Breach, BreachState
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.ids import BreachId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.letters import BreachReportLetter
from licet.terms.payload import BreachPayload
from licet.terms.permit import Action, Permit, Refusal, Register
from licet.terms.when import to_ms

BREACHES = About(Register.BREACHES)
MOST_NAMED = 500
"""A breach that touches more people than so many touches everybody, or is told in parts."""

OVER = frozenset({BreachState.CLOSED, BreachState.DISMISSED})


@dataclass(frozen=True, slots=True)
class Stands:
    """How a breach stands after an act: its state, and the entry that says so."""

    breach: BreachId
    state: BreachState
    leaf: int


@dataclass(frozen=True, slots=True)
class Told:
    """That people were written to: how many letters are on their way, and the entry."""

    breach: BreachId
    letters: int
    leaf: int


def report(app: App, who: Who, wish: BreachWish) -> BreachId | Refusal:
    """Put a breach on the register as suspected; the 72 hours run since it is known.

    1. Make its key durable.
    2. In one unit of work: decide, add, record.
    3. Mirror the ledger. The worker warns who watches.

    Raises ``BadInput`` for no words, a moment that lies ahead, or fewer people than none.
    """
    if not wish.what.strip() or wish.people < 0:
        raise BadInput("a breach needs words and a number", "Say what happened, and to how many.")
    breach = BreachId(new_id())
    app.keyring.create(breach_key(breach))  # 1
    with app.store.unit() as unit:  # 2
        if wish.aware_at > unit.now:
            raise BadInput("nobody knows yet what lies ahead", "Say since when it is known.")
        permit = _decided(app, unit, who, digest_of_wish(wish))
        if isinstance(permit, Refusal):
            return permit
        sealed = seal_breach(app, breach, BreachPayload(what=wish.what.strip()))
        added = suspicion(breach, wish.aware_at, wish.people, unit.head.size)
        unit.breaches.add(replace(added, sealed=sealed))
        facts = (("cause", "reported"), ("aware", to_ms(wish.aware_at)), ("people", wish.people))
        record(app, unit, EntryKind.BREACH_SUSPECTED, permit, (("breach", breach),), facts)
    app.publish()  # 3
    return breach


def confirm(app: App, who: Who, breach_id: BreachId, findings: BreachFindings) -> Stands | Refusal:
    """Write down what was found; again when more is known (GDPR 33(4)).

    1. What is written must say all that others will have to be told.
    2. In one unit of work: decide, as on an end where it takes a duty away; change the
       register; record.
    3. Mirror the ledger.

    Raises ``NotFound``, ``BadInput`` where something is not said, ``Conflict`` for a breach
    that is over or that one's own act set off.
    """
    _require_said(findings)  # 1

    def change(unit: Unit, breach: Breach, payload: BreachPayload) -> _Changed:
        named = set(findings.subjects)
        if len(unit.subjects.many(named)) < len(named):
            raise NotFound("somebody named is not here", "See `licet grant list`.")
        found = replace(
            payload,
            what=findings.what.strip(),
            consequences=findings.consequences.strip(),
            measures=findings.measures.strip(),
            risk=findings.risk.value,
            subjects=tuple(sorted(named)),
            why=findings.why.strip(),
        )
        high = findings.risk is Risk.HIGH
        after = replace(breach, people=findings.people, risk_high=high)
        facts = (("people", findings.people), ("risk", findings.risk.value))
        return _Changed(standing(after), found, EntryKind.BREACH_CONFIRMED, facts)

    signed = finding_digest(breach_id, findings)
    return _changed(app, who, breach_id, signed, change, lambda one: acting(one, findings))  # 2, 3


def tell_authority(
    app: App, who: Who, breach_id: BreachId, told: AuthorityTold
) -> Stands | Refusal:
    """Record that the authority was told, or send it the letter that tells it (GDPR 33(3)).

    1. In one unit of work: decide; what was found must be written down first, and why it
       is late if it is.
    2. Plan the letter where an address is given; record its digest, or the paper's.
    3. Mirror the ledger.

    Raises ``NotFound``, ``BadInput``, ``Conflict``.
    """
    if not told.authority.strip() or not (told.paper or told.contact):
        raise BadInput("nobody and nothing is named", "Name the authority, and a paper or address.")
    if told.contact and mailbox(told.contact) is None:
        raise BadInput("the contact is not one mail address", "Give one, or the paper's file.")

    def change(unit: Unit, breach: Breach, payload: BreachPayload) -> _Changed:
        if breach.state is BreachState.SUSPECTED:
            raise Conflict("nobody wrote down what was found", "Run `licet breach confirm`.")
        late = breach.authority_told_at is None and unit.now > breach.notify_by
        if late and not told.why_late.strip():
            raise BadInput("the 72 hours are over", "Say why it is late: --why-late.")
        written = replace(payload, authority=told.authority.strip(), why_late=told.why_late.strip())
        digest = told.paper or _send(app, unit, breach, written, told)
        at = breach.authority_told_at or unit.now
        after = standing(replace(breach, authority_told_at=at))
        facts = (("whom", "authority"), ("digest", digest), ("late", late))
        return _Changed(after, written, EntryKind.BREACH_TOLD, facts)

    return _changed(app, who, breach_id, telling_digest(breach_id, told), change)


def tell_those_touched(app: App, who: Who, breach_id: BreachId) -> Told | Refusal:
    """Write to the people whom a breach touches (GDPR 34).

    1. In one unit of work: decide; what was found must be written down first; record.
    2. Plan a letter to each, in parts. Killed meanwhile and run again, nobody gets two.
    3. In one unit of work: say that all letters are planned. Mirror the ledger.

    Raises ``NotFound``, ``Conflict``.
    """
    with app.store.unit() as unit:  # 1
        breach = _open(unit, breach_id)
        permit = _decided(app, unit, who, people_digest(breach_id))
        if isinstance(permit, Refusal):
            return permit
        if breach.state is BreachState.SUSPECTED:
            raise Conflict("nobody wrote down what was found", "Run `licet breach confirm`.")
        facts: Facts = (("whom", "people"), ("begun", True))
        record(app, unit, EntryKind.BREACH_TOLD, permit, (("breach", breach_id),), facts)
    letters = 0
    while part := tell_people(app, breach):  # 2
        letters += part
    with app.store.unit() as unit:  # 3
        breach = _open(unit, breach_id)
        after = standing(replace(breach, people_told_at=unit.now))
        unit.breaches.put(after)
        facts = (("whom", "people"), ("letters", letters))
        leaf = record(app, unit, EntryKind.BREACH_TOLD, permit, (("breach", breach_id),), facts)
    app.publish()
    return Told(breach_id, letters, leaf)


def acting(breach: Breach, findings: BreachFindings) -> Action:
    """Return what it is to write this down: an end where nobody has to be told any more."""
    less = breach.risk_high and findings.risk is not Risk.HIGH
    return Action.END_BREACH if less or findings.risk is Risk.UNLIKELY else Action.BREACH


def acting_now(app: App, breach_id: BreachId, findings: BreachFindings) -> Action:
    """Return what members sign to write this down about a breach as it stands."""
    with app.store.read() as reader:
        breach = reader.breaches.get(breach_id)
    if breach is None:
        raise NotFound("there is no such breach", "See `licet breach list`.")
    return acting(breach, findings)


def close(app: App, who: Who, breach_id: BreachId, end: str) -> Stands | Refusal:
    """End a breach, once everybody was told who must be (GDPR 33(5)).

    Raises ``NotFound``, ``BadInput`` without words, ``Conflict`` while somebody must be told.
    """

    def change(unit: Unit, breach: Breach, payload: BreachPayload) -> _Changed:
        if breach.state is BreachState.SUSPECTED:
            raise Conflict("it is a suspicion yet", "Confirm it, or dismiss it with a reason.")
        if owes_notice(breach, payload):
            raise Conflict("the authority was not told", "Run `licet breach tell --authority`.")
        if owes_letters(breach):
            raise Conflict("the people were not told", "Run `licet breach tell --people`.")
        ended = replace(breach, state=BreachState.CLOSED, closed_at=unit.now)
        return _Changed(ended, replace(payload, end=end.strip()), EntryKind.BREACH_CLOSED)

    return _ending(app, who, breach_id, end, change)


def dismiss(app: App, who: Who, breach_id: BreachId, why: str) -> Stands | Refusal:
    """Say that a suspicion was none, and why; it stays on the register.

    Raises ``NotFound``, ``BadInput`` without a reason, ``Conflict`` for a breach that was
    confirmed.
    """

    def change(unit: Unit, breach: Breach, payload: BreachPayload) -> _Changed:
        if breach.state is not BreachState.SUSPECTED:
            raise Conflict("it was confirmed", "End it with `licet breach close`.")
        ended = replace(breach, state=BreachState.DISMISSED, closed_at=unit.now)
        written = replace(payload, end=why.strip())
        return _Changed(ended, written, EntryKind.BREACH_CLOSED, (("dismissed", True),))

    return _ending(app, who, breach_id, why, change)


def list_breaches(app: App, who: Who) -> tuple[BreachLine, ...] | Refusal:
    """List every breach with its clock, the newest first."""

    def read(reader: Reader, _reach: Reach) -> tuple[BreachLine, ...]:
        return tuple(_line(app, reader, one) for one in reader.breaches.all())

    return listed(app, who, BREACHES, read)


def show_breach(app: App, who: Who, breach_id: BreachId) -> BreachDetails | Refusal:
    """Show all that is known of one breach. Raises ``NotFound``."""

    def read(reader: Reader, _reach: Reach) -> tuple[BreachDetails, ...]:
        breach = reader.breaches.get(breach_id)
        return () if breach is None else (_details(app, reader, breach),)

    found = listed(app, who, showing(breach_id), read)
    if isinstance(found, Refusal):
        return found
    if not found:
        raise NotFound("there is no such breach", "See `licet breach list`.")
    return found[0]


def showing(breach: BreachId) -> About:
    """Return what is read, and signed, to see one breach."""
    return About(Register.BREACHES, objects=(("breach", breach),))


def finding_digest(breach: BreachId, findings: BreachFindings) -> str:
    """Return the digest that members sign for what they found."""
    return digest_of("confirm", breach, digest_of_wish(findings))


def telling_digest(breach: BreachId, told: AuthorityTold) -> str:
    """Return the digest that members sign for telling an authority."""
    return digest_of("tell", breach, digest_of_wish(told))


def people_digest(breach: BreachId) -> str:
    """Return the digest that members sign for telling people."""
    return digest_of("people", breach)


def ending_digest(breach: BreachId, words: str) -> str:
    """Return the digest that members sign to end a breach or to dismiss it."""
    return digest_of("end", breach, words)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A breach as it will be: its row, its words, and what the entry says."""

    breach: Breach
    payload: BreachPayload
    kind: EntryKind
    facts: Facts = ()


def _ending(
    app: App,
    who: Who,
    breach_id: BreachId,
    words: str,
    change: Callable[[Unit, Breach, BreachPayload], _Changed],
) -> Stands | Refusal:
    if not words.strip():
        raise BadInput("a breach does not end without a word", "Say what was learnt, or why.")
    digest = ending_digest(breach_id, words)
    return _changed(app, who, breach_id, digest, change, lambda _: Action.END_BREACH)


def _changed(
    app: App,
    who: Who,
    breach_id: BreachId,
    signed: str,
    change: Callable[[Unit, Breach, BreachPayload], _Changed],
    action: Callable[[Breach], Action] = lambda _: Action.BREACH,
) -> Stands | Refusal:
    """Change one breach in one unit of work: decide, change, record; then mirror the ledger."""
    app.keyring.create(breach_key(breach_id))  # One that an alarm raised has none yet.
    with app.store.unit() as unit:
        breach = _open(unit, breach_id)
        permit = decided(app, unit, who, action(breach), signed)
        if isinstance(permit, Refusal):
            return permit
        if set_off_by(app, unit, breach, who.members):
            raise Conflict("an act of one's own set this off", "Have another member look at it.")
        done = change(unit, breach, open_breach(app, breach))
        payload = replace(done.payload, by=(*done.payload.by, *who.members))
        unit.breaches.put(replace(done.breach, sealed=seal_breach(app, breach_id, payload)))
        leaf = record(app, unit, done.kind, permit, (("breach", breach_id),), done.facts)
    app.publish()
    return Stands(breach_id, done.breach.state, leaf)


def _decided(app: App, unit: Unit, who: Who, signed: str) -> Permit | Refusal:
    return decided(app, unit, who, Action.BREACH, signed)


def _open(unit: Unit, breach_id: BreachId) -> Breach:
    breach = unit.breaches.get(breach_id)
    if breach is None:
        raise NotFound("there is no such breach", "See `licet breach list`.")
    if breach.state in OVER:
        raise Conflict("the breach is over", "Report another one if there is more.")
    return breach


def _require_said(findings: BreachFindings) -> None:
    said = (findings.what, findings.consequences, findings.measures)
    if not all(one.strip() for one in said) or findings.people < 0:
        remedy = "Say what happened, what may follow, what was done, and to how many (GDPR 33(3))."
        raise BadInput("something is not said", remedy)
    if findings.risk is Risk.UNLIKELY and not findings.why.strip():
        raise BadInput("no risk without a reason", "Say why none is likely: --why (GDPR 33(1)).")
    if len(findings.subjects) > MOST_NAMED:
        remedy = "Name nobody, and everybody is told."
        raise BadInput(f"more than {MOST_NAMED} people are named", remedy)


def _send(app: App, unit: Unit, breach: Breach, payload: BreachPayload, told: AuthorityTold) -> str:
    """Plan the letter to the authority; return the digest of its text."""
    letter = BreachReportLetter(
        sender=sender_of(app),
        authority=payload.authority,
        number=breach.id,
        aware_at=breach.aware_at,
        people=breach.people,
        what=payload.what,
        consequences=payload.consequences,
        measures=payload.measures,
        why_late=payload.why_late,
    )
    plan_letter(app, unit, letter, to_person(told.contact, told.language))
    return digest_of(compose(letter, told.contact, told.language).text)


def _line(app: App, reader: Reader, breach: Breach) -> BreachLine:
    owed = owes_notice(breach, open_breach(app, breach))
    left = (breach.notify_by - reader.now).total_seconds() // 3600
    return BreachLine(
        id=breach.id,
        state=breach.state.value,
        aware_at=breach.aware_at,
        notify_by=breach.notify_by,
        left=int(left),
        late=owed and reader.now > breach.notify_by,
        people=breach.people,
        risk_high=breach.risk_high,
        authority_told_at=breach.authority_told_at,
        people_told_at=breach.people_told_at,
        cause="alarm" if acts_behind(reader, breach, most=1) else "reported",
    )


def _details(app: App, reader: Reader, breach: Breach) -> BreachDetails:
    payload = open_breach(app, breach)
    acts = acts_behind(reader, breach, most=1)
    act = None
    if acts:
        leaf, entry = acts[0]
        named = entry.organisation and reader.governance.organisation(entry.organisation)
        act = (leaf, entry.kind.value, named.name if named else "")
    return BreachDetails(
        breach=_line(app, reader, breach),
        what=payload.what,
        consequences=payload.consequences,
        measures=payload.measures,
        risk=payload.risk,
        why=payload.why,
        authority=payload.authority,
        why_late=payload.why_late,
        end=payload.end,
        act=act,
    )
