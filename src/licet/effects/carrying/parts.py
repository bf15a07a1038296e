"""Writes down the plan of a part of an order: its people, its steps, what it must look for.

A part is made when it is planned, again in a restored store, and once more for whom a legal
hold keeps that was placed later. Its entry names the orders that it is carried out for and
the grants of everybody in it, as the expiry of grants does, so that a restore finds them. Of
who gave no grant it names the person, sealed under the plan's own key: as long as the plan has
anything left to do a restored store can tell which key to look for, whatever the backup knows,
and once it is done nobody can.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from licet.app import App
from licet.effects.carrying.demands import Demand, Kinds, Person, reaches, sources_of
from licet.effects.held import held_grants
from licet.effects.planning import plan_erasure
from licet.effects.record import Facts
from licet.effects.sealed import grant_key, plan_key, row_of, seal_part, subject_key
from licet.store.unit import Unit
from licet.terms.grant import GrantState, Identity, SubjectState
from licet.terms.ids import GrantId, PlanId, SubjectId, new_id
from licet.terms.ledger import Entry, EntryKind
from licet.terms.order import DataKind
from licet.terms.payload import PartLettersPayload, PartPayload, from_bytes
from licet.terms.plan import NOBODY, Effect, EffectKind, Plan, PlanKind, WorkState
from licet.vault.seal import open_sealed, seal, tag

LETTERS = "letters"
"""The cause of a plan that tells people afterwards."""

CAUSE = "order"

WHOSE = "whose"
"""The fact of a plan's entry that holds who is in it, sealed; only where they gave no grant."""

GOING = frozenset({GrantState.ENDING, GrantState.ENDED})
"""What is on its way out already is another plan's to look for."""

_ALL = (
    EffectKind.DELIVER_HISTORY,
    EffectKind.SEAL_ACCOUNT,
    EffectKind.TELL_RECIPIENTS,
    EffectKind.FORGET_ITEMS,
    EffectKind.DELETE_ROWS,
    EffectKind.SHRED_KEYS,
    EffectKind.CHECK_UNFINDABLE,
    EffectKind.END_GRANTS,
    EffectKind.TURN_EPOCH,
    EffectKind.CHECK_KEYS,
    EffectKind.CHECK_BYTES,
    EffectKind.SCAN_BYTES,
    EffectKind.FORGET_PLAN,
)
"""What is done for people of whom nothing is left, in order."""

_ONLY: dict[EffectKind, Kinds] = {
    EffectKind.DELIVER_HISTORY: frozenset({DataKind.PEOPLE}),
    EffectKind.SEAL_ACCOUNT: frozenset({DataKind.PEOPLE}),
    EffectKind.TELL_RECIPIENTS: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.FORGET_ITEMS: frozenset({DataKind.PEOPLE, DataKind.PHOTOS}),
    EffectKind.CHECK_UNFINDABLE: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.END_GRANTS: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
    EffectKind.SCAN_BYTES: frozenset({DataKind.PEOPLE, DataKind.TEMPLATES}),
}
"""The steps that some kinds of data do not need; every other step is for all."""


def steps_of(kinds: Kinds) -> tuple[EffectKind, ...]:
    """Return the steps that destroy these kinds of data of people."""
    return tuple(step for step in _ALL if step not in _ONLY or _ONLY[step] & kinds)


def word_of(kinds: Kinds) -> str:
    """Return the kinds as a plan's cause says them."""
    return "+".join(sorted(kinds))


@dataclass(frozen=True, slots=True)
class Part:
    """People whose data is destroyed by one plan, and what of it."""

    people: tuple[Person, ...]
    kinds: Kinds

    @property
    def grants(self) -> tuple[GrantId, ...]:
        """Every grant of everybody in it, ended ones too."""
        return tuple(grant.id for person in self.people for grant in person.grants)


def plan_of(app: App, people: Sequence[Person]) -> PlanId:
    """Return the id of the plan of a part.

    The entry of a part names grants. Who has none is in a part of their own, whose id only
    their key makes: so a restored store knows whose it is, and nobody else can tell.
    """
    alone = [subject_key(one.id) for one in people if not one.grants]
    keys = app.keyring.get_many(alone) if len(people) == 1 else {}
    # Who was erased meanwhile has no key, and is found in no part.
    return next(map(plan_of_one, keys.values()), PlanId(new_id()))


def plan_of_one(key: bytes) -> PlanId:
    """Return the id of the plan of somebody without grants, by their key."""
    return PlanId(str(UUID(bytes=tag(key, "order part", b"")[:16], version=4)))


def whose_facts(app: App, plan: PlanId, part: Part) -> Facts:
    """Return the fact by which a plan's entry names somebody without grants, sealed; or none."""
    if len(part.people) != 1 or part.grants:
        return ()
    (person,) = part.people
    # The sixteen bytes of their id, not its letters: a fact in text holds 64 characters.
    sealed = seal(app.keyring.get(plan_key(plan)), UUID(person.id).bytes, _place(plan))
    return ((WHOSE, b64encode(sealed).decode()),)


def whose(app: App, plan: PlanId, entry: Entry) -> SubjectId | None:
    """Return whom an entry names so; None where it names nobody. Raises ``KeyAbsent``."""
    sealed = dict(entry.facts).get(WHOSE)
    if sealed is None:
        return None
    key = app.keyring.get(plan_key(plan))
    return SubjectId(str(UUID(bytes=open_sealed(key, b64decode(str(sealed)), _place(plan)))))


def _place(plan: PlanId) -> str:
    return f"plan:{plan}:{WHOSE}"


def write_part(
    app: App,
    unit: Unit,
    plan: PlanId,
    part: Part,
    going: Collection[GrantState] = GOING,
) -> None:
    """Write the plan, and make the people unfindable from this commit on.

    Grants that are ``going`` are on their way out already by another plan, which looks for them.
    """
    held = held_grants(unit)
    alone = part.people[0] if len(part.people) == 1 else None
    kept_back = alone is not None and not held.isdisjoint(grant.id for grant in alone.grants)
    if alone is not None and kept_back and DataKind.PEOPLE in part.kinds:
        # The erasure of one person knows how to wait for a hold with what it names alone.
        plan_erasure(app, unit, plan, alone.subject, CAUSE)
        return
    grants = [grant for person in part.people for grant in person.grants]
    sealed = seal_part(app, plan, _payload(app, unit, part, going))
    if DataKind.PEOPLE in part.kinds:
        unit.people.set_state([one.id for one in part.people], SubjectState.ERASING)
    if part.kinds & {DataKind.PEOPLE, DataKind.TEMPLATES}:
        kept = [grant.id for grant in grants if grant.kept]
        unit.grants.set_states(kept, GrantState.ENDING, unit.head.size)
    steps = [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(steps_of(part.kinds))]
    unit.plans.add(_plan(unit, plan, word_of(part.kinds), part.grants, sealed), steps)


def write_over(unit: Unit, plan: PlanId, part: Part) -> None:
    """Write a plan of which nothing can be opened any more: its steps are noted as done."""
    steps = [Effect(plan, n, kind, WorkState.OPEN) for n, kind in enumerate(steps_of(part.kinds))]
    unit.plans.add(_plan(unit, plan, word_of(part.kinds), part.grants, b""), steps)


def write_letters(
    app: App,
    unit: Unit,
    letters: PlanId,
    plan: PlanId,
    part: Part,
    every: Iterable[Demand],
) -> None:
    """Plan to tell each person afterwards: only this plan knows their contact then."""
    known = identities(app, part.people)
    sources = sources_of(unit)
    ordered = [
        (one.order.authority, one.order.reference)
        for one in every
        # One that came back by a restore has a name again once its text is handed in.
        if one.kinds
        and one.order.authority
        and any(reaches(one, person, sources) for person in part.people)
    ]
    payload = PartLettersPayload(
        part=plan,
        orders=tuple(ordered),
        data=tuple(sorted(part.kinds)),
        people=tuple((one.contact, one.language) for one in known.values() if one.contact),
    )
    sealed = seal_part(app, letters, payload)
    steps = (EffectKind.DELIVER_CERTIFICATE, EffectKind.FORGET_PLAN)
    unit.plans.add(
        _plan(unit, letters, LETTERS, [], sealed),
        [Effect(letters, n, kind, WorkState.OPEN) for n, kind in enumerate(steps)],
    )


def _plan(unit: Unit, plan: PlanId, cause: str, grants: Sequence[GrantId], sealed: bytes) -> Plan:
    return Plan(
        id=plan,
        kind=PlanKind.ORDER,
        cause=cause,
        subject=NOBODY,
        grants=tuple(grants),
        sealed=sealed,
        state=WorkState.OPEN,
        created_at=unit.now,
    )


def entry_kind(kinds: Kinds) -> EntryKind:
    """Return what the entry says: a restore does again what these kinds of entries say."""
    if DataKind.PEOPLE in kinds:
        return EntryKind.SUBJECT_ERASING
    return EntryKind.GRANT_ENDING if DataKind.TEMPLATES in kinds else EntryKind.ORDER_PLANNED


def _payload(app: App, unit: Unit, part: Part, going: Collection[GrantState]) -> PartPayload:
    """Gather what the last checks must look for, while it can be read."""
    known = identities(app, part.people) if DataKind.PEOPLE in part.kinds else {}
    words = (word for one in known.values() for word in (one.name, one.contact) if word)
    grants = [g.id for one in part.people for g in one.grants if g.state not in going]
    looked = part.kinds & {DataKind.PEOPLE, DataKind.TEMPLATES}
    templates = unit.people.templates(grants) if looked else ()
    keys = app.keyring.get_many({grant_key(one.grant) for one in templates})
    named = ((one, keys.get(grant_key(one.grant))) for one in templates)
    rows = [row_of(one, key) for one, key in named if key is not None]
    return PartPayload(
        people=tuple(one.id for one in part.people),
        templates=tuple((row.template.model, row.template.values) for row in rows),
        words=tuple(word.encode() for word in words),
    )


def identities(app: App, people: Iterable[Person]) -> dict[SubjectId, Identity]:
    """Open who people are, with one look into the keyring."""
    there = [one.subject for one in people if one.subject.sealed_identity]
    keys = app.keyring.get_many(subject_key(one.id) for one in there)
    found = {}
    for one in there:
        key = keys.get(subject_key(one.id))
        if key is not None:
            opened = open_sealed(key, one.sealed_identity, f"subject:{one.id}")
            found[one.id] = from_bytes(Identity, opened)
    return found
