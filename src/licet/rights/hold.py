"""Legal holds: what a claim needs is kept for a while, and for nothing else (GDPR 17(3)(e)).

Two people place one, the data protection officer among them, on a paper, for named grants
of one person, for six months at most. Nobody finds the person under what is held; the
person is told, sees it, and what they asked for is done as soon as it is over.
"""

from dataclasses import dataclass
from datetime import datetime

from licet.app import App
from licet.consent import ceilings
from licet.consent.decide import decide
from licet.effects.acting import digest_of, digest_of_wish, organisation_of
from licet.effects.facts import read_facts
from licet.effects.holds import over, tell_placed
from licet.effects.listing import About, Reach, listed
from licet.effects.record import record, record_refusal
from licet.effects.sealed import grant_key
from licet.effects.standing import restrict_within
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.errors import BadInput, Conflict, NotFound
from licet.terms.grant import Grant, GrantState, Restriction
from licet.terms.ids import GrantId, HoldId, SubjectId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.permit import Action, Ask, Refusal, Register
from licet.terms.plan import EffectKind, WorkState
from licet.terms.rights import Hold, HoldWish
from licet.terms.when import to_ms

HOLDABLE = frozenset({GrantState.ACTIVE, GrantState.RESTRICTED, GrantState.ENDING})
"""A pending grant keeps nothing but its code, and an ended one keeps nothing at all."""

HOLDS = About(Register.HOLDS)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold on the list; ``in_force`` says whether it still keeps anything."""

    id: HoldId
    subject: SubjectId
    grants: tuple[GrantId, ...]
    instrument: str
    placed_at: datetime
    until: datetime
    lifted_at: datetime | None
    in_force: bool


def place(app: App, who: Who, wish: HoldWish) -> HoldId | Refusal:
    """Keep the rows of named grants for a legal claim.

    1. In one unit of work: read the facts and decide.
    2. Keep the hold; nobody is found any more under what it names.
    3. Record, and plan the letter to the person.
    4. Mirror the ledger.

    Raises ``NotFound`` for a person not known, ``BadInput`` for a term that is over or too
    long, ``Conflict`` for a grant that is not theirs or keeps nothing.
    """
    hold_id = HoldId(new_id())
    with app.store.unit() as unit:  # 1
        ask = _asking(app, unit, who, wish.subject, wish.instrument)
        if unit.subjects.get(wish.subject) is None:
            raise NotFound("no such person", "See `licet grant list`.")
        _require_term(wish.until, unit.now)
        facts = read_facts(app, unit, ask, who, unit.now, digest_of_wish(wish))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        grants = _holdable(app, unit, wish)
        ids = tuple(grant.id for grant in grants)
        hold = Hold(
            hold_id, wish.subject, ids, wish.instrument, unit.now, wish.until, None, unit.head.size
        )
        unit.holds.add(hold)  # 2
        objects = (("hold", hold_id), *(("grant", grant) for grant in ids))
        said = (("instrument", wish.instrument), ("until", to_ms(wish.until)))
        record(app, unit, EntryKind.HOLD_PLACED, permit, objects, said)  # 3
        restrict_within(app, unit, Restriction.HOLD, grants, permit)
        tell_placed(app, unit, hold)
    app.publish()  # 4
    return hold_id


def lift(app: App, who: Who, hold_id: HoldId) -> int | Refusal:
    """End a hold before its time; returns the leaf index.

    1. In one unit of work: read the facts and decide.
    2. End the hold: what waited goes on, what was left alone may be used as before.
    3. Record, and plan the letter to the person; mirror the ledger.

    Raises ``NotFound``, ``Conflict`` when it was lifted before.
    """
    with app.store.unit() as unit:  # 1
        hold = unit.holds.get(hold_id)
        if hold is None:
            raise NotFound("there is no such hold", "See `licet hold list`.")
        if hold.lifted_at is not None:
            raise Conflict("the hold is over already", "See `licet hold list`.")
        ask = _asking(app, unit, who, hold.subject, hold.instrument)
        facts = read_facts(app, unit, ask, who, unit.now, lifting_digest(hold_id))
        permit = decide(ask, facts, unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        leaf = over(app, unit, hold, permit)  # 2, 3
    app.publish()
    return leaf


def lifting_digest(hold: HoldId) -> str:
    """Return the digest that members sign to lift one hold."""
    return digest_of("lift", hold)


def list_holds(app: App, who: Who) -> tuple[HoldLine, ...] | Refusal:
    """List every hold, the newest first, lifted ones too."""

    def read(reader: Reader, _reach: Reach) -> tuple[HoldLine, ...]:
        return tuple(
            HoldLine(
                one.id,
                one.subject,
                one.grants,
                one.instrument,
                one.placed_at,
                one.until,
                one.lifted_at,
                one.lifted_at is None and one.until > reader.now,
            )
            for one in reader.holds.all()
        )

    return listed(app, who, HOLDS, read)


def _asking(app: App, unit: Unit, who: Who, subject: SubjectId, instrument: str) -> Ask:
    return Ask(
        Action.HOLD,
        who.by,
        app.model,
        organisation=organisation_of(unit, who),
        member=who.member,
        subject=subject,
        evidence=instrument,
    )


def _require_term(until: datetime, now: datetime) -> None:
    if until <= now:
        raise BadInput("the hold would be over already", "Give a day that lies ahead.")
    if until > now + ceilings.HOLD_TERM:
        raise BadInput(
            f"a hold is for {ceilings.HOLD_TERM.days} days at most",
            "Place another one when this one ends, if the claim still needs it.",
        )


def _holdable(app: App, unit: Unit, wish: HoldWish) -> tuple[Grant, ...]:
    """Return the grants that the wish names. Raises ``Conflict``."""
    grants = unit.grants.many(wish.grants)
    if not wish.grants or len(grants) < len(set(wish.grants)):
        raise Conflict("a hold names grants that are there", "See `licet grant list`.")
    for grant in grants.values():
        if grant.subject != wish.subject:
            raise Conflict("a grant is another person's", "Name grants of this person alone.")
        if grant.state not in HOLDABLE:
            raise Conflict("nothing is kept under a grant", f"{grant.id} is {grant.state.value}.")
    gone = _gone(app, unit, {g.id for g in grants.values() if g.state is GrantState.ENDING})
    if gone:
        raise Conflict(
            "nothing is left under a grant", f"What was kept under {min(gone)} is deleted already."
        )
    return tuple(grants[grant] for grant in sorted(grants))


def _gone(app: App, unit: Unit, ending: set[GrantId]) -> set[GrantId]:
    """Return those of which the rows are deleted, or the key destroyed: a hold comes too late."""
    absent = app.keyring.absent(grant_key(grant) for grant in ending)
    gone = {grant for grant in ending if grant_key(grant) in absent}
    for plan in unit.plans.open() if ending else ():
        if ending.isdisjoint(plan.grants):
            continue
        effects = unit.plans.effects(plan.id)
        if any(e.kind is EffectKind.DELETE_ROWS and e.state is WorkState.DONE for e in effects):
            gone.update(ending.intersection(plan.grants))
    return gone
