"""Objects for tests, valid unless a test says otherwise, and a store with one of each."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from licet.store.store import Store
from licet.store.unit import Unit
from licet.terms.asked import StoredQuestion, StoredSidecar, StoredTracing
from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.errors import LicetError
from licet.terms.face import Box, Score
from licet.terms.gallery import TemplateKind
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import (
    AccountId,
    AgreementId,
    AuditId,
    AuthorityId,
    BlockId,
    CandidateId,
    CaseId,
    CopyId,
    FaceId,
    GrantId,
    HoldId,
    ItemId,
    MemberId,
    ModelId,
    OrganisationId,
    PlanId,
    PurposeId,
    QuestionId,
    RequestId,
    RunId,
    SearchId,
    SourceId,
    SubjectId,
    SuggestionId,
    TemplateId,
    Territory,
    new_id,
)
from licet.terms.ledger import Entry, EntryKind
from licet.terms.organisation import (
    Agreement,
    Approval,
    Case,
    CaseState,
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    Role,
)
from licet.terms.permit import Block
from licet.terms.plan import Effect, EffectKind, Plan, PlanKind, Run, RunKind, WorkState
from licet.terms.rights import Account, Hold, Request, RequestCode, RequestState, RightKind
from licet.terms.search import Search, SearchCandidate, SearchState, Verification
from licet.terms.source import (
    Authority,
    BystanderCondition,
    Control,
    Fate,
    Item,
    ItemFace,
    ItemPolicy,
    KeptCopy,
    Origin,
    Source,
    SourceAudit,
    SourceKind,
    SourceState,
    StoredTrace,
)
from licet.terms.stored import Confirmation, Deployment, StoredSuggestion, StoredTemplate

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def entry(kind: EntryKind = EntryKind.COLLECTED, at: datetime = NOON, **facts: str | int) -> Entry:
    return Entry(kind, at, facts=tuple(facts.items()))


def an_organisation(name: str = "Museum") -> Organisation:
    return Organisation(OrganisationId(new_id()), name, OrganisationKind.CONTROLLER)


def an_agreement(organisation: OrganisationId, **changed: Any) -> Agreement:
    made = Agreement(AgreementId(new_id()), organisation, "ab" * 32, NOON, NOON + 365 * DAY)
    return replace(made, **changed)


def a_member(organisation: OrganisationId, name: str = "Ada") -> Member:
    roles = frozenset({Role.STEWARD, Role.VERIFIER})
    return Member(MemberId(new_id()), organisation, name, roles, b"k" * 32, MemberState.ACTIVE)


def a_case(organisation: OrganisationId, reference: str = "2026/7") -> Case:
    evidence = frozenset({"cd" * 32, "ef" * 32})
    purpose = PurposeId("missing_person@1")
    return Case(CaseId(new_id()), organisation, purpose, reference, evidence, 5, CaseState.OPEN)


def a_subject(**changed: Any) -> Subject:
    made = Subject(
        SubjectId(new_id()), Territory("FR"), b"t" * 32, False, b"sealed", SubjectState.KNOWN
    )
    return replace(made, **changed)


def a_grant(subject: SubjectId, organisation: OrganisationId | None, **changed: Any) -> Grant:
    made = Grant(
        id=GrantId(new_id()),
        subject=subject,
        organisation=organisation,
        purpose=PurposeId("find_my_photos@1"),
        basis=LegalBasis.CONSENT,
        condition=Condition.EXPLICIT_CONSENT,
        relationship=Relationship.GUEST,
        source=None,
        territories=frozenset({Territory("FR"), Territory("DE")}),
        notice="ab" * 32,
        notice_delivered_at=None,
        confirmed_at=None,
        confirmed_by="",
        guardian=False,
        captured=False,
        not_before=NOON,
        expires=NOON + 30 * DAY,
        state=GrantState.PENDING,
        leaf=0,
    )
    return replace(made, **changed)


def a_template(grant: GrantId, **changed: Any) -> StoredTemplate:
    made = StoredTemplate(
        TemplateId(new_id()), grant, TemplateKind.REFERENCE, ModelId("sface@fb143eea"),
        b"\x00sealed\xff" * 30, None, 0,
    )  # fmt: skip
    return replace(made, **changed)


def a_suggestion(grant: GrantId, **changed: Any) -> StoredSuggestion:
    made = StoredSuggestion(SuggestionId(new_id()), grant, b"sealed", NOON + 30 * DAY, 0)
    return replace(made, **changed)


def a_source(organisation: OrganisationId, name: str = "archive", **changed: Any) -> Source:
    made = Source(
        id=SourceId(new_id()),
        organisation=organisation,
        name=name,
        kind=SourceKind.FOLDER,
        place="/srv/archive",
        origin=Origin("the museum", "posters", frozenset({"find_my_photos", "missing_person"})),
        bystander_condition=BystanderCondition.LAW_CITED,
        bystander_evidence="Art. 6",
        territory=Territory("FR"),
        item_policy=ItemPolicy.LEAVE_AT_SOURCE,
        state=SourceState.DECLARED,
    )
    return replace(made, **changed)


def an_authority(source: SourceId, **changed: Any) -> Authority:
    made = Authority(
        AuthorityId(new_id()),
        source,
        Control.OWN_STORAGE,
        "inode 7",
        "ab" * 32,
        valid_from=NOON,
        valid_to=NOON + DAY,
        proved_at=NOON,
        tried_at=NOON,
    )
    return replace(made, **changed)


def a_trace(source: SourceId, **changed: Any) -> StoredTrace:
    made = StoredTrace(source, b"t" * 32, Fate.LEFT_OUT, "platform", b"sealed", NOON)
    return replace(made, **changed)


def an_audit(source: SourceId, **changed: Any) -> SourceAudit:
    made = SourceAudit(AuditId(new_id()), source, None, "ab" * 32, 7, 10_000, NOON)
    return replace(made, **changed)


def a_copy(source: SourceId, **changed: Any) -> KeptCopy:
    made = KeptCopy(
        CopyId(new_id()), source, new_id().replace("-", "") * 2, b"h" * 32, b"sealed", 7, NOON
    )
    return replace(made, **changed)


def an_item(source: SourceId, **changed: Any) -> Item:
    made = Item(
        ItemId(new_id()), source, new_id().replace("-", "") * 2, b"sealed", 4000, 3000, 0, NOON
    )
    return replace(made, **changed)


def a_face(item: ItemId, span: tuple[int, int] | None = None) -> ItemFace:
    return ItemFace(FaceId(new_id()), item, Box(-3, 4, 50, 60), span)


def a_search(case: CaseId, member: MemberId, **changed: Any) -> Search:
    made = Search(
        id=SearchId(new_id()),
        case=case,
        member=member,
        at=NOON,
        probe_tag=b"p" * 32,
        threshold=Score(450_000_000),
        fpir_millionths=10_000,
        in_scope=500,
        state=SearchState.CANDIDATES,
        sealed_probe=b"sealed probe",
        leaf=0,
        probe_until=NOON + 30 * DAY,
    )
    return replace(made, **changed)


def a_candidate(search: SearchId, **changed: Any) -> SearchCandidate:
    made = SearchCandidate(CandidateId(new_id()), search, b"s" * 32, b"g" * 32, b"sealed")
    return replace(made, **changed)


def a_plan(subject: SubjectId, *grants: GrantId) -> Plan:
    return Plan(
        PlanId(new_id()), PlanKind.ERASE, "request", subject, grants, b"sealed", WorkState.OPEN,
        NOON,
    )  # fmt: skip


def an_effect(plan: PlanId, n: int, **changed: Any) -> Effect:
    return replace(Effect(plan, n, EffectKind.DELETE_ROWS, WorkState.OPEN), **changed)


def a_run(source: SourceId, **changed: Any) -> Run:
    made = Run(RunId(new_id()), RunKind.COLLECT, source, None, "", WorkState.OPEN, None)
    return replace(made, **changed)


def a_deployment(**changed: Any) -> Deployment:
    made = Deployment(
        id=new_id(),
        origin="ledger.example.org/museum",
        controller="Museum",
        sandbox=True,
        opened_at=NOON,
        dpia_digest="",
        ai_act_classification="",
        established_in_eu=True,
        eu_representative="",
        fpir_search=0.01,
        fpir_collect=0.001,
        checkpoint_size=0,
    )
    return replace(made, **changed)


@dataclass(frozen=True)
class House:
    """One of each, as :func:`furnish` wrote them."""

    organisation: Organisation
    member: Member
    case: Case
    source: Source
    item: Item
    face: ItemFace
    subject: Subject
    grant: Grant
    template: StoredTemplate
    suggestion: StoredSuggestion
    search: Search
    candidate: SearchCandidate
    plan: Plan
    run: Run
    copy: KeptCopy


def a_request(house: House, name: str = "req", **parts: object) -> Request:
    made = Request(
        id=RequestId(name),
        subject=house.subject.id,
        kind=RightKind.ACCESS,
        newcomer=False,
        grant=None,
        plan=None,
        received_at=NOON,
        due=NOON + 31 * DAY,
        regime="gdpr@1",
        extended_at=None,
        letters=1,
        mandate="",
        channel_proved_at=None,
        identity_accepted_at=None,
        state=RequestState.RECEIVED,
        closed_at=None,
        sealed=b"sealed",
        leaf=3,
    )
    return replace(made, **parts)  # type: ignore[arg-type]


def furnish(unit: Unit, word: str = "") -> House:
    """Write one of each; ``word`` tells several houses in one store apart."""
    organisation = an_organisation(f"Museum {word}")
    member, case = a_member(organisation.id), a_case(organisation.id)
    source = a_source(organisation.id)
    item = an_item(source.id)
    face = a_face(item.id, (0, 1500))
    subject = a_subject(contact_tag=new_id().encode()[:32])
    grant = a_grant(subject.id, organisation.id)
    search = a_search(case.id, member.id)
    plan, run = a_plan(subject.id, grant.id), a_run(source.id, cursor=f"at {word} é")
    house = House(
        organisation, member, case, source, item, face, subject, grant,
        a_template(grant.id), a_suggestion(grant.id), search, a_candidate(search.id), plan, run,
        a_copy(source.id),
    )  # fmt: skip
    unit.governance.add_organisation(organisation)
    unit.governance.add_agreement(an_agreement(organisation.id))
    unit.governance.add_member(member)
    unit.governance.add_case(case)
    unit.governance.add_approval(Approval(case.id, member.id, b"s" * 64, NOON))
    unit.sources.add(source)
    unit.sources.add_authority(an_authority(source.id))
    unit.sources.note_traces(source.id, [a_trace(source.id)])
    unit.sources.add_audit(an_audit(source.id))
    unit.sources.note_visit(source.id, b"v" * 32, b"sealed", NOON)
    unit.copies.add(house.copy)
    unit.items.add(item, [face, a_face(item.id)])
    unit.items.add_address(item.id, b"a" * 32, b"sealed address")
    unit.subjects.add(subject)
    unit.grants.add(grant)
    unit.confirmations.put(Confirmation(grant.id, b"salt", b"d" * 32, 1, NOON + DAY))
    unit.templates.add(house.template)
    unit.suggestions.add(house.suggestion)
    unit.searches.add(search)
    unit.searches.add_candidate(house.candidate)
    unit.searches.add_verification(Verification(house.candidate.id, member.id, b"same", NOON))
    unit.plans.add(plan, [an_effect(plan.id, 0), an_effect(plan.id, 1)])
    unit.runs.add(run)
    unit.blocks.add(BlockId(new_id()), Block(subject=subject.id), "order", NOON)
    unit.record(entry(house=word))
    return house


def claim(unit: Unit, house: House) -> None:
    """Write one of each thing that a person's rights leave behind.

    Apart from :func:`furnish`: a house that nobody asked anything of is the usual one.
    """
    subject, grant, plan = house.subject.id, house.grant.id, house.plan.id
    first = a_request(house, new_id(), grant=grant, channel_proved_at=NOON, mandate="ab" * 32)
    unit.requests.add(first)
    unit.requests.put_code(RequestCode(first.id, b"salt", b"d" * 32, 1, NOON + DAY))
    done = a_request(house, new_id(), plan=plan, state=RequestState.DELIVERED, closed_at=NOON)
    unit.requests.add(done)
    hold = Hold(HoldId(new_id()), subject, (grant,), "ab" * 32, NOON, NOON + DAY, None, 3)
    unit.holds.add(hold)
    unit.holds.add(replace(hold, id=HoldId(new_id()), lifted_at=NOON))
    unit.accounts.add(
        Account(AccountId(new_id()), plan, NOON, NOON + 180 * DAY, b"\x00sealed\xff", 3)
    )
    unit.unlinked.add(grant, b"u" * 32)
    asked = StoredQuestion(QuestionId(new_id()), grant, b"q" * 32, b"\x00sealed\xff", NOON + DAY)
    unit.questions.add(asked)
    unit.questions.wait(StoredTracing(house.search.id, house.case.id, b"sealed"))
    beside = StoredSidecar(house.item.id, house.source.id, house.case.id, b"sealed", NOON)
    unit.sidecars.put(beside)


def claimed(store: Store, word: str = "") -> House:
    """Write one of each in a unit of its own, what a person's rights leave behind too."""
    with store.unit() as unit:
        house = furnish(unit, word)
        claim(unit, house)
        return house


def furnished(store: Store, word: str = "") -> House:
    """Write one of each in a unit of its own."""
    with store.unit() as unit:
        return furnish(unit, word)


def refused(store: Store, error: type[LicetError], change: Callable[[Unit], object]) -> None:
    """See that the unit is refused and nothing of it stays."""
    before = store.head()
    with pytest.raises(error), store.unit() as unit:
        change(unit)
    assert store.head() == before


def change(store: Store, *changes: Callable[[Unit], object]) -> None:
    """Make changes in one unit."""
    with store.unit() as unit:
        for each in changes:
            each(unit)
        unit.record(entry())
