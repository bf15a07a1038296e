"""Entries for the ledger, with commitments in place of people (RFC 6962; GDPR 25)."""

from licet.app import App
from licet.effects.canaries import alarm_of_act
from licet.ledger.commitment import commit
from licet.store.unit import Unit
from licet.terms.ids import KeyId, MemberId, OrganisationId, SubjectId
from licet.terms.ledger import Commitment, Entry, EntryKind
from licet.terms.permit import Ask, By, Permit, Refusal

Facts = tuple[tuple[str, str | int | bool], ...]
Objects = tuple[tuple[str, str], ...]


def actor_commitment(
    app: App, organisation: OrganisationId | None, member: MemberId | None
) -> Commitment | None:
    """Commit to the member who acts, under their organisation's key."""
    if organisation is None or member is None:
        return None
    return commit(app.keyring.get(KeyId(f"organisation:{organisation}")), member)


def subject_commitment(app: App, subject: SubjectId | None) -> Commitment | None:
    """Commit to a data subject, under their own key: shredding it unlinks the entry."""
    if subject is None:
        return None
    return commit(app.keyring.get(KeyId(f"subject:{subject}")), subject)


def record(
    app: App,
    unit: Unit,
    kind: EntryKind,
    permit: Permit,
    objects: Objects = (),
    facts: Facts = (),
) -> int:
    """Write the entry of an act that a permit allowed; the permit's digest goes with it.

    Returns the leaf index. An act that waited for a second signature is used up with its
    entry: whatever is killed, it is carried out once or not at all.
    Who reaches somebody who does not exist raises the alarm here.
    """
    entry = Entry(
        kind=kind,
        at=unit.now,
        organisation=permit.organisation,
        actor=actor_commitment(app, permit.organisation, permit.member),
        subject=subject_commitment(app, permit.subject),
        objects=objects,
        facts=(*facts, ("permit", permit.digest), ("by", permit.by.value)),
    )
    leaf = unit.record(entry)
    unit.waiting.use_up()
    alarm_of_act(unit, permit, objects, leaf)
    return leaf


def on_behalf(other: OrganisationId | None) -> Facts:
    """Return what an entry says of the organisation on whose behalf a case is asked for."""
    return () if other is None else (("on_behalf_of", other),)


def record_machine(unit: Unit, kind: EntryKind, objects: Objects = (), facts: Facts = ()) -> int:
    """Write the entry of something the machine did on a plan, a run or a clock."""
    entry = Entry(kind=kind, at=unit.now, objects=objects, facts=(*facts, ("by", By.WORKER.value)))
    return unit.record(entry)


def record_refusal(app: App, unit: Unit, ask: Ask, refusal: Refusal) -> Refusal:
    """Write that something was refused, and why; return the refusal."""
    there: tuple[tuple[str, str | None, object], ...] = (
        ("grant", ask.grant, ask.grant and unit.grants.get(ask.grant)),
        ("source", ask.source, ask.source and unit.sources.get(ask.source)),
        ("case", ask.case, ask.case and unit.governance.case(ask.case)),
    )
    # What is not there is a caller's word, and a word can be somebody's name.
    objects = tuple((name, value) for name, value, found in there if value and found)
    unit.record(
        Entry(
            kind=EntryKind.REFUSED,
            at=unit.now,
            organisation=_known(unit, ask.organisation),
            actor=_known_actor(app, unit, ask),
            objects=objects,
            facts=(("action", refusal.action.value), ("reason", refusal.reason)),
        )
    )
    return refusal


def refuse(app: App, ask: Ask, refusal: Refusal) -> Refusal:
    """Record a refusal in a unit of its own and mirror it; return the refusal."""
    with app.store.unit() as unit:
        record_refusal(app, unit, ask, refusal)
    app.publish()
    return refusal


def _known(unit: Unit, organisation: OrganisationId | None) -> OrganisationId | None:
    """Name an organisation in the ledger only when it exists: made-up words stay out."""
    if organisation is None or unit.governance.organisation(organisation) is None:
        return None
    return organisation


def _known_actor(app: App, unit: Unit, ask: Ask) -> Commitment | None:
    organisation = _known(unit, ask.organisation)
    if organisation is None or ask.member is None:
        return None
    if unit.governance.member(ask.member) is None:
        return None
    return actor_commitment(app, organisation, ask.member)
