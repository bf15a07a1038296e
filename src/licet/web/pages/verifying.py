"""The pages of verifiers: what waits for them, and one candidate beside the photo."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from licet.terms.search import Finding
from licet.web.pages.searching import Candidate, Picture
from licet.web.pages.words import later

FINDINGS = (
    (Finding.SAME, later("The same person")),
    (Finding.DIFFERENT, later("Somebody else")),
    (Finding.UNSURE, later("I cannot tell")),
)
"""What a verifier may say, in the order of the keys 1, 2 and 3."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A search that waits for this verifier; ``left`` candidates of it do."""

    address: str
    reference: str
    at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class VerifyList:
    """What waits. ``done`` is what the last finding came to: ``kept``, ``lead`` or ``closed``.

    A lead and a closing are told only once both verifiers spoke.
    """

    template: ClassVar[str] = "verify.html"

    rows: tuple[WaitingRow, ...]
    done: str = ""


@dataclass(frozen=True, slots=True)
class BringProbe:
    """A form: the photo of the case that was searched with, told by its hash.

    ``digest`` is its SHA-256 (hex); it is kept nowhere here, so the verifier brings it.
    """

    template: ClassVar[str] = "verify_photo.html"

    address: str
    reference: str
    digest: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """One candidate beside the face that was searched with, and what may be said of it."""

    template: ClassVar[str] = "verify_one.html"

    address: str
    reference: str
    probe: Picture
    one: Candidate
    searched: int
    threshold: float

    @property
    def findings(self) -> tuple[tuple[Finding, str], ...]:
        """What may be said."""
        return FINDINGS
