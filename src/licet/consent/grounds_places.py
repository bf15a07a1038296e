"""Behind the refusals about sources, cases and searches."""

from licet.consent.ground import Ground
from licet.consent.reasons import Reason

_R = Reason
GROUNDS: dict[Reason, Ground] = {
    # Sources (GDPR 5(1)(a) and (b), 6(4), 9(2), 14, 36)
    _R.NO_SOURCE: Ground(
        "GDPR 5(1)(a)",
        "There is no such source here.",
        "Declare the source first.",
    ),
    _R.SOURCE_NOT_AUTHORISED: Ground(
        "GDPR 5(1)(a)",
        "The source is not authorised.",
        "Authorise the source: control, origin, licence, bystander condition, two signers.",
    ),
    _R.SOURCE_LAPSED: Ground(
        "GDPR 5(1)(a)",
        "The source's authority has lapsed.",
        "Authorise the source again.",
    ),
    _R.SOURCE_ON_HOLD: Ground(
        "GDPR 5(1)(b)",
        "The source is on hold until somebody has looked at it.",
        "The data protection officer must look at what was found.",
    ),
    _R.SOURCE_CEASED: Ground(
        "GDPR 21(1)",
        "Collecting from this source has ceased.",
        "Nothing: a source that ceased is not opened again.",
    ),
    _R.ORIGIN_NOT_STATED: Ground(
        "GDPR 14(2)(f)",
        "Who took the items, how people were told, or for what, is not stated.",
        "State the origin in full.",
    ),
    _R.UNKNOWN_ORIGIN_PURPOSE: Ground(
        "GDPR 6(4)",
        "The items were made for something that no purpose here is compatible with.",
        "Only items made for a listed source purpose can be collected.",
    ),
    _R.NO_BYSTANDER_CONDITION: Ground(
        "GDPR 9(1)",
        "Nothing says on what basis the other faces of this source may be compared.",
        "State the bystander condition with its evidence; without one nothing is compared.",
    ),
    _R.NO_AUTHORITY: Ground(
        "GDPR 5(1)(a)",
        "There is no proof that we may collect here.",
        "Prove control of the place; that it can be reached proves nothing.",
    ),
    _R.CONTROL_NOT_PROVED: Ground(
        "GDPR 5(2)",
        "The proof of control is missing or does not fit this kind of place.",
        "Prove control in a way that fits the place.",
    ),
    _R.NO_LICENCE: Ground(
        "DSM Directive 4(3)",
        "The licence document of the source is missing.",
        "File the licence document; its digest is kept.",
    ),
    _R.AUTHORITY_NOT_IN_FORCE: Ground(
        "GDPR 5(1)(a)",
        "The source's authority is not in force now.",
        "Renew the authority.",
    ),
    _R.PROOF_TOO_OLD: Ground(
        "GDPR 5(2)",
        "Control of the place was not proved in the last thirty days.",
        "Prove control again; a worker does it by itself where the proof is still in its place.",
    ),
    _R.PLATFORM_ITEMS: Ground(
        "GDPR 5(1)(b)",
        "Items carry the marks of a social platform; people there did not expect this.",
        "Collect from the place where the photos were made.",
    ),
    _R.IDENTITY_PHOTOS: Ground(
        "GDPR 5(1)(b)",
        "Identity and badge photos were made for something else.",
        "Nothing: identity and badge photos are not a source.",
    ),
    _R.MANY_ORIGINS: Ground(
        "GDPR 14(2)(f)",
        "The items come from more places than the stated origin.",
        "Split the source by origin and state each.",
    ),
    _R.STREAM_LIKE: Ground(
        "AI Act 5(1)(h)",
        "New items arrive like a feed from a camera.",
        "The data protection officer must look before collecting goes on.",
    ),
    _R.SOURCE_NOT_AUDITED: Ground(
        "GDPR 5(2)",
        "So many items came from this source that somebody must look at a sample first.",
        "Have a verifier or the officer look at a random sample: `licet source audit`.",
    ),
    _R.OPENER_MAY_NOT_AUDIT: Ground(
        "GDPR 25(2)",
        "Who opened the source does not look whether it is what was said.",
        "Have another verifier or officer look.",
    ),
    _R.SOURCE_NOT_ON_HOLD: Ground(
        "GDPR 5(1)(b)",
        "The source is not on hold.",
        "Nothing: there is no hold to release.",
    ),
    _R.OPENER_MAY_NOT_RELEASE: Ground(
        "GDPR 25(2)",
        "Nobody but those who opened the source stands beside the officer.",
        "Have a member who did not open the source sign with the officer.",
    ),
    _R.NO_UPLOADS: Ground(
        "GDPR 5(1)(c)",
        "Nothing is handed in to this source: its items stay where they lie.",
        "Open a source for uploads, or collect this one.",
    ),
    _R.RETENTION_NOT_STATED: Ground(
        "GDPR 5(1)(e)",
        "Copies are kept here, and it is not said for how long.",
        "State the retention: a number of days.",
    ),
    _R.RETENTION_TOO_LONG: Ground(
        "GDPR 5(1)(e)",
        "Copies would be kept for longer than two years.",
        "State a retention of 730 days at most.",
    ),
    _R.INCOMPATIBLE_PURPOSE: Ground(
        "GDPR 5(1)(b)",
        "The source was not made for anything compatible with this purpose.",
        "Use a source whose people were told of this purpose.",
    ),
    _R.GRANT_FOR_OTHER_SOURCE: Ground(
        "GDPR 7(2)",
        "The grant is for another source.",
        "Ask the person for a grant that covers this source.",
    ),
    # Cases and searches (governed use)
    _R.FPIR_NOT_STATED: Ground(
        "GDPR 5(1)(d)",
        "The rate of innocent candidates that is accepted was not stated.",
        "State the FPIR, above zero and at most the ceiling.",
    ),
    _R.FPIR_ABOVE_CEILING: Ground(
        "GDPR 5(1)(d)",
        "The stated FPIR is above its ceiling or not a rate.",
        "State an FPIR above zero and at most the ceiling.",
    ),
    _R.NO_CASE: Ground(
        "GDPR 5(1)(b)",
        "There is no such case here.",
        "Open a case of your organisation.",
    ),
    _R.CASE_CLOSED: Ground(
        "GDPR 5(1)(b)",
        "The case is closed.",
        "Open a new case if there is a new matter.",
    ),
    _R.PURPOSE_NOT_THE_CASES: Ground(
        "GDPR 5(1)(b)",
        "The case was opened for another purpose.",
        "Use the purpose of the case, or open a case for this one.",
    ),
    _R.PURPOSE_NOT_THE_GRANTS: Ground(
        "GDPR 5(1)(b)",
        "The grant was given for another purpose.",
        "Ask the person for a grant for this purpose.",
    ),
    _R.CASE_NOT_APPROVED: Ground(
        "GDPR 25(2)",
        "The case lacks approvals by members other than the one who acts.",
        "Have the case approved.",
    ),
    _R.EVIDENCE_NOT_OF_CASE: Ground(
        "GDPR 5(1)(c)",
        "The probe is not among the evidence of the case.",
        "File the photo as evidence of the case it belongs to.",
    ),
    _R.NOT_A_CANDIDATE: Ground(
        "GDPR 5(1)(b)",
        "No search in this case found this person.",
        "Pictures are shown of the people whom a search in the case found.",
    ),
    _R.TOO_MANY_SEARCHES: Ground(
        "GDPR 25(2)",
        "The member has made all the searches that a day allows.",
        "Go on tomorrow; urgency does not raise the ceiling.",
    ),
    _R.PROBE_USED_UP: Ground(
        "GDPR 5(1)(c)",
        "This probe was used as often as a case allows.",
        "Nothing: the same photo is not searched again in this case.",
    ),
    _R.TOO_MANY_SUBJECTS: Ground(
        "GDPR 5(1)(c)",
        "The case has reached its cap of people.",
        "Open a case for each matter.",
    ),
    _R.NO_SEARCH: Ground(
        "GDPR 5(2)",
        "There is no search to review here.",
        "Name a candidate of a released search.",
    ),
    _R.SEARCHER_MAY_NOT_VERIFY: Ground(
        "GDPR 22(3)",
        "Who searched does not verify.",
        "Have another verifier look.",
    ),
}
