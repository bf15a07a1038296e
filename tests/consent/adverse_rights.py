"""What can be wrong with a right that is carried out, and with who watches, and the reason then."""

from dataclasses import replace

from licet.consent.reasons import Reason as R
from licet.terms.grant import GrantState, Restriction, SubjectState
from licet.terms.organisation import CaseState, MemberState, OrganisationKind, Role
from licet.terms.permit import By, Register
from tests.consent import world as w
from tests.consent.changes import (
    OTHER,
    REACHED,
    UNTIL,
    A,
    Row,
    asks,
    but,
    facts,
    missing,
    named,
    of,
)

CLEARED = named("list who is cleared")

WATCHED: list[Row] = [
    (
        "not for a member",
        named("scan", "carry an order out", "say"),
        asks(by=By.MEMBER),
        R.NOT_FOR_THIS_DOER,
    ),
    (
        "no officer signed",
        (
            *named("hold", "correct for", "release after a look", "close the deployment"),
            *named("confirm an order", "lift a block", "end a breach", "prepare"),
        ),
        facts(signers=(w.STEWARD, w.SECOND)),
        R.OFFICER_NEEDED,
    ),
    (
        "an officer without a key signed too",
        named("hold", "close the deployment"),
        facts(signers=(w.STEWARD, w.SECOND, replace(w.OFFICER, public_key=b""))),
        R.OFFICER_NEEDED,
    ),
    *(
        (f"no auditor {number}", of(A.AUDIT), facts(signers=signers), R.AUDITOR_NEEDED)
        for number, signers in enumerate(
            (
                (w.OFFICER, w.STEWARD),
                (w.OFFICER, replace(w.AUDITOR, state=MemberState.ENDED), w.STEWARD),
                (w.OFFICER, replace(w.AUDITOR, public_key=b""), w.STEWARD),
                (replace(w.OFFICER, roles=frozenset(Role)), w.STEWARD),
            )
        )
    ),
    ("one reads alone", of(A.AUDIT), facts(signers=(w.OFFICER,)), R.TWO_SIGNERS_NEEDED),
    (
        "an auditor and no officer",
        of(A.AUDIT),
        lambda act: act.asks(member=w.AUDITOR.id).with_facts(
            member=w.AUDITOR, signers=(w.AUDITOR, w.STEWARD)
        ),
        R.AUDITOR_NEEDED,
    ),
    ("no register", of(A.LIST), asks(register=None), R.WRONG_ROLE),
    (
        "a register of others' work",
        named("list suggestions", "list searches"),
        asks(register=Register.GRANTS, case=None),
        R.WRONG_ROLE,
    ),
    (
        "the controller's register",
        named("list grants"),
        asks(register=Register.REQUESTS),
        R.NOT_THE_CONTROLLER,
    ),
    (
        "a register of others",
        named("list one's appearances"),
        asks(register=Register.SUGGESTIONS),
        R.NOT_FOR_THIS_DOER,
    ),
    ("who is cleared in no case", CLEARED, missing("case"), R.NO_CASE),
    ("who is cleared, elsewhere", CLEARED, but("case", organisation=OTHER), R.NO_CASE),
    ("who is cleared, too late", CLEARED, but("case", state=CaseState.CLOSED), R.CASE_CLOSED),
    ("who is cleared, unapproved", CLEARED, facts(approvals=()), R.CASE_NOT_APPROVED),
    (
        "who is cleared, for a family",
        CLEARED,
        lambda act: act.but("case", purpose=w.FAMILY).with_facts(purpose=w.purpose(w.FAMILY)),
        R.PURPOSE_NOT_THE_CASES,
    ),
    (
        "an approver reads who is cleared",
        CLEARED,
        but("member", roles=frozenset({Role.APPROVER})),
        R.WRONG_ROLE,
    ),
    (
        "a case elsewhere on the list",
        named("list searches"),
        but("case", organisation=OTHER),
        R.NO_CASE,
    ),
    (
        "an investigator who looks elsewhere",
        named("list a recipient's searches"),
        but("member", roles=frozenset({Role.INVESTIGATOR})),
        R.NO_CASE,
    ),
    (
        "a recipient's officer who looks elsewhere",
        named("list a recipient's searches"),
        but("organisation", kind=OrganisationKind.RECIPIENT),
        R.NO_CASE,
    ),
]

RIGHTS: list[Row] = [
    ("no grant to reach", REACHED, missing("grant"), R.NO_GRANT),
    ("another grant to reach", REACHED, asks(grant=OTHER), R.NO_GRANT),
    (
        "out of a recipient's reach",
        named("restrict for", "rectify for"),
        but("grant", organisation=OTHER),
        R.NO_GRANT,
    ),
    *(
        (
            f"released while {state.value}",
            of(A.RELEASE),
            but("grant", state=state),
            R.GRANT_NOT_RESTRICTED,
        )
        for state in GrantState
        if state is not GrantState.RESTRICTED
    ),
    (
        "released while blocked",
        of(A.RELEASE, A.CORRECT),
        but("subject", state=SubjectState.BLOCKED),
        R.SUBJECT_BLOCKED,
    ),
    ("held", of(A.RELEASE), facts(held=True), R.GRANT_HELD),
    ("objecting", of(A.RELEASE), facts(objecting=True), R.OBJECTION_OPEN),
    *(
        (
            f"the person frees what is {why.value}",
            named("release"),
            facts(restricted_for=frozenset({why, Restriction.ASKED})),
            R.OFFICER_NEEDED,
        )
        for why in (Restriction.ENROLMENT_HELD, Restriction.UNKNOWN)
    ),
    (
        "two stewards free what the officer looks at",
        named("release for"),
        facts(restricted_for=frozenset({Restriction.UNKNOWN})),
        R.OFFICER_NEEDED,
    ),
    (
        "not told before",
        named("release for", "release after a look"),
        missing("told_at"),
        R.PERSON_NOT_TOLD,
    ),
    (
        "told in a while",
        named("release for", "release after a look"),
        facts(told_at=w.NOW + UNTIL),
        R.PERSON_NOT_TOLD,
    ),
    *(
        (f"held on {text[:9]}", of(A.HOLD), asks(evidence=text), R.EVIDENCE_NOT_A_DIGEST)
        for text in ("", "court order", w.SHA.upper())
    ),
]
