"""Statuses: one table from every error and every refusal to an answer of HTTP."""

from dataclasses import dataclass, field

from licet.consent.reasons import Reason
from licet.terms import errors
from licet.terms.permit import Refusal

REFUSED = 403
INVALID = 422
UNKNOWN = 404

STATUSES: dict[type[errors.LicetError], int] = {
    errors.BadInput: 400,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Ended: 410,
    errors.Busy: 503,
    errors.Quarantine: 503,
    errors.Integrity: 500,
    errors.Setup: 503,
    errors.Stopped: 503,
}
"""The nearest class counts; an error of no row here is a defect of ours."""

AGAIN_IN = {503: 5}
"""Seconds after which trying again is right."""

_UNSAID = frozenset({500})
"""Where the sentence may name a place on this machine, and nobody outside can mend it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What went wrong as it is answered (RFC 9457), and what else belongs to it."""

    status: int
    kind: str
    title: str
    detail: str = ""
    more: dict[str, object] = field(default_factory=dict)

    def problem(self, request_id: str) -> dict[str, object]:
        """Return the document: ``type`` is a stable word, ``instance`` finds the log's line."""
        document: dict[str, object] = {
            "type": f"urn:licet:{self.kind}",
            "title": self.title,
            "status": self.status,
            "instance": f"urn:licet:request:{request_id}",
        }
        return {**document, **({"detail": self.detail} if self.detail else {}), **self.more}


def told_of(error: errors.LicetError) -> Told:
    """Return the answer for an error."""
    kind = next((one for one in type(error).__mro__ if one in STATUSES), None)
    status = STATUSES[kind] if kind is not None else 500
    word = (kind or errors.LicetError).__name__.lower()
    if status in _UNSAID:
        return Told(status, f"error:{word}", "Something here has to be mended first.")
    return Told(status, f"error:{word}", error.what, error.remedy)


def told_of_refusal(refused: Refusal) -> Told:
    """Return the answer for a refusal, with the article behind it and what would change it.

    What is not there, and what is somebody else's, is one answer (404).
    """
    more = {
        "reason": refused.reason,
        "action": refused.action.value,
        "article": refused.article,
        "would_change": refused.would_change,
    }
    status = UNKNOWN if refused.reason in _NOT_THERE else REFUSED
    return Told(status, f"refusal:{refused.reason}", refused.says, "", dict(more))


_NOT_THERE = frozenset(
    {
        Reason.NO_SOURCE,
        Reason.NO_GRANT,
        Reason.NO_CASE,
        Reason.NO_SUBJECT,
        Reason.NO_REQUEST,
        Reason.NO_SEARCH,
        # A known member who is none of the asking organisation reached for another's object.
        Reason.NO_MEMBER,
    }
)
"""Reasons that say the same of what does not exist and of what is another organisation's."""
