"""Reads the facts that ``consent.decide`` decides on. Reads, never judges."""

from datetime import date, datetime, timedelta
from typing import TypedDict

from licet.app import App
from licet.consent.age import age_on
from licet.consent.purposes import table
from licet.effects.acting import person_proved, signers
from licet.effects.authenticators import attended, signature_holds
from licet.effects.reaching import waiting_for
from licet.effects.sealed import candidate_tag, grant_key, open_identity, probe_tag
from licet.effects.standing import causes
from licet.effects.witnessing import seen_enough
from licet.store.unit import Reader, Unit
from licet.terms.acting import Who
from licet.terms.basis import Purpose
from licet.terms.duties import Filing
from licet.terms.errors import KeyAbsent
from licet.terms.grant import Grant, Restriction, Subject, SubjectState
from licet.terms.ids import OrganisationId
from licet.terms.organisation import Act, Approval, Case, MemberState, Role, Signature
from licet.terms.permit import Action, Ask, By, Counts, Facts, Readiness
from licet.terms.rights import Request, RightKind

DAY = timedelta(days=1)
_CODE = frozenset({Action.CONFIRM, Action.ANSWER})
"""Where a code that went to the person alone proves them."""

_WITNESSED = frozenset({Action.GRANT, Action.ENROL})
"""What a ledger without a witness is too little for; nothing else waits for one."""


def read_facts(
    app: App, reader: Reader | Unit, ask: Ask, who: Who, now: datetime, digest: str = ""
) -> Facts:
    """Return what the store says now about everything that ``ask`` names.

    ``digest`` is what the members' signatures must be about, for acts that
    carry more than their object (a probe, a wish, a document).
    """
    grant = reader.grants.get(ask.grant) if ask.grant else None
    subject_id = ask.subject or (grant.subject if grant else None)
    subject = reader.subjects.get(subject_id) if subject_id else None
    request = _request_of(reader, ask, grant)
    if (
        ask.by is By.SUBJECT
        and ask.action not in _CODE
        and not (ask.action in _WITH_REQUEST and _alone(request, grant))
        and not person_proved(app, reader, who, subject)
    ):
        subject = None  # Who is not proved to be the person is nobody here.
    case = reader.governance.case(ask.case) if ask.case else None
    source = reader.sources.get(ask.source) if ask.source else None
    other = ask.on_behalf_of or (case.on_behalf_of if case else None)
    organisation = ask.organisation
    asked = (ask.action.value, organisation, object_of(ask), digest)
    return Facts(
        head_size=reader.head.size,
        readiness=readiness(reader),
        organisation=reader.governance.organisation(organisation) if organisation else None,
        agreement=reader.governance.agreement_at(organisation, now) if organisation else None,
        member=reader.governance.member(ask.member) if ask.member else None,
        signers=signers(reader, who, asked, now),
        case=case,
        approvals=_approvals(reader, case) if case else (),
        purpose=purpose_of(ask, grant, case),
        grant=grant,
        subject=subject,
        subject_age=subject_age(app, subject, now.date()),
        source=source,
        authority=reader.sources.authority_at(source.id, now) if source else None,
        blocks=reader.blocks.bearing_on(subject.id if subject else None),
        counts=_counts(app, reader, ask, subject, now),
        witnessed=ask.action in _WITNESSED and seen_enough(app, reader, now),
        attended=attended(reader, who, now),
        found_in_case=ask.action is Action.SHOW and _found_in_case(app, reader, ask),
        request=request,
        order=reader.orders.get(ask.order) if ask.order else None,
        waiting=_waiting(reader, ask),
        block=reader.blocks.get(ask.block) if ask.block else None,
        behind=reader.governance.agreement_at(other, now) if other else None,
        filings=_filings(reader, ask, other),
        audits=reader.sources.audits(source.id) if source and ask.action in _AUDITED else (),
        **_restriction(reader, grant, now) if ask.action is Action.RELEASE else {},
    )


_AUDITED = frozenset({Action.COLLECT})
"""What waits for a look at a sample of the source."""


def _waiting(reader: Reader | Unit, ask: Ask) -> int | None:
    """Return how many people in an order's scope wait for their data (invariant 8)."""
    order = reader.orders.get(ask.order) if ask.action is Action.CARRY_OUT and ask.order else None
    return None if order is None else len(waiting_for(reader, order.scope))


def _filings(reader: Reader | Unit, ask: Ask, other: OrganisationId | None) -> tuple[Filing, ...]:
    """Return the papers of who searches, and of whom they search for."""
    if ask.action is not Action.SEARCH:
        return ()
    named = (one for one in (ask.organisation, other) if one)
    return tuple(filing for one in named for filing in reader.papers.filings(one))


class _Restriction(TypedDict, total=False):
    """Why a grant is kept still, as parts of the facts."""

    restricted_for: frozenset[Restriction]
    held: bool
    objecting: bool


def _restriction(reader: Reader | Unit, grant: Grant | None, now: datetime) -> _Restriction:
    """Return what speaks against using a restricted grant again (GDPR 17(3)(e), 18(1)(d))."""
    if grant is None:
        return {}
    return {
        "restricted_for": causes(reader, grant),
        "held": any(grant.id in hold.grants for hold in reader.holds.in_force(now)),
        # One whose code never came back may be anybody's, and keeps nobody from anything.
        "objecting": any(
            one.kind is RightKind.OBJECTION and one.is_open and one.channel_proved_at is not None
            for one in reader.requests.of_subject(grant.subject)
        ),
    }


_WITH_REQUEST = frozenset({Action.GRANT, Action.ENROL})
"""Where a request stands for its person: nothing of it is used before their code came back."""


def _alone(request: Request | None, grant: Grant | None) -> bool:
    return request is not None and (grant is None or grant.organisation is None)


def _request_of(reader: Reader | Unit, ask: Ask, grant: Grant | None) -> Request | None:
    """Return the request that is asked about, or that a grant without organisation serves."""
    if ask.request is not None:
        return reader.requests.get(ask.request)
    alone = grant is not None and grant.organisation is None
    return reader.requests.of_grant(grant.id) if grant is not None and alone else None


def _approvals(reader: Reader | Unit, case: Case) -> tuple[Approval, ...]:
    """Return the approvals whose signature holds today; in a sandbox, those that are there."""
    approvals = reader.governance.approvals(case.id)
    deployment = reader.deployment.get()
    if deployment is not None and deployment.sandbox:
        return approvals
    return tuple(approval for approval in approvals if _signed(reader, case, approval))


def _signed(reader: Reader | Unit, case: Case, approval: Approval) -> bool:
    member = reader.governance.member(approval.member)
    act = Act(Action.APPROVE.value, case.organisation, case.id, "", approval.at)
    signature = Signature(approval.member, approval.signature)
    return member is not None and signature_holds(reader, act, signature, member, approval.at)


def object_of(ask: Ask) -> str:
    """Return the id of the one object that an act is about, empty when there is none yet."""
    if ask.action is Action.SEARCH:
        return ask.case or ""
    if ask.action is Action.ANSWER:
        return ask.request or ""
    named = ask.grant or ask.source or ask.case or ask.subject
    return named or ask.order or ask.block or ""


def readiness(reader: Reader | Unit) -> Readiness:
    """Return whether this deployment may hold real people (GDPR 27, 35, 37, 38(6))."""
    deployment = reader.deployment.get()
    if deployment is None:
        return Readiness(False, "", "", False, "", False)
    members = [
        member
        for organisation in reader.governance.organisations()
        for member in reader.governance.members(organisation.id)
        if member.state is MemberState.ACTIVE
    ]
    officers = {m.id for m in members if Role.DATA_PROTECTION_OFFICER in m.roles}
    stewards = {m.id for m in members if Role.STEWARD in m.roles}
    return Readiness(
        sandbox=deployment.sandbox,
        dpia_digest=deployment.dpia_digest,
        ai_act_classification=deployment.ai_act_classification,
        established_in_eu=deployment.established_in_eu,
        eu_representative=deployment.eu_representative,
        officer_is_independent=bool(officers - stewards),
        closing=deployment.closing_at is not None,
        source_notice=deployment.source_notice,
        role_agreement=deployment.role_agreement,
        residences=reader.papers.residences(),
        transfers=reader.papers.transfers(),
        purposes_assessed=deployment.purposes == table().digest,
    )


def subject_age(app: App, subject: Subject | None, today: date) -> int | None:
    """Return the age the person stated, in whole years; None when nothing can be read."""
    identity = open_identity(app, subject)
    if identity is None or not identity.born:
        return None  # Who only asks about themselves is not asked for their age.
    return age_on(identity.born, today)


def purpose_of(ask: Ask, grant: Grant | None, case: Case | None) -> Purpose | None:
    """Return the purpose that is asked for, or else the grant's or the case's."""
    named = ask.purpose or (grant.purpose if grant else None) or (case.purpose if case else None)
    return table().get(named) if named else None


def _counts(
    app: App, reader: Reader | Unit, ask: Ask, subject: Subject | None, now: datetime
) -> Counts:
    """Return the counts that this action's ceilings are held against; others stay zero."""
    match ask.action:
        case Action.GRANT:
            contact = others_on_contact(reader, subject, ask.organisation)
            return Counts(
                live_vital_grants=reader.grants.count_live_vital(now),
                evidence_uses=_evidence_uses(reader, ask),
                adults_on_contact=sum(not other.dependant for other in contact),
                dependants_on_contact=sum(other.dependant for other in contact),
                subjects_enrolled=reader.subjects.count_enrolled(),
            )
        case Action.CONFIRM:
            return Counts(
                live_vital_grants=reader.grants.count_live_vital(now),
                paper_confirmations_today=reader.grants.count_paper(now - DAY),
                evidence_uses=_evidence_uses(reader, ask),
            )
        case Action.ENROL:
            return Counts(subjects_enrolled=reader.subjects.count_enrolled())
        case Action.SEARCH:
            return _search_counts(app, reader, ask, now)
        case _:
            return Counts()


def _search_counts(app: App, reader: Reader | Unit, ask: Ask, now: datetime) -> Counts:
    if ask.case is None or ask.member is None:
        return Counts()
    tag = probe_tag(app, ask.case, ask.evidence, ask.face)
    return Counts(
        searches_today=reader.searches.count_by_member(ask.member, now - DAY),
        probe_uses_in_case=reader.searches.probe_uses(ask.case, tag),
        subjects_in_case=reader.searches.subjects_in_case(ask.case, without=tag),
    )


def _evidence_uses(reader: Reader | Unit, ask: Ask) -> int:
    return reader.grants.count_instrument(ask.evidence, ask.grant) if ask.evidence else 0


def _found_in_case(app: App, reader: Reader | Unit, ask: Ask) -> bool:
    """Say whether a search in the case listed the grant that is asked about."""
    if ask.case is None or ask.grant is None:
        return False
    try:
        tag = candidate_tag(app, grant_key(ask.grant))
    except KeyAbsent:
        return False
    listed = (reader.searches.get(c.search) for c in reader.searches.candidates_of_grant(tag))
    return any(search is not None and search.case == ask.case for search in listed)


def others_on_contact(
    reader: Reader | Unit, subject: Subject | None, organisation: OrganisationId | None
) -> tuple[Subject, ...]:
    """Return whom else one organisation reaches by a person's contact, erased people left out.

    Other organisations' people are not counted: the refusal would tell that they are here.
    """
    if subject is None:
        return ()
    return tuple(
        other
        for other in reader.subjects.on_contact(subject.contact_tag)
        if other.id != subject.id
        and other.state is not SubjectState.ERASED
        and any(g.organisation == organisation for g in reader.grants.of_subject(other.id))
    )
