"""Why an item of a site was collected, or why not.

Every photo that a site names gets one decision with the rule that made it, so that an
operator, an auditor or the site's own people can ask about any address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from licet.terms.face import Unreadable


class Decision(StrEnum):
    """What became of an address."""

    COLLECTED = "collected"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"


class Rule(StrEnum):
    """Which rule decided."""

    AUTHORITY = "authority"
    OUTSIDE = "outside"
    PERMISSION = "permission"
    NETWORK = "network"
    ROBOTS = "robots"
    RESERVATION = "reservation"
    TRAP = "trap"
    BUDGET = "budget"
    VARIANT = "variant"
    ANSWER = "answer"
    KIND = "kind"
    STREAM = "stream"
    SIZE = "size"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Trace:
    """One decision: the address, what became of it, by which rule and why, in words.

    ``page`` is the page that named a photo.
    """

    address: str
    decision: Decision
    rule: Rule
    because: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an address is not fetched, or was not read to its end."""

    rule: Rule
    because: str

    def trace(self, address: str) -> Trace:
        """Return the decision that leaves ``address`` out."""
        return Trace(address, Decision.LEFT_OUT, self.rule, self.because)

    def unreadable(self) -> Unreadable:
        """Return it as a source's answer: why, and what to do about it."""
        return Unreadable(self.because, _REMEDIES[self.rule])


Note = Callable[[Trace], None]
"""Called with each decision as it is made."""

Judge = Callable[[str], Stop | None]
"""Asked before a request for an address is sent; None lets it go."""


_MEND_SITE = "Nothing, if it is meant so; else ask who runs the site to mend it."

_REMEDIES = {
    Rule.AUTHORITY: "Nothing.",
    Rule.OUTSIDE: "Open that place as a source of its own, with its own proof of control.",
    Rule.PERMISSION: "See `licet source show` for what the source lacks.",
    Rule.NETWORK: "Ask who runs the site which addresses its name leads to.",
    Rule.ROBOTS: _MEND_SITE,
    Rule.RESERVATION: "Nothing: it is reserved. Only who runs the site can say otherwise.",
    Rule.TRAP: "Nothing; it is left out.",
    Rule.BUDGET: "Collect again; it goes on from there.",
    Rule.VARIANT: "Nothing: a larger copy of the same photo is taken.",
    Rule.ANSWER: _MEND_SITE,
    Rule.KIND: "Nothing; it is skipped.",
    Rule.STREAM: "Nothing: licet reads no live or near-live feeds.",
    Rule.SIZE: "Put a smaller copy of the photo in its place.",
    Rule.UNREACHABLE: "Collect again later.",
}
