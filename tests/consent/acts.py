"""Acts that are permitted, one of each kind and doer, for tests to take things away from."""

from dataclasses import replace
from typing import Any

from licet.terms.basis import Condition, LegalBasis, Relationship
from licet.terms.grant import GrantState, Restriction
from licet.terms.ids import BlockId, OrganisationId
from licet.terms.order import Order, OrderState
from licet.terms.organisation import Member, OrganisationKind
from licet.terms.permit import Action, Ask, By, Facts, Register
from licet.terms.source import SourceKind, SourceState
from tests.consent.world import (
    AGREED_BEHIND,
    AGREEMENT,
    APPROVALS,
    APPROVER,
    ARCHIVE,
    AUDIT,
    AUDITOR,
    AUTHORITY,
    BEHIND,
    BLOCK,
    CASE,
    DAY,
    DRAFT,
    FAMILY,
    FILED_BEHIND,
    FILINGS,
    FIND,
    GRANT,
    INVESTIGATOR,
    LINK,
    MISSING,
    MODEL,
    NOW,
    OFFICER,
    ORDER,
    ORG,
    ORGANISATION,
    PENDING,
    PHOTO,
    READY,
    REQUEST,
    RIGHTS,
    SECOND,
    SHA,
    SOURCE,
    STEWARD,
    SUBJECT,
    VERIFIER,
    Act,
    purpose,
)

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
_SHELF = replace(SOURCE, kind=SourceKind.UPLOAD, retention_days=730)
_RIGHTS = {"organisation": None, "purpose": RIGHTS, "relationship": Relationship.NONE}
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
    "filings": FILINGS,
}
_FOR_ANOTHER: dict[str, Any] = {
    "case": replace(CASE, on_behalf_of=BEHIND),
    "behind": AGREED_BEHIND,
    "filings": (*FILINGS, *FILED_BEHIND),
}
_OFFER: dict[str, Any] = _AS_STEWARD | {"subject": SUBJECT, "subject_age": 30, "grant": DRAFT}
_OFFER |= {"purpose": purpose(FIND)}
_THERE = {"source": SOURCE.id, "organisation": ORG}
_LINKED = {"link": LINK, "purpose": purpose(FIND)}
_BY_LINK = {
    "member": None,
    "source": SOURCE,
    "seen": True,
    "grant": replace(DRAFT, source=SOURCE.id, expires=NOW + 30 * DAY),
}
_COLLECTING = _THERE | {"fpir": 1e-3}
_ONE = {"grant": GRANT.id}
_CASED = {"case": CASE.id, **_ONE}
_PROBING = {"case": CASE.id, "evidence": PHOTO, "fpir": 1e-2}
_FAMILY_CASE = replace(CASE, purpose=FAMILY)
RECIPIENT = replace(ORGANISATION, kind=OrganisationKind.RECIPIENT)
ELSEWHERE = OrganisationId("elsewhere")
_OFFICER_TOO = {"signers": (STEWARD, OFFICER)}
_RESTRICTED = {"grant": replace(GRANT, state=GrantState.RESTRICTED), "subject": SUBJECT}
_TOLD = {"told_at": NOW - DAY}
_LOOKED_AT = {"restricted_for": frozenset({Restriction.ENROLMENT_HELD})}
_THEIRS = {"grant": replace(GRANT, organisation=ELSEWHERE), "subject": SUBJECT}
_PERSON = {"subject": SUBJECT.id}


_ORDERED = {"order": ORDER.id}


def _ordered(state: OrderState) -> Order:
    return replace(ORDER, state=state, confirmed_at=NOW - DAY)


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
    "open a case for another": _act(
        Action.OPEN_CASE,
        _MEMBER,
        {"member": INVESTIGATOR, "purpose": purpose(ARCHIVE), "behind": AGREED_BEHIND},
        purpose=ARCHIVE,
        on_behalf_of=BEHIND,
    ),
    "approve": _act(Action.APPROVE, _MEMBER, {"member": APPROVER, "case": CASE}, case=CASE.id),
    "cease": _act(Action.CEASE, _MEMBER, _AS_STEWARD | {"source": SOURCE}, source=SOURCE.id),
    "grant": _act(Action.GRANT, _MEMBER, _OFFER, purpose=FIND, **_ONE),
    "open a link": _act(
        Action.WELCOME, _MEMBER, _AS_STEWARD | _PLACE | _LINKED, source=SOURCE.id, purpose=FIND
    ),
    "grant by a link": _act(
        Action.GRANT, _SUBJECT, _WORKS | _OFFER | _LINKED | _BY_LINK, **_THERE, purpose=FIND
    ),
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
    "authorise for uploads": _act(
        Action.AUTHORISE,
        _MEMBER,
        _AS_STEWARD | _SEALED | _PLACE | {"source": replace(_SHELF, state=SourceState.DECLARED)},
        source=SOURCE.id,
    ),
    "upload": _act(
        Action.UPLOAD, _MEMBER, _AS_STEWARD | _PLACE | {"source": _SHELF}, source=SOURCE.id
    ),
    "collect": _act(Action.COLLECT, _MEMBER, _AS_STEWARD | _PLACE, **_COLLECTING),
    "collect on": _act(Action.COLLECT, _WORKER, _WORKS | _PLACE, **_COLLECTING),
    "collect what was looked at": _act(
        Action.COLLECT,
        _MEMBER,
        _AS_STEWARD | _PLACE | {"source": replace(SOURCE, collected=109_999), "audits": (AUDIT,)},
        **_COLLECTING,
    ),
    "look at a source": _act(
        Action.AUDIT_SOURCE, _MEMBER, {"member": VERIFIER} | _PLACE, source=SOURCE.id
    ),
    "look at a source on hold": _act(
        Action.AUDIT_SOURCE,
        _MEMBER,
        {"member": OFFICER} | _PLACE | {"source": replace(SOURCE, state=SourceState.ON_HOLD)},
        source=SOURCE.id,
    ),
    "release a source": _act(
        Action.RELEASE_SOURCE,
        _MEMBER,
        {"member": OFFICER, "signers": (OFFICER, SECOND)}
        | _PLACE
        | {
            "source": replace(SOURCE, state=SourceState.ON_HOLD),
            "authority": replace(AUTHORITY, opened_by=frozenset({OFFICER.id, STEWARD.id})),
        },
        source=SOURCE.id,
        evidence=SHA,
    ),
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
    "search for another": _act(
        Action.SEARCH, _MEMBER, _SEARCHING | _FOR_ANOTHER, purpose=ARCHIVE, **_PROBING
    ),
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
    "say": _act(Action.SAY, _SUBJECT, _HELD, **_ONE),
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
    "list who is cleared": _lists(
        Register.CLEARANCE,
        STEWARD,
        {
            "organisation": RECIPIENT,
            "case": CASE,
            "purpose": purpose(ARCHIVE),
            "approvals": APPROVALS[:1],
        },
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
    "register an order": _act(Action.REGISTER_ORDER, _MEMBER, _AS_STEWARD),
    "confirm an order": _act(
        Action.CONFIRM_ORDER, _MEMBER, _AS_STEWARD | _OFFICER_TOO | {"order": ORDER}, **_ORDERED
    ),
    "carry an order out": _act(
        Action.CARRY_OUT,
        _WORKER,
        {"order": _ordered(OrderState.EXECUTING), "waiting": 0},
        **_ORDERED,
    ),
    "send a pack": _act(
        Action.SEND_ORDER,
        _MEMBER,
        {"member": OFFICER, "order": _ordered(OrderState.PROVED)},
        evidence=SHA,
        **_ORDERED,
    ),
    "send a pack again": _act(
        Action.SEND_ORDER,
        _MEMBER,
        {"member": OFFICER, "order": _ordered(OrderState.SENT)},
        evidence=SHA,
        **_ORDERED,
    ),
    "close an order": _act(
        Action.CLOSE_ORDER, _MEMBER, _AS_STEWARD | {"order": _ordered(OrderState.SENT)}, **_ORDERED
    ),
    "place a block": _act(Action.PLACE_BLOCK, _MEMBER, {"member": AUDITOR}),
    "place a block by plan": _act(Action.PLACE_BLOCK, _WORKER, {}, **_ORDERED),
    "lift a block": _act(
        Action.LIFT_BLOCK,
        _MEMBER,
        _AS_STEWARD | _OFFICER_TOO | {"block": BLOCK},
        block=BlockId("block"),
        evidence=SHA,
    ),
    "file a letter": _act(Action.CORRESPOND, _MEMBER, {"member": OFFICER}),
    "note a breach": _act(Action.BREACH, _MEMBER, {"member": AUDITOR}),
    "end a breach": _act(Action.END_BREACH, _MEMBER, _AS_STEWARD | _OFFICER_TOO),
    "raise the alarm": _act(Action.BREACH, _WORKER, {}),
    "file a paper": _act(
        Action.FILE, _MEMBER, _AS_STEWARD | {"organisation": RECIPIENT}, evidence=SHA
    ),
    "add a passkey": _act(Action.EQUIP, _MEMBER, {"member": VERIFIER, "organisation": RECIPIENT}),
    "take leave back": _act(Action.RECALL, _MEMBER, {"member": OFFICER}),
    "prepare": _act(Action.PREPARE, _MEMBER, _AS_STEWARD | _OFFICER_TOO, evidence=SHA),
    "state a transfer": _act(Action.TRANSFER, _MEMBER, _AS_STEWARD | _SEALED),
    "state where a store lies": _act(
        Action.TRANSFER, _MEMBER, _AS_STEWARD | _SEALED, territory="JP"
    ),
    "report": _act(Action.REPORT, _MEMBER, {"member": AUDITOR, "organisation": RECIPIENT}),
    "report by plan": _act(Action.REPORT, _WORKER, {}),
    "list orders": _lists(Register.ORDERS, AUDITOR, {}),
    "list papers": _lists(Register.PAPERS, AUDITOR, {"organisation": RECIPIENT}),
}
"""Acts that are permitted, by name."""
