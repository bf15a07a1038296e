"""A world in which every act is permitted: who and what is there, each in order."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from licet.consent.purposes import table
from licet.terms.album import AlbumLink
from licet.terms.basis import Condition, LegalBasis, Purpose, Relationship
from licet.terms.duties import (
    Filing,
    FilingKind,
    Residence,
    Safeguard,
    StoreName,
    Transfer,
)
from licet.terms.grant import Grant, GrantState, Subject, SubjectState
from licet.terms.ids import (
    AgreementId,
    AuditId,
    AuthorityId,
    CaseId,
    FilingId,
    GrantId,
    LinkId,
    MemberId,
    ModelId,
    OrderId,
    OrganisationId,
    PurposeId,
    RequestId,
    SourceId,
    SubjectId,
    Territory,
    TransferId,
)
from licet.terms.order import Order, OrderScope, OrderState, PenaltyTerms
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
from licet.terms.permit import Ask, Facts, PlacedBlock, Readiness
from licet.terms.rights import Request, RequestState, RightKind
from licet.terms.source import (
    AuditFinding,
    Authority,
    BystanderCondition,
    Control,
    ItemPolicy,
    Origin,
    Source,
    SourceAudit,
    SourceKind,
    SourceState,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MODEL = ModelId("sface@fb143eea")
ORG = OrganisationId("org")
SHA = "ab" * 32
PHOTO = "cd" * 32
FIND = PurposeId("find_my_photos@1")
FAMILY = PurposeId("family_tracing@1")
ARCHIVE = PurposeId("archive_rights_clearance@1")
MISSING = PurposeId("missing_person@1")
RIGHTS = PurposeId("rights_request@1")

PLACES = tuple(
    Residence(store, Territory("FR"), "the club itself", NOW - DAY)
    for store in (StoreName.RECORDS, StoreName.KEYS, StoreName.LEDGER)
)
TRANSFER = Transfer(
    TransferId("transfer"), "A host", Territory("JP"), Safeguard.ADEQUACY, SHA, NOW - DAY, None
)
READY = Readiness(
    False,
    SHA,
    "high risk, Annex III 1(a)",
    True,
    "",
    True,
    source_notice=SHA,
    role_agreement=SHA,
    residences=PLACES,
    transfers=(TRANSFER,),
    purposes_assessed=True,
)
SANDBOX = Readiness(True, "", "", False, "", False)

ORGANISATION = Organisation(ORG, "A club", OrganisationKind.CONTROLLER)
AGREEMENT = Agreement(AgreementId("agr"), ORG, SHA, NOW - DAY, NOW + DAY)


def member(name: str, *roles: Role) -> Member:
    """Return an active member with a key of their own."""
    key = name.encode().ljust(32, b".")
    return Member(MemberId(name), ORG, name, frozenset(roles), key, MemberState.ACTIVE)


STEWARD = member("steward", Role.STEWARD)
SECOND = member("second", Role.STEWARD)
INVESTIGATOR = member("investigator", Role.INVESTIGATOR)
VERIFIER = member("verifier", Role.VERIFIER)
APPROVER = member("approver", Role.APPROVER)
OFFICER = member("officer", Role.DATA_PROTECTION_OFFICER)
AUDITOR = member("auditor", Role.AUDITOR)

SUBJECT = Subject(
    SubjectId("sub"), Territory("FR"), b"t" * 32, False, b"sealed", SubjectState.KNOWN
)

GRANT = Grant(
    id=GrantId("grant"),
    subject=SUBJECT.id,
    organisation=ORG,
    purpose=FIND,
    basis=LegalBasis.CONSENT,
    condition=Condition.EXPLICIT_CONSENT,
    relationship=Relationship.GUEST,
    source=None,
    territories=frozenset({Territory("DE")}),
    notice=SHA,
    notice_delivered_at=NOW - DAY,
    confirmed_at=NOW - DAY,
    confirmed_by="code",
    guardian=False,
    captured=False,
    not_before=NOW - DAY,
    expires=NOW + 30 * DAY,
    state=GrantState.ACTIVE,
    leaf=7,
)
DRAFT = replace(
    GRANT,
    state=GrantState.PENDING,
    notice_delivered_at=None,
    confirmed_at=None,
    confirmed_by="",
    not_before=NOW,
)
PENDING = replace(DRAFT, notice_delivered_at=NOW - timedelta(hours=1))

SOURCE = Source(
    id=SourceId("src"),
    organisation=ORG,
    name="Summer party",
    kind=SourceKind.FOLDER,
    place="photos",
    origin=Origin("the club's photographer", "a sign at the door", frozenset({"event_album"})),
    bystander_condition=BystanderCondition.ALL_PICTURED_CONSENTED,
    bystander_evidence=SHA,
    territory=Territory("FR"),
    item_policy=ItemPolicy.LEAVE_AT_SOURCE,
    state=SourceState.AUTHORISED,
)
LINK = AlbumLink(
    LinkId("link"),
    ORG,
    SOURCE.id,
    FIND,
    b"d" * 32,
    opened_at=NOW - DAY,
    expires=NOW + 28 * DAY,
    closed_at=None,
    days=30,
    most=300,
    presence=True,
)
AUTHORITY = Authority(
    AuthorityId("aut"),
    SOURCE.id,
    Control.OWN_STORAGE,
    "own",
    SHA,
    valid_from=NOW - DAY,
    valid_to=NOW + DAY,
    proved_at=NOW - DAY,
    tried_at=NOW - DAY,
)
AUDIT = SourceAudit(
    AuditId("audit"),
    SOURCE.id,
    VERIFIER.id,
    SHA,
    9,
    10_000,
    NOW - DAY,
    AuditFinding.OK,
    NOW - DAY,
)
CASE = Case(CaseId("case"), ORG, ARCHIVE, "A/1", frozenset({PHOTO}), 5, CaseState.OPEN)
APPROVALS = (
    Approval(CASE.id, MemberId("approver"), b"s" * 64, NOW - DAY),
    Approval(CASE.id, MemberId("approver-2"), b"s" * 64, NOW - DAY),
)
REQUEST = Request(
    id=RequestId("req"),
    subject=SUBJECT.id,
    kind=RightKind.ACCESS,
    newcomer=True,
    grant=GRANT.id,
    plan=None,
    received_at=NOW - 2 * DAY,
    due=NOW + 28 * DAY,
    regime="gdpr",
    extended_at=None,
    letters=1,
    mandate="",
    channel_proved_at=NOW - DAY,
    identity_accepted_at=NOW - timedelta(hours=2),
    state=RequestState.OPEN,
    closed_at=None,
    sealed=b"sealed",
    leaf=6,
)
ORDER = Order(
    id=OrderId("order"),
    authority="An authority",
    reference="R/1",
    version=1,
    state=OrderState.FINAL,
    decided=date(2026, 4, 1),
    notified=date(2026, 4, 2),
    published=None,
    regime="gdpr",
    language="fr",
    document=SHA,
    scope=OrderScope(territories=(Territory("FR"),)),
    penalties=PenaltyTerms(),
    registered_at=NOW - 30 * DAY,
    confirmed_at=None,
    checkpoint="",
    found=(),
    proof_leaf=None,
    pack="",
    sent_at=None,
    closed_at=None,
    sealed=b"sealed",
    leaf=5,
)
BLOCK = PlacedBlock("order:order", NOW - 30 * DAY, collecting=True, use=True, lifted_at=None)
FILINGS = tuple(
    Filing(FilingId(kind.value), ORG, kind, SHA, NOW - DAY, NOW + DAY) for kind in FilingKind
)


BEHIND = OrganisationId("other")
AGREED_BEHIND = replace(AGREEMENT, id=AgreementId("agr-2"), organisation=BEHIND)
FILED_BEHIND = tuple(replace(one, organisation=BEHIND) for one in FILINGS)
"""What another organisation has on whose behalf a case is asked for."""


def purpose(name: PurposeId) -> Purpose:
    """Return a purpose of the list."""
    found = table().get(name)
    assert found is not None
    return found


_FACTS = tuple(part.name for part in fields(Facts))


@dataclass(frozen=True)
class Act:
    """One act: what is asked, and what the store says."""

    ask: Ask
    facts: Facts

    def asks(self, **parts: Any) -> "Act":
        """Return the act with other parts of the ask."""
        return Act(replace(self.ask, **parts), self.facts)

    def with_facts(self, **parts: Any) -> "Act":
        """Return the act with other facts."""
        # Done hundreds of thousands of times, in half the time of ``replace``.
        facts = self.facts
        return Act(self.ask, Facts(**{name: getattr(facts, name) for name in _FACTS} | parts))

    def but(self, fact: str, **parts: Any) -> "Act":
        """Return the act with parts of one fact changed."""
        return self.with_facts(**{fact: replace(getattr(self.facts, fact), **parts)})


Change = Callable[[Act], Act]
