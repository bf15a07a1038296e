"""The page of rights clearance: which photos of a source may be shown, by who agreed."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from licet.terms.clearance import Clearance, ClearanceList, ClearanceWish
from licet.terms.permit import Refusal
from licet.web.pages.words import later

STATES = {
    Clearance.MAY: (later("May be shown"), "good", "circle-check"),
    Clearance.EMBARGO: (later("Later"), "warn", "clock"),
    Clearance.NOT: (later("May not be shown"), "bad", "x"),
    Clearance.NOBODY: (later("No face"), "plain", "photo"),
}
"""What follows for a photo: its name, tone and sign."""


@dataclass(frozen=True, slots=True)
class ClearancePage:
    """The photos of one source within one case; None until both are chosen.

    ``cases`` and ``sources`` are those that may be chosen, each id with its name.
    """

    template: ClassVar[str] = "clearance.html"

    cases: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, str], ...]
    wish: ClearanceWish | None = None
    found: ClearanceList | None = None
    refusal: Refusal | None = None
    done: str = ""

    @property
    def states(self) -> dict[Clearance, tuple[str, str, str]]:
        """What may follow for a photo."""
        return STATES

    @property
    def query(self) -> str:
        """Which case and source are chosen, as a query."""
        if self.wish is None:
            return ""
        return urlencode({"case": self.wish.case, "source": self.wish.source})
