"""What the states and kinds of ``terms`` are called on a page."""

from enum import StrEnum
from typing import Final

from licet.terms.grant import GrantState
from licet.terms.organisation import Role
from licet.terms.rights import RequestState, RightKind
from licet.terms.search import SearchState
from licet.terms.source import BystanderCondition, SourceKind, SourceState
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
        SourceState.CEASED: later("Ended"),
        SourceState.PURGED: later("Ended and removed"),
    },
    SourceKind: {
        SourceKind.FOLDER: later("Folder"),
        SourceKind.UPLOAD: later("Upload"),
        SourceKind.VIDEO: later("Video"),
        SourceKind.SITE: later("Website"),
        SourceKind.BUCKET: later("Bucket"),
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
    Role: {
        Role.STEWARD: later("Steward"),
        Role.INVESTIGATOR: later("Investigator"),
        Role.APPROVER: later("Approver"),
        Role.VERIFIER: later("Verifier"),
        Role.DATA_PROTECTION_OFFICER: later("Data protection officer"),
        Role.AUDITOR: later("Auditor"),
    },
}
"""By its kind and value: equal words of two kinds need not mean the same."""


def named(word: StrEnum) -> str:
    """Return the English sentence for a word; ``said`` in a template puts it into a language."""
    return NAMES[type(word)][word.value]
