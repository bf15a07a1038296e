"""What can be wrong with a source and with a case, and the reason then."""

from dataclasses import replace

from licet.consent.reasons import Reason as R
from licet.terms.basis import Searchers
from licet.terms.ids import Territory
from licet.terms.organisation import CaseState
from licet.terms.permit import Block, By, Counts
from licet.terms.source import AuditFinding, Control, Marker, Origin, SourceKind, SourceState
from tests.consent import world as w
from tests.consent.changes import (
    AHEAD,
    ALONE,
    COLLECTING,
    COMPARED,
    ELSEWHERE,
    ENDED,
    IN_CASE,
    ONE_GRANT,
    ORIGIN,
    OTHER,
    PLACED,
    PROBING,
    SHOWN,
    UNTIL,
    A,
    Row,
    asks,
    but,
    counts,
    facts,
    missing,
    named,
    of,
)

OF_CASE = (*IN_CASE, *of(A.APPROVE, A.CLOSE_CASE))
SEARCHES = named("list searches", "list a recipient's searches")

LOOKED = of(A.AUDIT_SOURCE)
RELEASED = of(A.RELEASE_SOURCE)
SHELVED = named("upload", "authorise for uploads")
READ = (*PLACED, *SHOWN, *LOOKED, *RELEASED)

SOURCING: list[Row] = [
    ("no source", READ, missing("source"), R.NO_SOURCE),
    ("another source", READ, asks(source=OTHER), R.NO_SOURCE),
    ("a source elsewhere", READ, facts(source=ELSEWHERE), R.NO_SOURCE),
    *(
        (f"marked {mark.value}", (*PLACED, *RELEASED), facts(markers=(mark,)), reason)
        for mark, reason in (
            (Marker.PLATFORM, R.PLATFORM_ITEMS),
            (Marker.IDENTITY_PHOTOS, R.IDENTITY_PHOTOS),
            (Marker.MANY_ORIGINS, R.MANY_ORIGINS),
            (Marker.STREAM, R.STREAM_LIKE),
        )
    ),
    (
        "declared",
        (*COLLECTING, *SHOWN, "scan", *LOOKED, *RELEASED),
        but("source", state=SourceState.DECLARED),
        R.SOURCE_NOT_AUTHORISED,
    ),
    (
        "lapsed",
        (*COLLECTING, *SHOWN, "scan", *LOOKED, *RELEASED),
        but("source", state=SourceState.LAPSED),
        R.SOURCE_LAPSED,
    ),
    ("on hold", (*PLACED, *SHOWN), but("source", state=SourceState.ON_HOLD), R.SOURCE_ON_HOLD),
    ("ceased", READ, but("source", state=SourceState.CEASED), R.SOURCE_CEASED),
    ("purged", READ, but("source", state=SourceState.PURGED), R.SOURCE_CEASED),
    *(
        (
            f"{part} unsaid",
            PLACED,
            but("source", origin=replace(ORIGIN, **{part: empty})),
            R.ORIGIN_NOT_STATED,
        )
        for part, empty in (("taken_by", " "), ("people_told", ""), ("purposes", frozenset()))
    ),
    (
        "made for something else",
        PLACED,
        but("source", origin=Origin("a", "b", frozenset({"event_album", "advertising"}))),
        R.UNKNOWN_ORIGIN_PURPOSE,
    ),
    (
        "the word for any",
        PLACED,
        but("source", origin=Origin("a", "b", frozenset({"any"}))),
        R.UNKNOWN_ORIGIN_PURPOSE,
    ),
    (
        "no bystander condition",
        PLACED,
        but("source", bystander_condition=None),
        R.NO_BYSTANDER_CONDITION,
    ),
    ("no evidence of it", PLACED, but("source", bystander_evidence=" "), R.NO_BYSTANDER_CONDITION),
    ("no authority", READ, missing("authority"), R.NO_AUTHORITY),
    ("another's authority", READ, but("authority", source=OTHER), R.NO_AUTHORITY),
    ("no proof", READ, but("authority", proof=""), R.CONTROL_NOT_PROVED),
    (
        "a proof that does not fit",
        READ,
        but("authority", control=Control.DNS_RECORD),
        R.CONTROL_NOT_PROVED,
    ),
    (
        "a host without proof",
        READ,
        but("source", kind=SourceKind.SITE),
        R.CONTROL_NOT_PROVED,
    ),
    ("no licence", READ, but("authority", licence=""), R.NO_LICENCE),
    ("no digest", READ, but("authority", licence="see the mail"), R.NO_LICENCE),
    ("authority over", READ, but("authority", **ENDED), R.AUTHORITY_NOT_IN_FORCE),
    ("authority ahead", READ, but("authority", **AHEAD), R.AUTHORITY_NOT_IN_FORCE),
    (
        "control proved a month ago",
        READ,
        but("authority", proved_at=w.NOW - 30 * w.DAY),
        R.PROOF_TOO_OLD,
    ),
    *(
        (f"collecting blocked {number}", COLLECTING, facts(blocks=(block,)), R.BLOCKED)
        for number, block in enumerate(
            (
                Block(use=False),
                Block(use=False, source=w.SOURCE.id),
                Block(use=False, territory=Territory("FR")),
            )
        )
    ),
    *(
        (f"showing blocked {number}", (*SHOWN, *LOOKED), change, R.BLOCKED)
        for number, change in enumerate(
            (
                facts(blocks=(Block(collecting=False, source=w.SOURCE.id),)),
                lambda act: act.but("source", territory=Territory("JP")).with_facts(
                    blocks=(Block(collecting=False, territory=Territory("JP")),)
                ),
            )
        )
    ),
    (
        "place unknown",
        (*COLLECTING, *SHOWN, *LOOKED),
        lambda act: act.but("source", territory=None).with_facts(
            blocks=(Block(territory=Territory("JP")),)
        ),
        R.BLOCKED,
    ),
    (
        "ten thousand items",
        of(A.COLLECT),
        lambda act: act.but("source", collected=10_000).with_facts(audits=()),
        R.SOURCE_NOT_AUDITED,
    ),
    *(
        (
            name,
            of(A.COLLECT),
            lambda act, look=look: act.but("source", collected=10_000).with_facts(audits=(look,)),
            R.SOURCE_NOT_AUDITED,
        )
        for name, look in {
            "found wrong": replace(w.AUDIT, finding=AuditFinding.WRONG),
            "nothing found yet": replace(w.AUDIT, finding=None),
            "another source looked at": replace(w.AUDIT, source=OTHER),
        }.items()
    ),
    (
        "a hundred thousand more",
        named("collect what was looked at"),
        but("source", collected=110_000),
        R.SOURCE_NOT_AUDITED,
    ),
    (
        "opened by who looks",
        LOOKED,
        but("authority", opened_by=frozenset({w.VERIFIER.id, w.OFFICER.id})),
        R.OPENER_MAY_NOT_AUDIT,
    ),
    (
        "found wrong since",
        named("collect what was looked at"),
        facts(
            audits=(
                w.AUDIT,
                replace(w.AUDIT, finding=AuditFinding.WRONG, found_at=w.AUDIT.found_at + w.DAY),
            )
        ),
        R.SOURCE_NOT_AUDITED,
    ),
    (
        "nothing to release",
        RELEASED,
        but("source", state=SourceState.AUTHORISED),
        R.SOURCE_NOT_ON_HOLD,
    ),
    (
        "both opened it",
        RELEASED,
        but("authority", opened_by=frozenset({w.SECOND.id, w.OFFICER.id})),
        R.OPENER_MAY_NOT_RELEASE,
    ),
    (
        "the one beside the officer opened it",
        RELEASED,
        but("authority", opened_by=frozenset({w.SECOND.id})),
        R.OPENER_MAY_NOT_RELEASE,
    ),
    ("the officer alone", RELEASED, facts(signers=(w.OFFICER,)), R.TWO_SIGNERS_NEEDED),
    ("no reason in writing", RELEASED, asks(evidence="because"), R.EVIDENCE_NOT_A_DIGEST),
    (
        "on hold, and no officer",
        named("look at a source"),
        but("source", state=SourceState.ON_HOLD),
        R.OFFICER_NEEDED,
    ),
    (
        "made for another purpose",
        tuple(name for name in ONE_GRANT if name not in ALONE),
        but("source", origin=Origin("a", "b", frozenset({"family_tracing"}))),
        R.INCOMPATIBLE_PURPOSE,
    ),
    ("a purpose unheard of", ONE_GRANT, but("grant", purpose="old@0"), R.UNKNOWN_PURPOSE),
    ("for another source", ONE_GRANT, but("grant", source=OTHER), R.GRANT_FOR_OTHER_SOURCE),
    ("a folder", named("upload"), but("source", kind=SourceKind.FOLDER), R.NO_UPLOADS),
    ("kept for ever", SHELVED, but("source", retention_days=None), R.RETENTION_NOT_STATED),
    ("kept too long", SHELVED, but("source", retention_days=731), R.RETENTION_TOO_LONG),
    ("kept not at all", SHELVED, but("source", retention_days=0), R.RETENTION_TOO_LONG),
    ("no FPIR", (*COMPARED, "scan", *of(A.SEARCH)), asks(fpir=None), R.FPIR_NOT_STATED),
    *(
        (f"FPIR {fpir}", (*COMPARED, "scan"), asks(fpir=fpir), R.FPIR_ABOVE_CEILING)
        for fpir in (0.0, -1e-3, 1.0001e-3, float("nan"), float("inf"))
    ),
]

CASES: list[Row] = [
    *(
        (f"FPIR {fpir}", (*of(A.SEARCH), "enrol"), asks(fpir=fpir), R.FPIR_ABOVE_CEILING)
        for fpir in (0.0, -1e-3, 1.0001e-2, float("nan"), float("inf"))
    ),
    ("no case", (*OF_CASE, *SEARCHES), missing("case"), R.NO_CASE),
    ("another case", (*OF_CASE, *SEARCHES), asks(case=OTHER), R.NO_CASE),
    ("a case elsewhere", OF_CASE, but("case", organisation=OTHER), R.NO_CASE),
    ("case closed", OF_CASE, but("case", state=CaseState.CLOSED), R.CASE_CLOSED),
    ("no purpose", of(A.REVIEW, A.SHOW, by=By.MEMBER), missing("purpose"), R.UNKNOWN_PURPOSE),
    (
        "another purpose asked",
        of(A.REVIEW, A.SHOW, by=By.MEMBER),
        asks(purpose=w.FIND),
        R.UNKNOWN_PURPOSE,
    ),
    ("case for another", IN_CASE, but("case", purpose=w.FIND), R.PURPOSE_NOT_THE_CASES),
    (
        "the person's own purpose",
        IN_CASE,
        but("purpose", searchers=Searchers.SUBJECT_ONLY),
        R.SUBJECT_ONLY_PURPOSE,
    ),
    (
        "granted for another",
        of(A.REVIEW, A.SHOW, by=By.MEMBER) + named("search for family", "search oneself"),
        but("grant", purpose=w.MISSING),
        R.PURPOSE_NOT_THE_GRANTS,
    ),
    (
        "shown for another",
        named("show oneself"),
        asks(purpose=w.MISSING),
        R.PURPOSE_NOT_THE_GRANTS,
    ),
    (
        "in a rights request",
        named("search oneself"),
        but("grant", organisation=None),
        R.PURPOSE_WITHOUT_ORGANISATION,
    ),
    ("not approved", IN_CASE, facts(approvals=()), R.CASE_NOT_APPROVED),
    (
        "approved by the searcher",
        IN_CASE,
        lambda act: act.with_facts(approvals=(replace(w.APPROVALS[0], member=w.INVESTIGATOR.id),)),
        R.CASE_NOT_APPROVED,
    ),
    (
        "approved elsewhere",
        IN_CASE,
        facts(approvals=(replace(w.APPROVALS[0], case=OTHER),)),
        R.CASE_NOT_APPROVED,
    ),
    (
        "approved tomorrow",
        IN_CASE,
        facts(approvals=(replace(w.APPROVALS[0], at=w.NOW + UNTIL),)),
        R.CASE_NOT_APPROVED,
    ),
    (
        "approved unsigned",
        IN_CASE,
        facts(approvals=(replace(w.APPROVALS[0], signature=b""),)),
        R.CASE_NOT_APPROVED,
    ),
    (
        "approved once of three",
        IN_CASE,
        lambda act: act.but("purpose", approvals=3).with_facts(approvals=w.APPROVALS * 2),
        R.CASE_NOT_APPROVED,
    ),
    ("no evidence", PROBING, asks(evidence=""), R.EVIDENCE_NOT_OF_CASE),
    ("another's evidence", PROBING, asks(evidence="ef" * 32), R.EVIDENCE_NOT_OF_CASE),
    ("a fifty-first search", PROBING, counts(searches_today=50), R.TOO_MANY_SEARCHES),
    ("a fourth use", PROBING, counts(probe_uses_in_case=3), R.PROBE_USED_UP),
    ("a sixth person", PROBING, counts(subjects_in_case=5), R.TOO_MANY_SUBJECTS),
    (
        "a smaller cap",
        PROBING,
        lambda act: act.but("case", cap=2).with_facts(counts=Counts(subjects_in_case=2)),
        R.TOO_MANY_SUBJECTS,
    ),
    (
        "a cap above the ceiling",
        PROBING,
        lambda act: act.but("case", cap=9).with_facts(counts=Counts(subjects_in_case=5)),
        R.TOO_MANY_SUBJECTS,
    ),
    ("not found in the case", named("show"), facts(found_in_case=False), R.NOT_A_CANDIDATE),
    ("no search", named("review"), missing("searched_by"), R.NO_SEARCH),
    (
        "the searcher verifies",
        named("review"),
        facts(searched_by=w.VERIFIER.id),
        R.SEARCHER_MAY_NOT_VERIFY,
    ),
]
