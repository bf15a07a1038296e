"""Behind the refusals about who asks, about people and about their grants."""

from licet.consent.ground import Ground
from licet.consent.reasons import Reason

_R = Reason
GROUNDS: dict[Reason, Ground] = {
    # Who asks (GDPR 24, 28, 32)
    _R.NOT_FOR_THIS_DOER: Ground(
        "GDPR 29",
        "This is not theirs to do.",
        "Have it asked by the one whom this act belongs to.",
    ),
    _R.NO_ORGANISATION: Ground(
        "GDPR 4(9)",
        "There is no such organisation here.",
        "Name an organisation that has a signed agreement.",
    ),
    _R.NO_AGREEMENT: Ground(
        "GDPR 28(3)",
        "The organisation has no signed agreement.",
        "File the signed agreement of the organisation.",
    ),
    _R.NO_AGREEMENT_BEHIND: Ground(
        "GDPR 28(3)",
        "The organisation on whose behalf this is asked has no agreement in force.",
        "Have its agreement signed and filed: nobody searches through another.",
    ),
    _R.AGREEMENT_NOT_IN_FORCE: Ground(
        "GDPR 28(3)",
        "The organisation's agreement is not in force now.",
        "Sign an agreement whose term covers today.",
    ),
    _R.NO_MEMBER: Ground(
        "GDPR 32(4)",
        "There is no such member in this organisation.",
        "Act as a member of this organisation.",
    ),
    _R.MEMBER_ENDED: Ground(
        "GDPR 32(4)",
        "The membership has ended.",
        "Have it done by an active member.",
    ),
    _R.WRONG_ROLE: Ground(
        "GDPR 29",
        "The member's roles do not cover this.",
        "Have it done by a member who holds the role.",
    ),
    _R.NOT_THE_CONTROLLER: Ground(
        "GDPR 24(1)",
        "Only the controller lets others act here.",
        "Have it done by two members of the controller.",
    ),
    _R.NOT_SIGNED: Ground(
        "GDPR 32(4)",
        "The acting member did not sign this very act within the last five minutes.",
        "Sign it with the member's own key.",
    ),
    _R.SIGN_IN_AGAIN: Ground(
        "GDPR 32(1)(b)",
        "This needs a session that began with a passkey in the last five minutes.",
        "Sign in again, and do it then.",
    ),
    _R.KEY_FOR_OTHER_PURPOSE: Ground(
        "GDPR 5(1)(b)",
        "The API key was made for another purpose.",
        "Use a key for this purpose, or have one made.",
    ),
    _R.TWO_SIGNERS_NEEDED: Ground(
        "GDPR 32(1)",
        "This takes two members, each with a key of their own.",
        "Have a second active member of the organisation sign.",
    ),
    _R.OFFICER_NEEDED: Ground(
        "GDPR 39(1)(b)",
        "This takes the data protection officer as one of those who sign.",
        "Have the data protection officer sign too.",
    ),
    _R.AUDITOR_NEEDED: Ground(
        "GDPR 5(2)",
        "This takes the data protection officer and an auditor, who are two people.",
        "Have both sign.",
    ),
    # Whether the deployment may hold people at all
    _R.DEPLOYMENT_CLOSING: Ground(
        "GDPR 5(1)(e)",
        "This deployment is being ended for good, so nothing new begins in it.",
        "Nothing would: what is asked of it by the people in it is still answered.",
    ),
    _R.NO_DPIA: Ground(
        "GDPR 35(1)",
        "There is no data protection impact assessment.",
        "Make the assessment and file its digest.",
    ),
    _R.PURPOSES_NOT_ASSESSED: Ground(
        "GDPR 35(11)",
        "The list of purposes is not the one that the impact assessment was made of.",
        "Assess the list as it is, and have two members file that, the officer among them.",
    ),
    _R.NO_AI_ACT_CLASSIFICATION: Ground(
        "AI Act 6",
        "The deployment has no classification under the AI Act.",
        "Classify the deployment and file the result.",
    ),
    _R.NO_REPRESENTATIVE: Ground(
        "GDPR 27(1)",
        "The operator is outside the Union and has no representative in it.",
        "Name a representative in the Union.",
    ),
    _R.OFFICER_NOT_INDEPENDENT: Ground(
        "GDPR 38(6)",
        "There is no data protection officer apart from the administrator.",
        "Appoint an officer who is not the only administrator.",
    ),
    _R.NO_SOURCE_NOTICE: Ground(
        "GDPR 14(1)",
        "The notice that stands at the sources is not filed.",
        "Prepare the deployment: have two members file it, the officer among them.",
    ),
    _R.NO_ROLE_AGREEMENT: Ground(
        "GDPR 28(3)",
        "Nothing filed says who answers for what: controller, processors, recipients.",
        "Prepare the deployment: have two members file it, the officer among them.",
    ),
    _R.STORES_NOT_PLACED: Ground(
        "GDPR 30(1)(e)",
        "It is not stated where the records, the keys and the ledger lie.",
        "State where each store lies, and who runs it.",
    ),
    _R.STORE_ABROAD: Ground(
        "GDPR 44",
        "A store would lie outside the Union, and no safeguard that holds covers that place.",
        "Move the store, or have the transfer recorded with its safeguard and its paper.",
    ),
    _R.NO_WITNESS: Ground(
        "GDPR 5(2)",
        "This many people need a ledger that somebody else witnesses.",
        "Have the ledger's checkpoints cosigned by a witness.",
    ),
    _R.BLOCKED: Ground(
        "GDPR 58(2)(f)",
        "A block holds.",
        "The block must be lifted by those who may lift it.",
    ),
    # Purposes and grants (GDPR 5, 6, 7, 8, 9)
    _R.UNKNOWN_PURPOSE: Ground(
        "GDPR 5(1)(b)",
        "This purpose is not on the closed list.",
        "Choose a purpose that is on the list; the list is not open to wishes.",
    ),
    _R.PURPOSE_NEEDS_ORGANISATION: Ground(
        "GDPR 7(1)",
        "A grant for this purpose is asked for by a member of an organisation.",
        "Have a steward of the organisation ask for it.",
    ),
    _R.LINK_TOO_WIDE: Ground(
        "GDPR 25(2)",
        "The link is not narrow enough.",
        "Name one source and a purpose under which only the person searches, fewer days, and "
        "fewer people.",
    ),
    _R.LINK_OVER: Ground(
        "GDPR 5(1)(b)",
        "This link is not open any more.",
        "Ask those who gave you the link for another one.",
    ),
    _R.LINK_FULL: Ground(
        "GDPR 25(2)",
        "As many people have come by this link as it is for, or as may come in a day.",
        "Come tomorrow, or ask those who gave you the link.",
    ),
    _R.NOT_SEEN: Ground(
        "GDPR 25(1)",
        "Nobody at the desk has seen this person yet.",
        "Go to the desk and show the code on your screen.",
    ),
    _R.PURPOSE_WITHOUT_ORGANISATION: Ground(
        "GDPR 15(1)",
        "This purpose belongs to the person alone, without an organisation.",
        "Have the person ask for it.",
    ),
    _R.SUBJECT_ONLY_PURPOSE: Ground(
        "GDPR 5(1)(b)",
        "Only the person may search under this purpose.",
        "Have the person search, or open a case for a purpose that organisations search under.",
    ),
    _R.WRONG_BASIS: Ground(
        "GDPR 9(2)",
        "The legal basis or the condition is not the purpose's.",
        "Use the basis and the condition that the purpose names.",
    ),
    _R.UNEVEN_RELATIONSHIP: Ground(
        "GDPR 7(4)",
        "Consent is not free in this relationship (recital 43).",
        "Nothing: in this relationship consent is not asked for.",
    ),
    _R.AGE_NOT_ASKED: Ground(
        "GDPR 8(2)",
        "The person's age was not asked.",
        "Ask for the date of birth; it is never inferred.",
    ),
    _R.MINOR_WITHOUT_GUARDIAN: Ground(
        "GDPR 8(1)",
        "The person is below the age of consent.",
        "A guardian must give the grant, on the guardian's contact.",
    ),
    _R.GUARDIAN_FOR_ADULT: Ground(
        "GDPR 8(1)",
        "A guardian's grant does not reach beyond the age of consent.",
        "The person decides themselves from that day on.",
    ),
    _R.ADULT_AS_DEPENDANT: Ground(
        "GDPR 7(1)",
        "An adult does not consent through somebody else's contact.",
        "Use the person's own contact.",
    ),
    _R.OUTSIDE_TERRITORIES: Ground(
        "GDPR 5(1)(b)",
        "The purpose is not open in the person's territory, or the territory is unknown.",
        "Ask for the residence, or choose a purpose that is open there.",
    ),
    _R.BAD_WINDOW: Ground(
        "GDPR 5(1)(e)",
        "The grant's window is empty or already over.",
        "Give a start before the end and an end that lies ahead.",
    ),
    _R.BEYOND_RETENTION: Ground(
        "GDPR 5(1)(e)",
        "The grant would last longer than its purpose, or the person's minority, allows.",
        "Choose an earlier end; it can be given again.",
    ),
    _R.NO_NOTICE: Ground(
        "GDPR 13(1)",
        "No notice goes with this grant.",
        "Name the notice that is shown to the person.",
    ),
    _R.CONTACT_TAKEN: Ground(
        "GDPR 7(1)",
        "This contact already stands for an adult.",
        "Use a contact of the person's own.",
    ),
    _R.TOO_MANY_DEPENDANTS: Ground(
        "GDPR 8(2)",
        "This contact already stands for as many dependants as it may.",
        "Another guardian must answer for further children.",
    ),
    _R.PERSON_NOT_NAMED: Ground(
        "GDPR 9(2)(c)",
        "Vital interests are those of one named person.",
        "Name the person.",
    ),
    _R.NO_INSTRUMENT: Ground(
        "GDPR 9(2)(c)",
        "No instrument says why this person's life is in danger and that they cannot be asked.",
        "File the instrument for this one person and give its digest.",
    ),
    _R.TOO_MANY_VITAL_GRANTS: Ground(
        "GDPR 9(2)(c)",
        "As many vital-interest grants as may exist at once do exist.",
        "End one whose person was found or can decide.",
    ),
    _R.NOT_A_DRAFT: Ground(
        "GDPR 4(11)",
        "A grant begins pending; only the person's own act makes more of it.",
        "Ask for a pending grant and let the person confirm it.",
    ),
    _R.NO_SUBJECT: Ground(
        "GDPR 11(2)",
        "There is no such data subject here.",
        "Name the data subject of this grant or request.",
    ),
    _R.SUBJECT_BLOCKED: Ground(
        "GDPR 18(2)",
        "The use of this person's data is blocked.",
        "The block on the person must be lifted first.",
    ),
    _R.SUBJECT_ERASING: Ground(
        "GDPR 17(1)",
        "This person's data is being erased.",
        "Nothing: erasing is not undone.",
    ),
    _R.SUBJECT_ERASED: Ground(
        "GDPR 17(1)",
        "This person's data was erased.",
        "The person may enrol anew.",
    ),
    _R.NO_GRANT: Ground(
        "GDPR 9(1)",
        "There is no such grant here.",
        "The person must give a grant for this purpose and organisation.",
    ),
    _R.GRANT_NOT_PENDING: Ground(
        "GDPR 7(1)",
        "The grant does not wait for confirmation.",
        "Ask for a new grant.",
    ),
    _R.GRANT_PENDING: Ground(
        "GDPR 9(2)(a)",
        "The person has not confirmed the grant.",
        "The person must confirm by an act of their own.",
    ),
    _R.GRANT_RESTRICTED: Ground(
        "GDPR 18(1)",
        "The grant is restricted.",
        "The restriction must be lifted; the person is told first.",
    ),
    _R.GRANT_ENDING: Ground(
        "GDPR 7(3)",
        "The grant was withdrawn or is ending.",
        "The person may give a new grant.",
    ),
    _R.GRANT_ENDED: Ground(
        "GDPR 7(3)",
        "The grant has ended.",
        "The person may give a new grant.",
    ),
    _R.GRANT_NOT_CONFIRMED: Ground(
        "GDPR 7(1)",
        "No act of the person stands behind this grant.",
        "The person must confirm by an act of their own.",
    ),
    _R.GRANT_NOT_YET: Ground(
        "GDPR 5(1)(a)",
        "The grant has not begun.",
        "Wait for the day it begins.",
    ),
    _R.GRANT_EXPIRED: Ground(
        "GDPR 5(1)(e)",
        "The grant has expired.",
        "The person may give a new grant.",
    ),
    _R.GRANT_NOT_RESTRICTED: Ground(
        "GDPR 18(3)",
        "The grant is not restricted.",
        "Nothing: there is nothing to release.",
    ),
    _R.GRANT_HELD: Ground(
        "GDPR 17(3)(e)",
        "A legal hold keeps this grant's rows, and nothing but that.",
        "The hold must be lifted, or its term must end.",
    ),
    _R.OBJECTION_OPEN: Ground(
        "GDPR 18(1)(d)",
        "The person objects, and nobody has decided on it yet.",
        "The objection must be decided on, by a human and with reasons.",
    ),
    _R.PERSON_NOT_TOLD: Ground(
        "GDPR 18(3)",
        "The person was not told before.",
        "Tell the person that the restriction is lifted, and why.",
    ),
    _R.NOTICE_NOT_DELIVERED: Ground(
        "GDPR 13(1)",
        "The notice has not reached the person.",
        "Deliver the notice to the person's contact.",
    ),
    _R.NO_PAPER: Ground(
        "GDPR 7(1)",
        "Members confirm only by paper that the person signed.",
        "Give the digest of the signed paper, or let the person confirm by code.",
    ),
    _R.EVIDENCE_NOT_A_DIGEST: Ground(
        "GDPR 7(1)",
        "The paper or instrument is not named by its SHA-256.",
        "Give the SHA-256 of the document in lower-case hex.",
    ),
    _R.EVIDENCE_USED: Ground(
        "GDPR 5(2)",
        "This paper or instrument stands behind another grant already.",
        "Give the document that is for this one person and this one grant.",
    ),
    _R.OTHER_INSTRUMENT: Ground(
        "GDPR 9(2)(c)",
        "This is not the instrument on which the grant was asked for.",
        "Confirm with the instrument that the grant names.",
    ),
    _R.TOO_MUCH_PAPER: Ground(
        "GDPR 7(1)",
        "As many papers as a day allows were confirmed today.",
        "Let the person confirm by code, or wait for tomorrow.",
    ),
    _R.PERSON_CANNOT_CONFIRM: Ground(
        "GDPR 9(2)(c)",
        "Vital interests are for a person who cannot consent; somebody who can, decides.",
        "Ask the person for a grant by consent instead.",
    ),
    # Who asks about themselves with a photo (GDPR 5(1)(c), 11, 12(6), 15)
    _R.NO_REQUEST: Ground(
        "GDPR 15(1)",
        "There is no open request of this person behind it.",
        "The person asks what is kept about them; a photo goes with that.",
    ),
    _R.CHANNEL_NOT_PROVED: Ground(
        "GDPR 12(6)",
        "The contact that the request came from is not proved.",
        "The person sends back the code that went to that contact.",
    ),
    _R.PHOTO_NOT_NEEDED: Ground(
        "GDPR 5(1)(c)",
        "This request needs no photo.",
        "Nothing: it is answered without one.",
    ),
    _R.PHOTO_NOT_ACCEPTED: Ground(
        "GDPR 12(6)",
        "Nobody has accepted yet that the photo is the person's own.",
        "A member of the controller accepts it, with a reason.",
    ),
    _R.PHOTO_IN_USE: Ground(
        "GDPR 12(6)",
        "The photo that was accepted is in use; another one is not added to it.",
        "Wait for the answer, then ask anew.",
    ),
}
