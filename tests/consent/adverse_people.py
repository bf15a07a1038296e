"""What can be wrong with who asks, with a grant and with a person, and the reason then."""

from dataclasses import replace

from licet.consent.reasons import Reason as R
from licet.terms.basis import Condition, LegalBasis, Relationship, Searchers
from licet.terms.grant import GrantState, SubjectState
from licet.terms.ids import Territory
from licet.terms.organisation import MemberState, OrganisationKind, Role
from licet.terms.permit import Attended, Block, By, Proof
from tests.consent import world as w
from tests.consent.acts import ACTS
from tests.consent.changes import (
    ADULTS,
    AGREED,
    AHEAD,
    ALONE,
    AUDITED,
    BY_MEMBER,
    BY_SUBJECT,
    CLOSED_HERE,
    COLLECTING,
    CONSENTED,
    CONSENTING,
    CONTROLLERS,
    DUTIES,
    ELSEWHERE,
    ENDED,
    EVIDENT,
    GATED,
    LATE,
    LEAVING_FOR,
    LIVE,
    NEW,
    ON_GRANT,
    ON_SUBJECT,
    ONE_GRANT,
    OTHER,
    OVERSIGHT_ACTIONS,
    PROBING,
    SAME_KEY,
    SIGNED,
    STOPPED,
    STRANGER,
    THROUGH,
    UNTIL,
    WORKERS_DUTIES,
    A,
    Change,
    Row,
    asks,
    but,
    counts,
    facts,
    missing,
    named,
    of,
)


def _attended(proof: Proof) -> Change:
    """A member who signed nothing, and comes with this."""
    return lambda act: act.with_facts(signers=(), attended=Attended(act.ask.member, proof))


GOVERNED: list[Row] = [
    ("no organisation", (*AGREED, *COLLECTING, "scan"), missing("organisation"), R.NO_ORGANISATION),
    ("nobody to leave", LEAVING_FOR, missing("organisation"), R.NO_ORGANISATION),
    ("another organisation", AGREED, but("organisation", id=OTHER), R.NO_ORGANISATION),
    ("no agreement", (*AGREED, *COLLECTING, "scan"), missing("agreement"), R.NO_AGREEMENT),
    ("another's agreement", AGREED, but("agreement", organisation=OTHER), R.NO_AGREEMENT),
    ("unsigned agreement", AGREED, but("agreement", digest=" "), R.NO_AGREEMENT),
    ("agreement over", AGREED, but("agreement", **ENDED), R.AGREEMENT_NOT_IN_FORCE),
    ("agreement ahead", COLLECTING, but("agreement", **AHEAD), R.AGREEMENT_NOT_IN_FORCE),
    ("nobody is behind", THROUGH, missing("behind"), R.NO_AGREEMENT_BEHIND),
    ("one's own is behind", THROUGH, but("behind", organisation=w.ORG), R.NO_AGREEMENT_BEHIND),
    ("unsigned behind", THROUGH, but("behind", digest=" "), R.NO_AGREEMENT_BEHIND),
    ("over behind", THROUGH, but("behind", **ENDED), R.NO_AGREEMENT_BEHIND),
    ("ahead behind", THROUGH, but("behind", **AHEAD), R.NO_AGREEMENT_BEHIND),
    ("no member", BY_MEMBER, missing("member"), R.NO_MEMBER),
    ("another member", BY_MEMBER, but("member", id=OTHER), R.NO_MEMBER),
    ("member elsewhere", BY_MEMBER, but("member", organisation=OTHER), R.NO_MEMBER),
    ("member ended", BY_MEMBER, but("member", state=MemberState.ENDED), R.MEMBER_ENDED),
    ("not signed", BY_MEMBER, facts(signers=()), R.NOT_SIGNED),
    (
        "signed without a key",
        BY_MEMBER,
        lambda act: act.with_facts(signers=(replace(act.facts.signers[0], public_key=b""),)),
        R.NOT_SIGNED,
    ),
    ("signed in too long ago", ("search", "show"), _attended(Proof.SIGNED_IN), R.SIGN_IN_AGAIN),
    ("a key for something else", ("search",), _attended(Proof.API_KEY), R.KEY_FOR_OTHER_PURPOSE),
    (
        "not of the controller",
        CONTROLLERS,
        but("organisation", kind=OrganisationKind.RECIPIENT),
        R.NOT_THE_CONTROLLER,
    ),
    (
        "a case that only the person searches",
        named("open a case"),
        but("purpose", searchers=Searchers.SUBJECT_ONLY),
        R.SUBJECT_ONLY_PURPOSE,
    ),
    ("no role", BY_MEMBER, but("member", roles=frozenset()), R.WRONG_ROLE),
    (
        "an auditor",
        tuple(name for name in BY_MEMBER if name not in AUDITED),
        but("member", roles=frozenset({Role.AUDITOR})),
        R.WRONG_ROLE,
    ),
    ("one signed", SIGNED, facts(signers=(w.STEWARD,)), R.TWO_SIGNERS_NEEDED),
    ("one signed twice", SIGNED, facts(signers=(w.STEWARD,) * 2), R.TWO_SIGNERS_NEEDED),
    ("one key for two", SIGNED, facts(signers=(w.STEWARD, SAME_KEY)), R.TWO_SIGNERS_NEEDED),
    ("a stranger signed", SIGNED, facts(signers=(w.STEWARD, STRANGER)), R.TWO_SIGNERS_NEEDED),
    (
        "an ended member signed",
        SIGNED,
        facts(signers=(w.STEWARD, replace(w.SECOND, state=MemberState.ENDED))),
        R.TWO_SIGNERS_NEEDED,
    ),
    (
        "a member without a key signed",
        SIGNED,
        facts(signers=(w.STEWARD, replace(w.SECOND, public_key=b""))),
        R.TWO_SIGNERS_NEEDED,
    ),
    ("others signed", SIGNED, facts(signers=(w.SECOND, w.VERIFIER)), R.NOT_SIGNED),
    ("it is being ended", GATED, but("readiness", closing=True), R.DEPLOYMENT_CLOSING),
    ("no assessment", GATED, but("readiness", dpia_digest=""), R.NO_DPIA),
    (
        "another list was assessed",
        GATED,
        but("readiness", purposes_assessed=False),
        R.PURPOSES_NOT_ASSESSED,
    ),
    (
        "no classification",
        GATED,
        but("readiness", ai_act_classification=" "),
        R.NO_AI_ACT_CLASSIFICATION,
    ),
    ("no representative", GATED, but("readiness", established_in_eu=False), R.NO_REPRESENTATIVE),
    (
        "no officer",
        GATED,
        but("readiness", officer_is_independent=False),
        R.OFFICER_NOT_INDEPENDENT,
    ),
    (
        "no witness",
        tuple(name for name in (*NEW, *of(A.ENROL)) if name not in ALONE),
        counts(subjects_enrolled=100),
        R.NO_WITNESS,
    ),
    ("everything blocked", PROBING, facts(blocks=(Block(),)), R.BLOCKED),
    (
        "not for the subject",
        of(
            A.UPLOAD,
            A.COLLECT,
            A.BACKFILL,
            A.REVIEW,
            A.AUTHORISE,
            A.SCAN,
            *OVERSIGHT_ACTIONS,
            *DUTIES,
        ),
        asks(by=By.SUBJECT),
        R.NOT_FOR_THIS_DOER,
    ),
    (
        "not for the worker",
        of(A.GRANT, A.CONFIRM, A.ENROL, A.AUTHORISE, A.ACCEPT, A.SEARCH, A.REVIEW, A.SHOW)
        + of(A.RELEASE, A.CORRECT, A.CONFIRM_APPEARANCE, A.SAY, A.LIST, *OVERSIGHT_ACTIONS)
        + of(*(one for one in DUTIES if one not in WORKERS_DUTIES)),
        asks(by=By.WORKER),
        R.NOT_FOR_THIS_DOER,
    ),
]

GRANTS: list[Row] = [
    ("no purpose", (*NEW, *of(A.SEARCH, A.OPEN_CASE)), missing("purpose"), R.UNKNOWN_PURPOSE),
    ("a purpose not listed", NEW, asks(purpose="police_work@1"), R.UNKNOWN_PURPOSE),
    ("a draft for another", NEW, but("grant", purpose="other@1"), R.UNKNOWN_PURPOSE),
    (
        "asked by oneself",
        named("grant", "grant again"),
        asks(by=By.SUBJECT),
        R.PURPOSE_NEEDS_ORGANISATION,
    ),
    (
        "asked by a member",
        named("rights grant"),
        asks(by=By.MEMBER),
        R.PURPOSE_WITHOUT_ORGANISATION,
    ),
    (
        "asked for an organisation",
        named("rights grant"),
        asks(organisation=w.ORG),
        R.PURPOSE_WITHOUT_ORGANISATION,
    ),
    ("no draft", NEW, missing("grant"), R.NO_GRANT),
    ("another draft", NEW, asks(grant=OTHER), R.NO_GRANT),
    ("a draft elsewhere", NEW, but("grant", organisation=OTHER), R.NOT_A_DRAFT),
    ("a draft for a source", NEW, but("grant", source=OTHER), R.NOT_A_DRAFT),
    ("born active", NEW, but("grant", state=GrantState.ACTIVE), R.NOT_A_DRAFT),
    ("born confirmed", NEW, but("grant", confirmed_at=w.NOW), R.NOT_A_DRAFT),
    ("born captured", NEW, but("grant", captured=True), R.NOT_A_DRAFT),
    (
        "wrong condition",
        CONSENTING,
        but("grant", condition=Condition.VITAL_INTERESTS),
        R.WRONG_BASIS,
    ),
    ("wrong basis", CONSENTING, but("grant", basis=LegalBasis.VITAL_INTERESTS), R.WRONG_BASIS),
    (
        "consent called vital",
        CONSENTING,
        but("grant", basis=LegalBasis.VITAL_INTERESTS, condition=Condition.VITAL_INTERESTS),
        R.WRONG_BASIS,
    ),
    *(
        (
            f"in {relationship.value}",
            tuple(name for name in NEW if name != "rights grant"),
            but("grant", relationship=relationship),
            R.UNEVEN_RELATIONSHIP,
        )
        for relationship in (
            Relationship.EMPLOYMENT,
            Relationship.CUSTODY,
            Relationship.ASYLUM,
            Relationship.SCHOOLING,
            Relationship.CARE_DEPENDENCE,
        )
    ),
    ("age not asked", CONSENTED, missing("subject_age"), R.AGE_NOT_ASKED),
    ("a minor", ADULTS, facts(subject_age=14), R.MINOR_WITHOUT_GUARDIAN),
    ("a minor later", of(A.ENROL, A.CONFIRM)[:2], facts(subject_age=14), R.MINOR_WITHOUT_GUARDIAN),
    (
        "no guardian",
        named("grant to a child"),
        but("grant", guardian=False),
        R.MINOR_WITHOUT_GUARDIAN,
    ),
    (
        "on the child's contact",
        named("grant to a child"),
        but("subject", dependant=False),
        R.MINOR_WITHOUT_GUARDIAN,
    ),
    ("grown up", named("grant to a child"), facts(subject_age=15), R.GUARDIAN_FOR_ADULT),
    ("a guardian for an adult", ADULTS, but("grant", guardian=True), R.GUARDIAN_FOR_ADULT),
    ("an adult as dependant", ADULTS, but("subject", dependant=True), R.ADULT_AS_DEPENDANT),
    ("closed here", named("grant"), facts(purpose=CLOSED_HERE), R.OUTSIDE_TERRITORIES),
    (
        "home unknown",
        named("grant"),
        lambda act: act.but("subject", residence=None).with_facts(purpose=CLOSED_HERE),
        R.OUTSIDE_TERRITORIES,
    ),
    ("empty window", NEW, but("grant", not_before=LATE, expires=LATE), R.BAD_WINDOW),
    ("window over", NEW, but("grant", not_before=w.NOW - w.DAY, expires=w.NOW), R.BAD_WINDOW),
    ("too long", NEW, but("grant", expires=LATE), R.BEYOND_RETENTION),
    (
        "longer than a childhood",
        named("grant to a child"),
        lambda act: (
            act.but("subject", residence=Territory("BE"))
            .with_facts(subject_age=12, purpose=replace(w.purpose(w.FIND), retention_days=730))
            .but("grant", expires=LATE)
        ),
        R.BEYOND_RETENTION,
    ),
    ("too far ahead", NEW, but("grant", not_before=LATE - w.DAY, expires=LATE), R.BEYOND_RETENTION),
    ("begun too long ago", NEW, but("grant", not_before=w.NOW - 800 * w.DAY), R.BEYOND_RETENTION),
    (
        "begun a year ago for a day too many",
        named("grant", "grant again"),
        but("grant", not_before=w.NOW - 364 * w.DAY, expires=w.NOW + w.DAY + UNTIL),
        R.BEYOND_RETENTION,
    ),
    ("no notice", NEW, but("grant", notice=""), R.NO_NOTICE),
    ("contact taken", ADULTS, counts(adults_on_contact=1), R.CONTACT_TAKEN),
    (
        "a sixth dependant",
        named("grant to a child"),
        counts(dependants_on_contact=5),
        R.TOO_MANY_DEPENDANTS,
    ),
    (
        "nobody named",
        named("vital grant", "vital grant again"),
        but("subject", sealed_identity=b""),
        R.PERSON_NOT_NAMED,
    ),
    (
        "no instrument",
        named("vital grant", "vital grant again"),
        asks(evidence=" "),
        R.NO_INSTRUMENT,
    ),
    *(
        (
            f"evidence {text[:9]}",
            EVIDENT,
            lambda act, text=text: act.asks(evidence=text).but("grant", instrument=text),
            R.EVIDENCE_NOT_A_DIGEST,
        )
        for text in ("court order", w.SHA.upper(), w.SHA[1:], w.SHA + "\n", "zz" * 32)
    ),
    ("evidence used", EVIDENT, counts(evidence_uses=1), R.EVIDENCE_USED),
    (
        "no instrument named",
        named("confirm vital"),
        lambda act: act.asks(evidence="").but("grant", instrument=""),
        R.EVIDENCE_NOT_A_DIGEST,
    ),
    ("no instrument to confirm", named("confirm vital"), asks(evidence=""), R.OTHER_INSTRUMENT),
    ("another instrument", named("confirm vital"), asks(evidence=w.PHOTO), R.OTHER_INSTRUMENT),
    (
        "an instrument for another grant",
        named("confirm vital"),
        but("grant", instrument=w.PHOTO),
        R.OTHER_INSTRUMENT,
    ),
    (
        "an eleventh",
        named("vital grant", "vital grant again", "confirm vital"),
        counts(live_vital_grants=10),
        R.TOO_MANY_VITAL_GRANTS,
    ),
    ("no source", named("grant for one source"), missing("source"), R.NO_SOURCE),
    ("another's source", named("grant for one source"), facts(source=ELSEWHERE), R.NO_SOURCE),
    (
        "blocked at home",
        tuple(name for name in (*NEW, *of(A.CONFIRM)) if name not in ALONE),
        facts(blocks=(Block(territory=Territory("FR")),)),
        R.BLOCKED,
    ),
]

KEPT: list[Row] = [
    ("no subject", ON_SUBJECT, missing("subject"), R.NO_SUBJECT),
    ("another subject", ON_SUBJECT, asks(subject=OTHER), R.NO_SUBJECT),
    (
        "nobody said who",
        tuple(name for name in BY_SUBJECT if name not in {"receive", "answer"}),
        asks(subject=None),
        R.NO_SUBJECT,
    ),
    ("another's grant", ON_SUBJECT[: len(NEW)], but("grant", subject=OTHER), R.NO_SUBJECT),
    ("another's live grant", LIVE, but("grant", subject=OTHER), R.NO_SUBJECT),
    *(
        (state.value, (*NEW, *of(A.CONFIRM), *LIVE), but("subject", state=state), reason)
        for state, reason in (
            (SubjectState.BLOCKED, R.SUBJECT_BLOCKED),
            (SubjectState.ERASING, R.SUBJECT_ERASING),
            (SubjectState.ERASED, R.SUBJECT_ERASED),
        )
    ),
    ("no grant", ON_GRANT, missing("grant"), R.NO_GRANT),
    ("another grant", ON_GRANT, asks(grant=OTHER), R.NO_GRANT),
    (
        "a grant elsewhere",
        tuple(name for name in ON_GRANT if ACTS[name].ask.by is By.MEMBER),
        but("grant", organisation=OTHER),
        R.NO_GRANT,
    ),
    ("collected elsewhere", ONE_GRANT, but("grant", organisation=OTHER), R.NO_GRANT),
    *(
        (f"{state.value} to use", LIVE, but("grant", state=state), reason)
        for state, reason in (
            (GrantState.PENDING, R.GRANT_PENDING),
            (GrantState.RESTRICTED, R.GRANT_RESTRICTED),
            (GrantState.ENDING, R.GRANT_ENDING),
            (GrantState.ENDED, R.GRANT_ENDED),
        )
    ),
    ("no act behind it", LIVE, but("grant", confirmed_at=None), R.GRANT_NOT_CONFIRMED),
    ("not told", LIVE, but("grant", notice_delivered_at=None), R.NOTICE_NOT_DELIVERED),
    ("not begun", LIVE, but("grant", not_before=w.NOW + UNTIL), R.GRANT_NOT_YET),
    ("expired", LIVE, but("grant", expires=w.NOW), R.GRANT_EXPIRED),
    ("person blocked", STOPPED, facts(blocks=(Block(subject=w.SUBJECT.id),)), R.BLOCKED),
    ("home blocked", STOPPED, facts(blocks=(Block(territory=Territory("FR")),)), R.BLOCKED),
    ("place blocked", STOPPED, facts(blocks=(Block(territory=Territory("DE")),)), R.BLOCKED),
    ("all blocked", STOPPED, facts(blocks=(Block(),)), R.BLOCKED),
    *(
        (f"{state.value} already", of(A.CONFIRM), but("grant", state=state), R.GRANT_NOT_PENDING)
        for state in GrantState
        if state is not GrantState.PENDING
    ),
    (
        "confirmed untold",
        of(A.CONFIRM),
        but("grant", notice_delivered_at=None),
        R.NOTICE_NOT_DELIVERED,
    ),
    (
        "told in the future",
        of(A.CONFIRM),
        but("grant", notice_delivered_at=w.NOW + UNTIL),
        R.NOTICE_NOT_DELIVERED,
    ),
    ("confirmed late", of(A.CONFIRM), but("grant", expires=w.NOW), R.GRANT_EXPIRED),
    ("no paper", named("confirm on paper"), asks(evidence=""), R.NO_PAPER),
    (
        "a fifty-first paper",
        named("confirm on paper"),
        counts(paper_confirmations_today=50),
        R.TOO_MUCH_PAPER,
    ),
    (
        "a found adult decides",
        named("confirm"),
        but("grant", basis=LegalBasis.VITAL_INTERESTS, condition=Condition.VITAL_INTERESTS),
        R.PERSON_CANNOT_CONFIRM,
    ),
    (
        "nothing left",
        of(A.WITHDRAW, A.RESTRICT, A.RECTIFY),
        but("grant", state=GrantState.ENDED),
        R.GRANT_ENDED,
    ),
    ("gone already", of(A.ERASE), but("subject", state=SubjectState.ERASED), R.SUBJECT_ERASED),
    (
        "not a recipient's to erase",
        named("erase for"),
        but("organisation", kind=OrganisationKind.RECIPIENT),
        R.NO_GRANT,
    ),
]
