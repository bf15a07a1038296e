"""A world in which every act is permitted, for tests to take things away from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from licet.consent.purposes import table
from licet.terms.basis import Condition, LegalBasis, Purpose, Relationship
from licet.terms.grant import Grant, GrantState, Restriction, Subject, SubjectState
from licet.terms.ids import (
    AgreementId,
    AuthorityId,
    CaseId,
    GrantId,
    MemberId,
    ModelId,
    OrganisationId,
    PurposeId,
    RequestId,
    SourceId,
    SubjectId,
    Territory,
)
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
from licet.terms.permit import Action, Ask, By, Facts, Readiness, Register
from licet.terms.rights import Request, RequestState, RightKind
from licet.terms.source import (
    Authority,
    BystanderCondition,
    Control,
    ItemPolicy,
    Origin,
    Source,
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

READY = Readiness(False, SHA, "high risk, Annex III 1(a)", True, "", True)
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
AUTHORITY = Authority(
    AuthorityId("aut"), SOURCE.id, Control.OWN_STORAGE, "own", SHA, NOW - DAY, NOW + DAY
)
CASE = Case(CaseId("case"), ORG, ARCHIVE, "A/1", frozenset({PHOTO}), 5, CaseState.OPEN)
APPROVALS = (
    Approval(CASE.id, MemberId("approver"), b"s" * 64, NOW - DAY),
    Approval(CASE.id, MemberId("approver-2"), b"s" * 64, NOW - DAY),
)


def purpose(name: PurposeId) -> Purpose:
    """Return a purpose of the list."""
    found = table().get(name)
    assert found is not None
    return found


@dataclass(frozen=True)
class Act:
    """One act: what is asked, and what the store says."""

    ask: Ask
    facts: Facts

    def asks(self, **parts: Any) -> "Act":
        """Return the act with other parts of the ask."""
        return replace(self, ask=replace(self.ask, **parts))

    def with_facts(self, **parts: Any) -> "Act":
        """Return the act with other facts."""
        return replace(self, facts=replace(self.facts, **parts))

    def but(self, fact: str, **parts: Any) -> "Act":
        """Return the act with parts of one fact changed."""
        return self.with_facts(**{fact: replace(getattr(self.facts, fact), **parts)})


_WORKS = {"organisation": ORGANISATION, "agreement": AGREEMENT}


def _act(action: Action, by: By, facts: dict[str, Any], **ask: Any) -> Act:
    who: dict[str, Any] = {}
    if by is By.MEMBER:
        who = {"organisation": ORG, "member": facts["member"].id}
        facts = {"signers": (facts["member"],), **_WORKS, **facts}
    if by is By.SUBJECT:
        who = {"subject": SUBJECT.id}
    whole = Facts(head_size=9, **{"readiness": READY, **facts})
    return Act(Ask(action=action, by=by, model=MODEL, **{**who, **ask}), whole)


_VITAL = {
    "purpose": MISSING,
    "basis": LegalBasis.VITAL_INTERESTS,
    "condition": Condition.VITAL_INTERESTS,
    "relationship": Relationship.NONE,
    "expires": NOW + 3 * DAY,
    "instrument": SHA,
}
_AGAIN = {"not_before": NOW - DAY, "expires": NOW + DAY}
_SEALED = {"signers": (STEWARD, SECOND)}
_CHILD = {"subject": replace(SUBJECT, dependant=True), "subject_age": 9}
_HELD = {"grant": GRANT, "subject": SUBJECT}
_PLACE = {"source": SOURCE, "authority": AUTHORITY}
_RIGHTS = {"organisation": None, "purpose": RIGHTS, "relationship": Relationship.NONE}
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
_ASKING = {"subject": SUBJECT, "request": REQUEST}
_IN_CASE = {
    "case": CASE,
    "purpose": purpose(ARCHIVE),
    "approvals": APPROVALS,
    "grant": replace(GRANT, purpose=ARCHIVE),
    "subject": SUBJECT,
}


_MEMBER, _SUBJECT, _WORKER = By.MEMBER, By.SUBJECT, By.WORKER
_AS_STEWARD: dict[str, Any] = {"member": STEWARD}
_SEARCHING: dict[str, Any] = {
    "member": INVESTIGATOR,
    "case": CASE,
    "purpose": purpose(ARCHIVE),
    "approvals": APPROVALS,
}
_OFFER: dict[str, Any] = _AS_STEWARD | {"subject": SUBJECT, "subject_age": 30, "grant": DRAFT}
_OFFER |= {"purpose": purpose(FIND)}
_THERE = {"source": SOURCE.id, "organisation": ORG}
_COLLECTING = _THERE | {"fpir": 1e-3}
_ONE = {"grant": GRANT.id}
_CASED = {"case": CASE.id, **_ONE}
_PROBING = {"case": CASE.id, "evidence": PHOTO, "fpir": 1e-2}
_FAMILY_CASE = replace(CASE, purpose=FAMILY)
RECIPIENT = replace(ORGANISATION, kind=OrganisationKind.RECIPIENT)
ELSEWHERE = OrganisationId("elsewhere")
_OFFICER_TOO = {"signers": (STEWARD, OFFICER)}
_RESTRICTED = {"grant": replace(GRANT, state=GrantState.RESTRICTED), "subject": SUBJECT}
_TOLD = {"told_at": NOW - timedelta(hours=1)}
_LOOKED_AT = {"restricted_for": frozenset({Restriction.ENROLMENT_HELD})}
_THEIRS = {"grant": replace(GRANT, organisation=ELSEWHERE), "subject": SUBJECT}
_PERSON = {"subject": SUBJECT.id}


def _lists(register: Register, who: Member, facts: dict[str, Any], **ask: Any) -> Act:
    return _act(Action.LIST, _MEMBER, {"member": who} | facts, register=register, **ask)


ACTS: dict[str, Act] = {
    "govern": _act(Action.GOVERN, _MEMBER, _AS_STEWARD | _SEALED),
    "open a case": _act(
        Action.OPEN_CASE,
        _MEMBER,
        {"member": INVESTIGATOR, "purpose": purpose(ARCHIVE)},
        purpose=ARCHIVE,
    ),
    "approve": _act(Action.APPROVE, _MEMBER, {"member": APPROVER, "case": CASE}, case=CASE.id),
    "cease": _act(Action.CEASE, _MEMBER, _AS_STEWARD | {"source": SOURCE}, source=SOURCE.id),
    "grant": _act(Action.GRANT, _MEMBER, _OFFER, purpose=FIND, **_ONE),
    "grant to a child": _act(
        Action.GRANT,
        _MEMBER,
        _OFFER | _CHILD | _SEALED | {"grant": replace(DRAFT, guardian=True)},
        purpose=FIND,
    ),
    "grant for one source": _act(
        Action.GRANT,
        _MEMBER,
        _OFFER | {"source": SOURCE, "grant": replace(DRAFT, source=SOURCE.id)},
        purpose=FIND,
        source=SOURCE.id,
    ),
    "vital grant": _act(
        Action.GRANT,
        _MEMBER,
        _OFFER | _SEALED | {"purpose": purpose(MISSING), "grant": replace(DRAFT, **_VITAL)},
        purpose=MISSING,
        evidence=SHA,
    ),
    "grant again": _act(
        Action.GRANT,
        _MEMBER,
        _OFFER | {"grant": replace(PENDING, **_AGAIN)},
        purpose=FIND,
        **_ONE,
    ),
    "vital grant again": _act(
        Action.GRANT,
        _MEMBER,
        _OFFER
        | _SEALED
        | {"purpose": purpose(MISSING), "grant": replace(PENDING, **(_VITAL | _AGAIN))},
        purpose=MISSING,
        evidence=SHA,
        **_ONE,
    ),
    "rights grant": _act(
        Action.GRANT,
        _SUBJECT,
        _ASKING | {"purpose": purpose(RIGHTS), "grant": replace(DRAFT, **_RIGHTS)},
        purpose=RIGHTS,
        request=REQUEST.id,
    ),
    "confirm": _act(Action.CONFIRM, _SUBJECT, {"grant": PENDING, "subject": SUBJECT}, **_ONE),
    "confirm on paper": _act(
        Action.CONFIRM,
        _MEMBER,
        _AS_STEWARD | _SEALED | {"grant": PENDING, "subject": SUBJECT},
        evidence=SHA,
        **_ONE,
    ),
    "confirm vital": _act(
        Action.CONFIRM,
        _MEMBER,
        _AS_STEWARD | _SEALED | {"grant": replace(PENDING, **_VITAL), "subject": SUBJECT},
        evidence=SHA,
        **_ONE,
    ),
    "enrol": _act(Action.ENROL, _MEMBER, _AS_STEWARD | _SEALED | _HELD, fpir=1e-3, **_ONE),
    "enrol oneself": _act(Action.ENROL, _SUBJECT, _HELD, **_ONE),
    "confirm one's photo": _act(
        Action.CONFIRM, _SUBJECT, _ASKING | {"grant": replace(PENDING, **_RIGHTS)}, **_ONE
    ),
    "keep one's photo": _act(
        Action.ENROL, _SUBJECT, _ASKING | {"grant": replace(GRANT, **_RIGHTS)}, **_ONE
    ),
    "authorise": _act(
        Action.AUTHORISE,
        _MEMBER,
        _AS_STEWARD | _SEALED | _PLACE | {"source": replace(SOURCE, state=SourceState.DECLARED)},
        source=SOURCE.id,
    ),
    "collect": _act(Action.COLLECT, _MEMBER, _AS_STEWARD | _PLACE, **_COLLECTING),
    "collect on": _act(Action.COLLECT, _WORKER, _WORKS | _PLACE, **_COLLECTING),
    "backfill": _act(Action.BACKFILL, _WORKER, _WORKS | _PLACE | _HELD, **_ONE, **_COLLECTING),
    "accept in a rights request": _act(
        Action.ACCEPT,
        _SUBJECT,
        _WORKS | _PLACE | {"subject": SUBJECT, "grant": replace(GRANT, **_RIGHTS)},
        **_ONE,
        **_COLLECTING,
    ),
    "accept": _act(
        Action.ACCEPT, _MEMBER, {"member": VERIFIER} | _PLACE | _HELD, **_ONE, **_COLLECTING
    ),
    "accept oneself": _act(Action.ACCEPT, _SUBJECT, _WORKS | _PLACE | _HELD, **_ONE, **_COLLECTING),
    "search": _act(Action.SEARCH, _MEMBER, _SEARCHING, purpose=ARCHIVE, **_PROBING),
    "search for family": _act(
        Action.SEARCH,
        _MEMBER,
        _SEARCHING
        | {"case": _FAMILY_CASE, "purpose": purpose(FAMILY), "subject": SUBJECT}
        | {"grant": replace(GRANT, purpose=FAMILY)},
        purpose=FAMILY,
        **_ONE,
        **_PROBING,
    ),
    "search oneself": _act(
        Action.SEARCH,
        _SUBJECT,
        _HELD | {"purpose": purpose(FIND)},
        purpose=FIND,
        fpir=1e-2,
        **_ONE,
    ),
    "review": _act(
        Action.REVIEW,
        _MEMBER,
        {"member": VERIFIER, "searched_by": INVESTIGATOR.id} | _IN_CASE,
        **_CASED,
    ),
    "show": _act(
        Action.SHOW,
        _MEMBER,
        {"member": INVESTIGATOR, "found_in_case": True} | _IN_CASE | _PLACE,
        source=SOURCE.id,
        **_CASED,
    ),
    "show oneself": _act(Action.SHOW, _SUBJECT, _HELD | _PLACE, **_THERE, **_ONE),
    "show in a rights request": _act(
        Action.SHOW,
        _SUBJECT,
        _PLACE | {"subject": SUBJECT, "grant": replace(GRANT, **_RIGHTS)},
        **_THERE,
        **_ONE,
    ),
    "withdraw": _act(Action.WITHDRAW, _SUBJECT, _HELD, **_ONE),
    "withdraw for": _act(Action.WITHDRAW, _MEMBER, _AS_STEWARD | _HELD, **_ONE),
    "withdraw by plan": _act(Action.WITHDRAW, _WORKER, _HELD, **_ONE),
    "erase": _act(Action.ERASE, _SUBJECT, {"subject": SUBJECT}),
    "erase for": _act(
        Action.ERASE, _MEMBER, _AS_STEWARD | {"subject": SUBJECT}, subject=SUBJECT.id
    ),
    "erase a recipient's": _act(
        Action.ERASE,
        _MEMBER,
        _AS_STEWARD | _HELD | {"organisation": RECIPIENT},
        subject=SUBJECT.id,
        **_ONE,
    ),
    "erase by plan": _act(Action.ERASE, _WORKER, {"subject": SUBJECT}),
    "receive": _act(Action.RECEIVE, _SUBJECT, {}),
    "receive for": _act(Action.RECEIVE, _MEMBER, _AS_STEWARD, **_PERSON),
    "receive by mail": _act(Action.RECEIVE, _WORKER, {}, **_PERSON),
    "answer": _act(Action.ANSWER, _SUBJECT, {}),
    "answer for": _act(Action.ANSWER, _MEMBER, {"member": OFFICER}, **_PERSON),
    "answer by plan": _act(Action.ANSWER, _WORKER, {}, **_PERSON),
    "scan": _act(Action.SCAN, _WORKER, _WORKS | _PLACE, **_COLLECTING),
    "restrict": _act(Action.RESTRICT, _SUBJECT, _HELD, **_ONE),
    "restrict for": _act(
        Action.RESTRICT, _MEMBER, _AS_STEWARD | _HELD | {"organisation": RECIPIENT}, **_ONE
    ),
    "restrict a recipient's": _act(Action.RESTRICT, _MEMBER, {"member": OFFICER} | _THEIRS, **_ONE),
    "restrict by plan": _act(Action.RESTRICT, _WORKER, _HELD, **_ONE),
    "release": _act(Action.RELEASE, _SUBJECT, _RESTRICTED, **_ONE),
    "release for": _act(
        Action.RELEASE, _MEMBER, _AS_STEWARD | _SEALED | _RESTRICTED | _TOLD, **_ONE
    ),
    "release after a look": _act(
        Action.RELEASE,
        _MEMBER,
        _AS_STEWARD | _OFFICER_TOO | _RESTRICTED | _TOLD | _LOOKED_AT,
        **_ONE,
    ),
    "rectify": _act(Action.RECTIFY, _SUBJECT, _HELD, **_ONE),
    "rectify for": _act(
        Action.RECTIFY, _MEMBER, {"member": VERIFIER, "organisation": RECIPIENT} | _HELD, **_ONE
    ),
    "rectify a recipient's": _act(Action.RECTIFY, _MEMBER, _AS_STEWARD | _THEIRS, **_ONE),
    "rectify by plan": _act(Action.RECTIFY, _WORKER, _HELD, **_ONE),
    "correct": _act(Action.CORRECT, _SUBJECT, {"subject": SUBJECT}),
    "correct for": _act(
        Action.CORRECT, _MEMBER, _AS_STEWARD | _OFFICER_TOO | {"subject": SUBJECT}, **_PERSON
    ),
    "confirm an appearance": _act(
        Action.CONFIRM_APPEARANCE, _MEMBER, {"member": VERIFIER} | _HELD, **_ONE
    ),
    "confirm one's appearance": _act(Action.CONFIRM_APPEARANCE, _SUBJECT, _HELD, **_ONE),
    "hold": _act(
        Action.HOLD,
        _MEMBER,
        _AS_STEWARD | _OFFICER_TOO | {"subject": SUBJECT},
        evidence=SHA,
        **_PERSON,
    ),
    "audit": _act(Action.AUDIT, _MEMBER, {"member": OFFICER, "signers": (OFFICER, AUDITOR)}),
    "list members": _lists(Register.MEMBERS, AUDITOR, {"organisation": RECIPIENT}),
    "list grants": _lists(Register.GRANTS, STEWARD, {"organisation": RECIPIENT}),
    "list suggestions": _lists(Register.SUGGESTIONS, VERIFIER, {"organisation": RECIPIENT}),
    "list searches": _lists(
        Register.SEARCHES, INVESTIGATOR, {"organisation": RECIPIENT, "case": CASE}, case=CASE.id
    ),
    "list a recipient's searches": _lists(
        Register.SEARCHES,
        OFFICER,
        {"case": replace(CASE, organisation=ELSEWHERE)},
        case=CASE.id,
    ),
    "list requests": _lists(Register.REQUESTS, OFFICER, {}),
    "list one's appearances": _act(
        Action.LIST, _SUBJECT, {"subject": SUBJECT}, register=Register.APPEARANCES
    ),
    "close a case": _act(
        Action.CLOSE_CASE,
        _MEMBER,
        {"member": INVESTIGATOR, "organisation": RECIPIENT, "case": CASE},
        case=CASE.id,
    ),
    "close the deployment": _act(Action.CLOSE_DEPLOYMENT, _MEMBER, _AS_STEWARD | _OFFICER_TOO),
}
"""Acts that are permitted, by name."""

Change = Callable[[Act], Act]
