"""What the states and kinds of ``terms`` are called on a page."""

from enum import StrEnum
from typing import Final

from licet.rights.viewing import Why
from licet.terms.basis import Searchers
from licet.terms.breaching import Risk
from licet.terms.duties import BreachState, FilingKind
from licet.terms.grant import GrantState
from licet.terms.order import ClauseKind, DataKind, OrderState
from licet.terms.organisation import Role
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState
from licet.terms.source import AuditFinding, BystanderCondition, Fate, SourceKind, SourceState
from licet.web.pages.words import later

NAMES: Final[dict[type[StrEnum], dict[str, str]]] = {
    RightKind: {
        RightKind.ACCESS: later("Access to their data"),
        RightKind.RECTIFICATION: later("Correction of their data"),
        RightKind.ERASURE: later("Erasure of their data"),
        RightKind.RESTRICTION: later("That their data is set aside"),
        RightKind.PORTABILITY: later("Their data in a form that machines read"),
        RightKind.OBJECTION: later("That their data is no longer used"),
        RightKind.WITHDRAWAL: later("That their yes is taken back"),
        RightKind.COMPLAINT: later("An answer to a complaint"),
    },
    RequestState: {
        RequestState.RECEIVED: later("Address not proved yet"),
        RequestState.IDENTITY_ASKED: later("Asked who they are"),
        RequestState.OPEN: later("Open"),
        RequestState.FULFILLING: later("Being carried out"),
        RequestState.DELIVERED: later("Answered"),
        RequestState.REFUSED: later("Refused"),
    },
    SourceState: {
        SourceState.DECLARED: later("Not authorised yet"),
        SourceState.AUTHORISED: later("Authorised"),
        SourceState.LAPSED: later("Authority lapsed"),
        SourceState.ON_HOLD: later("On hold"),
        SourceState.CEASED: later("Collecting ended"),
        SourceState.PURGED: later("Ended and removed"),
    },
    Fate: {
        Fate.COLLECTED: later("Collected"),
        Fate.LEFT_OUT: later("Left out"),
        Fate.UNREADABLE: later("Unreadable"),
    },
    AuditFinding: {
        AuditFinding.OK: later("As it was said"),
        AuditFinding.WRONG: later("Not as it was said"),
    },
    SourceKind: {
        SourceKind.FOLDER: later("Folder"),
        SourceKind.UPLOAD: later("Upload"),
        SourceKind.VIDEO: later("Video"),
        SourceKind.SITE: later("Website"),
        SourceKind.BUCKET: later("Bucket"),
        SourceKind.LIBRARY: later("Photo library"),
    },
    BystanderCondition: {
        BystanderCondition.ALL_PICTURED_CONSENTED: later("Everybody pictured said yes"),
        BystanderCondition.LAW_CITED: later("A law provides for it"),
        BystanderCondition.PRIOR_CONSULTATION: later("The authority was consulted before"),
    },
    SearchState: {
        SearchState.NONE: later("No candidate"),
        SearchState.CANDIDATES: later("Candidates"),
        SearchState.VERIFYING: later("Being verified"),
        SearchState.LEAD: later("Lead"),
        SearchState.CLOSED: later("Closed without a lead"),
    },
    GrantState: {
        GrantState.PENDING: later("Waits for your yes"),
        GrantState.ACTIVE: later("Active"),
        GrantState.RESTRICTED: later("Set aside"),
        GrantState.ENDING: later("Ending"),
        GrantState.ENDED: later("Ended"),
    },
    FilingKind: {
        FilingKind.LEGAL_INSTRUMENT: later("Legal instrument"),
        FilingKind.IMPACT_ASSESSMENT: later("Impact assessment"),
        FilingKind.TRAINING_RECORD: later("Training record"),
    },
    Role: {
        Role.STEWARD: later("Steward"),
        Role.INVESTIGATOR: later("Investigator"),
        Role.APPROVER: later("Approver"),
        Role.VERIFIER: later("Verifier"),
        Role.DATA_PROTECTION_OFFICER: later("Data protection officer"),
        Role.AUDITOR: later("Auditor"),
    },
    OrderState: {
        OrderState.PROPOSED: later("Proposed"),
        OrderState.FINAL: later("Waits for two members"),
        OrderState.EXECUTING: later("Being carried out"),
        OrderState.PROVED: later("Proved"),
        OrderState.SENT: later("Pack sent"),
        OrderState.CLOSED: later("Closed"),
        OrderState.APPEALED: later("Appealed"),
        OrderState.SUPERSEDED: later("Replaced by a later version"),
    },
    ClauseKind: {
        ClauseKind.STOP_COLLECTING: later("Stop collecting"),
        ClauseKind.STOP_USE: later("Stop use"),
        ClauseKind.ANSWER_ACCESS: later("Answer who asks for their data"),
        ClauseKind.ERASE: later("Erase"),
        ClauseKind.PROVE: later("Prove what was done"),
    },
    DataKind: {
        DataKind.PHOTOS: later("photos"),
        DataKind.TEMPLATES: later("templates"),
        DataKind.PROBES: later("probes"),
        DataKind.PEOPLE: later("all that is kept of a person"),
    },
    Why: {
        Why.NAMED: later("named in it"),
        Why.RESIDENCE: later("where they live"),
        Why.RESIDENCE_UNKNOWN: later("where they live is not known"),
        Why.GRANT: later("a place of a grant"),
        Why.SOURCE: later("a source"),
        Why.EVERYBODY: later("it reaches everybody"),
    },
    BreachState: {
        BreachState.SUSPECTED: later("Suspected"),
        BreachState.CONFIRMED: later("Confirmed"),
        BreachState.TOLD: later("Everybody told"),
        BreachState.CLOSED: later("Ended"),
        BreachState.DISMISSED: later("It was none"),
    },
    Risk: {
        Risk.UNLIKELY: later("Unlikely: nobody need be told"),
        Risk.LIKELY: later("Likely: the authority is told"),
        Risk.HIGH: later("High: the people are told too"),
    },
}
"""By its kind and value: equal words of two kinds need not mean the same."""


TO_YOU: Final[dict[str, str]] = {
    RightKind.ACCESS: later("Access to your data"),
    RightKind.RECTIFICATION: later("Correction of your data"),
    RightKind.ERASURE: later("Erasure of your data"),
    RightKind.RESTRICTION: later("That we set your data aside"),
    RightKind.PORTABILITY: later("Your data in a form that machines read"),
    RightKind.OBJECTION: later("That we stop using your data"),
    RightKind.WITHDRAWAL: later("That we take your yes back"),
    RightKind.COMPLAINT: later("An answer to your complaint"),
}
"""What a right is called to the person whose it is, as their letters say it."""

SEARCHERS: Final[dict[Searchers, str]] = {
    Searchers.SUBJECT_ONLY: later("Only the person searches, and only they see what is found."),
    Searchers.ORGANISATION: later("An organisation searches, and each person sees it at once."),
}


def named(word: StrEnum, *, to_you: bool = False) -> str:
    """Return the English sentence for a word; ``said`` in a template puts it into a language."""
    return TO_YOU[word.value] if to_you else NAMES[type(word)][word.value]
