"""Enrolling: grant -> samples -> one reference, averaged over several photos.

At least one photo is *witnessed*: a member who saw the person took it there and
then (a live capture, in the portal). It must agree with the others, so that
nobody is enrolled from photos of somebody else.
"""

from licet.app import App
from licet.consent.decide import decide
from licet.effects.acting import digest_of
from licet.effects.deciding import ask_on
from licet.effects.facts import read_facts
from licet.effects.fixtures import refuse_strange
from licet.effects.nearness import people_near
from licet.effects.record import record, record_machine, record_refusal, refuse
from licet.effects.sampling import Sample, samples_of
from licet.effects.sealed import grant_key, row_of
from licet.effects.standing import looked_at, restrict_within
from licet.store.unit import Unit
from licet.terms.acting import Who
from licet.terms.errors import NotFound
from licet.terms.face import Template
from licet.terms.gallery import TemplateKind
from licet.terms.grant import GrantState, Restriction
from licet.terms.granting import Enrolled, FailureToEnrol
from licet.terms.ids import GrantId, RunId, TemplateId, new_id
from licet.terms.ledger import EntryKind
from licet.terms.payload import ReferencePayload, to_bytes
from licet.terms.permit import Action, Ask, Permit, Refusal
from licet.terms.plan import Run, RunKind, WorkState
from licet.terms.source import SourceState
from licet.terms.stored import StoredTemplate
from licet.vault.seal import seal

ALL_TOGETHER = 0
"""The number under which a reason stands that belongs to no single photo."""

NO_WITNESSED = "the witnessed photo is not fit for enrolment; take it again"
DISAGREES = "it does not agree with the witnessed photo"
NONE_AGREES = "no other photo agrees with the witnessed one; give at least one more of this person"
OTHER_FACE = "the photos do not agree with the reference that this person gave before"
HELD = "the enrolment is held until the data protection officer has looked"


def enrol(
    app: App, who: Who, grant_id: GrantId, photos: tuple[bytes, ...], witnessed: int
) -> Enrolled | FailureToEnrol | Refusal:
    """Keep a reference for a data subject under their live grant.

    ``witnessed`` is the place (from 1) of the photo that a member took.

    1. Read the facts and decide; a refusal is recorded and returned.
    2. Find the one face in each photo and hold it against the quality gate.
    3. The photos must agree with each other, and with the witnessed one.
    4. Average them; the result must be the person of earlier references, and nobody else.
    5. In one unit of work: decide again, keep the reference, plan the backfill, record.
    6. Mirror the ledger.

    Raises ``NotFound`` for a grant that is not there, ``BadInput`` for a photo that a
    sandbox may not take.
    """
    ask = _ask(app, who, grant_id)  # 1
    digest = digest_of(*photos, str(witnessed))
    with app.store.read() as reader:
        now = reader.now
        permit = decide(ask, read_facts(app, reader, ask, who, now, digest), now)
    if isinstance(permit, Refusal):
        return refuse(app, ask, permit)
    for photo in photos:
        refuse_strange(app, photo)
    fit, left_out = samples_of(app, photos)  # 2
    samples, disagreeing = _agreeing(app, fit, witnessed)  # 3
    left_out = (*left_out, *disagreeing)
    if not samples:
        return _failed(app, ask, FailureToEnrol(left_out))
    reference = app.vision.combine([sample.face.template for sample in samples])  # 4
    if not _is_the_same(app, permit, reference):
        return _failed(app, ask, FailureToEnrol(((ALL_TOGETHER, OTHER_FACE),)))
    if people_near(app, permit, reference) and not _looked_at(app, grant_id):
        return _held(app, ask)
    with app.store.unit() as unit:  # 5
        permit = decide(ask, read_facts(app, unit, ask, who, unit.now, digest), unit.now)
        if isinstance(permit, Refusal):
            return record_refusal(app, unit, ask, permit)
        leaf = unit.head.size
        runs = _keep(app, unit, grant_id, reference, len(samples))
        facts = (("photos", len(samples)), ("backfills", runs))
        record(app, unit, EntryKind.ENROLLED, permit, (("grant", grant_id),), facts)
    app.publish()  # 6
    return Enrolled(grant_id, len(samples), left_out, runs, leaf)


def _ask(app: App, who: Who, grant_id: GrantId) -> Ask:
    with app.store.read() as reader:
        grant = reader.grants.get(grant_id)
    if grant is None:
        raise NotFound("no such grant", "See `licet grant list`.")
    return ask_on(app, Action.ENROL, who, grant)


def _agreeing(
    app: App, samples: list[Sample], witnessed: int
) -> tuple[list[Sample], tuple[tuple[int, str], ...]]:
    """Return the samples that show the person of the witnessed photo, and why not the others.

    Photos alone could be anybody's: only what agrees with the photo that a member
    took of the person is averaged into their reference.
    """
    anchor = next((sample for sample in samples if sample.photo == witnessed), None)
    if anchor is None:
        return [], ((ALL_TOGETHER, NO_WITNESSED),)
    threshold = app.vision.same_person_threshold()
    kept = [
        sample
        for sample in samples
        if sample is anchor or sample.face.template.compare(anchor.face.template) >= threshold
    ]
    others = tuple((s.photo, DISAGREES) for s in samples if s not in kept)
    if len(kept) == 1:
        return [], (*others, (ALL_TOGETHER, NONE_AGREES))
    return kept, others


def _is_the_same(app: App, permit: Permit, reference: Template) -> bool:
    """Say whether a new reference agrees with every one the person gave before."""
    threshold = app.vision.same_person_threshold()
    with app.store.read() as reader:
        grants = reader.grants.of_subject(permit.subject) if permit.subject else ()
        stored = [t for grant in grants for t in reader.templates.of_grant(grant.id)]
    references = [
        t for t in stored if t.kind is TemplateKind.REFERENCE and t.model == reference.model
    ]
    keys = app.keyring.get_many({grant_key(template.grant) for template in references})
    before = [row_of(t, keys[k]).template for t in references if (k := grant_key(t.grant)) in keys]
    return all(reference.compare(earlier) >= threshold for earlier in before)


def _looked_at(app: App, grant_id: GrantId) -> bool:
    """Say whether the officer looked at this held enrolment: a twin is a person of their own."""
    with app.store.read() as reader:
        grant = reader.grants.get(grant_id)
        return grant is not None and looked_at(reader, grant)


def _held(app: App, ask: Ask) -> FailureToEnrol:
    """Hold a grant whose face is near another data subject's, and say no more than that.

    Who enrols must not learn whether a face is here: the grant is restricted after the
    first time, so that enrolling cannot be used to ask again (GDPR 25(2)).
    """
    failure = FailureToEnrol(((ALL_TOGETHER, HELD),))
    with app.store.unit() as unit:
        grant = unit.grants.get(ask.grant) if ask.grant else None
        if grant is not None and grant.state is GrantState.ACTIVE:
            restrict_within(app, unit, Restriction.ENROLMENT_HELD, (grant,))
    return _failed(app, ask, failure)


def _keep(app: App, unit: Unit, grant_id: GrantId, reference: Template, photos: int) -> int:
    """Put the new reference in place of earlier ones; return how many backfills were planned."""
    earlier = [t.id for t in unit.templates.of_grant(grant_id) if t.kind is TemplateKind.REFERENCE]
    if earlier:
        unit.templates.delete(earlier)
        record_machine(unit, EntryKind.TEMPLATE_DROPPED, tuple(("template", t) for t in earlier))
    template = TemplateId(new_id())
    payload = to_bytes(ReferencePayload(reference.values, photos))
    sealed = seal(app.keyring.get(grant_key(grant_id)), payload, f"template:{template}")
    leaf = unit.head.size
    unit.templates.add(
        StoredTemplate(
            template, grant_id, TemplateKind.REFERENCE, reference.model, sealed, None, leaf
        )
    )
    unit.grants.capture_agreed(grant_id, leaf)
    return _plan_backfills(unit, grant_id)


def _plan_backfills(unit: Unit, grant_id: GrantId) -> int:
    """Queue a second look at every source of this organisation that the grant covers."""
    grant = unit.grants.get(grant_id)
    if grant is None or grant.organisation is None:
        return 0
    sources = [
        source
        for source in unit.sources.of_organisation(grant.organisation)
        if source.state is SourceState.AUTHORISED
        and grant.source in (None, source.id)
        and unit.items.count(source.id)
    ]
    for source in sources:
        run = RunId(new_id())
        unit.runs.add(Run(run, RunKind.BACKFILL, source.id, grant_id, "", WorkState.OPEN, None))
    return len(sources)


def _failed(app: App, ask: Ask, failure: FailureToEnrol) -> FailureToEnrol:
    """Record a failure to enrol by number of reasons: what was in the photos stays out."""
    with app.store.unit() as unit:
        record_machine(
            unit,
            EntryKind.ENROLMENT_FAILED,
            (("grant", ask.grant or ""),),
            (("reasons", len(failure.reasons)),),
        )
    app.publish()
    return failure
